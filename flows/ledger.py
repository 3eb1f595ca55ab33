"""The ledger of runs: each is written down in the archive and in the warehouse, when it begins and when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from extract.archive import Archive
from extract.archive.records import RunEvent
from flows.loading import prepare_warehouse, publish_warehouse
from flows.settings import Settings
from load.ledger import Run, counted, record_run
from load.warehouse import open_warehouse, transaction

NIGHTLY = "nightly"
TOWN = "town"
LOAD = "load"
_WRITTEN_ELSEWHERE = ("run_id", "started_at")


def begin_run(settings: Settings, archive: Archive, kind: str, *, go_on: bool = False) -> Run:
    """Begin a run, or ``go_on`` with the last one of the kind that was cut off not long ago; the lock is held.

    Whatever else was cut off is written down as interrupted.
    """
    prepare_warehouse(settings)
    cut_off = archive.unended()
    gone_on = next((event for event in reversed(cut_off) if go_on and _goes_on(event, kind, settings)), None)
    run = run_of(gone_on or archive.begin(f"{kind}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}", {"kind": kind}))
    with open_warehouse(settings.warehouse) as connection, transaction(connection):
        given_up = [
            counted(connection, replace(run_of(event), state="interrupted"))
            for event in cut_off
            if event is not gone_on
        ]
        for one in (*given_up, counted(connection, run)):
            record_run(connection, one)
    for one in given_up:
        archive.end(_facts(one), run=one.run_id)
    archive.begin(run.run_id)
    return run


def end_run(
    settings: Settings, archive: Archive, run: Run, *, towns: int, doubts: Sequence[str] = (), publish: bool = True
) -> Run:
    """Write down that a run over so many towns has ended and how the warehouse stands, and publish; the ended run."""
    state = "suspicious" if doubts else "completed"
    with open_warehouse(settings.warehouse) as connection, transaction(connection):
        ended = replace(
            counted(connection, run),
            ended_at=datetime.now(UTC),
            state=state,
            message="; ".join(doubts) or None,
            towns=towns,
        )
        record_run(connection, ended)
    if publish:
        publish_warehouse(settings)
    archive.end(_facts(ended))
    archive.sync()
    return ended


def run_of(event: RunEvent) -> Run:
    """The run that an event of the archive tells of."""
    began = datetime.fromisoformat(event.at)
    return Run(event.run, event.fact("kind") or "", began)


def _facts(run: Run) -> dict[str, str]:
    """What the archive keeps of a run that has ended, besides its name and when it began."""
    told = {name: str(value) for name, value in asdict(run).items() if value is not None}
    return {name: value for name, value in told.items() if name not in _WRITTEN_ELSEWHERE}


def _goes_on(event: RunEvent, kind: str, settings: Settings) -> bool:
    age = datetime.now(UTC) - datetime.fromisoformat(event.at)
    return event.fact("kind") == kind and age < timedelta(hours=settings.resume_hours)
