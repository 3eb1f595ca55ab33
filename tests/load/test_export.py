"""Ways out: every format opened again, the same figures in it, a blank never a 0, the same bytes each time."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from made_reports import DACHENGZI, filled, made

from load.database import WarehouseError
from load.export import export
from load.layout import table_cells
from load.query import QueryError
from load.warehouse import open_warehouse, ordered
from transform.forms import load_forms
from transform.model import Finding

DOUBT = Finding("requests.row_sum", "error", ("requests.received.total",), "4 is not 3", "source")
VALUES = {"requests.received.total": 4, "requests.granted.total": None, "disclosure.fees.amount": 1.5}
LAYOUTS = ("parquet", "csv", "xlsx", "duckdb")


@pytest.fixture(scope="module")
def five_reports(new_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    reports = (
        made(values=VALUES, findings=(DOUBT,), verdict="flagged"),
        made("2019", year=2019),
        made("2014", {"statistics.received": 7}, year=2018),
        made(code=DACHENGZI, issuer="=大城子镇/人民政府", year=None),
        made(None, year=2022, verdict="empty"),
    )
    return filled(new_warehouse, tmp_path_factory, *reports)


@pytest.fixture
def loaded(five_reports: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(five_reports, tmp_path / "nianbao.duckdb"))


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def expected(database: Path, table: str) -> list[tuple[Any, ...]]:
    with open_warehouse(database, read_only=True) as con:
        return con.execute(ordered(table)).fetchall()


@pytest.mark.parametrize("layout", ["parquet", "csv", "xlsx"])
def test_same_data_gives_the_same_bytes(loaded: Path, tmp_path: Path, layout: str) -> None:
    written = []
    for name in ("first", "second"):
        target = tmp_path / name / "out"
        export(loaded, target, layout)
        written.append(files(target) if target.is_dir() else target.read_bytes())
    assert written[0] == written[1]


def test_parquet_is_partitioned_by_year_and_holds_every_row(loaded: Path, tmp_path: Path) -> None:
    done = export(loaded, tmp_path / "out", "parquet")
    assert done.reports == 5
    years = sorted(p.name for p in (tmp_path / "out" / "figure").iterdir())
    assert years == [f"year={y}" for y in (2018, 2019, 2021, 2022, "__HIVE_DEFAULT_PARTITION__")]
    parts = (tmp_path / "out" / "figure").rglob("*.parquet")
    rows = [tuple(row.values()) for part in parts for row in pq.ParquetFile(part).read().to_pylist()]
    assert sorted(rows, key=str) == sorted(expected(loaded, "figure"), key=str)


def test_partitions_are_read_as_one_table_by_duckdb(loaded: Path, tmp_path: Path) -> None:
    import duckdb

    export(loaded, tmp_path / "out", "parquet")
    query = "SELECT year, count(*) FROM read_parquet(?) GROUP BY year ORDER BY year NULLS LAST"
    assert duckdb.execute(query, [f"{tmp_path}/out/report/*/*.parquet"]).fetchall() == [
        (2018, 1),
        (2019, 1),
        (2021, 1),
        (2022, 1),
        (None, 1),
    ]


@pytest.mark.parametrize("layout", ["parquet", "csv"])
def test_descriptor_names_files_that_are_there_and_their_columns(loaded: Path, tmp_path: Path, layout: str) -> None:
    export(loaded, tmp_path / "out", layout)
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))
    named = set()
    for resource in package["resources"]:
        paths = [resource["path"]] if isinstance(resource["path"], str) else resource["path"]
        named.update(paths)
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert set(resource["schema"]["primaryKey"]) <= set(fields)
        assert all(field["description"] for field in resource["schema"]["fields"])
        for path in (tmp_path / "out" / p for p in paths):
            if layout == "parquet":
                assert pq.ParquetFile(path).schema_arrow.names == fields
            else:
                assert next(csv.reader(path.open(encoding="utf-8-sig", newline=""))) == fields
    assert named | {"datapackage.json"} == set(files(tmp_path / "out"))


def test_csv_begins_with_a_mark_for_excel_and_leaves_a_blank_empty(loaded: Path, tmp_path: Path) -> None:
    export(loaded, tmp_path / "out", "csv", where="year = 2021")
    path = tmp_path / "out" / "figure.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = {row["figure"]: row for row in csv.DictReader(path.open(encoding="utf-8-sig", newline=""))}
    assert len(rows) == 200
    assert (rows["requests.granted.total"]["value"], rows["requests.granted.total"]["status"]) == ("", "blank")
    assert rows["requests.received.total"]["value"] == "4"
    assert rows["disclosure.fees.amount"]["value"] == "1.5"
    [finding] = csv.DictReader((tmp_path / "out" / "finding.csv").open(encoding="utf-8-sig", newline=""))
    assert json.loads(finding["figures"]) == ["requests.received.total"]


def test_database_holds_the_chosen_reports_and_answers_like_the_whole(loaded: Path, tmp_path: Path) -> None:
    target = tmp_path / "part.duckdb"
    assert export(loaded, target, "duckdb", where="year < 2020").reports == 2
    with open_warehouse(target, read_only=True) as con:
        assert con.execute("SELECT year, received FROM town_year ORDER BY year").fetchall() == [(2018, 7), (2019, 0)]
        assert con.execute("SELECT count(*) FROM division").fetchall() == [(6,)]


# Workbook


@pytest.fixture
def book(loaded: Path, tmp_path: Path) -> openpyxl.Workbook:
    export(loaded, tmp_path / "book.xlsx", "xlsx")
    return openpyxl.load_workbook(tmp_path / "book.xlsx")


def texts(sheet: Any) -> dict[Any, Any]:
    """The first cell with each text."""
    found: dict[Any, Any] = {}
    for row in sheet.iter_rows():
        for cell in row:
            found.setdefault(cell.value, cell)
    return found


def test_workbook_has_a_summary_and_a_sheet_for_each_report(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == [
        "总表 summary",
        "no year =大城子镇 人民政府",
        "2018 三道河子镇人民政府",
        "2019 三道河子镇人民政府",
        "2021 三道河子镇人民政府",
        "2022 三道河子镇人民政府",
    ]
    summary = book["总表 summary"]
    header = [cell.value for cell in summary[1]]
    received = header.index("本年新收政府信息公开申请（件）")
    assert [summary.cell(row, received + 1).value for row in range(2, 7)] == [None, 7, 0, 4, None]
    issuer = summary.cell(2, header.index("issuer") + 1)
    assert (issuer.value, issuer.data_type) == ("=大城子镇/人民政府", "s")


def test_sheet_of_a_report_is_the_statutory_form_with_its_figures(book: openpyxl.Workbook) -> None:
    sheet = book["2021 三道河子镇人民政府"]
    cells = texts(sheet)
    total = cells["总计"].column
    received = sheet.cell(cells["一、本年新收政府信息公开申请数量"].row, total)
    granted = sheet.cell(cells["（一）予以公开"].row, total)
    assert (received.value, granted.value) == (4, None)
    assert received.comment.text == "error: 4 is not 3"
    assert sheet.cell(cells["行政事业性收费"].row, 2).value == 1.5
    spans = {str(span) for span in sheet.merged_cells.ranges}
    outcome = cells["三、本年度办理结果"]
    assert any(span.startswith(f"A{outcome.row}:A{outcome.row + 21}") for span in spans)


def test_report_without_a_table_has_a_sheet_with_its_heading_only(book: openpyxl.Workbook) -> None:
    sheet = book["2022 三道河子镇人民政府"]
    assert sheet["A2"].value == "verdict: empty; findings: 0; form: none"
    assert sheet.max_row == 3


@pytest.mark.parametrize("form", load_forms())
def test_layout_has_a_place_for_each_figure_and_no_cell_twice(form: str) -> None:
    definition = load_forms()[form]
    printed = [f.figure for f in definition.figures.values() if not f.alternative]
    cells = {table.id: table_cells(table, printed) for table in definition.tables}
    assert sorted(c.figure for own in cells.values() for c in own if c.figure) == sorted(printed)
    for own in cells.values():
        covered = [(c.row + i, c.column + j) for c in own for i in range(c.height) for j in range(c.width)]
        assert len(covered) == len(set(covered))


def test_group_printed_as_one_row_takes_the_place_of_its_rows() -> None:
    table = load_forms()["2021"].tables[1]
    placed = {c.figure for c in table_cells(table, ["requests.other.total"])}
    assert "requests.other.total" in placed
    assert "requests.other_reason.total" not in placed


# What is refused


@pytest.mark.parametrize("layout", LAYOUTS)
def test_target_that_is_there_is_left_alone(loaded: Path, tmp_path: Path, layout: str) -> None:
    target = tmp_path / "mine"
    target.write_text("mine")
    with pytest.raises(WarehouseError, match="is there already"):
        export(loaded, target, layout)
    assert target.read_text() == "mine"


@pytest.mark.parametrize("where", ["yeer = 1", "true); DROP TABLE report; --", "1 = 1) UNION SELECT (1"])
def test_condition_that_is_none_is_refused_in_one_line(loaded: Path, tmp_path: Path, where: str) -> None:
    with pytest.raises(QueryError) as refused:
        export(loaded, tmp_path / "out", "csv", where=where)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "out").exists()
