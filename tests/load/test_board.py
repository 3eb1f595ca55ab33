"""What the dashboard reads: aggregates made after each publishing, and the questions put to them, on known figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from made_reports import DACHENGZI, SANDAOHEZI, filled, frames, made

from load.board import board_file, open_board, prepare_board
from load.board_views import Measure, coverage, figures, find_places, found_by_rule, most_doubtful, ranking, series
from load.database import Connection, WarehouseError, open_database
from load.warehouse import load_batch
from transform.frames import Reading
from transform.model import Finding

NOT_HELD = Measure("not_held", "unavailable_not_held", "handled")
RECEIVED = Measure("received", "received", None)


def requests(handled: int, not_held: int, **given: int) -> dict[str, int]:
    return {
        "requests.received.total": handled,
        "requests.handled.total": handled,
        "requests.unavailable_not_held.total": not_held,
        **given,
    }


READINGS: Sequence[Reading] = (
    made(values=requests(40, 10), year=2021),
    made(values=requests(29, 29), year=2022),
    made(values=requests(60, 3), year=2021, code=DACHENGZI, issuer="大城子镇人民政府"),
    made(
        values=requests(50, 50),
        year=2021,
        code="211382",
        issuer="凌源市人民政府",
        verdict="flagged",
        findings=(Finding("requests.row_sum", "error", ("requests.handled.total",), "wrong", "source"),),
    ),
    made(values=requests(90, 90), year=2021, code="2113", issuer="朝阳市教育局"),
)


@pytest.fixture(scope="module")
def published(new_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(new_warehouse, tmp_path_factory, *READINGS)


@pytest.fixture(scope="module")
def aggregates(published: Path) -> Path:
    return prepare_board(published, published.parent / "home")


@pytest.fixture
def board(published: Path, aggregates: Path) -> Iterator[Connection]:
    with closing(open_board(published, aggregates)) as con:
        yield con


def test_the_aggregates_are_made_once_for_each_state_of_the_database(warehouse: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = prepare_board(warehouse, home)
    made_at = first.stat().st_mtime_ns
    assert prepare_board(warehouse, home).stat().st_mtime_ns == made_at
    load_batch(warehouse, frames(*READINGS))
    second = prepare_board(warehouse, home)
    assert list(home.iterdir()) == [second]
    assert second != first


def test_a_database_published_anew_is_opened_beside_the_one_still_open(warehouse: Path) -> None:
    load_batch(warehouse, frames(*READINGS))
    board = open_board(warehouse, prepare_board(warehouse, warehouse.parent / "home"))
    newer = warehouse.with_name("newer.duckdb")
    newer.write_bytes(warehouse.read_bytes())
    load_batch(newer, frames(made(values=requests(7, 0), year=2023)))
    newer.replace(warehouse)
    con = open_board(warehouse, prepare_board(warehouse, warehouse.parent / "home"))
    years = "SELECT count(DISTINCT year) FROM town_year JOIN published.report USING (report_id, year)"
    assert (board.execute(years).fetchall(), con.execute(years).fetchall()) == ([(2,)], [(3,)])
    con.close()
    board.close()


def test_what_is_no_database_of_this_program_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no such file; `nianbao crawl`"):
        prepare_board(tmp_path / "nothing.duckdb", tmp_path)
    other = tmp_path / "other.duckdb"
    with open_database(other) as con:
        con.execute("CREATE TABLE accounts (name VARCHAR)")
    with pytest.raises(WarehouseError, match="no warehouse of this program"):
        prepare_board(other, tmp_path)


def test_a_folder_that_cannot_be_written_is_named(warehouse: Path, tmp_path: Path) -> None:
    tmp_path.joinpath("home").write_text("a file")
    with pytest.raises(WarehouseError, match="home: cannot be written"):
        prepare_board(warehouse, tmp_path / "home")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("三道河子镇", SANDAOHEZI),
        ("三道河子", SANDAOHEZI),
        ("喀喇沁左翼蒙古族自治縣", "211324"),
        ("遼寧", "21"),
        ("sandaohezi", SANDAOHEZI),
        ("San Dao He Zi", SANDAOHEZI),
        ("sdhzz", SANDAOHEZI),
        ("chaoyang", "2113"),
        ("zhaoyangshi", "2113"),
        ("211382117", SANDAOHEZI),
    ],
)
def test_a_division_is_found_by_its_name_in_both_scripts_by_pinyin_and_by_code(
    board: Connection, text: str, code: str
) -> None:
    assert find_places(board, text)["code"][0] == code


@pytest.mark.parametrize("text", ["", "  ", "不存在", "'; DROP TABLE place; --", "dao"])
def test_what_no_division_is_called_finds_nothing(board: Connection, text: str) -> None:
    assert find_places(board, text).empty


def test_a_ranking_leaves_out_small_numbers_contradicted_reports_and_departments(board: Connection) -> None:
    found = ranking(board, NOT_HELD, year=2021)
    assert list(zip(found.rows["rank"], found.rows["name"], found.rows["value"], strict=True)) == [
        (1, "三道河子镇", 0.25),
        (2, "大城子镇", 0.05),
    ]
    assert (found.small, found.flagged, found.unknown) == (0, 1, 0)
    assert ranking(board, NOT_HELD, year=2021, with_flagged=True).rows["name"][0] == "凌源市"


def test_small_numbers_are_ranked_when_asked_for_and_marked(board: Connection) -> None:
    assert ranking(board, NOT_HELD, year=2022).rows.empty
    assert ranking(board, NOT_HELD, year=2022).small == 1
    asked = ranking(board, NOT_HELD, year=2022, with_small=True)
    assert (list(asked.rows["small"]), asked.small) == ([True], 0)


def test_counts_are_ranked_whatever_their_size(board: Connection) -> None:
    assert list(ranking(board, RECEIVED, year=2022).rows["value"]) == [29]


def test_a_ranking_can_be_of_one_level_and_area_and_from_below(board: Connection) -> None:
    assert list(ranking(board, NOT_HELD, year=2021, area="211324").rows["name"]) == ["大城子镇"]
    assert ranking(board, NOT_HELD, year=2021, level="county").rows.empty
    assert list(ranking(board, NOT_HELD, year=2021, level="town", ascending=True).rows["name"]) == [
        "大城子镇",
        "三道河子镇",
    ]


def test_coverage_counts_the_bodies_with_a_report_among_those_that_exist(board: Connection) -> None:
    below = coverage(board, "2113", None)
    rows = below[["name", "year", "with_report", "existing", "share"]].values.tolist()
    assert rows == [
        ["喀喇沁左翼蒙古族自治县", 2021, 1, 2, 0.5],
        ["喀喇沁左翼蒙古族自治县", 2022, 0, 2, 0.0],
        ["凌源市", 2021, 2, 2, 1.0],
        ["凌源市", 2022, 1, 2, 0.5],
    ]
    towns = coverage(board, "", "town")
    assert towns[["with_report", "existing"]].values.tolist() == [[2, 2], [1, 2]]


def test_a_series_marks_the_shares_of_small_numbers(board: Connection) -> None:
    rows = series(board, [SANDAOHEZI], NOT_HELD)
    assert rows[["year", "value", "small"]].values.tolist() == [[2021, 0.25, False], [2022, 1.0, True]]


def test_figures_carry_the_worst_finding_that_names_them(board: Connection) -> None:
    report_id = most_doubtful(board)["report_id"][0]
    found = figures(board, report_id).set_index("figure")["severity"]
    assert found["requests.handled.total"] == "error"
    assert found.drop("requests.handled.total").isna().all()
    assert "requests.row_sum" in set(found_by_rule(board, province="辽宁省")["rule"])


def test_the_file_of_the_aggregates_is_named_by_what_they_are_made_from(warehouse: Path, tmp_path: Path) -> None:
    assert board_file(warehouse, tmp_path) == board_file(warehouse, tmp_path)
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(warehouse.read_bytes())
    assert board_file(copy, tmp_path) != board_file(warehouse, tmp_path)
