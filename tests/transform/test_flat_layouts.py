"""Whole reports whose tables came as lines of text: every figure in its place, whatever kept the cells apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from extract.formats import read_page
from extract.page import Paragraph
from transform.forms import Form, TableDef, figure_id, load_forms
from transform.model import Report
from transform.read import read_report
from transform.rows.flat_rows import _ends_in_value, flat_rows
from transform.rows.pairs import pairs_in
from transform.rows.tokens import alignment_words, is_value_word
from transform.rows.vocabulary import describe, similar_label

Rows = list[list[str]]

HEAD = (
    "凌源市三道河子镇2022年政府信息公开工作年度报告",
    "本报告所列数据的统计期限自2022年1月1日起至2022年12月31日止。",
    "一、总体情况",
    "全镇依法公开各类信息。",
)
APPLICANTS = 6


def form_2021() -> Form:
    return load_forms()["2021"]


def table(name: str) -> TableDef:
    found = form_2021().table(name)
    assert found is not None
    return found


def counts() -> dict[str, int]:
    """A report that keeps all sums: each outcome has its own numbers, and all of them came in this year."""
    values: dict[str, int] = {}
    requests = table("requests")
    rows = [row.id for row in requests.rows if not row.instead_of]
    cells = dict.fromkeys(((r, c.id) for r in rows for c in requests.columns), 0)
    outcomes = [r for r in rows if r not in ("received", "carried_in", "handled", "carried_out")]
    for place, row in enumerate(outcomes):
        for column in requests.columns[: place % (APPLICANTS + 1)]:
            cells[row, column.id] = 11 + place
    for column in requests.columns[:APPLICANTS]:
        cells["handled", column.id] = cells["received", column.id] = sum(cells[r, column.id] for r in outcomes)
    for row in rows:
        cells[row, "total"] = sum(cells[row, c.id] for c in requests.columns[:APPLICANTS])
    values |= {f"requests.{r}.{c}": n for (r, c), n in cells.items()}
    for case in table("disputes").rows:
        outcome_counts = [3, 0, 1, 2, 6]
        values |= {
            f"disputes.{case.id}.{c.id}": n for c, n in zip(table("disputes").columns, outcome_counts, strict=True)
        }
    for place, row_def in enumerate(table("disclosure").rows):
        for column in row_def.columns:
            values[f"disclosure.{row_def.id}.{column}"] = 0 if row_def.id == "rules" else 41 + place
    return values


def disclosure_rows(*, merged: str) -> Rows:
    """Four places a row; ``merged`` cells are printed ``once`` or in ``every`` place that they cover."""
    rows: Rows = []
    band = ""
    for row in table("disclosure").rows:
        covered = 3 // len(row.columns) if merged == "every" else 1
        if row.path[0] != band:
            band = row.path[0]
            labels = [table("disclosure").column(c).label for c in row.columns]
            rows.append([band] * (4 if merged == "every" else 1))
            rows.append(["信息内容", *(label for label in labels for _ in range(covered))])
        values = [str(counts()[figure_id(table("disclosure"), row.id, c)]) for c in row.columns]
        rows.append([row.label, *(value for value in values for _ in range(covered))])
    return rows


def requests_rows(*, merged: str) -> Rows:
    columns = [c.label for c in table("requests").columns]
    parent = table("requests").parents[0]
    if merged == "every":
        corner = [table("requests").corner[0]] * 3
        rows = [
            [*corner, *["申请人情况"] * 7],
            [*corner, columns[0], *[parent] * 5, columns[6]],
            [*corner, *columns],
        ]
    else:
        rows = [
            [table("requests").corner[0], "申请人情况"],
            [columns[0], parent, columns[6]],
            columns[1:6],
        ]
    printed: set[str] = set()
    for row in table("requests").rows:
        if row.instead_of:
            continue
        path = [*row.path, row.label]
        if merged == "every":
            labels = path + [path[-1]] * (3 - len(path))
        else:
            labels = [part for part in path if part not in printed]
            printed.update(row.path)
        rows.append([*labels, *(str(counts()[f"requests.{row.id}.{c.id}"]) for c in table("requests").columns)])
    return rows


def disputes_rows(*, merged: str) -> Rows:
    cases = [row.label for row in table("disputes").rows]
    outcomes = [column.label for column in table("disputes").columns]
    if merged == "every":
        header = [
            [*[cases[0]] * 5, *["行政诉讼"] * 10],
            [*outcomes, *[cases[1]] * 5, *[cases[2]] * 5],
            outcomes * 3,
        ]
    else:
        header = [[cases[0], "行政诉讼"], [*outcomes, *cases[1:]], outcomes * 2]
    values = [str(n) for name, n in counts().items() if name.startswith("disputes.")]
    return [*header, values]


def read(serialise: Callable[[Sequence[str]], str], *, merged: str = "once", below: Sequence[str] = ()) -> Report:
    lines = [
        *HEAD,
        "二、主动公开政府信息情况",
        *map(serialise, disclosure_rows(merged=merged)),
        "三、收到和处理政府信息公开申请情况",
        *map(serialise, requests_rows(merged=merged)),
        "四、政府信息公开行政复议、行政诉讼情况",
        *map(serialise, disputes_rows(merged=merged)),
        "五、存在的主要问题及改进情况",
        "公开还不够及时。",
        *below,
    ]
    return read_report(read_page("\n".join(lines).encode()))


def assert_whole(report: Report) -> None:
    read_values = {figure.figure: figure.value for figure in report.figures}
    assert read_values == counts()
    assert report.findings == ()
    assert report.verdict == "verified"


def in_pipes(row: Sequence[str]) -> str:
    return " | ".join(row) + " |"


def in_commas(row: Sequence[str]) -> str:
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in row)


def in_semicolons(row: Sequence[str]) -> str:
    return ";".join(row)


def in_wide_commas(row: Sequence[str]) -> str:
    return "，".join(row)


def in_tabs(row: Sequence[str]) -> str:
    return "\t".join(row)


def in_lines(row: Sequence[str]) -> str:
    return "\n".join(row)


@pytest.mark.parametrize("serialise", [in_pipes, in_commas, in_semicolons, in_wide_commas, in_lines])
def test_cells_of_a_table_are_told_apart_by_any_delimiter(serialise: Callable[[Sequence[str]], str]) -> None:
    assert_whole(read(serialise))


@pytest.mark.parametrize("serialise", [in_pipes, in_commas, in_tabs, in_lines])
def test_a_merged_cell_printed_in_every_place_it_covers_is_read_once(
    serialise: Callable[[Sequence[str]], str],
) -> None:
    assert_whole(read(serialise, merged="every"))


def test_what_introduces_an_attachment_is_no_value_of_the_row_above() -> None:
    assert_whole(read(in_lines, below=["附件："]))


def test_merged_cells_that_differ_are_not_taken_for_one_value() -> None:
    pages = [in_pipes(row) for row in disclosure_rows(merged="every")]
    pages = [line.replace("43 | 43 | 43", "43 | 43 | 44") for line in pages]
    report = read_report(read_page("\n".join([*HEAD, "二、主动公开政府信息情况", *pages]).encode()))
    licensing = next(f for f in report.figures if f.figure == "disclosure.licensing.decisions")
    assert licensing.value is None
    assert any("disclosure.licensing.decisions" in finding.figures for finding in report.findings)


def broken(row: Sequence[str], *, values: str) -> str:
    """A line of a PDF whose long label is broken; its ``values`` stand ``beside`` the first piece, or ``between``."""
    at = next((place for place, cell in enumerate(row) if place and cell.isdigit()), 0)
    label = row[at - 1] if at else ""
    if len(label) < 12:
        return " ".join(row)
    above, below = " ".join([*row[: at - 1], label[:8]]), label[8:]
    numbers = " ".join(row[at:])
    return f"{above} {numbers}\n{below}" if values == "beside" else f"{above}\n{numbers}\n{below}"


@pytest.mark.parametrize("values", ["beside", "between"])
def test_a_label_broken_around_its_values_is_put_together(values: str) -> None:
    assert_whole(read(lambda row: broken(row, values=values)))


def stacked(row: Sequence[str]) -> str:
    """A header line of a narrow table: the first two characters of its words over the rest of them."""
    if len(row) < 5 or any(cell.isdigit() for cell in row):
        return " ".join(row)
    rest = " ".join(cell[2:] for cell in row if cell[2:])
    return " ".join(cell[:2] for cell in row) + (f"\n{rest}" if rest else "")


def test_header_words_broken_one_below_the_other_are_put_together() -> None:
    assert_whole(read(stacked))


def test_the_end_of_several_labels_is_taken_for_none_of_them() -> None:
    assert not similar_label("政府信息公开申请数量")


def test_a_label_that_follows_another_group_is_no_row_of_its_own() -> None:
    named = describe("三、本年度办理结果（三）不予公开2.其他", False, False)
    assert "other_reason" not in named.ids("row", "requests")


def test_the_number_of_a_row_before_its_label_is_no_value() -> None:
    row = describe("15 其中：主要负责同志参加新闻发布会次数", False, True)
    assert not row.is_value
    assert row.ids("row", "statistics") == ("press_conferences_by_leader",)


def test_a_failed_formula_stands_in_the_place_of_a_value() -> None:
    assert is_value_word(describe("#REF!", False, False))
    assert not is_value_word(describe("附件：", False, False))


def test_a_list_row_that_prints_one_value_among_rows_of_two_is_in_doubt() -> None:
    title = "凌源市三道河子镇2016年政府信息公开工作年度报告"
    lines = [
        "三、依申请公开情况",
        "（一）收到申请数 件 3 9",
        "1.当面申请数 件 1 4",
        "2.传真申请数 件 2 5",
        "五、行政诉讼数量 件 4 13",
        "（一）维持具体行政行为或者驳回原告诉讼请求数 件 3 8",
        "（二）被依法纠错数 件 5",
        "（三）其他情形数 件 0 0",
        "六、举报投诉数量 件 2 30",
    ]
    report = read_report(read_page("\n".join([title, *lines]).encode()))
    corrected = next(f for f in report.figures if f.figure == "statistics.lawsuits_corrected")
    assert corrected.value is None
    assert any(corrected.figure in finding.figures for finding in report.findings)


@pytest.mark.parametrize("above", ["行政复议行政诉讼", "四、政府信息公开行政复议、行政诉讼情况"])
def test_the_fifteen_numbers_of_the_disputes_need_no_header(above: str) -> None:
    numbers = [119, 25, 91, 24, 259, 7, 0, 15, 6, 28, 21, 1, 7, 9, 38]
    received = "| 一、本年新收政府信息公开申请数量 | 3746 | 63 | 0 | 0 | 19 | 2 | 3830 |"
    carried = "| 二、上年结转政府信息公开申请数量 | 4 | 0 | 0 | 0 | 0 | 0 | 4 |"
    lines = [*HEAD, received, carried, above, "| " + " | ".join(map(str, numbers)) + " |"]
    report = read_report(read_page("\n".join(lines).encode()))
    found = {f.figure: f.value for f in report.figures if f.figure.startswith("disputes.") and f.value is not None}
    disputes = table("disputes")
    assert found == dict(
        zip((figure_id(disputes, r.id, c.id) for r in disputes.rows for c in disputes.columns), numbers, strict=True)
    )


@pytest.mark.parametrize("before", ["", "其中", "其中：", "一、"])
def test_no_word_in_place_of_a_value_is_passed_over_as_mere_words(before: str) -> None:
    assert all(_ends_in_value(before + word) for word in alignment_words().value_words)


def lines_of_cells(rows: Rows, join: Callable[[str], str]) -> str:
    return "".join(join("" if cell == "0" else cell) for row in rows for cell in row)


@pytest.mark.parametrize(
    ("between", "join"),
    [
        ("\n", lambda cell: f"{cell}\n"),
        ("\n\n", lambda cell: f"{cell}\n\n"),
        ("\n\n", lambda cell: f"{cell}\n\n" if cell else "\n"),
    ],
)
def test_lines_left_empty_are_blank_cells(between: str, join: Callable[[str], str]) -> None:
    tables = [lines_of_cells(t(merged="once"), join) for t in (disclosure_rows, requests_rows, disputes_rows)]
    headings = (
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
    )
    text = between.join(HEAD) + between
    text += between.join(heading + between + cells for heading, cells in zip(headings, tables, strict=True))
    report = read_report(read_page((text + between.join(["五、存在的主要问题及改进情况", "无。"])).encode()))
    read = {f.figure: (f.value, f.status) for f in report.figures if not f.figure.startswith("requests.other.")}
    assert read == {name: (n, "reported") if n else (None, "blank") for name, n in counts().items()}
    assert report.verdict == "incomplete"


def test_a_table_of_nothing_but_empty_lines_is_blank() -> None:
    rows = [[*row[:-7], *["0"] * 7] if row[-1].isdigit() else row for row in requests_rows(merged="once")]
    cells = lines_of_cells(rows, lambda cell: f"{cell}\n")
    report = read_report(read_page(("\n".join(HEAD) + "\n" + cells + "五、存在的主要问题及改进情况\n无。").encode()))
    assert report.form == "2021"
    statuses = {f.status for f in report.figures if f.figure.startswith("requests.")}
    assert statuses == {"blank"}


def test_empty_lines_between_paragraphs_are_no_cells() -> None:
    cells = [cell for row in requests_rows(merged="once") for cell in row]
    text = "\n\n\n\n".join(HEAD) + "\n\n\n\n" + "\n".join(cells)
    report = read_report(read_page(text.encode()))
    read = {f.figure: f.value for f in report.figures if f.figure.startswith("requests.")}
    assert all(read[name] == n for name, n in counts().items() if name.startswith("requests."))


def test_a_remark_that_ends_in_a_number_is_no_value() -> None:
    remark = "回应公众关注热点或重大舆情数（不同方式回应同一热点或舆情计1次）"
    assert pairs_in(remark, False) == ()
    assert pairs_in(f"{remark}：", False) == (remark, "")


def test_the_end_of_a_broken_bracket_is_no_value_whatever_it_counts() -> None:
    lines = [
        "统计指标 单位 统计数",
        "1.政府网站公开政府信息数 条 13",
        "（一）回应公众关注热点或重大舆情数（不同方式回应同一热点或舆情",
        "次",
        "计1次）",
        "3.政策解读稿件发布数 篇 4",
    ]
    blocks = [(k, Paragraph(line, f"line {k + 1}")) for k, line in enumerate(lines)]
    values = [token.info.text for row in flat_rows(blocks, pinyin=False) for token in row.values]
    assert values == ["13", "4"]
