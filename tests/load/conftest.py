"""A new warehouse for each test, copied from one that is made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_reports import PLACES

from load.database import Connection
from load.divisions import load_divisions
from load.warehouse import open_warehouse


@pytest.fixture(scope="session")
def new_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("warehouse") / "new.duckdb"
    with open_warehouse(path) as con:
        load_divisions(con, PLACES)
    return path


@pytest.fixture
def warehouse(new_warehouse: Path, tmp_path: Path) -> Path:
    """The path of an empty warehouse of the test's own."""
    return Path(shutil.copyfile(new_warehouse, tmp_path / "nianbao.duckdb"))


@pytest.fixture
def con(warehouse: Path) -> Iterator[Connection]:
    """A connection to that warehouse."""
    with open_warehouse(warehouse) as connection:
        yield connection
