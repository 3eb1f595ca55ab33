"""``nianbao coverage``: who has not published, and which deadline comes next."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flows.answers import print_table
from flows.errors import ExitCode
from flows.fetching import registered_towns
from flows.output import complain
from flows.settings import Settings
from load.coverage import missing_reports, next_deadline
from load.lake_address import Database

_WHO = {"department": "departments and towns", "government": "governments of counties and above"}


def print_coverage(
    settings: Settings,
    database: Database,
    layout: str,
    *,
    year: int | None = None,
    within: str | None = None,
    today: date | None = None,
) -> ExitCode:
    """Print who has not published, then the next deadline on standard error; exit status 1 when a deadline has passed.

    Bodies of the registry of which nothing was read count where the settings name a registry.
    """
    day = today or datetime.now(ZoneInfo(settings.timezone)).date()
    towns = registered_towns(settings) if settings.sources else ()
    registered = {
        (row.division_code, row.issuer if row.issuer_kind == "department" else None)
        for town in towns
        for row in town.rows
        if row.division_code
    }
    missing = missing_reports(database, day, year=year, within=within, registered=sorted(registered, key=str))
    print_table(missing, layout)
    late = sum(1 for days in missing["days_late"].to_pylist() if days > 0)
    coming = next_deadline(day)
    complain(
        f"{missing.num_rows} reports are missing, {late} of them after their deadline; "
        f"the next deadline is {coming.day}, for {_WHO[coming.duty]} on {coming.year}"
    )
    return ExitCode.SOME_FAILED if late else ExitCode.OK
