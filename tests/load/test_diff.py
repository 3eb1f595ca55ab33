"""Two warehouses compared: what changed, appeared and vanished, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made_reports import DACHENGZI, frames, made

from load.database import WarehouseError
from load.diff import diff_warehouses
from load.warehouse import load_batch, open_warehouse

RECEIVED = "requests.received.total"


@pytest.fixture
def pair(warehouse: Path, tmp_path: Path) -> tuple[Path, Path]:
    load_batch(warehouse, frames(made(values={RECEIVED: 4}), made(year=2022)))
    return warehouse, Path(shutil.copyfile(warehouse, tmp_path / "b.duckdb"))


def differences(pair: tuple[Path, Path]) -> list[tuple[str, int | None, str | None, str | None, str | None]]:
    return [(c.change, c.year, c.figure, c.before, c.after) for c in diff_warehouses(*pair)]


def test_equal_databases_do_not_differ(pair: tuple[Path, Path]) -> None:
    assert differences(pair) == []
    load_batch(pair[1], frames(made(values={RECEIVED: 4})))
    assert differences(pair) == []


def test_changed_figure_is_listed_with_both_readings(pair: tuple[Path, Path]) -> None:
    load_batch(pair[1], frames(made(values={RECEIVED: None}, verdict="incomplete")))
    assert differences(pair) == [
        ("changed", 2021, None, "verified, form 2021", "incomplete, form 2021"),
        ("changed", 2021, RECEIVED, "4", "blank"),
    ]


def test_report_that_appeared_or_vanished_is_one_line(pair: tuple[Path, Path]) -> None:
    load_batch(pair[1], frames(made(code=DACHENGZI, issuer="大城子镇", year=2020)))
    assert differences(pair) == [("appeared", 2020, None, None, "verified, form 2021")]
    assert differences(pair[::-1]) == [("vanished", 2020, None, "verified, form 2021", None)]


def test_figure_that_appeared_or_vanished_is_listed(pair: tuple[Path, Path]) -> None:
    with open_warehouse(pair[1]) as con:
        con.execute("DELETE FROM figure WHERE figure = ? AND value = 4", [RECEIVED])
    assert differences(pair) == [("vanished", 2021, RECEIVED, "4", None)]
    assert differences(pair[::-1]) == [("appeared", 2021, RECEIVED, None, "4")]


def test_file_that_is_no_warehouse_is_named(pair: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no such file"):
        diff_warehouses(pair[0], tmp_path / "missing.duckdb")
