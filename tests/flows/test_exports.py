"""The commands export, diff and query with its named questions, as a user calls them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.cli import run
from flows.loading import load
from flows.reading import read_saved
from flows.settings import Settings

SITE = Path(__file__).parents[2] / "data" / "sample_site"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from extract.archive import Archive

    settings = Settings(home=tmp_path_factory.mktemp("home"))
    pages = [SITE / f"lintao/art/{name}.html" for name in ("2020/1/19/art_6924_1280417", "2022/1/21/art_6924_1509973")]
    load([read_saved(str(page), archive=Archive(settings.archive)) for page in pages], settings.warehouse)
    return settings.warehouse


def test_export_says_what_it_wrote(database: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    target = tmp_path / "out.xlsx"
    assert run(["export", "--format", "xlsx", str(target), "--db", str(database)]) == 0
    assert capfdbinary.readouterr().out.decode() == f"{target}: 2 reports, 1 files\n"
    assert target.is_file()


def test_export_of_nothing_is_said(database: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    call = ["export", "--format", "csv", str(tmp_path / "out"), "--db", str(database), "--where", "year = 1990"]
    assert run(call) == 3
    assert "no report was chosen" in capfd.readouterr().err


def test_diff_ends_with_1_when_there_is_a_difference(database: Path, tmp_path: Path) -> None:
    part = tmp_path / "part.duckdb"
    assert run(["export", "--format", "duckdb", str(part), "--db", str(database), "--where", "year = 2019"]) == 0
    assert run(["diff", str(database), str(database)]) == 0
    assert run(["diff", str(part), str(database)]) == 1


def test_named_question_is_listed_and_answered(database: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["query", "--list"]) == 0
    assert "carry_over" in capfd.readouterr().out
    assert run(["query", "trust", "--db", str(database), "--format", "csv"]) == 0
    assert capfd.readouterr().out.startswith("year,form,verdict,reports")


def test_answer_in_parquet_is_read_back(database: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    call = ["query", "SELECT year FROM report ORDER BY year", "--db", str(database), "--format", "parquet"]
    assert run(call) == 0
    answer = pq.read_table(pa.BufferReader(capfdbinary.readouterr().out))
    assert answer.to_pylist() == [{"year": 2019}, {"year": 2021}]


def test_nothing_asked_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["query"]) == 2
    assert "nothing is asked" in capfd.readouterr().err
