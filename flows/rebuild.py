"""``nianbao rebuild``: the whole warehouse anew from the archive alone, run by run as it happened, and what differs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from extract.archive import Archive, Visit
from extract.archive.replay import PastRun, Replay
from flows.errors import ExitCode, UserError
from flows.ledger import run_of
from flows.pipeline import FetchedTown, TownResult, load, prepare_warehouse, publish_warehouse, read_fetched
from flows.settings import Settings
from flows.sources import Town
from load.database import Connection
from load.diff import Change, diff_warehouses
from load.ledger import Run, counted, record_run
from load.warehouse import open_warehouse, transaction

_VISITS_A_BATCH = 500


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: runs and visits told again, reports read, and what differs from the published database."""

    runs: int
    visits: int
    readings: int
    changes: tuple[Change, ...]

    @property
    def line(self) -> str:
        """The rebuild in one line, for a log."""
        counts = f"runs: {self.runs}; visits: {self.visits}; reports read: {self.readings}"
        return f"{counts}; differences: {len(self.changes)}"


class _Everything:
    """Holds whatever is asked for: only what is new or has changed is read."""

    def __contains__(self, _: object) -> bool:
        return True


def rebuild_warehouse(settings: Settings, *, compare: bool = False) -> Rebuilt:
    """Make the warehouse anew, compare it with the published one, and put it in its place unless only to ``compare``.

    The lock of the home folder is held by the caller.  Raises :class:`UserError` where there is nothing to compare
    with, or no archive.
    """
    if compare and not settings.published.exists():
        raise UserError(f"{settings.published}: no such file; there is nothing to compare with")
    archive = Archive(settings.archive)
    if not archive.everything():
        raise UserError(f"{settings.archive} is empty; there is nothing to rebuild from", ExitCode.NOTHING_DONE)
    place = settings.model_copy(update={"home": settings.home / "rebuild"})
    shutil.rmtree(place.home, ignore_errors=True)
    try:
        rebuilt = _tell_again(archive, place)
        if settings.published.exists():
            rebuilt = replace(rebuilt, changes=tuple(diff_warehouses(settings.published, place.warehouse)))
        if not compare:
            Path(f"{settings.warehouse}.wal").unlink(missing_ok=True)
            place.warehouse.replace(settings.warehouse)
            publish_warehouse(settings)
    finally:
        shutil.rmtree(place.home, ignore_errors=True)
    return rebuilt


def _tell_again(archive: Archive, place: Settings) -> Rebuilt:
    prepare_warehouse(place)
    replay = Replay(archive)
    runs = visits = readings = 0
    with open_warehouse(place.warehouse) as warehouse:
        for past in replay.runs():
            for batch in _batches(past.visits):
                result = _read(batch, replay)
                load([result], warehouse)
                readings += len(result.readings)
            visits += len(past.visits)
            runs += _record(past, warehouse)
    return Rebuilt(runs, visits, readings, ())


def _read(visits: tuple[Visit, ...], replay: Replay) -> TownResult:
    town = Town("rebuild", "rebuild", None, ())
    return read_fetched(FetchedTown(town, visits), archive=replay, known=_Everything())


def _batches(visits: tuple[Visit, ...]) -> Iterator[tuple[Visit, ...]]:
    """Visits in their order, some hundreds together; a page and its documents stay together."""
    groups: dict[str, list[Visit]] = {}
    for visit in visits:
        groups.setdefault(visit.page or visit.source, []).append(visit)
    batch: list[Visit] = []
    for group in groups.values():
        batch += group
        if len(batch) >= _VISITS_A_BATCH:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


def _record(past: PastRun, warehouse: Connection) -> int:
    """Write a run into the ledger as its last record tells of it, else as far as it came; 0 for visits of no run."""
    if past.began is None:
        return 0
    run = counted(warehouse, run_of(past.began))
    if past.ended:
        told: dict[str, Any] = {name: _typed(name, value) for name, value in past.ended.facts if name in _FACTS}
        run = replace(run, **told)
    with transaction(warehouse):
        record_run(warehouse, run)
    return 1


_FACTS = {field.name: str(field.type) for field in fields(Run)}


def _typed(name: str, value: str) -> int | str | datetime:
    if name == "ended_at":
        return datetime.fromisoformat(value)
    return int(value) if _FACTS[name] == "int" else value
