"""The command ``nianbao``: thin commands over ``flows``, each importing what it needs when it is called."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from flows.errors import ExitCode, UserError, one_line
from flows.output import OutputClosedError, complain

if TYPE_CHECKING:
    from flows.settings import Settings

_EXIT_CODES = "Exit status: 0 all went well, 1 some input failed, 2 wrong usage, 3 nothing could be done."

app = typer.Typer(
    name="nianbao",
    help=(
        "Chinese open-government annual reports, read into one DuckDB database where every figure is proved or carries "
        f"a finding.\n\n{_EXIT_CODES}"
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
sources_app = typer.Typer(help="The registry of sources.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(sources_app, name="sources")
corrections_app = typer.Typer(help="Corrections of single figures.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(corrections_app, name="corrections")
archive_app = typer.Typer(help="The archive of all that was fetched.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(archive_app, name="archive")


class ReportFormat(StrEnum):
    """How reports are printed."""

    TABLE = "table"
    JSONL = "jsonl"


class RowFormat(StrEnum):
    """How the rows of an answer are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class QueryFormat(StrEnum):
    """How the answer to a question is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class ExplainFormat(StrEnum):
    """How an explanation is printed."""

    TABLE = "table"
    JSON = "json"


class ExportFormat(StrEnum):
    """What an export writes."""

    PARQUET = "parquet"
    CSV = "csv"
    XLSX = "xlsx"
    DUCKDB = "duckdb"


Sources = Annotated[Path | None, typer.Option(help="Registry to use instead of the one in the settings.")]
Home = Annotated[Path | None, typer.Option(help="Folder for all that a run writes; NIANBAO_HOME, or var, by default.")]
BaseUrl = Annotated[str | None, typer.Option(help="What relative addresses of the registry are joined to.")]


@app.callback()
def _common(debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False) -> None:
    """Options before the command."""
    if debug:
        os.environ["NIANBAO_DEBUG"] = "1"


@app.command()
def parse(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Saved reports; - is standard input.")],
    layout: Annotated[
        ReportFormat, typer.Option("--format", help="jsonl: one JSON object a line a path.")
    ] = ReportFormat.TABLE,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to read with; the order stays.")] = 1,
) -> None:
    """Read saved reports and print what they say.

    Uses no network, no database and no orchestration.

    \b
    Examples:
      nianbao parse report.html
      nianbao parse --format jsonl reports/*.html > reports.jsonl
      curl -s https://example.org/report.html | nianbao parse -

    Exit status: 0 every path gave a report, 1 at least one could not be read, 2 wrong usage.
    """
    from flows.print_reports import parse_paths

    raise typer.Exit(parse_paths(paths, as_json=layout is ReportFormat.JSONL, jobs=jobs))


@app.command()
def explain(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A saved report; - is standard input.")],
    figure: Annotated[str, typer.Argument(metavar="FIGURE", help="Figure id, such as requests.granted.total.")],
    layout: Annotated[ExplainFormat, typer.Option("--format", help="How to print it.")] = ExplainFormat.TABLE,
) -> None:
    """Say where one figure stands and what proves it.

    Shows the cell with the words around it, every identity that the figure takes part in with its numbers, and the
    findings that put it in doubt. Uses no network, no database and no orchestration.

    \b
    Examples:
      nianbao explain report.html requests.granted.total
      nianbao explain report.html requests_granted_total --format json

    Exit status: 0 explained, 1 the page could not be read or has no figures, 2 there is no such figure.
    """
    from flows.explain import explain_figure

    raise typer.Exit(explain_figure(path, figure, as_json=layout is ExplainFormat.JSON))


@app.command()
def show(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A saved report; - is standard input.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the page here (- is standard output), open nothing.")
    ] = None,
) -> None:
    """Show a saved report with every doubt at its cell.

    Opens the page in the browser: its tables and lines, every figure's cell marked by the severity of its findings,
    a summary on top. The page holds all it needs and nothing that runs.

    \b
    Examples:
      nianbao show report.html
      nianbao show report.pdf -o marked.html

    Exit status: 0 shown, 1 the page could not be read, 2 wrong usage or no browser, 3 it could not be written.
    """
    from flows.show import show_report

    raise typer.Exit(show_report(path, output))


@app.command()
def crawl(sources: Sources = None, base_url: BaseUrl = None, home: Home = None) -> None:
    """Run the nightly flow once, now.

    Fetches every source, keeps the bytes, reads, loads and publishes.

    \b
    Examples:
      nianbao crawl
      nianbao crawl --sources towns.csv
      nianbao crawl --sources data/sample_site/sources.csv --base-url http://127.0.0.1:8000/

    A Prefect server is started for the time of the run, unless PREFECT_API_URL names one.

    Exit status: 0 all sources were read, 1 some failed, 2 wrong usage, 3 nothing could be done (no sources, or another
    run is going on).
    """
    from flows.runs import crawl_now

    raise typer.Exit(crawl_now(_settings(sources, base_url, home)))


@app.command()
def rerun(
    town: Annotated[str, typer.Option(metavar="CODE_OR_NAME", help="Division code, division name or issuer.")],
    year: Annotated[int | None, typer.Option(min=2008, help="Only the report on this year.")] = None,
    refetch: Annotated[bool, typer.Option("--refetch", help="Fetch again instead of reading the kept bytes.")] = False,
    sources: Sources = None,
    base_url: BaseUrl = None,
    home: Home = None,
) -> None:
    """Read one town's reports again.

    Reads from the kept bytes, and prints what changed; no other town's rows are touched.

    \b
    Examples:
      nianbao rerun --town 211382117
      nianbao rerun --town 三道河子镇 --year 2020
      nianbao rerun --town 三道河子镇 --refetch

    Exit status: 0 all was read, 1 some of it failed, 2 the town is unknown or ambiguous, 3 another run is going on.
    """
    from flows.runs import rerun_now

    raise typer.Exit(rerun_now(_settings(sources, base_url, home), town, year=year, refetch=refetch))


@app.command()
def load(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Saved reports; - is standard input.")],
    home: Home = None,
) -> None:
    """Read saved reports into the warehouse.

    Keeps their bytes, loads what was read, and publishes.

    \b
    Examples:
      nianbao load report.html
      nianbao load reports/*.html

    Exit status: 0 every path was loaded, 1 at least one could not be read, 2 wrong usage, 3 another run is going on.
    """
    from flows.runs import load_paths

    raise typer.Exit(load_paths(_settings(home=home), paths))


@app.command()
def query(
    sql: Annotated[
        str | None, typer.Argument(metavar="SQL", help="One SELECT statement, or the name of a question of --list.")
    ] = None,
    db: Annotated[Path | None, typer.Option(help="DuckDB file; the published one by default.")] = None,
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
    return print_query(db or _settings().published, sql, layout.value)


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
    db: Annotated[Path | None, typer.Option(help="DuckDB file; the published one by default.")] = None,
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

    settings = _settings(sources)
    day = today.date() if today else None
    raise typer.Exit(
        print_coverage(settings, db or settings.published, layout.value, year=year, within=county, today=day)
    )


@app.command()
def export(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="Folder (parquet, csv) or file (xlsx, duckdb).")],
    layout: Annotated[ExportFormat, typer.Option("--format", help="What to write.")],
    where: Annotated[str | None, typer.Option(help="Condition on the columns of the view reporter.")] = None,
    db: Annotated[Path | None, typer.Option(help="DuckDB file; the published one by default.")] = None,
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

    raise typer.Exit(export_reports(db or _settings().published, target, layout.value, where))


@app.command()
def diff(
    a: Annotated[Path, typer.Argument(metavar="A", help="DuckDB file as it was.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="DuckDB file as it is.")],
    layout: Annotated[RowFormat, typer.Option("--format", help="How to print the rows.")] = RowFormat.TABLE,
) -> None:
    """Compare two databases.

    Lists the reports and figures that changed, appeared or vanished, and the findings that appeared or vanished, such
    as between two nights or two versions of the program.

    \b
    Examples:
      nianbao diff yesterday.duckdb var/nianbao.duckdb
      nianbao diff before.duckdb after.duckdb --format csv

    Exit status: 0 no difference, 1 some, 2 wrong usage, 3 a file cannot be opened.
    """
    from flows.exports import print_diff

    raise typer.Exit(print_diff(a, b, layout.value))


@app.command()
def history(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="A report_id, or the report's address.")],
    db: Annotated[Path | None, typer.Option(help="DuckDB file; the published one by default.")] = None,
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

    settings = _settings(home=home)
    raise typer.Exit(print_history(db or settings.published, settings.archive, report, layout.value))


@app.command()
def rebuild(
    compare: Annotated[bool, typer.Option("--compare", help="Only say what would differ; change nothing.")] = False,
    layout: Annotated[RowFormat, typer.Option("--format", help="How to print the differences.")] = RowFormat.TABLE,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes to read with; by default one a core.")] = None,
    engine: Annotated[
        str | None, typer.Option(metavar="dask://HOST:PORT", help="Read on the Dask cluster of this scheduler.")
    ] = None,
    home: Home = None,
) -> None:
    """Make the whole warehouse anew from the archive.

    Reads in partitions all that was new or had changed in any run, loads it in the order in which it came, prints what
    differs from the published database, and takes its place at the end. Nothing is fetched. The workers of a cluster
    need the same version of the program, and have to see the home folder under the same path.

    \b
    Examples:
      nianbao rebuild --compare
      nianbao rebuild --jobs 4
      nianbao rebuild --engine dask://10.0.0.5:8786

    Exit status: 0 done (with --compare: no difference), 1 some difference (--compare), or bytes that the archive has no
    more, 2 nothing to compare with, 3 no archive, or another run is going on.
    """
    from flows.runs import rebuild_now

    settings = _settings(home=home)
    raise typer.Exit(rebuild_now(settings, layout.value, compare=compare, jobs=jobs, cluster=engine))


@app.command()
def serve(home: Home = None) -> None:
    """Run the nightly flow every night.

    Stays until interrupted, and runs at 02:30 Asia/Shanghai. A Prefect server is started on loopback, unless
    PREFECT_API_URL names one. The schedule is kept on the server, so that a restart misses nothing.

    \b
    Examples:
      nianbao serve
      NIANBAO_HOME=/srv/nianbao NIANBAO_CONTACT=mail@example.org nianbao serve
    """
    from flows.runs import serve_flows

    serve_flows(_settings(home=home))


@app.command()
def limits(home: Home = None) -> None:
    """Create the concurrency limits on the Prefect server.

    They are declared in data/limits.toml; NIANBAO_CONCURRENCY sets other numbers. The flows do not run on a server
    without them. Only needed where PREFECT_API_URL names a server: crawl and serve see to their own.

    \b
    Examples:
      nianbao limits
      PREFECT_API_URL=http://127.0.0.1:4200/api nianbao limits

    Exit status: 0 created, 2 wrong usage, 3 the server cannot be reached.
    """
    from flows.limits import print_limits

    raise typer.Exit(print_limits(_settings(home=home)))


@app.command()
def dashboard(
    db: Annotated[Path | None, typer.Option(help="DuckDB file; the published one by default.")] = None,
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

    settings = _settings(home=home)
    run_dashboard(db or settings.published, settings.home, settings.archive, port=port, open_browser=browser)


@sources_app.command("check")
def sources_check(sources: Sources = None, base_url: BaseUrl = None) -> None:
    """Say what is wrong with the registry.

    \b
    Examples:
      nianbao sources check
      nianbao sources check --sources towns.csv

    Exit status: 0 no problem, 1 at least one.
    """
    from flows.answers import check_sources

    raise typer.Exit(check_sources(_settings(sources, base_url)))


@archive_app.command("reindex")
def archive_reindex(home: Home = None) -> None:
    """Make the index anew from the WARC files.

    Reads every file of the archive, makes index.sqlite beside them anew, and corrects in table snapshot where each
    content lies.

    \b
    Examples:
      nianbao archive reindex
      nianbao archive reindex --home /srv/nianbao

    Exit status: 0 done, 3 another run is going on.
    """
    from flows.archive import reindex

    raise typer.Exit(reindex(_settings(home=home)))


@sources_app.command("add")
def sources_add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of a report, or of a column that lists reports.")],
    sources: Sources = None,
    issuer: Annotated[str | None, typer.Option(help="Who reports there, where the page does not say.")] = None,
    division: Annotated[str | None, typer.Option(help="Division code, where the page does not tell.")] = None,
    official: Annotated[bool, typer.Option("--official", help="Vouch for a host outside gov.cn.")] = False,
) -> None:
    """Look at an address and add it to the registry.

    Finds out title, issuer, division, year and content system from the page, and says what could not be found. The
    registry is begun where the file does not exist.

    \b
    Examples:
      nianbao sources add https://www.example.gov.cn/zwgk/zfxxgknb/ --sources towns.csv
      nianbao sources add https://www.example.gov.cn/info/1050/64208.htm --sources towns.csv --issuer 青龙镇人民政府

    Exit status: 0 added, 1 the address gave nothing that could be added, 2 wrong usage.
    """
    from flows.source_add import add_source

    raise typer.Exit(add_source(_settings(sources), url, issuer=issuer, code=division, official=official))


@corrections_app.command("check")
def corrections_check(
    corrections: Annotated[
        Path | None, typer.Option(help="File to check instead of NIANBAO_CORRECTIONS or the one that is shipped.")
    ] = None,
    db: Annotated[Path | None, typer.Option(help="DuckDB file; the published one by default.")] = None,
) -> None:
    """Say which corrections no longer fit.

    Holds each correction against the database: its report has to be there, and to print what the correction expects.

    \b
    Examples:
      nianbao corrections check
      nianbao corrections check --corrections mine.toml --db var/nianbao.duckdb

    Exit status: 0 no problem, 1 at least one, 2 the file cannot be used, 3 the database cannot be opened.
    """
    from flows.corrections import check_corrections

    raise typer.Exit(check_corrections(corrections, db or _settings().published))


def _settings(sources: Path | None = None, base_url: str | None = None, home: Path | None = None) -> Settings:
    from flows.settings import load_settings

    given = {"sources": sources, "base_url": base_url, "home": home}
    return load_settings().model_copy(update={name: value for name, value in given.items() if value is not None})


def main() -> None:
    """Run the command line and end the process with the exit status."""
    leave(run(sys.argv[1:]))


def leave(status: int) -> NoReturn:
    """End the process, at once where Prefect was used.

    What Prefect and DuckDB have to say while the interpreter takes them apart, when the server is gone, helps nobody.
    """
    if "prefect" in sys.modules:
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run one command; the exit status.  Errors are one line on standard error, a traceback only with ``--debug``."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    try:
        status = app(args=arguments, prog_name="nianbao", standalone_mode=False) or ExitCode.OK
        sys.stdout.flush()
    except (OutputClosedError, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = ExitCode.BROKEN_PIPE
    except (KeyboardInterrupt, typer.Abort):
        status = _complain("interrupted", ExitCode.INTERRUPTED)
    except TyperException as error:
        status = _complain(f"{one_line(Exception(error.format_message()))} (see nianbao --help)", ExitCode.USAGE)
    except UserError as error:
        status = _complain(str(error), error.exit_code)
    except Exception as error:
        if os.environ.get("NIANBAO_DEBUG"):
            traceback.print_exc()
        status = _complain(*_explain(error))
    return int(status)


def _explain(error: Exception) -> tuple[str, ExitCode]:
    from extract.archive import ArchiveError
    from load.database import WarehouseError
    from load.query import QueryError
    from transform.frames import FramesError

    if isinstance(error, QueryError):
        return one_line(error), ExitCode.USAGE
    if isinstance(error, ArchiveError | WarehouseError | FramesError):
        return one_line(error), ExitCode.NOTHING_DONE
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror or one_line(error)}", ExitCode.NOTHING_DONE
    what = f"something unforeseen happened ({type(error).__name__}: {one_line(error)})"
    return f"{what}; nianbao --debug COMMAND shows where", ExitCode.NOTHING_DONE


def _complain(message: str, status: ExitCode) -> ExitCode:
    complain(message)
    return status


if __name__ == "__main__":
    main()
