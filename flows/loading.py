"""The warehouse of an installation: made ready, loaded with what was read, published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib import resources

from flows.corrections import active_corrections
from flows.results import TownResult
from flows.settings import Settings
from load.board import renew_board
from load.database import Connection
from load.divisions import holds_divisions, load_divisions
from load.lake_address import Database
from load.publish import begin_working_copy, publish
from load.warehouse import load_batch, open_warehouse
from transform.frames import to_frames
from transform.metadata.gazetteer import gazetteer


def prepare_warehouse(settings: Settings) -> None:
    """Make the working database ready: begun from the published one where it is gone, with the gazetteer in it."""
    active_corrections()
    begin_working_copy(settings.published, settings.warehouse)
    version = hashlib.sha256(_packed_divisions()).hexdigest()[:16]
    with open_warehouse(settings.warehouse) as connection:
        if not holds_divisions(connection, version):
            load_divisions(connection, gazetteer().divisions(), version)


def _packed_divisions() -> bytes:
    return resources.files("data").joinpath("divisions.tsv.gz").read_bytes()


def load(results: Iterable[TownResult], warehouse: Database | Connection) -> None:
    """Put readings, snapshots and visits of some towns into the working database, in one transaction.

    What they refer to has to be on the disk: call :meth:`extract.archive.Archive.sync` before.
    """
    found = list(results)
    readings = [reading for result in found for reading in result.readings]
    snapshots = [snapshot for result in found for snapshot in result.snapshots]
    visits = [visit for result in found for visit in result.visits]
    if snapshots or visits:
        load_batch(warehouse, to_frames(readings), snapshots, visits)


def publish_warehouse(settings: Settings) -> None:
    """Publish the working database, and renew what a dashboard has made of the published one."""
    publish(settings.warehouse, settings.published)
    renew_board(settings.published, settings.home)
