"""The commands that change the warehouse: ``crawl``, ``rerun``, ``load`` and ``serve``, with progress and a summary."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from extract.archive import Archive
from flows.engine import engine_of
from flows.errors import ExitCode
from flows.exports import print_changes
from flows.fetching import registered_towns
from flows.ledger import LOAD, begin_run, end_run
from flows.limits import prepare_server
from flows.loading import load
from flows.lock import single_run
from flows.output import complain, say
from flows.reading import read_saved
from flows.rebuild import rebuild_warehouse
from flows.rerun import rerun_town
from flows.results import Failure, Summary
from flows.server import connected_server
from flows.settings import Settings
from flows.shares import in_share

_FILES_A_BATCH = 200
Advance = Callable[[int, int], None]


def crawl_now(settings: Settings) -> ExitCode:
    """Run the flow ``nightly`` once against a Prefect server and print its summary."""
    place, _ = in_share(settings, registered_towns(settings))
    with single_run(place.home):
        pass
    _environment(settings, PREFECT_LOGGING_LEVEL="CRITICAL")
    with connected_server(settings.home):
        from flows.nightly import nightly, on_progress

        prepare_server(settings)
        with _progress("crawling") as advance:
            token = on_progress.set(advance)
            try:
                state = nightly(
                    sources=str(settings.sources) if settings.sources else None,
                    base_url=settings.base_url,
                    share=settings.share,
                    return_state=True,
                )
            finally:
                on_progress.reset(token)
                _send_events()
    result: Any = state.result(raise_on_failure=False)
    if isinstance(result, BaseException):
        raise result
    run, summary = result
    status = _conclude(summary, place, published=run.answered > 0)
    if run.message:
        complain(f"a suspicious night: {run.message}")
        return ExitCode.SOME_FAILED
    return status


def _send_events() -> None:
    """Wait until the server has what Prefect reports in the background: the states of the tasks."""
    from prefect.events.worker import EventsWorker

    EventsWorker.drain_all()


def rerun_now(settings: Settings, town: str, *, year: int | None, refetch: bool) -> ExitCode:
    """Read one town again and print what that changed."""
    with single_run(settings.home):
        rerun = rerun_town(settings, town, year=year, refetch=refetch)
    for change in rerun.changes:
        say(f"{change}\n")
    say(f"{rerun.town}: read {rerun.reports} reports, {len(rerun.changes) or 'no'} changes\n")
    return _complain_of(rerun.failures)


def rebuild_now(
    settings: Settings, layout: str, *, compare: bool, jobs: int | None = None, cluster: str | None = None
) -> ExitCode:
    """Make the warehouse anew from the archive and print what differs; with ``compare`` only that.

    The archive is read by so many ``jobs``, or by the Dask ``cluster`` at that address.
    """
    engine = engine_of(cluster, jobs)
    with single_run(settings.home), _progress("reading") as advance:
        rebuilt = rebuild_warehouse(settings, compare=compare, engine=engine, advance=advance)
    if rebuilt.changes:
        print_changes(rebuilt.changes, layout)
    status = _complain_of(rebuilt.failures)
    complain(rebuilt.line)
    return ExitCode.SOME_FAILED if compare and rebuilt.changes else status


def load_paths(settings: Settings, paths: Sequence[str]) -> ExitCode:
    """Read saved reports into the warehouse in batches, publish, and print a summary."""
    summary = Summary()
    with single_run(settings.home), _progress("loading") as advance:
        archive = Archive(settings.archive_place)
        run = begin_run(settings, archive, LOAD)
        for start in range(0, len(paths), _FILES_A_BATCH):
            results = []
            for path in paths[start : start + _FILES_A_BATCH]:
                results.append(read_saved(path, archive=archive))
                summary = summary.plus(results[-1])
                advance(summary.towns, len(paths))
            archive.sync()
            load(results, settings.warehouse)
        end_run(settings, archive, run, towns=len(paths), publish=summary.reports > 0)
    return _conclude(summary, settings, published=summary.reports > 0)


def serve_flows(settings: Settings) -> None:
    """Serve the flows until interrupted, with a Prefect server that keeps the schedule."""
    sources = {"NIANBAO_SOURCES": str(settings.sources.resolve())} if settings.sources else {}
    _environment(settings, PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL="WARNING", **sources)
    with connected_server(settings.home, port=settings.prefect_port) as url:
        from flows.nightly import serve

        prepare_server(settings)
        signal.signal(signal.SIGTERM, _interrupt)
        complain(f"nightly at {settings.cron!r} {settings.timezone}; Prefect API at {url}")
        serve(settings)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _environment(settings: Settings, **defaults: str) -> None:
    """What the flows, here and in processes of their own, take from the environment; set before Prefect is imported."""
    os.environ["NIANBAO_HOME"] = str(settings.home.resolve())
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def _conclude(summary: Summary, settings: Settings, *, published: bool) -> ExitCode:
    say(f"{summary.line}\n")
    if published:
        say(f"published: {settings.published}\n")
    return _complain_of(summary.failures)


def _complain_of(failures: Iterable[Failure]) -> ExitCode:
    status = ExitCode.OK
    for failure in failures:
        complain(f"{failure.address}: {failure.reason} ({failure.kind})")
        status = ExitCode.SOME_FAILED
    return status


@contextmanager
def _progress(what: str) -> Iterator[Advance]:
    """A progress bar on standard error where that is a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, total: None  # noqa: ARG005
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
