"""Questions with a name: each runs, read-only, and says what it answers."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made_reports import filled, made

from load.named_queries import named_queries
from load.query import run_query, run_query_to_arrow


@pytest.fixture(scope="module")
def three_reports(new_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    before = {"requests.carried_out.total": 5}
    now = {
        "requests.handled.total": 40,
        "requests.unavailable_not_held.total": 10,
        "disputes.review.corrected": 2,
    }
    late = made(year=2022, values=now, published_on="2023-05-01")
    return filled(new_warehouse, tmp_path_factory, made(year=2021, values=before), late, made(year=2024))


@pytest.fixture
def loaded(three_reports: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(three_reports, tmp_path / "nianbao.duckdb"))


@pytest.mark.parametrize("name", named_queries())
def test_question_has_an_answer_and_a_sentence_about_it(loaded: Path, name: str) -> None:
    query = named_queries()[name]
    columns, rows = run_query(loaded, query.sql)
    assert query.about[0].isupper()
    assert columns
    assert rows


def test_carry_over_names_both_reports(loaded: Path) -> None:
    columns, [row] = run_query(loaded, named_queries()["carry_over"].sql)
    found = dict(zip(columns, row, strict=True))
    assert (found["year"], found["carried_out_year_before"], found["carried_in"], found["gap"]) == (2022, 5, 0, -5)


def test_answer_as_arrow_is_the_same_answer(loaded: Path) -> None:
    sql = "SELECT year, verdict FROM report ORDER BY year"
    columns, rows = run_query(loaded, sql)
    answer = run_query_to_arrow(loaded, sql)
    assert answer.column_names == columns
    assert [tuple(row.values()) for row in answer.to_pylist()] == rows
