"""Findings between reports: each body's report on a year beside its report on the year before.

They are made at load time for the divisions that the load concerns, from what is then in the warehouse, so that the
order of loading makes no difference; they never change a figure or a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping

from load.cross_checks import rules, selects
from load.database import Connection, literal
from load.wide import wide_table
from transform.forms import Form

_ALL_DIVISIONS = "SELECT DISTINCT division_code FROM report"
_PAIRS = """
CREATE OR REPLACE TEMP TABLE pair AS
WITH mine AS (
  SELECT report_id, series, year, form FROM reporter
  WHERE chosen AND form IS NOT NULL AND division_code IN ({divisions})
)
SELECT
  now.report_id,
  now.form,
  before.report_id AS report_id_before,
  before.form AS form_before,
  before.year AS year_before
FROM mine AS now
JOIN mine AS before ON before.series = now.series AND before.year = now.year - 1
"""
_STORE = """
INSERT INTO finding
SELECT
  report_id,
  coalesce(last.position, 0) + row_number() OVER (PARTITION BY report_id ORDER BY step),
  rule,
  severity,
  'unknown',
  figures,
  message,
  []
FROM ({found})
LEFT JOIN (SELECT report_id, max(position) AS position FROM finding GROUP BY report_id) AS last USING (report_id)
ORDER BY report_id, step
"""


def check_years(con: Connection, forms: Mapping[str, Form], divisions: str = _ALL_DIVISIONS) -> None:
    """Make the findings between years anew for all reports of the divisions that the subquery gives.

    The caller holds the transaction.
    """
    known = ", ".join(map(literal, rules()))
    con.execute(
        f"DELETE FROM finding WHERE rule IN ({known}) AND report_id IN "  # noqa: S608
        f"(SELECT report_id FROM report WHERE division_code IN ({divisions}))"
    )
    con.execute(_PAIRS.format(divisions=divisions))
    combinations = con.execute("SELECT DISTINCT form_before, form FROM pair ORDER BY ALL").fetchall()
    found = [
        f"WITH compared AS MATERIALIZED ({_compared(before, now)}) {' UNION ALL '.join(statements)}"
        for before, now in combinations
        if (statements := list(selects(forms[before], forms[now])))
    ]
    if found:
        con.execute(_STORE.format(found=" UNION ALL ".join(f"({part})" for part in found)))


def _compared(before: str, now: str) -> str:
    return (
        "SELECT pair.report_id, year_before, before, now FROM pair "  # noqa: S608
        f"JOIN {wide_table(before)} AS before ON before.report_id = report_id_before "
        f"JOIN {wide_table(now)} AS now ON now.report_id = pair.report_id "
        f"WHERE form_before = {literal(before)} AND form = {literal(now)}"
    )
