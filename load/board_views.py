"""The questions of the dashboard to its aggregates (see :mod:`load.board`), each answered with a pandas frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from load.database import Connection
from transform.wording.fold import fold

SMALL = 30
"""A share of fewer than so many says little."""
_GOVERNMENT = "issuer_kind IN ('government', 'office', 'unknown')"


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of a body and year: expressions over the columns of ``town_year``; a share has a denominator."""

    id: str
    numerator: str
    denominator: str | None

    @property
    def value(self) -> str:
        """The measure as an expression."""
        return self.numerator if self.denominator is None else f"({self.numerator}) / nullif({self.denominator}, 0)"

    @property
    def small(self) -> str:
        """Whether the denominator is under :data:`SMALL`, as an expression; counts are never small."""
        return "false" if self.denominator is None else f"coalesce({self.denominator} < {SMALL}, false)"


def _frame(con: Connection, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> pd.DataFrame:
    return con.execute(sql, parameters).df()


def years(con: Connection) -> list[int]:
    """The years that there are reports on, the newest first."""
    return [row[0] for row in con.execute("SELECT DISTINCT year FROM town_year ORDER BY year DESC").fetchall()]


def count_reports(con: Connection) -> int:
    """How many reports the database has."""
    return int(con.execute("SELECT coalesce(sum(reports), 0) FROM judged").fetchall()[0][0])


def find_places(con: Connection, text: str, most: int = 50) -> pd.DataFrame:
    """Divisions by name in either script, by pinyin (without tones, ü as v), by initials or by the start of the code.

    Columns code, name, place, level; exact names first, then those that begin so, then higher levels.
    """
    folded = "".join(fold(text).split())
    reading = folded.replace("ü", "v").replace("'", "").lower()
    if not folded:
        return _frame(con, "SELECT code, name, place, level FROM place LIMIT 0")
    return _frame(
        con,
        """
        SELECT code, name, place, level
        FROM place
        WHERE contains(folded, $name) OR starts_with(code, $name)
          OR (regexp_full_match($reading, '[a-z]+') AND contains(' ' || readings, ' ' || $reading))
        ORDER BY folded <> $name, NOT starts_with(folded, $name),
          NOT contains(' ' || readings || ' ', ' ' || $reading || ' '), length(code), length(name), code
        LIMIT $most
        """,
        {"name": folded, "reading": reading, "most": most},
    )


def place_of(con: Connection, code: str) -> tuple[str, str] | None:
    """The name of a division, and the same with all above it; None for a code that the gazetteer lacks."""
    found = con.execute("SELECT name, place FROM place WHERE code = ?", [code]).fetchall()
    return (str(found[0][0]), str(found[0][1])) if found else None


def children(con: Connection, area: str) -> pd.DataFrame:
    """The divisions directly below an area ('' is the country): code and name."""
    return _frame(
        con,
        "SELECT code, name FROM published.division WHERE coalesce(parent_code, '') = ? ORDER BY code",
        [area],
    )


def coverage(con: Connection, area: str, level: str | None) -> pd.DataFrame:
    """For each division directly below an area and each year: how many bodies at and below it have a report.

    Columns code, name, year, with_report, existing, share, verified (a share of with_report, NULL without any);
    ``level`` counts the bodies of one level only.  Divisions without such bodies have no row.
    """
    return _frame(
        con,
        """
        WITH child AS (SELECT code, name FROM published.division WHERE coalesce(parent_code, '') = $area),
        known AS (
          SELECT area_code, sum(divisions) AS existing FROM existing
          WHERE $level IS NULL OR level = $level GROUP BY area_code
        ),
        seen AS (
          SELECT area_code, year, sum(divisions) AS with_report, sum(verified) AS verified FROM reported
          WHERE $level IS NULL OR level = $level GROUP BY area_code, year
        )
        SELECT code, name, span.year, coalesce(with_report, 0)::BIGINT AS with_report, existing::BIGINT AS existing,
          coalesce(with_report, 0) / existing AS share, verified / nullif(with_report, 0) AS verified
        FROM child
        JOIN known ON known.area_code = code
        CROSS JOIN (SELECT DISTINCT year FROM reported) AS span
        LEFT JOIN seen ON seen.area_code = code AND seen.year = span.year
        ORDER BY code, span.year
        """,
        {"area": area, "level": level},
    )


def body(con: Connection, code: str) -> pd.DataFrame:
    """The rows of ``town_year`` of a division, by year."""
    return _frame(con, "SELECT * FROM town_year WHERE division_code = ? ORDER BY year", [code])


def body_reports(con: Connection, code: str) -> pd.DataFrame:
    """Every report of a division, departments included: report_id, year, issuer, form, verdict, published_on, url."""
    return _frame(
        con,
        "SELECT report_id, year, issuer, form, verdict, published_on, url FROM published.report "
        "WHERE division_code = ? ORDER BY year, report_id",
        [code],
    )


def findings(con: Connection, report_ids: Sequence[str]) -> pd.DataFrame:
    """The findings on some reports: year, severity, rule, cause, message; the worst first."""
    return _frame(
        con,
        """
        SELECT report.year, severity, rule, cause, message
        FROM published.finding JOIN published.report USING (report_id)
        WHERE report_id IN (SELECT unnest(?))
        ORDER BY list_position(['error', 'warning', 'info'], severity), report.year, position
        """,
        [list(report_ids)],
    )


def figures(con: Connection, report_id: str) -> pd.DataFrame:
    """The figures of a report in the order of its form.

    Columns table_name, figure, label_row, label_column, gloss, unit, value, raw, status, and severity, that of the
    worst finding that names the figure.
    """
    return _frame(
        con,
        """
        WITH doubt AS (
          SELECT unnest(figures) AS figure, severity FROM published.finding WHERE report_id = $report
        ),
        worst AS (
          SELECT figure, arg_min(severity, list_position(['error', 'warning', 'info'], severity)) AS severity
          FROM doubt GROUP BY figure
        )
        SELECT figure.table_name, figure, label_row, label_column, gloss, figure.unit, value, raw, status, severity
        FROM published.figure AS figure
        JOIN published.report AS report USING (report_id)
        JOIN published.form_figure AS form_figure USING (form, figure)
        LEFT JOIN worst USING (figure)
        WHERE report_id = $report
        ORDER BY form_figure.position
        """,
        {"report": report_id},
    )


def report(con: Connection, report_id: str) -> dict[str, Any] | None:
    """The row of a report: title, issuer, year, division_code, verdict, url, path, snapshot_sha256; None if unknown."""
    found = _frame(
        con,
        "SELECT report_id, title, issuer, year, division_code, verdict, url, path, snapshot_sha256 "
        "FROM published.report WHERE report_id = ?",
        [report_id],
    )
    return None if found.empty else {str(k): v for k, v in found.iloc[0].to_dict().items()}


def series(con: Connection, codes: Sequence[str], measure: Measure) -> pd.DataFrame:
    """A measure of some divisions over the years: code, name, year, value, denominator, small, verdict, report_id."""
    return _frame(
        con,
        f"""
        SELECT division_code AS code, division AS name, year, {measure.value} AS value,
          {measure.denominator or "NULL::DOUBLE"} AS denominator, {measure.small} AS small, form, verdict, report_id
        FROM town_year
        WHERE division_code IN (SELECT unnest(?))
        ORDER BY division_code, year
        """,  # noqa: S608
        [list(codes)],
    )


@dataclass(frozen=True, slots=True)
class Ranking:
    """A ranking, and how many bodies it leaves out: denominators under 30, contradicted reports, unknown numbers."""

    rows: pd.DataFrame
    small: int
    flagged: int
    unknown: int


def ranking(
    con: Connection,
    measure: Measure,
    *,
    year: int,
    level: str | None = None,
    area: str = "",
    ascending: bool = False,
    with_small: bool = False,
    with_flagged: bool = False,
) -> Ranking:
    """Governments of a level in an area by a measure in a year; equal values share a rank.

    Columns of ``rows``: rank, code, name, place, value, numerator, denominator, small, form, verdict, report_id.
    """
    chosen = con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ranked AS
        SELECT division_code AS code, division AS name,
          concat_ws(' ', province, prefecture, county) AS place, {measure.value} AS value,
          {measure.numerator} AS numerator, {measure.denominator or "NULL::DOUBLE"} AS denominator,
          {measure.small} AS small, form, verdict, report_id
        FROM town_year
        WHERE year = $year AND {_GOVERNMENT} AND ($level IS NULL OR level = $level)
          AND starts_with(division_code, $area)
        """,  # noqa: S608
        {"year": year, "level": level, "area": area},
    )
    kept = "value IS NOT NULL AND ($small OR NOT small) AND ($flagged OR verdict <> 'flagged')"
    order = "ASC" if ascending else "DESC"
    rows = _frame(
        chosen,
        f"""
        SELECT rank() OVER (ORDER BY value {order}) AS rank, *
        FROM ranked
        WHERE {kept}
        ORDER BY rank, denominator DESC, code
        """,  # noqa: S608
        {"small": with_small, "flagged": with_flagged},
    )
    counts = con.execute(
        """
        SELECT count(*) FILTER (value IS NULL), count(*) FILTER (value IS NOT NULL AND small),
          count(*) FILTER (value IS NOT NULL AND NOT (small AND NOT $small) AND verdict = 'flagged')
        FROM ranked
        """,
        {"small": with_small},
    ).fetchall()[0]
    unknown, small, flagged = (int(count) for count in counts)
    return Ranking(rows, 0 if with_small else small, 0 if with_flagged else flagged, unknown)


def verdicts(con: Connection, province: str | None = None) -> pd.DataFrame:
    """Reports by year, form and verdict."""
    return _frame(
        con,
        "SELECT year, coalesce(form, '-') AS form, verdict, sum(reports)::BIGINT AS reports FROM judged "
        "WHERE year IS NOT NULL AND ($province IS NULL OR province = $province) GROUP BY ALL ORDER BY ALL",
        {"province": province},
    )


def verified_by_province(con: Connection, year: int | None = None) -> pd.DataFrame:
    """For each province: reports, how many are verified, incomplete, flagged and empty, and the share verified."""
    return _frame(
        con,
        """
        SELECT province, sum(reports)::BIGINT AS reports,
          coalesce(sum(reports) FILTER (verdict = 'verified'), 0)::BIGINT AS verified,
          coalesce(sum(reports) FILTER (verdict = 'incomplete'), 0)::BIGINT AS incomplete,
          coalesce(sum(reports) FILTER (verdict = 'flagged'), 0)::BIGINT AS flagged,
          coalesce(sum(reports) FILTER (verdict = 'empty'), 0)::BIGINT AS empty,
          coalesce(sum(reports) FILTER (verdict = 'verified'), 0) / sum(reports) AS share
        FROM judged
        WHERE province IS NOT NULL AND ($year IS NULL OR year = $year)
        GROUP BY province ORDER BY share DESC, province
        """,
        {"year": year},
    )


def found_by_rule(con: Connection, year: int | None = None, province: str | None = None) -> pd.DataFrame:
    """Findings by rule, severity and cause: reports that have them, and how many there are."""
    return _frame(
        con,
        """
        SELECT rule, severity, cause, sum(reports)::BIGINT AS reports, sum(findings)::BIGINT AS findings
        FROM found
        WHERE ($year IS NULL OR year = $year) AND ($province IS NULL OR province = $province)
        GROUP BY ALL ORDER BY findings DESC, rule, severity, cause
        """,
        {"year": year, "province": province},
    )


def most_doubtful(
    con: Connection, year: int | None = None, province: str | None = None, most: int = 500
) -> pd.DataFrame:
    """Reports with the most errors: report_id, division, place, issuer, year, form, errors, of_source, of_parse."""
    return _frame(
        con,
        """
        SELECT report_id, division_code, division, concat_ws(' ', province, county) AS place, issuer, year, form,
          errors, of_source, of_parse
        FROM doubtful
        WHERE ($year IS NULL OR year = $year) AND ($province IS NULL OR province = $province)
        ORDER BY errors DESC, report_id LIMIT $most
        """,
        {"year": year, "province": province, "most": most},
    )
