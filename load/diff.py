"""Two warehouses compared: reports and figures that changed, appeared or vanished, and what else is said of them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from tempfile import TemporaryDirectory

import duckdb

from load.database import attach
from load.lake_address import Database
from load.sql import literal
from load.warehouse import open_warehouse

_SIDES = """
WITH a_report AS (SELECT * FROM a.report), b_report AS (SELECT * FROM b.report),
report_pair AS (
  SELECT
    report_id,
    coalesce(b_report.issuer, a_report.issuer) AS issuer,
    coalesce(b_report.year, a_report.year) AS year,
    concat_ws(', ', a_report.verdict, 'form ' || a_report.form) AS before,
    concat_ws(', ', b_report.verdict, 'form ' || b_report.form) AS after,
    a_report.verdict IS NOT NULL AS in_a,
    b_report.verdict IS NOT NULL AS in_b
  FROM a_report FULL JOIN b_report USING (report_id)
),
figure_pair AS (
  SELECT
    coalesce(old.report_id, new.report_id) AS report_id,
    coalesce(old.figure, new.figure) AS figure,
    coalesce(printf('%.15g', old.value), old.status) AS before,
    coalesce(printf('%.15g', new.value), new.status) AS after
  FROM a.figure AS old
  FULL JOIN b.figure AS new ON old.report_id = new.report_id AND old.figure = new.figure
  WHERE old.value IS DISTINCT FROM new.value OR old.status IS DISTINCT FROM new.status
),
a_said AS ({a_said}),
b_said AS ({b_said}),
said_by_one AS (
  SELECT 'vanished' AS change, * FROM (FROM a_said EXCEPT ALL FROM b_said)
  UNION ALL
  SELECT 'appeared' AS change, * FROM (FROM b_said EXCEPT ALL FROM a_said)
)
SELECT
  CASE WHEN NOT in_a THEN 'appeared' WHEN NOT in_b THEN 'vanished' ELSE 'changed' END AS change,
  report_id,
  issuer,
  year,
  NULL AS figure,
  NULL AS finding,
  NULL AS item,
  CASE WHEN in_a THEN before END AS before,
  CASE WHEN in_b THEN after END AS after
FROM report_pair
WHERE NOT in_a OR NOT in_b OR before <> after
UNION ALL
SELECT
  CASE
    WHEN figure_pair.before IS NULL THEN 'appeared'
    WHEN figure_pair.after IS NULL THEN 'vanished'
    ELSE 'changed'
  END,
  report_id,
  issuer,
  year,
  figure_pair.figure,
  NULL,
  NULL,
  figure_pair.before,
  figure_pair.after
FROM figure_pair JOIN report_pair USING (report_id)
WHERE in_a AND in_b
UNION ALL
SELECT
  change,
  report_id,
  issuer,
  year,
  figures,
  rule,
  item,
  CASE WHEN change = 'vanished' THEN said END,
  CASE WHEN change = 'appeared' THEN said END
FROM said_by_one JOIN report_pair USING (report_id)
WHERE in_a AND in_b
ORDER BY report_id, item NULLS FIRST, finding NULLS FIRST, figure NULLS FIRST, change, before, after
"""
_SAID = """
  SELECT
    report_id,
    rule,
    NULL AS item,
    nullif(array_to_string(figures, ' '), '') AS figures,
    concat(
      concat_ws(', ', severity, cause),
      ': ',
      message,
      ' (suggested '
      || nullif(
        array_to_string(list_transform(suggested, lambda s: s.figure || ' ' || printf('%.15g', s.value)), ', '), ''
      )
      || ')'
    ) AS said
  FROM {side}.finding
  UNION ALL
  SELECT
    report_id,
    NULL,
    'section ' || section,
    NULL,
    concat(heading, ': ', left(text, 40), ' (', length(text), ' characters, MD5 ', left(md5(text), 12), ')')
  FROM {side}.section
  UNION ALL
  SELECT
    report_id,
    NULL,
    'statement ' || concept,
    NULL,
    concat(
      CASE WHEN approximate THEN 'about ' END,
      printf('%.15g', value),
      ' ',
      concat_ws(', ', unit, year, scope, source, section, locator),
      ': ',
      quote
    )
  FROM {side}.statement
  UNION ALL
  SELECT
    report_id,
    NULL,
    concat_ws(' ', 'extra row', label, column_label),
    NULL,
    concat(concat_ws(' ', coalesce(printf('%.15g', value), status), unit), ', ', locator, ': ', raw)
  FROM {side}.statistics_extra
"""
_QUERY = _SIDES.format(a_said=_SAID.format(side="a"), b_said=_SAID.format(side="b"))


@dataclass(frozen=True, slots=True)
class Change:
    """A report, a figure, or what else is said of it, that ``changed``, ``appeared`` or ``vanished`` from A to B.

    A report has neither ``figure`` nor ``finding`` nor ``item``; a finding has its rule there, and the figures that it
    doubts; the ``item`` is a section, a statement of the prose or an extra row of statistics.  ``before`` and ``after``
    are, of a report, verdict and form, of a figure its value, or its status without one, and of the others what they
    say; None where there is nothing.  One that says something else has vanished and another one appeared; a section is
    shown by its beginning, and compared by length and hash.  Their order is not compared.
    What belongs to a report that appeared or vanished is not listed one by one.
    """

    change: str
    report_id: str
    issuer: str | None
    year: int | None
    figure: str | None
    finding: str | None
    item: str | None
    before: str | None
    after: str | None


def diff_warehouses(a: Database, b: Database, *, megabytes: int = 256) -> list[Change]:
    """What differs between the warehouse ``a`` and the warehouse ``b``, in the order of reports and items.

    Both are opened read-only; what takes more than so many ``megabytes`` of memory is compared in files.  Raises
    WarehouseError when one of them cannot be opened.
    """
    for database in (a, b):
        with open_warehouse(database, read_only=True):
            pass
    with TemporaryDirectory(prefix="nianbao-diff-") as folder, closing(duckdb.connect()) as con:
        con.execute(f"SET memory_limit = '{megabytes}MB'; SET temp_directory = {literal(folder)}")
        attach(con, a, "a")
        attach(con, b, "b")
        return [Change(*row) for row in con.execute(_QUERY).fetchall()]
