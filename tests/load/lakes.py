"""Empty lakes with the places of ``made_reports``, each a copy of one that is made once for each kind of catalogue."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

from made_reports import PLACES
from postgres import Postgres

from load.divisions import load_divisions
from load.lake_address import Lake, lake_at
from load.warehouse import open_warehouse


class Lakes:
    """Makes lakes; all of one kind put their data into one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def in_sqlite(self) -> Lake:
        """A lake whose catalogue is a file."""
        template = self._folder / "template.sqlite"
        if not template.exists():
            _fill(lake_at(f"ducklake:sqlite:{template}?data={self._folder / 'sqlite'}"))
        copy = shutil.copyfile(template, self._folder / f"lake{next(self._numbers)}.sqlite")
        return lake_at(f"ducklake:sqlite:{copy}")

    def in_postgres(self, server: Postgres, data: str = "") -> Lake:
        """A lake whose catalogue is a database of a server, its ``data`` in a folder of its own or where it is said."""
        if "template" not in server.databases():
            where = data or str(self._folder / "postgres")
            _fill(lake_at(f"ducklake:postgres:{server.database('template')}?data={where}"))
        return lake_at(f"ducklake:postgres:{server.database(f'lake{next(self._numbers)}', template='template')}")


def _fill(lake: Lake) -> None:
    with open_warehouse(lake) as con:
        load_divisions(con, PLACES)
