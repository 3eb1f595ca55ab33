"""Queries: one question, read-only, no other file, every refusal one line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made_reports import filled, made

from load.database import WarehouseError
from load.query import QueryError, run_query


@pytest.fixture(scope="module")
def two_reports(new_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(new_warehouse, tmp_path_factory, made(), made("2019", year=2019))


@pytest.fixture
def loaded(two_reports: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(two_reports, tmp_path / "nianbao.duckdb"))


def test_query_gives_columns_and_rows(loaded: Path) -> None:
    columns, rows = run_query(loaded, "SELECT year, form FROM report ORDER BY year;")
    assert columns == ["year", "form"]
    assert rows == [(2019, "2019"), (2021, "2021")]


@pytest.mark.parametrize(
    "sql",
    [
        "WITH r AS (SELECT 1 AS x) SELECT x FROM r",
        "FROM report",
        "DESCRIBE town_year",
        "SHOW TABLES",
        "SUMMARIZE report",
        "PRAGMA table_info('report')",
        "EXPLAIN SELECT 1",
        "PIVOT report ON form USING count(*) GROUP BY division_code",
        "VALUES (1)",
    ],
)
def test_every_kind_of_question_is_answered(loaded: Path, sql: str) -> None:
    columns, rows = run_query(loaded, sql)
    assert columns
    assert rows


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO meta VALUES ('a', 'b')",
        "DELETE FROM report",
        "UPDATE report SET year = 1",
        "DROP TABLE report",
        "CREATE TABLE mine (a INTEGER)",
        "CREATE TEMP TABLE mine AS SELECT 1",
        "ATTACH 'other.duckdb'",
        "COPY report TO 'stolen.csv'",
        "EXPORT DATABASE 'stolen'",
        "SET threads = 1",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CALL pragma_version()",
        "CHECKPOINT",
        "BEGIN",
        "USE memory",
        "VACUUM",
        "EXPLAIN ANALYZE DELETE FROM report",
        "EXPLAIN ANALYZE COPY report TO 'stolen.csv'",
        "SELECT * FROM read_csv('/etc/hosts')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM '/etc/hosts'",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE report",
        "SELECT * FROM con",
        "SELEC 1",
        "SELECT wrong FROM report",
        "SELECT * FROM report WHERE year = 'abc'",
        "",
        " ; -- nothing",
    ],
)
def test_anything_else_is_refused_in_one_line_and_changes_nothing(
    loaded: Path, sql: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    before = loaded.read_bytes()
    with pytest.raises(QueryError) as refused:
        run_query(loaded, sql)
    assert str(refused.value)
    assert "\n" not in str(refused.value)
    assert loaded.read_bytes() == before
    assert list(folder.iterdir()) == []


def test_error_suggests_the_column_that_was_meant(loaded: Path) -> None:
    with pytest.raises(QueryError, match="division_code"):
        run_query(loaded, "SELECT division_cod FROM report")


def test_missing_warehouse_is_named(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no such file"):
        run_query(tmp_path / "missing.duckdb", "SELECT 1")
