"""Prefect flows: ``nightly`` over the whole registry, ``town`` over one town, ``rebuild`` over the archive; all thin.

A task per town, never per page (a task costs some milliseconds).  Addresses that fail are failures inside the
town's result; a task fails, and is retried, only for what nobody foresaw, such as a full disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.states import Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.engine import engine_of
from flows.errors import ExitCode, UserError, one_line
from flows.fetching import registered_towns
from flows.limits import LOAD, crawl_limit, crawl_limits, slot, slots
from flows.lock import single_run
from flows.night import Night
from flows.rebuild import Rebuilt, rebuild_warehouse
from flows.rerun import Rerun, rerun_town
from flows.results import Failure, FetchedTown, Summary, TownResult
from flows.settings import Settings, load_settings
from flows.shares import in_share
from flows.sources import Town
from flows.told import notify, show_night
from load.ledger import Run

on_progress: ContextVar[Callable[[int, int], None] | None] = ContextVar("on_progress", default=None)
"""Told how many towns are done, of how many, by a flow that runs in this process."""


@task(retries=2, retry_delay_seconds=[2, 20], task_run_name="{fetched.town.name}", cache_policy=NO_CACHE)
def crawl_town(fetched: FetchedTown, night: Night) -> TownResult:
    """Read what the addresses of one town gave."""
    return night.read(fetched)


@task(cache_policy=NO_CACHE)
def load_towns(results: Sequence[TownResult], night: Night) -> None:
    """Load some towns into the working database."""
    with slot(LOAD):
        night.load(results)


@task(cache_policy=NO_CACHE)
def finish_night(night: Night) -> Run:
    """Judge the night, write it down, and publish the working database."""
    return night.finish()


_RUNNER: Any = ThreadPoolTaskRunner(max_workers=load_settings().workers)


@flow(name="nightly", task_runner=_RUNNER, on_failure=[notify], on_crashed=[notify])
def nightly(
    sources: str | None = None, base_url: str | None = None, share: str | None = None
) -> tuple[Run, Summary] | State[Any]:
    """Crawl every town of the registry, load what was read and publish; a town that fails stops no other.

    ``sources`` (path of a registry), ``base_url`` and ``share`` (such as ``2/4``: only the hosts of the second of four
    shares, in a home folder of its own) take the place of the settings of the same names.  A suspicious night ends in
    state Failed, with the same result.  Raises :class:`flows.lock.RunInProgressError` when another run is going on.
    """
    given = {"sources": Path(sources) if sources else None, "base_url": base_url, "share": share}
    settings = load_settings().model_copy(update={name: value for name, value in given.items() if value})
    towns = registered_towns(settings)
    limit = crawl_limit(settings, towns)
    settings, towns = in_share(settings, towns)
    with single_run(settings.home), slot(limit):
        night = Night(settings, towns)
        for results in _crawl(night):
            load_towns(results, night)
        run = finish_night(night)
    get_run_logger().info(night.summary.line)
    show_night(run, night.summary)
    result = run, night.summary
    return Failed(message=f"a suspicious night: {run.message}", data=result) if run.message else result


@flow(name="town", on_failure=[notify], on_crashed=[notify])
def town(name: str, year: int | None = None, refetch: bool = False, share: str | None = None) -> Rerun:
    """Read one town again, from the kept bytes or (``refetch``) from its addresses; see ``flows.rerun``.

    It is read in the home folder of its ``share``, if any; from its addresses while no share is crawled, since a report
    that the registry no longer names may lie on a host of any.
    """
    settings = load_settings().model_copy(update={"share": share} if share else {})
    towns = registered_towns(settings) if settings.share else ()
    limits = crawl_limits(settings, towns) if refetch else ()
    settings, _ = in_share(settings, towns)
    with single_run(settings.home), slots(limits):
        rerun = rerun_town(settings, name, year=year, refetch=refetch)
    get_run_logger().info("%s: %d changes, %d failures", rerun.town, len(rerun.changes), len(rerun.failures))
    return rerun


@flow(name="rebuild")
def rebuild(compare: bool = False, cluster: str | None = None) -> Rebuilt:
    """Make the whole warehouse anew from the archive, or only ``compare`` it; see ``flows.rebuild``.

    The archive is read on all cores, or by a Dask ``cluster`` (``dask://HOST:PORT``).  Fails with :class:`UserError`
    when a comparison finds a difference.
    """
    settings = load_settings()
    with single_run(settings.home):
        rebuilt = rebuild_warehouse(settings, compare=compare, engine=engine_of(cluster))
    get_run_logger().info(rebuilt.line)
    if compare and rebuilt.changes:
        raise UserError(rebuilt.line, ExitCode.SOME_FAILED)
    return rebuilt


def _crawl(night: Night) -> Iterator[list[TownResult]]:
    """The results of all towns, in batches: hosts are asked all through, while towns that are done are read."""
    futures: list[tuple[PrefectFuture[TownResult], Town]] = []
    report = on_progress.get()
    for count, fetched in enumerate(night.fetched(), 1):
        futures.append((crawl_town.submit(fetched, night), fetched.town))
        if report:
            report(count, len(night.towns))
        if len(futures) == night.settings.batch:
            yield [_outcome(*pair) for pair in futures]
            futures.clear()
    yield [_outcome(*pair) for pair in futures]


def _outcome(future: PrefectFuture[TownResult], town: Town) -> TownResult:
    future.wait()
    outcome = future.result(raise_on_failure=False)
    if isinstance(outcome, TownResult):
        return outcome
    reason = one_line(outcome) if isinstance(outcome, BaseException) else "the task ended without a result"
    return TownResult(
        town.name, (), tuple(Failure(town.name, url, "run", reason) for url in (*town.addresses, *town.listings))
    )


def serve(settings: Settings) -> None:
    """Serve the flows until interrupted: ``nightly`` by the clock of the settings, ``town`` and ``rebuild`` on demand.

    The schedule stays active on the server when this process stops, so that a restart misses no night.
    """
    from prefect import serve as serve_deployments
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    by_the_clock = RunnerDeployment.from_flow(
        nightly,
        name="nightly",
        schedules=[Cron(settings.cron, timezone=settings.timezone)],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    on_demand = (
        RunnerDeployment.from_flow(flow, name=flow.name, entrypoint_type=EntrypointType.MODULE_PATH)
        for flow in (town, rebuild)
    )
    serve_deployments(by_the_clock, *on_demand, pause_on_shutdown=False, print_starting_message=False)
