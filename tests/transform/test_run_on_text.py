"""Reports in text whose cells run on, stick together, or are broken over lines: read right, or put in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from test_flat_layouts import HEAD, Rows, counts, disclosure_rows, disputes_rows, requests_rows

from extract.formats import read_page
from extract.page import Cell, Grid
from transform.model import Report
from transform.read import read_report
from transform.rows.broken_rows import with_whole_rows
from transform.rows.fields import fields_of

WIDTH = 40
LISTED = ("一、本年新收政府信息公开申请数量", "（一）予以公开", "（七）总计")


def read(*parts: Iterable[str]) -> Report:
    headings = (
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
    )
    body = [line for heading, part in zip(headings, parts, strict=True) for line in (heading, *part)]
    return read_report(read_page("\n".join((*HEAD, *body, "五、存在的主要问题及改进情况", "还不够及时。")).encode()))


def tables() -> tuple[Rows, Rows, Rows]:
    return disclosure_rows(merged="once"), requests_rows(merged="once"), disputes_rows(merged="once")


def numbers(report: Report) -> dict[str, object]:
    return {figure.figure: figure.value for figure in report.figures}


def filled(rows: Rows) -> list[str]:
    """Cells behind one another, with a new line where a line is full."""
    lines = [""]
    for cell in (cell for row in rows for cell in row):
        if len(lines[-1]) + len(cell) > WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {cell}".strip()
    return lines


def test_rows_that_run_on_behind_one_another_are_read() -> None:
    report = read(*map(filled, tables()))
    assert numbers(report) == counts()
    assert report.verdict == "verified"


def test_glued_cells_are_read_where_sums_prove_them_and_doubted_elsewhere() -> None:
    report = read(*(["".join(row) for row in rows] for rows in tables()))
    read_here, printed = numbers(report), counts()
    doubted = {name for finding in report.findings for name in finding.figures}
    assert all(value in (None, printed[name]) for name, value in read_here.items())
    assert sum(read_here[name] == value for name, value in printed.items() if name.startswith("requests.")) > 170
    singles = {name for name, value in read_here.items() if name.startswith("disclosure.") and value}
    assert singles <= doubted
    assert report.verdict != "verified"


def test_glued_digits_prove_nothing_where_blanks_were_lost() -> None:
    requests = [["" if cell == "0" else cell for cell in row] for row in requests_rows(merged="once")]
    disclosure, _, disputes = tables()
    report = read(*(["".join(row) for row in rows] for rows in (disclosure, requests, disputes)))
    read_here, printed = numbers(report), counts()
    doubted = {name for finding in report.findings for name in finding.figures}
    assert {n for n, value in read_here.items() if value is not None and value != printed[n]} <= doubted


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("规章000", ["规章", "000"]),
        ("（三）不予公开 1.属于国家秘密12", ["（三）不予公开 1.属于国家秘密", "12"]),
        ("（一）收到申请数件13", ["（一）收到申请数", "13"]),
        ("一、本年新收政府信息公开申请数量4件0件2件", ["一、本年新收政府信息公开申请数量", "4件", "0件", "2件"]),
        ("规章 0 0 0 行政规范性文件 3", ["规章", "0", "0", "0", "行政规范性文件", "3"]),
        ("信息内容本年制发件数本年废止件数", ["信息内容", "本年制发件数", "本年废止件数"]),
        ("自然人法人或其他组织总计", ["自然人", "法人或其他组织", "总计"]),
        ("全年发布信息120条", ["全年发布信息120条"]),
        ("地址：人民路12号", ["地址：人民路12号"]),
        ("规范性文件", ["规范性文件"]),
        ("三 、依申请公开情况", ["三 、依申请公开情况"]),
    ],
)
def test_a_line_is_cut_into_its_cells(line: str, fields: Sequence[str]) -> None:
    assert fields_of(line, False) == tuple(fields)


def with_zeros_left_out(rows: Rows) -> Rows:
    """The rows with nothing for a zero, but for the last cell of each."""
    return [[*("" if cell == "0" else cell for cell in row[:-1]), row[-1]] for row in rows]


def expected_with_blanks(report: Report) -> dict[str, object]:
    last = {f.figure.rpartition(".")[0]: f.figure for f in report.figures if f.figure.startswith("requests.")}
    printed = {name: n for name, n in counts().items() if name.startswith("requests.")}
    return {name: n if n or name in last.values() else "blank" for name, n in printed.items()}


def requests_read(report: Report) -> dict[str, object]:
    figures = (f for f in report.figures if f.figure.startswith("requests.") and f.status != "missing")
    return {f.figure: f.status if f.value is None else f.value for f in figures}


@pytest.mark.parametrize(("gap", "between"), [(0, 0), (1, 0), (0, 1), (1, 1), (2, 2)])
def test_lines_left_empty_are_blank_cells_whatever_stands_between_rows(gap: int, between: int) -> None:
    def lines(rows: Rows) -> list[str]:
        cells = [[line for cell in row for line in (cell, *[""] * gap)] for row in rows]
        return [line for row in cells for line in (*row, *[""] * between)]

    disclosure, requests, disputes = tables()
    report = read(lines(disclosure), lines(with_zeros_left_out(requests)), lines(disputes))
    assert requests_read(report) == expected_with_blanks(report)


@pytest.mark.parametrize(("row", "cell"), [("", "p"), ("", "li"), ("div", "div"), ("ul", "li")])
def test_empty_elements_are_blank_cells(row: str, cell: str) -> None:
    def markup(rows: Rows) -> str:
        lines = ["".join(f"<{cell}>{text}</{cell}>" for text in texts) for texts in rows]
        return "\n".join(f"<{row}>{line}</{row}>" if row else line for line in lines)

    disclosure, requests, disputes = tables()
    head = "".join(f"<p>{line}</p>" for line in HEAD)
    body = "".join(map(markup, (disclosure, with_zeros_left_out(requests), disputes)))
    report = read_report(read_page(f"<html><body>{head}{body}<p>五、存在的问题</p></body></html>".encode()))
    assert requests_read(report) == expected_with_blanks(report)


def grid(*rows: Sequence[str]) -> Grid:
    return Grid(tuple(tuple(Cell(text, r, c) for c, text in enumerate(row)) for r, row in enumerate(rows)), "line 1")


def texts(found: Grid) -> list[list[str]]:
    return [[cell.text if cell is not None else "" for cell in row] for row in found.rows]


def test_labels_broken_over_lines_of_cells_make_one_row() -> None:
    broken = grid(
        ("", "", "法人", ""),
        ("", "", "或其他组织", ""),
        ("（三）不", "1.属于国", "2", "0"),
        ("予公开", "家秘密", "", ""),
        ("", "2.其他法律行政法规禁止公开", "0", "1"),
    )
    whole = with_whole_rows(broken, False)
    assert texts(whole) == [
        ["", "", "法人或其他组织", ""],
        ["（三）不予公开", "1.属于国家秘密", "2", "0"],
        ["", "2.其他法律行政法规禁止公开", "0", "1"],
    ]
    assert whole.cell_locator(whole.rows[1][2] or Cell("", 0, 0)) == "line 1, row 3, column 3"


def test_rows_with_values_of_their_own_are_no_pieces_of_one() -> None:
    rows = grid(("结果", "0", "0"), ("维持", "1", "0"), ("规章", "", ""), ("行政规范性文件", "", ""))
    assert with_whole_rows(rows, False) is rows


@pytest.mark.parametrize("mark", ["/", " - ", " > "])
def test_a_listing_names_row_and_column_with_any_mark_between_them(mark: str) -> None:
    columns = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
    cells = {(row, column): "3" if column in ("自然人", "总计") else "" for row in LISTED for column in columns}
    lines = [f"{row}{mark}{column}：{value}" for (row, column), value in cells.items()]
    report = read((), lines, ())
    received = [f for f in report.figures if f.figure.startswith("requests.received.")]
    assert [f.value if f.value is not None else f.status for f in received] == [3, *["blank"] * 5, 3]


def test_a_row_of_a_listing_that_cannot_be_read_gives_its_values_to_no_other() -> None:
    columns = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
    rows = dict(zip((*LISTED, "某种说不清楚的情形", "四、结转下年度继续办理"), (3, 3, 3, 7, 0), strict=True))
    lines = [f"{row} - {c}：{value if c in ('自然人', '总计') else 0}" for row, value in rows.items() for c in columns]
    read_here = numbers(read((), lines, ()))
    assert 7 not in read_here.values()
