"""Commands that run something over the registry or the archive: crawl, rerun, load, rebuild, serve, limits."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.commands.options import BaseUrl, Home, RowFormat, Sources, new_app, settings_of

app = new_app()


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

    raise typer.Exit(crawl_now(settings_of(sources, base_url, home)))


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

    raise typer.Exit(rerun_now(settings_of(sources, base_url, home), town, year=year, refetch=refetch))


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

    raise typer.Exit(load_paths(settings_of(home=home), paths))


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

    settings = settings_of(home=home)
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

    serve_flows(settings_of(home=home))


@app.command()
def limits(
    shares: Annotated[
        int, typer.Option(min=1, help="In how many shares to divide the hosts of the registry, each for a crawl.")
    ] = 1,
    sources: Sources = None,
    base_url: BaseUrl = None,
    home: Home = None,
) -> None:
    """Create the concurrency limits on the Prefect server.

    They are declared in data/limits.toml; NIANBAO_CONCURRENCY sets other numbers. The flows do not run on a server
    without them. Only needed where PREFECT_API_URL names a server: crawl and serve see to their own. With several
    shares, crawls of different shares (NIANBAO_SHARE=2/4) run at once, no two of the same, and none of all hosts;
    after a change of the registry that moves hosts, call it again.

    \b
    Examples:
      nianbao limits
      nianbao limits --shares 4 --sources towns.csv
      PREFECT_API_URL=http://127.0.0.1:4200/api nianbao limits

    Exit status: 0 created, 2 wrong usage, 3 the server cannot be reached, or a crawl holds a limit that is to go.
    """
    from flows.limits import print_limits

    raise typer.Exit(print_limits(settings_of(sources=sources, base_url=base_url, home=home), shares))
