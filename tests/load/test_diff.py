"""Two warehouses compared: what changed, appeared and vanished, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made_reports import DACHENGZI, filled, frames, made

from load.database import WarehouseError
from load.diff import diff_warehouses
from load.warehouse import load_batch, open_warehouse

RECEIVED = "requests.received.total"


@pytest.fixture(scope="module")
def two_reports(new_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(new_warehouse, tmp_path_factory, made(values={RECEIVED: 4}), made(year=2022))


@pytest.fixture
def pair(two_reports: Path, tmp_path: Path) -> tuple[Path, Path]:
    first, second = (Path(shutil.copyfile(two_reports, tmp_path / name)) for name in ("nianbao.duckdb", "b.duckdb"))
    return first, second


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


def test_findings_that_appeared_or_vanished_are_listed_though_no_figure_differs(pair: tuple[Path, Path]) -> None:
    with open_warehouse(pair[1]) as con:
        con.execute("UPDATE finding SET position = position + 1")
        con.execute(
            "INSERT INTO finding BY NAME SELECT report_id, 1 AS position, 'requests.wrong_cell' AS rule, "
            "'error' AS severity, 'source' AS cause, [?] AS figures, 'prints 4' AS message, "
            "[{'figure': ?, 'value': 5}] AS suggested FROM report WHERE year = 2021",
            [RECEIVED, RECEIVED],
        )
    said = f"error, source: prints 4 (suggested {RECEIVED} 5)"
    expected = [(2021, RECEIVED, "requests.wrong_cell", said)]
    there = [(c.change, c.year, c.figure, c.finding, c.before, c.after) for c in diff_warehouses(*pair)]
    back = [(c.change, c.year, c.figure, c.finding, c.before, c.after) for c in diff_warehouses(*pair[::-1])]
    assert there == [("appeared", *row[:3], None, row[3]) for row in expected]
    assert back == [("vanished", *row, None) for row in expected]


def test_finding_that_is_there_twice_differs_from_one(pair: tuple[Path, Path]) -> None:
    for database, positions in zip(pair, ([1], [1, 2]), strict=True):
        with open_warehouse(database) as con:
            con.execute("DELETE FROM finding")
            for position in positions:
                con.execute(
                    "INSERT INTO finding BY NAME SELECT report_id, ?::INTEGER AS position, 'copied' AS rule, "
                    "'info' AS severity, 'source' AS cause, [] AS figures, 'said' AS message, [] AS suggested "
                    "FROM report WHERE year = 2022",
                    [position],
                )
    assert [(c.change, c.finding, c.after) for c in diff_warehouses(*pair)] == [
        ("appeared", "copied", "info, source: said")
    ]


@pytest.mark.parametrize(
    ("table", "column", "new", "item", "says"),
    [
        ("section", "text", "收到4件。", "section overview", "一、总体情况: 收到4件。 (5 characters, MD5 "),
        ("section", "heading", "总体情况", "section overview", "总体情况: 收到3件。 (5 characters, MD5 "),
        ("statement", "value", 4.0, "statement received", "4 件, 2021, report, prose, overview, paragraph 1: 收到3件"),
        (
            "statement",
            "approximate",
            True,
            "statement received",
            "about 3 件, 2021, report, prose, overview",
        ),
        ("statistics_extra", "raw", "3.0", "extra row 历年累计 件数", "3 件, table 1, row 2, column 2: 3.0"),
    ],
)
def test_texts_statements_and_extra_rows_are_compared(
    pair: tuple[Path, Path], table: str, column: str, new: object, item: str, says: str
) -> None:
    rows = {
        "section": ["overview", "一、总体情况", "收到3件。"],
        "statement": ["received", 3.0, "件", False, 2021, "report", "prose", "收到3件", "overview", "paragraph 1"],
        "statistics_extra": ["历年累计", "件数", 3.0, "件", "reported", "3", "table 1, row 2, column 2"],
    }
    for database in pair:
        with open_warehouse(database) as con:
            for name, values in rows.items():
                con.execute(f"DELETE FROM {name}")  # noqa: S608
                marks = ", ".join("?" for _ in values)
                query = f"INSERT INTO {name} SELECT report_id, 1, {marks} FROM report WHERE year = 2021"  # noqa: S608
                con.execute(query, values)
    assert diff_warehouses(*pair) == []
    with open_warehouse(pair[1]) as con:
        con.execute(f"UPDATE {table} SET {column} = ?", [new])  # noqa: S608
    (appeared, vanished) = diff_warehouses(*pair)
    assert (appeared.change, appeared.item, vanished.change, vanished.item) == ("appeared", item, "vanished", item)
    assert (appeared.after or "").startswith(says)
    assert vanished.before != appeared.after


def test_file_that_is_no_warehouse_is_named(pair: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no such file"):
        diff_warehouses(pair[0], tmp_path / "missing.duckdb")
