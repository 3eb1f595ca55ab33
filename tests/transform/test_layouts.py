"""Layouts of statutory tables: small pages, each with one peculiarity, read from bytes to figures."""

from __future__ import annotations

from collections.abc import Sequence

from small_pages import APPLICANTS, DISPUTES, OUTCOMES, REQUESTS, read, table, values

from extract.formats import read_page
from extract.page import Cell, Grid, Page
from transform.forms import load_forms
from transform.model import Report
from transform.read import read_report


def test_a_strip_with_a_label_of_its_own_is_read() -> None:
    head = [("类别", *row) for row in DISPUTES]
    numbers = [3, 0, 0, 1, 4, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2]
    report = read(REQUESTS, table(*head, ("数量", *numbers)))
    assert list(values(report, "disputes.").values()) == numbers


def test_a_blank_strip_with_a_label_of_its_own_is_blank() -> None:
    head = [("类别", *row) for row in DISPUTES]
    report = read(REQUESTS, table(*head, ("数量", *[""] * 15)))
    assert list(values(report, "disputes.").values()) == ["blank"] * 15


def test_blank_rows_of_cases_are_blank() -> None:
    labels = ("行政复议", "未经复议直接起诉", "复议后起诉")
    report = read(REQUESTS, table(("类型", *OUTCOMES), *((label, *[""] * 5) for label in labels)))
    assert list(values(report, "disputes.").values()) == ["blank"] * 15


def test_another_printing_of_disputes_in_another_shape_is_no_complement() -> None:
    strip = table(*DISPUTES, [0] * 15)
    rows = table(
        ("类型", *OUTCOMES), ("行政复议", 0, 0, 1, 0, 1), ("未经复议直接起诉", *[0] * 5), ("复议后起诉", *[0] * 5)
    )
    for pages in ((strip, rows), (rows, strip)):
        report = read(REQUESTS, *pages)
        twice = next(f for f in report.findings if f.rule == "disputes.printed_twice")
        assert {"disputes.review.other", "disputes.review.total"} <= set(twice.figures)


def test_a_blank_row_whose_label_is_also_that_of_a_column_is_blank() -> None:
    unpaid = "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"
    other = "三、本年度办理结果", "（六）其他处理"
    rows = [(*other, unpaid, *[""] * 7), (*other, "3.其他", *[""] * 7), ("四、结转下年度继续办理*3", *[""] * 7)]
    report = read(table(("*3", *APPLICANTS), ("一、本年新收政府信息公开申请数量*3", *[1] * 6, 6), *rows))
    assert set(values(report, "requests.other_reason.").values()) == {"blank"}


def test_an_unrelated_table_is_no_finding() -> None:
    report = read(REQUESTS, table(*DISPUTES, [0] * 15), table(("项目", "数量"), ("接待咨询（人次）", 45)))
    assert not [f for f in report.findings if f.rule.endswith("unplaced_row")]


INDICATORS = (
    ("一、主动公开情况", "", ""),
    ("（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）", "条", 30),
    ("其中：主动公开规范性文件数", "条", 3),
    ("制发规范性文件总数", "件", 4),
    ("四、行政复议数量", "件", 2),
    ("（一）维持具体行政行为数", "件", 1),
    ("（二）被依法纠错数", "件", 0),
    ("（三）其他情形数", "件", 1),
    ("五、行政诉讼数量", "件", 5),
    ("（一）维持具体行政行为或者驳回原告诉讼请求数", "件", 2),
    ("（二）被依法纠错数", "件", 3),
    ("（三）其他情形数", "件", 0),
)
STATISTICS = {
    "disclosed_items": 30,
    "normative_documents_disclosed": 3,
    "normative_documents_made": 4,
    "reviews": 2,
    "reviews_upheld": 1,
    "reviews_corrected": 0,
    "reviews_other": 1,
    "lawsuits": 5,
    "lawsuits_upheld": 2,
    "lawsuits_corrected": 3,
    "lawsuits_other": 0,
}


def statistics(*rows: Sequence[str | int]) -> Report:
    return read(table(*rows), title="三道河子镇2016年政府信息公开工作年度报告")


def present(report: Report) -> dict[str, object]:
    found = values(report, "statistics.")
    return {name.removesuffix(".value"): value for name, value in found.items() if value != "missing"}


def test_a_list_printed_in_halves_side_by_side_is_read_half_by_half() -> None:
    left, right = INDICATORS[:6], INDICATORS[6:]
    head = ("统计指标", "单位", "统计数")
    report = statistics((*head, *head), *((*a, *b) for a, b in zip(left, right, strict=True)))
    assert present(report) == STATISTICS
    assert not [f for f in report.findings if f.figures]


def test_a_column_of_row_numbers_or_codes_is_no_value() -> None:
    numbered = ((n, *row) for n, row in enumerate(INDICATORS, 1))
    coded = ((label, n, unit, value) for n, (label, unit, value) in enumerate(INDICATORS, 1))
    for report in (
        statistics(("序号", "统计指标", "单位", "统计数"), *numbered),
        statistics(("指标名称", "代码", "计量单位", "数量"), *coded),
    ):
        assert present(report) == STATISTICS
        assert not [f for f in report.findings if f.rule.endswith("unplaced_row")]


def test_the_foot_of_a_list_is_no_row_of_it() -> None:
    foot = "单位负责人：张三 审核人：李四 填报人：王五 联系电话：0421- 6822903 填报日期：2017年1月3日*3"
    report = statistics(("统计指标", "单位", "统计数"), *INDICATORS, (foot,))
    assert present(report) == STATISTICS
    assert not [f for f in report.findings if f.rule.endswith("unplaced_row")]


def test_a_group_that_nobody_knows_under_the_head_of_a_list_names_no_column_of_its_next_table() -> None:
    head = ("统计指标", "单位", "统计数")
    parts = (table(head, ("甲类", "", ""), *INDICATORS[:4]), table(*INDICATORS[4:]))
    report = read(*parts, title="三道河子镇2016年政府信息公开工作年度报告")
    assert present(report) == STATISTICS
    assert not [f for f in report.findings if f.figures]


ROWS = (
    "一、本年新收政府信息公开申请数量",
    "二、上年结转政府信息公开申请数量",
    "（一）予以公开",
    "（二）部分公开",
    "（七）总计",
)


def test_a_filling_cell_before_all_values_is_left_out_of_rows_of_zeros_too() -> None:
    numbers = [
        [1, 2, 0, 0, 0, 1, 4],
        [0, 1, 0, 0, 0, 0, 1],
        [0, "", 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0, 2],
        [0] * 6 + [""],
    ]
    report = read(table(("项目", *APPLICANTS), *((label, "", *row) for label, row in zip(ROWS, numbers, strict=True))))
    granted = list(values(report, "requests.granted.").values())
    assert granted == [0, "blank", 0, 0, 0, 0, 0]


def test_an_empty_cell_left_out_before_a_row_that_ends_in_one_puts_it_in_doubt() -> None:
    usual = [("", label, *[0] * 7) for label in ROWS[:3]]
    report = read(
        table(("", "项目", *APPLICANTS), *usual, (ROWS[3], "", 0, "", 0, "", 0, 0, ""), ("", ROWS[4], *[0] * 7))
    )
    row = {f"requests.partly_granted.{column}" for column in ("natural_person", "business", "total")}
    assert row <= {figure for finding in report.findings for figure in finding.figures}


def test_zeros_and_blanks_in_other_columns_than_those_of_other_rows_are_in_doubt() -> None:
    numbers = [[1, 2, 0, 0, 0, 1, 4], [0, 1, 0, 0, 0, 0, 1], [0, "", 0, 0, 0, 0, 0, ""], [1, 1, 0, 0, 0, 0, 2], [0] * 7]
    rows = [(label, *row) for label, row in zip(ROWS, numbers, strict=True)]
    rows[2] = (rows[2][0], "", *rows[2][1:-1])
    report = read(table(("项目", *APPLICANTS), *rows))
    doubted = {name for f in report.findings for name in f.figures}
    assert {"requests.granted.natural_person", "requests.granted.business"} <= doubted


def test_cells_of_several_digits_are_not_cut_where_blanks_may_be_lost() -> None:
    cells = [258, 725, 983]
    report = read(
        *(f"<p>{text}</p>" for text in (*APPLICANTS, ROWS[0], *[1] * 6, 6, ROWS[1], *cells, ROWS[2], *[0] * 7))
    )
    assert all(f.value is None for f in report.figures if f.figure.startswith("requests.carried_in."))


def test_a_table_printed_once_beside_others_printed_twice_is_in_doubt() -> None:
    other = table(("", *APPLICANTS), (ROWS[0], *[2] * 6, 12), (ROWS[1], *[0] * 7))
    report = read(REQUESTS, other.replace("<table>", "<p>另一份</p><table>"), table(*DISPUTES, [0] * 15))
    doubted = {name for f in report.findings for name in f.figures}
    assert "disputes.review.total" in doubted


def test_cases_named_over_each_of_three_strips_in_one_grid_stay_with_their_strips() -> None:
    cases = ("行政诉讼（复议后起诉）*5", "行政诉讼（未经复议直接起诉）*5", "行政复议*5")
    numbers = [[0, 2, 0, 1, 3], [0] * 5, [0, 3, 0, 0, 3]]
    rows = [row for case, values in zip(cases, numbers, strict=True) for row in ((case,), OUTCOMES, values)]
    report = read(table(("*2", *APPLICANTS), (ROWS[0] + "*2", *[1] * 6, 6), (ROWS[1] + "*2", *[0] * 7), *rows))
    assert values(report, "disputes.review.")["corrected"] == 3
    assert values(report, "disputes.lawsuit_after_review.")["corrected"] == 2


def test_columns_that_a_wrapped_header_of_flat_text_names_out_of_order_are_in_doubt() -> None:
    """A header whose labels stand partly in one line and partly in another comes in any order (unruled PDF)."""
    lines = [
        ("自然人", "社会公益组织", "法律服务机构", "", "", "", "", ""),
        ("商业企业", "科研机构", "其他", "总计", "", "", "", ""),
        (ROWS[0], "1485", "1366", "0", "0", "83", "0", "2934"),
        (ROWS[1], "1", "2", "0", "0", "0", "0", "3"),
    ]
    rows = tuple(tuple(Cell(text, r, c) for c, text in enumerate(line)) for r, line in enumerate(lines))
    disputes = read_page(table(("类型", *OUTCOMES), ("行政复议", *[0] * 5), ("复议后起诉", *[0] * 5)).encode()).blocks
    report = read_report(Page((Grid(rows, "page 1, table 1", exact=False), *disputes), "pdf"))
    doubted = {name for f in report.findings for name in f.figures}
    assert {"requests.received.business", "requests.received.public_interest"} <= doubted
    assert all(f.value != 1366 for f in report.figures if f.figure == "requests.received.public_interest")


def test_an_amount_without_any_word_of_its_unit_is_in_doubt() -> None:
    rows = table(("行政许可", 3), ("行政处罚", 2), ("行政强制", 0), ("行政事业性收费", 8))
    report = read(rows, REQUESTS, table(*DISPUTES, [0] * 15))
    assert [f.figures for f in report.findings if f.rule.endswith("unit_unknown")] == [("disclosure.fees.amount",)]


def test_most_rows_off_their_sums_put_the_whole_table_in_doubt() -> None:
    rows = [("（一）予以公开", 1, 2, 0, 0, 0, 0, 9), ("（六）其他处理", *[0] * 7), ("（七）总计", 1, 2, 0, 0, 0, 0, 8)]
    received = ("一、本年新收政府信息公开申请数量", 1, 2, 0, 0, 0, 0, 7)
    report = read(table(("", *APPLICANTS), received, *rows))
    (broken,) = [finding for finding in report.findings if finding.rule == "requests.sums_broken"]
    assert "requests.other.total" in broken.figures


def test_a_label_of_its_own_goes_before_one_that_a_wrong_span_carries_on() -> None:
    wide = "<tr><td rowspan=3>（五）不予处理</td><td colspan=2>1.信访举报投诉类申请</td>" + "<td>0</td>" * 7 + "</tr>"
    off = "<tr><td>5.要求行政机关确认或重新出具已获取信息</td><td></td>" + "<td>0</td>" * 6 + "<td>0</td></tr>"
    head = "<tr><td colspan=3></td>" + "".join(f"<td>{name}</td>" for name in APPLICANTS) + "</tr>"
    report = read(f"<table>{head}{wide}{off}</table>", REQUESTS)
    assert set(values(report, "requests.declined_reissue.").values()) == {0}


def test_a_row_that_a_short_span_moves_before_the_label_of_its_group_is_read() -> None:
    unpaid = "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"
    rows = ((unpaid, *[0] * 7), ("3.其他", 2, *[0] * 5, 2))
    (_, *first), (_, *second) = ([f"<td>{cell}</td>" for cell in row] for row in rows)
    group = "<td rowspan=2>（六）其他处理</td>"
    body = f"<tr><td>三、本年度办理结果</td>{group}<td>{unpaid}</td>{''.join(first)}</tr>"
    body += f"<tr><td>3.其他</td>{''.join(second)}</tr>"
    head = "<tr><td colspan=3></td>" + "".join(f"<td>{name}</td>" for name in APPLICANTS) + "</tr>"
    report = read(f"<table>{head}{body}</table>", REQUESTS)
    assert list(values(report, "requests.other_reason.").values()) == [2, 0, 0, 0, 0, 0, 2]


def test_years_side_by_side_above_the_same_columns_are_told_apart() -> None:
    head = (("", "2020年*7", "2021年*7"), ("", "申请人情况*7", "申请人情况*7"), ("", *APPLICANTS, *APPLICANTS))
    rows = (("一、本年新收政府信息公开申请数量", *range(1, 7), 21, *range(2, 8), 27),)
    zeros = (("二、上年结转政府信息公开申请数量", *[0] * 14), ("四、结转下年度继续办理", *[0] * 14))
    report = read(table(*head, *rows, *zeros))
    assert list(values(report, "requests.received.").values()) == [2, 3, 4, 5, 6, 7, 27]


def test_words_for_this_year_and_the_last_tell_columns_and_rows_apart() -> None:
    head = (("信息内容", "本年处理决定数量*2"), ("", "上年", "本年"))
    disclosure = table(("第二十条第（六）项*3",), *head, ("行政处罚", 4, 5), ("行政强制", 1, 0))
    strips = table(*(("年度", *row) for row in DISPUTES), ("2021年", *[1] * 4, 4, *[0] * 10), ("2020年", *[0] * 15))
    report = read(disclosure, REQUESTS, strips)
    assert [values(report, f"disclosure.{row}.decisions")[""] for row in ("penalties", "coercion")] == [5, 0]
    assert list(values(report, "disputes.review.").values()) == [1, 1, 1, 1, 4]
    for this, last in (("今年", "去年"), ("本年累计", "上年累计"), ("全年合计", "上年同期")):
        rows = ((label, unit, 7, value) for label, unit, value in INDICATORS)
        assert present(statistics(("统计指标", "单位", last, this), *rows)) == STATISTICS


def test_heads_repeated_in_cells_before_their_values_are_left_out() -> None:
    for mark in ("", "：", ": "):
        numbers = (*[1] * 4, 0, "", 4)
        rows = ((label, *(f"{a}{mark}{n}" for a, n in zip(APPLICANTS, numbers, strict=True))) for label in ROWS[:3])
        report = read(table(("", *APPLICANTS), *rows))
        assert list(values(report, "requests.received.").values()) == [*numbers[:5], "blank", 4]


def test_of_two_forms_on_a_page_the_one_of_the_year_is_read() -> None:
    requests, statistics_of_2014 = load_forms()["2021"].table("requests"), load_forms()["2014"].table("statistics")
    assert requests is not None
    assert statistics_of_2014 is not None
    old = table(("统计指标", "单位", "统计数"), *((row.label, "件", 0) for row in statistics_of_2014.rows))
    new = table(("", *APPLICANTS), *((row.label, *[0] * 7) for row in requests.rows))
    rows = (("信息内容", "本年处理决定数量"), ("行政许可", 5), ("行政处罚", 0), ("行政强制", 0))
    head = ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")
    disclosure = table(head, ("规章", 0, 0, 0), ("行政规范性文件", 0, 0, 0)) + table(*rows)
    report = read(disclosure, new, table(*DISPUTES, [0] * 15), old)
    assert report.form == "2021"
    assert values(report, "disclosure.licensing.") == {"decisions": 5}


def test_a_blank_template_and_a_table_that_compares_totals_are_no_printings() -> None:
    labels = ("一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量")
    blank = table(("", *APPLICANTS), *((label, *[""] * 7) for label in labels))
    compared = table(("", "2021年", "2020年", "增减"), (labels[0], 6, 9, -3), (labels[1], 0, 2, -2))
    left = table(("", "自然人", "总计"), (labels[0], 1, 7), (labels[1], 0, 0))
    right = table(("", *APPLICANTS[1:6]), (labels[0], *[2] * 3, 0, 0), (labels[1], *[0] * 5))
    assert any(finding.rule == "requests.printed_twice" for finding in read(left, right).findings)
    for parts in ((blank, REQUESTS), (REQUESTS, compared), (compared, REQUESTS)):
        report = read(*parts, table(*DISPUTES, [0] * 15))
        assert list(values(report, "requests.received.").values()) == [*[1] * 6, 6]
        assert not [f for f in report.findings if f.figures]


def test_the_numeral_one_is_a_number_beside_other_numerals_and_may_be_a_dash_without_them() -> None:
    rows = (
        ("一、本年新收政府信息公开申请数量", "二", "一", "三", "〇", "〇", "〇", "六"),
        ("四、结转下年度继续办理", *["〇"] * 7),
    )
    assert list(values(read(table(("", *APPLICANTS), *rows)), "requests.received.").values()) == [2, 1, 3, 0, 0, 0, 6]
    alone = (("一、本年新收政府信息公开申请数量", 2, "一", 3, 0, 0, 0, 5), ("四、结转下年度继续办理", *[0] * 7))
    assert values(read(table(("", *APPLICANTS), *alone)), "requests.received.")["business"] == "text"


def test_a_strip_that_lost_a_cell_is_in_doubt_as_a_whole() -> None:
    report = read(REQUESTS, table(*DISPUTES, (0, 2, 0, 0, 2, 1, 0, 0, 1, 2, 0, 0, 0, 2)))
    (unreadable,) = [finding for finding in report.findings if finding.rule == "disputes.unreadable_row"]
    assert len(unreadable.figures) == 15


def test_two_labels_with_a_value_between_them_are_read_apart() -> None:
    lines = (
        "统计指标 单位 统计数 统计指标 单位 统计数",
        "其中：主动公开规范性文件数 条 2 涉及商业秘密 件 0",
        "六、举报投诉数量 件 1",
    )
    report = read_report(read_page("\n".join(("三道河子镇2016年政府信息公开工作年度报告", *lines)).encode()))
    read = {f.figure: f.value for f in report.figures if f.value is not None}
    expected = {"normative_documents_disclosed": 2, "denied_trade_secret": 0, "complaints": 1}
    assert read == {f"statistics.{name}": value for name, value in expected.items()}


def test_a_table_of_disclosure_may_be_turned_as_a_whole() -> None:
    rows = [
        ("第二十条第（一）项", "", "", ""),
        ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"),
        ("规章", 1, 0, 4),
        ("行政规范性文件", 2, 0, 7),
        ("第二十条第（五）项", "", "", ""),
        ("信息内容", "本年处理决定数量", "", ""),
        ("行政许可", 30, "", ""),
        ("第二十条第（六）项", "", "", ""),
        ("信息内容", "本年处理决定数量", "", ""),
        ("行政处罚", 5, "", ""),
        ("行政强制", 3, "", ""),
        ("第二十条第（八）项", "", "", ""),
        ("信息内容", "本年收费金额（单位：万元）", "", ""),
        ("行政事业性收费", 0, "", ""),
    ]
    turned = ["\t".join(map(str, line)) for line in zip(*rows, strict=True)]
    text = "\n".join(["三道河子镇2021年政府信息公开工作年度报告", *turned])
    report = read_report(read_page(text.encode()))
    assert list(values(report, "disclosure.").values()) == [1, 0, 4, 2, 0, 7, 30, 5, 3, 0]


def test_a_line_with_a_label_and_empty_cells_is_a_row_of_a_table_in_tabs() -> None:
    lines = ["行政复议\t\t结果维持\t0", "\t\t结果纠正\t2", "\t\t其他结果\t0", "\t\t尚未审结\t", "\t\t总计\t2"]
    text = "\n".join(["三道河子镇2021年政府信息公开工作年度报告", "四、政府信息公开行政复议、行政诉讼情况", *lines])
    (grid,) = (block for block in read_page(text.encode()).blocks if isinstance(block, Grid))
    assert [row[2].text for row in grid.rows if row[2]] == [*OUTCOMES]
