"""Who has not published: every known body and year without a report, against the day by which the law asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from load.database import open_database
from load.lake_address import Database
from load.query import QueryError

JANUARY = (1, 31)
"""By when a body reports to its government: Regulations on Open Government Information (2019), article 49."""
MARCH = (3, 31)
"""By when a government of a county or above publishes (article 50); until 2018 the day for all (2008, article 31)."""

_MISSING = """
WITH body AS (
  SELECT
    division_code,
    NULL::VARCHAR AS issuer,
    any_value(level) AS level,
    list(year) FILTER (CASE WHEN level = 'town' THEN reports ELSE government_reports END > 0) AS years
  FROM coverage
  GROUP BY division_code
  UNION ALL
  SELECT division_code, issuer, NULL, list(DISTINCT year)
  FROM reporter
  WHERE issuer_kind = 'department' AND division_code IS NOT NULL AND year IS NOT NULL
  GROUP BY division_code, issuer
),
expected AS (
  FROM body
  UNION ALL
  SELECT given.code, given.issuer, division.level, []
  FROM (SELECT DISTINCT unnest($codes) AS code, unnest($issuers) AS issuer) AS given
  LEFT JOIN division ON division.code = given.code
  WHERE NOT EXISTS (
    FROM body WHERE body.division_code = given.code AND body.issuer IS NOT DISTINCT FROM given.issuer
  )
),
missing AS (
  SELECT *, unnest(generate_series(least(list_min(years), $last), $last)) AS year FROM expected WHERE years <> []
  UNION ALL
  SELECT *, $last FROM expected WHERE years IS NULL OR years = []
),
due AS (
  SELECT
    *,
    CASE
      WHEN year < 2019 THEN 'all'
      WHEN issuer IS NULL AND level <> 'town' THEN 'government'
      ELSE 'department'
    END AS duty
  FROM missing
  WHERE NOT list_contains(coalesce(years, []), year)
)
SELECT
  division.province,
  division.prefecture,
  division.county,
  due.year::INTEGER AS year,
  division.name AS division,
  due.division_code,
  due.issuer,
  due.duty,
  CASE duty
    WHEN 'department' THEN make_date(year + 1, $january[1], $january[2])
    ELSE make_date(year + 1, $march[1], $march[2])
  END AS deadline,
  ($today - deadline)::INTEGER AS days_late
FROM due
LEFT JOIN division ON division.code = due.division_code
WHERE ($year IS NULL OR year = $year)
  AND ($within IS NULL OR starts_with(due.division_code, $within)
       OR list_contains([division.province, division.prefecture, division.county, division.name], $within))
ORDER BY rpad(left(due.division_code, 6), 6, '0'), year, due.division_code, issuer NULLS FIRST
"""
_KNOWN = "SELECT 1 FROM division WHERE starts_with(code, $within) OR name = $within LIMIT 1"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day by which reports on ``year`` are to be published; ``duty`` says by whom, as in the mart ``timeliness``."""

    day: date
    duty: str
    year: int


def next_deadline(today: date) -> Deadline:
    """The first deadline that has not passed by the end of a day."""
    coming = (
        Deadline(date(year + 1, *day), duty, year)
        for year in (today.year - 1, today.year)
        for day, duty in ((JANUARY, "department"), (MARCH, "government"))
    )
    return next(deadline for deadline in coming if deadline.day >= today)


def missing_reports(
    database: Database,
    today: date,
    *,
    year: int | None = None,
    within: str | None = None,
    registered: Iterable[tuple[str, str | None]] = (),
) -> pa.Table:
    """A row for each body and year without a report, by county, year and body; ``days_late`` < 0 before the deadline.

    A body is the government of a division, or a department by the name under which it reported.  Its years are those
    from its first report in the database to the last one reported on by ``today``; of a body that is only
    ``registered`` (code, and the issuer of a department) the last one.  ``within`` is the code or the name of a
    division.  Opened read-only; raises WarehouseError when the file cannot be, and QueryError for an unknown division.
    """
    bodies = list(registered)
    given = {
        "codes": [code for code, _ in bodies],
        "issuers": [issuer for _, issuer in bodies],
        "last": today.year - 1,
        "today": today,
        "year": year,
        "within": within,
        "january": list(JANUARY),
        "march": list(MARCH),
    }
    with closing(open_database(database, read_only=True)) as connection:
        if within is not None and not connection.execute(_KNOWN, {"within": within}).fetchall():
            raise QueryError(f"there is no division {within!r}; give a code or a full name")
        return connection.execute(_MISSING, given).to_arrow_table()
