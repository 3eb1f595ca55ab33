"""Commands that ask a database: query, coverage, history, export, diff, dashboard."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import Database, Home, RowFormat, database_named, new_app, published_or, settings_of
from flows.errors import UserError

app = new_app()


class QueryFormat(StrEnum):
    """How the answer to a question is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class ExportFormat(StrEnum):
    """What an export writes."""

    PARQUET = "parquet"
    CSV = "csv"
    XLSX = "xlsx"
    DUCKDB = "duckdb"


@app.command()
def query(
    sql: Annotated[
        str | None, typer.Argument(metavar="SQL", help="One SELECT statement, or the name of a question of --list.")
    ] = None,
    db: Database = None,
    layout: Annotated[QueryFormat, typer.Option("--format", help="How to print the rows.")] = QueryFormat.TABLE,
    listed: Annotated[bool, typer.Option("--list", help="List the questions that have a name.")] = False,
) -> None:
    """Ask the database, read-only.

    \b
    Examples:
      nianbao query "SELECT year, count(*) FROM report GROUP BY year ORDER BY year"
      nianbao query "FROM finding WHERE severity = 'error'" --format csv
      nianbao query "DESCRIBE town_year" --db var/nianbao.duckdb
      nianbao query --list
      nianbao query carry_over
      nianbao query "FROM rates" --format parquet > rates.parquet
    """
    from flows.answers import list_queries, print_query

    if listed:
        return list_queries()
    if sql is None:
        raise UserError("nothing is asked: give one SELECT statement, a name, or --list")
    return print_query(published_or(db, settings_of()), sql, layout.value)


@app.command()
def coverage(
    year: Annotated[int | None, typer.Option(min=2008, help="Only reports on this year.")] = None,
    county: Annotated[
        str | None, typer.Option(metavar="CODE_OR_NAME", help="Only this county, or any other division with all below.")
    ] = None,
    today: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Hold the deadlines against this day.")
    ] = None,
    sources: Annotated[Path | None, typer.Option(help="Registry whose bodies count though nothing was read.")] = None,
    db: Database = None,
    layout: Annotated[QueryFormat, typer.Option("--format", help="How to print the rows.")] = QueryFormat.TABLE,
) -> None:
    """List who has not published, by county and year.

    A line for each body and year without a report in the database, from the body's first report on, with the deadline:
    31 January of the year after for departments and towns, 31 March for governments of counties and above. Bodies of
    the registry that NIANBAO_SOURCES or --sources names are asked for the last year where nothing was read of them.
    The next deadline is named on standard error.

    \b
    Examples:
      nianbao coverage
      nianbao coverage --year 2024 --county 青浦区
      nianbao coverage --sources towns.csv --format csv > missing.csv

    Exit status: 0 nobody is late, 1 a deadline has passed, 2 wrong usage, 3 the database cannot be opened.
    """
    from flows.coverage import print_coverage

    settings = settings_of(sources)
    day = today.date() if today else None
    raise typer.Exit(
        print_coverage(settings, published_or(db, settings), layout.value, year=year, within=county, today=day)
    )


@app.command()
def history(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="A report_id, or the report's address.")],
    db: Database = None,
    home: Home = None,
    layout: Annotated[RowFormat, typer.Option("--format", help="How to print the rows.")] = RowFormat.TABLE,
) -> None:
    """Say what changed between the versions of a report.

    Reads every version that the archive keeps of the report's page again. A line for each version (with its verdict
    and form before and after) is followed by one for each figure that it changed.

    \b
    Examples:
      nianbao history 621124204-2021-5d1b7c9e
      nianbao history https://www.example.gov.cn/info/1050/64208.htm --format csv

    Exit status: 0 printed, 1 a version could not be read, 2 there is no such report, 3 nothing of it is kept.
    """
    from flows.history import print_history

    settings = settings_of(home=home)
    raise typer.Exit(print_history(published_or(db, settings), settings.archive_place, report, layout.value))


@app.command()
def export(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="Folder (parquet, csv) or file (xlsx, duckdb).")],
    layout: Annotated[ExportFormat, typer.Option("--format", help="What to write.")],
    where: Annotated[str | None, typer.Option(help="Condition on the columns of the view reporter.")] = None,
    db: Database = None,
) -> None:
    """Write reports for other programs.

    parquet: a folder by table and year with a Frictionless descriptor; csv: a folder, for Excel too; xlsx: a summary
    sheet, then each report in the layout of its statutory form; duckdb: a database of the same kind.

    \b
    Examples:
      nianbao export --format parquet out
      nianbao export --format xlsx lingyuan.xlsx --where "county = '凌源市' AND year >= 2019"

    Exit status: 0 written, 2 wrong usage, 3 no report fits, or the target is there already.
    """
    from flows.exports import export_reports

    raise typer.Exit(export_reports(published_or(db, settings_of()), target, layout.value, where))


@app.command()
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="DuckDB file, or ducklake: address, as it was.")],
    b: Annotated[str, typer.Argument(metavar="B", help="DuckDB file, or ducklake: address, as it is.")],
    layout: Annotated[RowFormat, typer.Option("--format", help="How to print the rows.")] = RowFormat.TABLE,
) -> None:
    """Compare two databases.

    Lists the reports and figures that changed, appeared or vanished, and the findings, sections, statements and extra
    rows that appeared or vanished, such as between two nights or two versions of the program.

    \b
    Examples:
      nianbao diff yesterday.duckdb var/nianbao.duckdb
      nianbao diff before.duckdb after.duckdb --format csv
      nianbao diff "ducklake:sqlite:lake.sqlite?at=2026-11-28T12:00" ducklake:sqlite:lake.sqlite

    Exit status: 0 no difference, 1 some, 2 wrong usage, 3 a file cannot be opened.
    """
    from flows.exports import print_diff

    raise typer.Exit(print_diff(database_named(a), database_named(b), layout.value))


@app.command()
def dashboard(
    db: Database = None,
    home: Home = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on loopback.")] = 4214,
    browser: Annotated[bool, typer.Option(help="Open it in the browser.")] = True,
) -> None:
    """Look at the published database in the browser.

    Coverage, one body, comparison, rankings and quality, in Chinese and English; on 127.0.0.1 only, and without
    internet. Needs the extra `dashboard`. Stays until interrupted.

    \b
    Examples:
      nianbao dashboard
      nianbao dashboard --db var/demo/nianbao.duckdb --no-browser --port 8080

    Exit status: 2 the extra is missing or the port is taken, 3 the database cannot be opened.
    """
    from flows.dashboard.launch import run_dashboard

    settings = settings_of(home=home)
    run_dashboard(published_or(db, settings), settings.home, settings.archive_place, port=port, open_browser=browser)
