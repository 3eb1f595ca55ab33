"""``nianbao rebuild``: the whole warehouse anew from the archive alone, run by run as it happened, and what differs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import partial
from typing import Any

from extract.archive import Archive
from extract.archive.records import RunEvent
from extract.archive.replay import Partition, partitions
from flows.corrections import corrections_fingerprint
from flows.engine import in_order
from flows.errors import ExitCode, UserError
from flows.ledger import run_of
from flows.loading import prepare_warehouse, publish_warehouse
from flows.partition import PartsRead, read_partition, reader
from flows.results import Failure
from flows.settings import Settings
from load.between import check_between
from load.corrections import set_read_with
from load.database import WarehouseError, exists
from load.diff import Change, diff_warehouses
from load.lake_address import Database
from load.ledger import Run, counted, record_run
from load.parts import put_together, read_part
from load.publish import take_over
from load.warehouse import Batch, load_tables, open_warehouse, transaction
from transform.forms import load_forms

Advance = Callable[[int, int], None]
Engine = Callable[[Callable[[Partition], PartsRead], Sequence[Partition]], Iterator[PartsRead]]
"""Does the work on every partition somewhere, and gives the results in order."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: runs and visits told again, reports read, what differs from the published database.

    ``failures`` tells of what the archive should have had and has not.
    """

    runs: int = 0
    visits: int = 0
    readings: int = 0
    failures: tuple[Failure, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def line(self) -> str:
        """The rebuild in one line, for a log."""
        counts = f"runs: {self.runs}; visits: {self.visits}; reports read: {self.readings}"
        return f"{counts}; differences: {len(self.changes)}; failures: {len(self.failures)}"


def rebuild_warehouse(
    settings: Settings, *, compare: bool = False, engine: Engine = in_order, advance: Advance | None = None
) -> Rebuilt:
    """Make the warehouse anew, compare it with the published one, and put it in its place unless only to ``compare``.

    The lock of the home folder is held by the caller; ``advance`` is told how many partitions are done, of how many.
    Raises :class:`UserError` where there is nothing to compare
    with, or no archive.  A published database that cannot be opened is replaced without a comparison.
    """
    if compare and not exists(settings.published):
        raise UserError(f"{settings.published}: no such file; there is nothing to compare with")
    comparable = _is_comparable(settings.published, needed=compare)
    archive = Archive(settings.archive_place)
    if not archive.stretches():
        raise UserError(f"{settings.archive_place} is empty; there is nothing to rebuild from", ExitCode.NOTHING_DONE)
    place = settings.model_copy(update={"home": settings.home / "rebuild", "lake": None})
    shutil.rmtree(place.home, ignore_errors=True)
    try:
        archive.settle()
        home, kept = place.home.resolve(), settings.archive_place.resolved()
        read = partial(read_partition, place=kept, folder=home, wanted=reader())
        rebuilt = _tell_again(archive, place, partial(engine, read), advance)
        if comparable:
            pair, megabytes = (settings.published, place.warehouse), settings.memory_megabytes
            rebuilt = replace(rebuilt, changes=tuple(diff_warehouses(*pair, megabytes=megabytes)))
        if not compare:
            take_over(place.warehouse, settings.warehouse)
            publish_warehouse(settings)
    finally:
        archive.close()
        shutil.rmtree(place.home, ignore_errors=True)
    return rebuilt


def _is_comparable(published: Database, *, needed: bool) -> bool:
    try:
        with open_warehouse(published, read_only=True):
            return True
    except WarehouseError:
        if needed:
            raise
        return False


def _tell_again(
    archive: Archive,
    place: Settings,
    read_all: Callable[[Sequence[Partition]], Iterator[PartsRead]],
    advance: Advance | None,
) -> Rebuilt:
    prepare_warehouse(place)
    visits = readings = 0
    lost = archive.lost()
    failures = [Failure("", what, "archive", why) for what, why in lost.items()]
    everything, runs = partitions(archive), archive.runs()

    def taken_parts() -> Iterator[Batch]:
        nonlocal visits, readings, failures
        for number, done in enumerate(read_all(everything), 1):
            for part in done.parts:
                yield read_part(part)
                shutil.rmtree(part)
            visits += done.visits
            readings += done.readings
            failures += [failure for failure in done.failures if failure.address not in lost]
            if advance:
                advance(number, len(everything))

    with open_warehouse(place.warehouse) as warehouse:
        warehouse.execute(f"SET memory_limit = '{place.memory_megabytes}MB'")
        for batch in put_together(taken_parts()):
            load_tables(warehouse, batch, between=False)
        with transaction(warehouse):
            check_between(warehouse, load_forms())
            set_read_with(warehouse, corrections_fingerprint())
            for began, ended in runs:
                record_run(warehouse, _told(counted(warehouse, run_of(began)), ended))
    return Rebuilt(len(runs), visits, readings, tuple(failures))


def _told(run: Run, ended: RunEvent | None) -> Run:
    """The run as its last record tells of it; as far as it came where there is none."""
    facts: dict[str, Any] = {
        name: _typed(name, value) for name, value in (ended.facts if ended else ()) if name in _FACTS
    }
    return replace(run, **facts)


_FACTS = {field.name: str(field.type) for field in fields(Run)}


def _typed(name: str, value: str) -> int | str | datetime:
    if name == "ended_at":
        return datetime.fromisoformat(value)
    return int(value) if _FACTS[name] == "int" else value
