"""Commands that look after what an installation rests on: sources, corrections, archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import BaseUrl, Database, Home, Sources, published_or, settings_of

sources_app = typer.Typer(help="The registry of sources.", no_args_is_help=True, rich_markup_mode=None)
corrections_app = typer.Typer(help="Corrections of single figures.", no_args_is_help=True, rich_markup_mode=None)
archive_app = typer.Typer(help="The archive of all that was fetched.", no_args_is_help=True, rich_markup_mode=None)


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

    raise typer.Exit(check_sources(settings_of(sources, base_url)))


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

    raise typer.Exit(add_source(settings_of(sources), url, issuer=issuer, code=division, official=official))


@corrections_app.command("check")
def corrections_check(
    corrections: Annotated[
        Path | None, typer.Option(help="File to check instead of NIANBAO_CORRECTIONS or the one that is shipped.")
    ] = None,
    db: Database = None,
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

    raise typer.Exit(check_corrections(corrections, published_or(db, settings_of())))


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

    raise typer.Exit(reindex(settings_of(home=home)))
