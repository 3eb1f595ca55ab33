"""Labels that moved away from their numbers: a turned table, a strip or a list with a cell too many."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from small_pages import APPLICANTS, DISPUTES, read, table, values

from transform.model import Report

ROWS = ("一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量", "（一）予以公开", "（二）部分公开")
GROUP = ("三、本年度办理结果", "（三）不予公开")
DENIED = (
    "1.属于国家秘密",
    "2.其他法律行政法规禁止公开",
    "3.危及“三安全一稳定”",
    "4.保护第三方合法权益",
    "5.属于三类内部事务信息",
    "6.属于四类过程性信息",
    "7.属于行政执法案卷",
    "8.属于行政查询事项",
)
REST = (
    *("1.本机关不掌握相关政府信息", "2.没有现成信息需要另行制作", "3.补正后申请内容仍不明确", "1.信访举报投诉类申请"),
    *("2.重复申请", "3.要求提供公开出版物", "4.无正当理由大量反复申请", "5.要求行政机关确认或重新出具已获取信息"),
    "（六）其他处理",
    "（七）总计",
    "四、结转下年度继续办理",
)
LABELS = (*ROWS, *DENIED, *REST)


def turned(labels: Sequence[str], numbers: Sequence[Sequence[int]]) -> Report:
    lines = ((name, *row) for name, row in zip(APPLICANTS, numbers, strict=True))
    return read(table(labels, *lines), title="三道河子镇2020年政府信息公开工作年度报告")


def doubted(report: Report) -> set[str]:
    return {name for f in report.findings for name in f.figures}


def silently_wrong(report: Report, truth: dict[str, int]) -> set[str]:
    read_as = {f.figure: f.value for f in report.figures if f.value is not None}
    return {name for name, number in truth.items() if read_as.get(name, number) != number} - doubted(report)


NUMBERS = [[0] * len(LABELS) for _ in APPLICANTS]
for at, number in ((0, 5), (2, 3), (4, 2), (len(LABELS) - 2, 5)):
    NUMBERS[0][at] = NUMBERS[-1][at] = number
TRUTH = {
    f"requests.{row}.natural_person": number
    for row, number in {"received": 5, "granted": 3, "denied_state_secret": 2, "handled": 5, "other": 0}.items()
}


def test_a_turned_table_whose_labels_stand_over_its_numbers_is_not_doubted() -> None:
    report = turned(("", *LABELS), NUMBERS)
    assert values(report, "requests.handled.")["total"] == 5
    assert not any(f.rule == "requests.columns_unclear" for f in report.findings)


@pytest.mark.parametrize("place", [0, 1, 3, 12])
def test_a_cell_too_many_among_the_labels_of_a_turned_table_puts_it_in_doubt(place: int) -> None:
    labels = ["", *LABELS]
    labels.insert(place, "")
    assert not silently_wrong(turned(labels, NUMBERS), TRUTH)


@pytest.mark.parametrize("place", [1, 4, 9])
def test_a_cell_too_few_among_the_labels_of_a_turned_table_puts_it_in_doubt(place: int) -> None:
    labels = ["", *LABELS]
    del labels[place]
    assert not silently_wrong(turned(labels, NUMBERS), TRUTH)


def test_labels_under_labels_that_an_empty_line_moved_put_a_turned_table_in_doubt() -> None:
    """The empty line takes one line of every row span, so that the lower labels begin in the first column."""
    first, last = LABELS[:4], LABELS[12:]
    upper = "".join(f"<td rowspan=2>{label}</td>" for label in ("", *first))
    upper += f"<td colspan=8>{GROUP[1]}</td>" + "".join(f"<td rowspan=2>{label}</td>" for label in last)
    lower = "".join(f"<td>{label}</td>" for label in DENIED)
    lines = "".join(
        f"<tr><td>{name}</td>{''.join(f'<td>{n}</td>' for n in row)}</tr>"
        for name, row in zip(APPLICANTS, NUMBERS, strict=True)
    )
    whole, moved = (
        read(f"<table><tr>{upper}</tr>{empty}<tr>{lower}</tr>{lines}</table>") for empty in ("", "<tr></tr>")
    )
    assert values(whole, "requests.denied_state_secret.")["total"] == 2
    assert not any(f.rule == "requests.columns_unclear" for f in whole.findings)
    assert not silently_wrong(moved, TRUTH)


STRIP = [0, 1, 0, 0, 1, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("place", range(16))
def test_a_strip_with_a_cell_too_many_is_in_doubt(place: int) -> None:
    """Wherever the empty cell was put in, no number is quietly read in the place of its neighbour."""
    cells: list[int | str] = [*STRIP]
    cells.insert(place, "")
    report = read(table(*DISPUTES, cells))
    names = [f.figure for f in report.figures if f.figure.startswith("disputes.")]
    assert not silently_wrong(report, dict(zip(names, STRIP, strict=True)))


def test_an_empty_cell_behind_a_strip_is_filling() -> None:
    report = read(table(*DISPUTES, [*STRIP, ""]))
    assert not any(f.figures for f in report.findings if f.rule.startswith("disputes"))


@pytest.mark.parametrize("row", [(0, ""), ("", 7), (0, 7)])
def test_a_row_of_a_list_with_a_cell_more_than_the_others_is_in_doubt(row: tuple[str | int, ...]) -> None:
    others = [("制发规范性文件总数", 2), ("（二）申请办结数", 1), ("（三）申请答复数", 1), ("六、举报投诉数量", 0)]
    head = ("统计指标", "统计数")
    report = read(table(head, ("1.当面申请数", *row), *others), title="三道河子镇2016年政府信息公开工作年度报告")
    assert values(report, "statistics.received_in")["_person"] == "missing"
    assert "statistics.received_in_person" in doubted(report)
    assert values(report, "statistics.complaints") == {"": 0}


def test_a_column_beside_a_list_is_no_cell_too_many() -> None:
    rows = [("制发规范性文件总数", 2, ""), ("（二）申请办结数", 1, ""), ("（三）申请答复数", 1, "")]
    report = read(table(("统计指标", "统计数"), *rows), title="三道河子镇2016年政府信息公开工作年度报告")
    assert values(report, "statistics.concluded")[""] == 1
    assert not any(f.rule == "statistics.several_values" for f in report.findings)


YEARS = ("统计指标", "2015年", "2016年")


def test_a_row_of_a_list_with_a_cell_less_than_the_others_is_in_doubt() -> None:
    rows = [
        ("制发规范性文件总数", 3, 2),
        ("（二）申请办结数", 4, 1),
        ("（三）申请答复数", 4, 1),
        ("六、举报投诉数量", 7),
    ]
    report = read(table(("统计指标", "2016年", "2015年"), *rows), title="三道河子镇2016年政府信息公开工作年度报告")
    assert values(report, "statistics.answered")[""] == 4
    assert "statistics.complaints" in doubted(report)


def test_a_column_of_another_year_alone_is_in_doubt() -> None:
    rows = [("制发规范性文件总数", 2), ("（二）申请办结数", 1), ("（三）申请答复数", 1)]
    parts = ("<p>（2016年度）</p>", table(YEARS[:2], *rows))
    report = read(*parts, title="三道河子镇2016年政府信息公开工作年度报告")
    assert {"statistics.concluded", "statistics.answered"} <= doubted(report)


def test_a_value_before_the_label_of_the_second_half_belongs_to_the_first_half() -> None:
    head = ("统计指标", "统计数") * 2
    rows = [(1, 2), (3, 4), (5, 6)]
    labels = [
        ("制发规范性文件总数", "（二）申请办结数"),
        ("1.当面申请数", "2.传真申请数"),
        ("六、举报投诉数量", "（三）申请答复数"),
    ]
    lines = [(a, n, b, m) for (a, b), (n, m) in zip(labels, rows, strict=True)]
    lines[1] = ("1.当面申请数", 0, 3, "2.传真申请数", 4)  # type: ignore[assignment]
    report = read(table(head, *lines), title="三道河子镇2016年政府信息公开工作年度报告")
    assert "statistics.received_in_person" in doubted(report)
    assert values(report, "statistics.complaints")[""] == 5


def test_a_row_of_zeros_with_an_empty_cell_too_many_before_it_is_in_doubt() -> None:
    """Its total is empty like those of the others: no sum tells a moved row from one without its first number."""
    rows = [(label, 1, 0, 0, 0, 0, 0, "") for label in LABELS[:6]]
    moved = (LABELS[6], "", *[0] * 6, "")
    report = read(table(("", *APPLICANTS), *rows, moved))
    wrong = {f"requests.denied_security_stability.{c}" for c in ("natural_person", "total")}
    assert wrong <= doubted(report)
    assert "requests.granted.total" not in {
        name for f in report.findings if f.rule == "requests.columns_unclear" for name in f.figures
    }
