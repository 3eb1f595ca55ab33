"""Listings that print one value a line, with the labels of its row and its column, in any text or grid."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from extract.formats import read_page
from transform.model import Report
from transform.read import read_report

APPLICANTS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
OUTCOMES = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
CASES = ("行政复议", "行政诉讼/未经复议直接起诉", "行政诉讼/复议后起诉")
RECEIVED, CARRIED = "一、本年新收政府信息公开申请数量", "四、结转下年度继续办理"
HEAD = "三道河子镇2021年政府信息公开工作年度报告"

Line = tuple[str, str, str]


def requests(rows: dict[str, Sequence[object]]) -> list[Line]:
    return [(row, c, str(n)) for row, numbers in rows.items() for c, n in zip(APPLICANTS, numbers, strict=True)]


def disputes(numbers: Sequence[object]) -> list[Line]:
    places = [(case, outcome) for case in CASES for outcome in OUTCOMES]
    return [(case, outcome, str(n)) for (case, outcome), n in zip(places, numbers, strict=True)]


REQUESTS = requests({RECEIVED: [5, 0, 2, 0, 0, 1, 8], CARRIED: [1, 0, 0, 0, 0, 0, 1]})
DISPUTES = disputes([1, 0, 0, 2, 3, 0, 4, 0, 0, 4, 0, 0, 5, 0, 5])


def as_table(lines: Sequence[Line]) -> str:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in line)}</tr>" for line in lines)
    return f"<table><tr><td>项目</td><td>类别</td><td>数量</td></tr>{rows}</table>"


def read(text: str) -> Report:
    return read_report(read_page(text.encode()))


def values(report: Report, start: str) -> list[object]:
    found = [f for f in report.figures if f.figure.startswith(start)]
    return [f.status if f.value is None else f.value for f in found]


@pytest.mark.parametrize("separator", ["html", "\t", " | ", "  ", ","])
def test_a_listing_of_row_column_and_value_is_read(separator: str) -> None:
    if separator == "html":
        text = f"<h1>{HEAD}</h1>" + as_table(REQUESTS) + as_table(DISPUTES)
    else:
        text = "\n".join([HEAD, *(separator.join(line) for line in (*REQUESTS, *DISPUTES))])
    report = read(text)
    assert values(report, "requests.received.") == [5, 0, 2, 0, 0, 1, 8]
    assert values(report, "requests.carried_out.") == [1, 0, 0, 0, 0, 0, 1]
    assert values(report, "disputes.") == [1, 0, 0, 2, 3, 0, 4, 0, 0, 4, 0, 0, 5, 0, 5]
    assert {finding.rule for finding in report.findings} == {"disclosure.absent"}


def test_columns_may_stand_outside_and_rows_inside() -> None:
    turned = [
        (column, row, value) for row, column, value in sorted(REQUESTS, key=lambda line: APPLICANTS.index(line[1]))
    ]
    assert values(read(f"<h1>{HEAD}</h1>" + as_table(turned)), "requests.received.") == [5, 0, 2, 0, 0, 1, 8]


def test_an_empty_cell_of_a_listing_is_blank() -> None:
    lines = requests({RECEIVED: [5, "", 2, "", "", 1, 8], CARRIED: [1, 0, 0, 0, 0, 0, 1]})
    report = read(f"<h1>{HEAD}</h1>" + as_table(lines))
    assert values(report, "requests.received.") == [5, "blank", 2, "blank", "blank", 1, 8]


@pytest.mark.parametrize("separator", ["\t", "  "])
def test_a_blank_cell_that_is_dropped_with_its_separator_is_no_cell_of_the_next_line(separator: str) -> None:
    rows = {RECEIVED: [0, 45, 0, 0, 0, 0, 45], "（七）总计": ["", 45, "", "", "", "", 45], CARRIED: [0] * 7}
    lines = [*requests(rows), *disputes([1, 0, 0, "", 1, 0, 0, "", 4, 4, 0, 0, 5, "", 5])]
    report = read("\n".join([HEAD, *(separator.join(filter(None, line)) for line in lines)]))
    handled_values = values(report, "requests.handled.")
    assert [v for v in handled_values if v not in ("blank", "missing")] == [45, 45]
    assert handled_values[1] == handled_values[6] == 45
    read_disputes = values(report, "disputes.")
    assert [v for v in read_disputes if isinstance(v, int)] == [1, 0, 0, 1, 0, 0, 4, 4, 0, 0, 5, 5]
    assert [v in ("blank", "missing") for v in read_disputes] == [place in (3, 7, 13) for place in range(15)]


def test_equal_gaps_between_cells_are_no_columns() -> None:
    lines = [
        ("规章", "本年制发件数", "1"),
        ("规章", "本年废止件数", "0"),
        ("规章", "现行有效件数", "4"),
        ("行政规范性文件", "本年制发件数", "2"),
        ("行政规范性文件", "本年废止件数", "0"),
        ("行政规范性文件", "现行有效件数", "7"),
        ("行政许可", "本年处理决定数量", "30"),
        ("行政处罚", "本年处理决定数量", "0"),
        ("行政强制", "本年处理决定数量", "3"),
        ("行政事业性收费", "本年收费金额（单位：万元）", "0"),
    ]
    report = read("\n".join([HEAD, "二、主动公开政府信息情况", *map("  ".join, lines)]))
    assert values(report, "disclosure.") == [1, 0, 4, 2, 0, 7, 30, 0, 3, 0]


def test_outcomes_of_disputes_may_run_down_beside_spanned_cases() -> None:
    rows = []
    for case, outcome, value in DISPUTES:
        first = f"<td rowspan=5>{case}</td>" if outcome == OUTCOMES[0] else ""
        rows.append(f"<tr>{first}<td>{outcome}</td><td>{value}</td></tr>")
    report = read(f"<h1>{HEAD}</h1>" + as_table(REQUESTS) + f"<table>{''.join(rows)}</table>")
    assert values(report, "disputes.") == [1, 0, 0, 2, 3, 0, 4, 0, 0, 4, 0, 0, 5, 0, 5]


def test_a_value_printed_twice_in_a_listing_belongs_to_another_printing() -> None:
    again = requests({RECEIVED: [6, 0, 2, 0, 0, 1, 9], CARRIED: [1, 0, 0, 0, 0, 0, 1]})
    report = read(f"<h1>{HEAD}</h1>" + as_table(REQUESTS) + as_table(again))
    assert "requests.printed_twice" in {finding.rule for finding in report.findings}


def nested(lines: Sequence[Line], indent: str, colon: str) -> list[str]:
    text: list[str] = []
    for row, column, value in lines:
        if column == next(c for r, c, _ in lines if r == row):
            text.append(row + colon.rstrip())
        text.append(indent + column + colon + value)
    return text


@pytest.mark.parametrize(
    "text",
    [
        [f"{row}：" + "，".join(c + v for r, c, v in REQUESTS if r == row) for row in (RECEIVED, CARRIED)],
        [f"{row}: " + "; ".join(f"{c} {v}" for r, c, v in REQUESTS if r == row) for row in (RECEIVED, CARRIED)],
        nested(REQUESTS, "  ", ": "),
        nested(REQUESTS, "- ", "："),
        [f"{row}（{column}）：{value}" for row, column, value in REQUESTS],
        [f"{row}-{column}\t{value}" for row, column, value in REQUESTS],
    ],
)
def test_labels_and_values_with_colons_are_read(text: Sequence[str]) -> None:
    report = read("\n".join([HEAD, "三、依申请公开情况", *text]))
    assert values(report, "requests.received.") == [5, 0, 2, 0, 0, 1, 8]
    assert values(report, "requests.carried_out.") == [1, 0, 0, 0, 0, 0, 1]
    assert [(section.section, section.text) for section in report.sections] == [("requests", "")]


def test_a_column_printed_twice_beside_its_value_is_no_row() -> None:
    lines = [f"<tr><td>{case}</td><td>{o}</td><td>{o}</td><td>{n}</td></tr>" for case, o, n in DISPUTES]
    report = read(f"<h1>{HEAD}</h1>" + as_table(REQUESTS) + f"<table>{''.join(lines)}</table>")
    assert values(report, "disputes.") == [1, 0, 0, 2, 3, 0, 4, 0, 0, 4, 0, 0, 5, 0, 5]


@pytest.mark.parametrize("mark", ["\t", " | "])
def test_a_list_of_statistics_may_run_across(mark: str) -> None:
    rows = {
        "1.政府网站公开政府信息数": 12,
        "2.政务微博公开政府信息数": 3,
        "1.当面申请数": 1,
        "2.传真申请数": 0,
        "3.网络申请数": 2,
        "4.信函申请数": 0,
        "1.按时办结数": 3,
        "2.延期办结数": 0,
        "六、举报投诉数量": 4,
    }
    lines = [
        mark.join(("统计指标", *rows)),
        mark.join(("单位", *["件"] * len(rows))),
        mark.join(("统计数", *map(str, rows.values()))),
    ]
    report = read("\n".join(["三道河子镇2016年政府信息公开工作年度报告", *lines]))
    assert [f.value for f in report.figures if f.value is not None] == list(rows.values())


def test_a_value_after_an_empty_cell_may_be_of_the_column_of_totals() -> None:
    rows = [("（一）收到申请数", "件", "3", "9"), ("1.当面申请数", "件", "1", "4"), ("2.传真申请数", "件", "0", "2")]
    rows += [("3.网络申请数", "件", "", "3"), ("4.信函申请数", "件", "2", "2")]
    lines = ["统计指标 | 单位 | 本年 | 历年累计 |", *(" | ".join(row) + " |" for row in rows)]
    report = read("\n".join(["三道河子镇2016年政府信息公开工作年度报告", *lines]))
    doubted = {name for finding in report.findings for name in finding.figures}
    wrong = {f.figure for f in report.figures if f.value == 3} - {"statistics.requests_received"}
    assert wrong <= doubted
