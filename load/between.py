"""Findings between reports: each body's beside its own of the year before, and beside those of the bodies below it.

They are made at load time for the divisions that the load concerns, from what is then in the warehouse, so that
neither the order of loading nor the time of fetching makes a difference; they never change a figure or a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from tempfile import TemporaryFile

import pyarrow as pa

from load.below import below_rules, sums_below
from load.copied import copied_reports
from load.cross_checks import Found, figures_compared, findings, paired, rules, said, said_concepts
from load.database import Connection, registered
from load.sql import literal
from load.views import reporters_of
from load.wide import column_name, wide_table
from transform.forms import Form

_ALL_DIVISIONS = "SELECT DISTINCT division_code FROM report"
_ABOVE = """
SELECT DISTINCT division_code[:digits]
FROM ({divisions})
JOIN (VALUES (2), (4), (6), (9)) AS area(digits) ON digits <= length(division_code)
"""
_NEARBY = """
CREATE OR REPLACE TEMP TABLE nearby AS
WITH reporter AS ({reporters})
SELECT report_id, division_code, series, year, form, level, issuer_kind
FROM reporter
WHERE chosen
"""
_PAIRS = """
CREATE OR REPLACE TEMP TABLE pair AS
WITH mine AS (
  FROM nearby WHERE division_code IN ({divisions})
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
_FORMS = """
SELECT DISTINCT form_before, form FROM pair WHERE form_before IS NOT NULL AND form IS NOT NULL ORDER BY ALL
"""
_STORE = """
INSERT INTO finding
SELECT
  report_id,
  coalesce(last.position, 0) + row_number() OVER (PARTITION BY report_id ORDER BY step),
  rule,
  severity,
  cause,
  figures,
  message,
  suggested
FROM found_between
LEFT JOIN (SELECT report_id, max(position) AS position FROM finding GROUP BY report_id) AS last USING (report_id)
ORDER BY report_id, step
"""
_STATED = """
CREATE OR REPLACE TEMP TABLE stated AS
SELECT report_id, concept, any_value(value) AS value
FROM statement
SEMI JOIN (SELECT report_id FROM pair UNION SELECT report_id_before FROM pair) AS paired USING (report_id)
WHERE concept IN ({concepts}) AND scope = 'report' AND NOT approximate
GROUP BY ALL
HAVING count(DISTINCT value) = 1
"""
_REPORT = {"before": "report_id_before", "now": "report_id"}
_FOUND = pa.schema(
    [
        ("report_id", pa.string()),
        ("step", pa.int64()),
        ("rule", pa.string()),
        ("severity", pa.string()),
        ("figures", pa.list_(pa.string())),
        ("message", pa.string()),
        ("cause", pa.string()),
        ("suggested", pa.list_(pa.struct([("figure", pa.string()), ("value", pa.float64())]))),
    ]
)
_PAIRS_AT_ONCE = 10_000
_FOUND_AT_ONCE = 10_000


def check_between(con: Connection, forms: Mapping[str, Form], divisions: str = _ALL_DIVISIONS) -> None:
    """Make the findings between reports anew for all reports of the divisions that the subquery gives.

    Those above these divisions may summarise them: theirs are made anew too.  The caller holds the transaction.
    """
    above = _ABOVE.format(divisions=divisions)
    for known, concerned in ((rules(), divisions), (below_rules(), above)):
        con.execute(
            f"DELETE FROM finding WHERE rule IN ({', '.join(map(literal, known))}) AND report_id IN "  # noqa: S608
            f"(SELECT report_id FROM report WHERE division_code IN ({concerned}))"
        )
    con.execute(_NEARBY.format(reporters=reporters_of(above)))
    con.execute(_PAIRS.format(divisions=divisions))
    con.execute(_STATED.format(concepts=", ".join(literal(concept) for _, concept in said_concepts())))
    combinations = con.execute(_FORMS).fetchall()
    _store(
        con,
        (
            finding
            for before, now in combinations
            for pairs in _compared(con, forms[before], forms[now])
            for finding in findings(forms[before], forms[now], pairs)
        ),
    )
    _store(con, copied_reports(con))
    _store(con, sums_below(con, forms))
    con.execute("DROP TABLE temp.nearby; DROP TABLE temp.pair; DROP TABLE temp.stated")


def _store(con: Connection, found: Iterable[Found]) -> None:
    """Put findings behind those that their reports have; they wait in a file until all are found."""
    rows = iter(found)
    some = list(islice(rows, _FOUND_AT_ONCE))
    if not some:
        return
    with TemporaryFile() as file:
        with pa.ipc.new_stream(file, _FOUND) as writer:
            while some:
                writer.write_table(_table(some))
                some = list(islice(rows, _FOUND_AT_ONCE))
        file.seek(0)
        with registered(con, "found_between", pa.ipc.open_stream(file)):
            con.execute(_STORE)


def _table(found: list[Found]) -> pa.Table:
    columns = {name: [getattr(finding, name) for finding in found] for name in _FOUND.names}
    columns["suggested"] = [[{"figure": f, "value": v} for f, v in pairs] for pairs in columns["suggested"]]
    return pa.table(columns, _FOUND)


def _compared(con: Connection, before: Form, now: Form) -> Iterator[pa.Table]:
    """The pairs on these forms with what the checks compare, some thousands at a time; none where no check applies."""
    columns = [
        f"{side}.{column_name(figure)} AS {paired(side, figure)}"
        for side, figures in figures_compared(before, now).items()
        for figure in figures
    ]
    if not columns:
        return
    columns += [
        f"(SELECT any_value(value) FROM stated WHERE stated.report_id = pair.{_REPORT[side]} "  # noqa: S608
        f"AND concept = {literal(concept)}) AS {said(side, concept)}"
        for side, concept in said_concepts()
    ]
    pairs = con.sql(
        f"SELECT pair.report_id, year_before, {', '.join(columns)} FROM pair "  # noqa: S608
        f"JOIN {wide_table(before.id)} AS before ON before.report_id = report_id_before "
        f"JOIN {wide_table(now.id)} AS now ON now.report_id = pair.report_id "
        f"WHERE form_before = {literal(before.id)} AND form = {literal(now.id)}"
    )
    for batch in pairs.to_arrow_reader(_PAIRS_AT_ONCE):
        yield pa.Table.from_batches([batch])
