"""Cells that were lost, split or left empty: what no sum proves is in doubt, never quietly put elsewhere."""

from __future__ import annotations

from small_pages import APPLICANTS, DISPUTES, OUTCOMES, read, table, values

from extract.formats import read_page
from transform.read import read_report

RECEIVED, CARRIED_IN = "一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量"
GRANTED, PARTLY_GRANTED = "（一）予以公开", "（二）部分公开"
DENIED = ("1.属于国家秘密", "2.其他法律行政法规禁止公开", "4.保护第三方合法权益", "5.属于三类内部事务信息")
HANDLED = "（七）总计"
CASES = ("未经复议直接起诉", "复议后起诉")


def test_two_numbers_under_one_header_cell_are_not_taken_for_a_repeated_one() -> None:
    header = ("信息内容", "本年制发件数*2", "本年废止件数", "现行有效件数")
    report = read(
        table(("第二十条第（一）项*5",), header, ("规章", 7, 7, 0, 77), ("行政规范性文件", 12, "", 0, 12)),
    )
    assert values(report, "disclosure.rules.")["issued"] == "missing"
    assert any("disclosure.rules.issued" in f.figures for f in report.findings)
    assert values(report, "disclosure.normative_documents.") == {"issued": 12, "repealed": 0, "in_force": 12}


def test_where_a_column_was_lost_an_empty_cell_before_the_numbers_is_no_value() -> None:
    """The labels that span two columns leave an empty cell; all rows lost the cell of 其他, which was 0."""
    short = [(GRANTED, 3, 1, 0, 0, 0, 4), (PARTLY_GRANTED, 0, 0, 0, 0, 0, 0)]
    denied = [("（三）不予公开", label, 2, 1, 0, 0, 1, 4) for label in DENIED]
    report = read(
        table(
            ("项目", "", *APPLICANTS),
            (RECEIVED, "", 11, 5, 0, 0, 4, 20),
            *((label, "", *cells) for label, *cells in short),
            *denied,
            (HANDLED, "", 11, 5, 0, 0, 4, 20),
        ),
        table(*DISPUTES, [0] * 15),
    )
    doubted = {name for f in report.findings for name in f.figures}
    for row in ("received", "handled"):
        assert values(report, f"requests.{row}.")["business"] != 11 or f"requests.{row}.business" in doubted


def test_a_line_that_lost_the_empty_cells_at_its_end_begins_where_the_others_do() -> None:
    rows = [
        ("项目", "", *APPLICANTS),
        (RECEIVED, "", 3, 1, 0, 0, 0, 2, 6),
        (CARRIED_IN, "", 0, 0, 0, 0, 0, 0, ""),
        ("三、本年度办理结果", GRANTED, "", 1, 0, 0, 0, "", 1),
        ("", PARTLY_GRANTED, 3, 0, 0, 0, 0, 2, 5),
    ]
    lines = ["\t".join(map(str, row)).rstrip("\t") for row in rows]
    text = "\n".join(["三道河子镇2021年政府信息公开工作年度报告", *lines])
    report = read_report(read_page(text.encode()))
    assert list(values(report, "requests.granted.").values()) == ["blank", 1, 0, 0, 0, "blank", 1]
    doubted = {name for finding in report.findings for name in finding.figures}
    for column, value in values(report, "requests.carried_in.").items():
        assert value == (0 if column != "total" else "blank") or f"requests.carried_in.{column}" in doubted


def test_rows_with_empty_totals_do_not_outvote_the_header() -> None:
    """Only fully printed rows speak against a reading; rows without their total hold by chance in a wrong order."""
    order = ("其他", "商业企业", "社会公益组织", "法律服务机构", "科研机构", "总计", "自然人")
    zeros = [0, 0, 0, 0, 0, "", 0]
    by_chance = [0, 2, 0, 0, 0, "", 2]
    rows = [
        (RECEIVED, 94, 821, 64, 0, 180, 1966, 807),
        (CARRIED_IN, 1, 2, 0, 0, 0, 7, 4),
        (GRANTED, *by_chance),
        (PARTLY_GRANTED, *by_chance),
        *((label, *by_chance) for label in DENIED[1:]),
        (DENIED[0], *zeros),
        (HANDLED, 95, 823, 64, 0, 180, 1973, 811),
    ]
    lines = [" | ".join(map(str, row)) + " |" for row in (("项目", *order), *rows)]
    report = read_report(read_page("\n".join(["三道河子镇2021年政府信息公开工作年度报告", *lines]).encode()))
    secret = values(report, "requests.denied_state_secret.")
    assert secret["natural_person"] == 0
    assert secret["total"] in ("blank", "missing")
    assert values(report, "requests.granted.")["natural_person"] == 2


def test_a_surplus_empty_cell_of_flat_text_is_not_guessed_where_no_sum_tells() -> None:
    """All zeros, one cell a line: an empty cell stands after two rows, before the third, which lacks two numbers."""
    rows = [
        (RECEIVED, "0", "0", "", "0", "0", "0", "0", ""),
        (CARRIED_IN, "0", "", "0", "0", "0", "0", "0", ""),
        (GRANTED, "", "0", "0", "0", "", "0", "0", ""),
        (HANDLED, "0", "0", "0", "0", "0", "0", "0"),
    ]
    strip = [("行政复议", "行政诉讼"), (*OUTCOMES, *CASES), OUTCOMES * 2, ["0"] * 15]
    text = "\n".join(f"{cell}\n|" if cell else "|" for row in [APPLICANTS, *rows, *strip] for cell in row)
    report = read_report(read_page(f"三道河子镇2021年政府信息公开工作年度报告\n{text}".encode()))
    doubted = {name for f in report.findings for name in f.figures}
    for column in ("public_interest", "total"):
        blank = values(report, "requests.granted.")[column] in ("blank", "missing")
        assert blank or f"requests.granted.{column}" in doubted


def test_a_numbered_row_without_value_does_not_take_that_of_the_next_row() -> None:
    lines = [
        "三道河子镇2016年政府信息公开工作年度报告",
        "序号 统计指标 统计数",
        "2 （一）主动公开政府信息数（不同渠道和方式公开相同信息计1条） ０",
        "3 其中：主动公开规范性文件数 ０",
        "4 制发规范性文件总数 ０",
        "52 （三）其他情形数 ０",
        "53 六、举报投诉数量",
        "54 七、依申请公开信息收取的费用 ０",
        "55 八、机构建设和保障经费情况",
        "56 （一）政府信息公开工作专门机构数 ０",
    ]
    report = read_report(read_page("\n".join(lines).encode()))
    figures = {f.figure: f for f in report.figures}
    assert figures["statistics.complaints"].value is None


def test_a_number_split_in_two_equal_digits_is_not_read_as_one_of_them() -> None:
    """77 as 7 | 7: in a list of single values, and in a row that no sum proves."""
    lines = [
        "三道河子镇2016年政府信息公开工作年度报告",
        "（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条） | 条 | 7 | 7 |",
        "其中：主动公开规范性文件数 | 条 | 3 |",
        "制发规范性文件总数 | 件 | 4 |",
        "六、举报投诉数量 | 件 | 2 |",
    ]
    report = read_report(read_page("\n".join(lines).encode()))
    doubted = {name for f in report.findings for name in f.figures}
    assert next(f.value for f in report.figures if f.figure == "statistics.disclosed_items") is None
    assert "statistics.disclosed_items" in doubted
    flat = [
        "三道河子镇2021年政府信息公开工作年度报告",
        "信息内容 | 本年制发件数 | 本年废止件数 | 现行有效件数 |",
        "规章 | 7 | 7 | 0 | 77 |",
        "行政规范性文件 | 12 | 0 | 12 |",
        "信息内容 | 本年处理决定数量 |",
        "行政许可 | 8 | 8 |",
    ]
    report = read_report(read_page("\n".join(flat).encode()))
    doubted = {name for f in report.findings for name in f.figures}
    for name in ("disclosure.rules.issued", "disclosure.licensing.decisions"):
        assert name in doubted or next(f.value for f in report.figures if f.figure == name) is None


def test_a_grid_that_names_no_columns_is_in_doubt_where_no_sum_tells() -> None:
    rows = (("第二十条第（一）项*4",), ("规章", 0, 0, 3), ("行政规范性文件", 17, 0, 17))
    report = read(table(*rows), table(*DISPUTES, [0] * 15))
    doubted = {name for f in report.findings for name in f.figures}
    assert {f.figure for f in report.figures if f.figure.startswith("disclosure.") and f.value is not None} <= doubted


def test_a_remark_over_a_column_that_a_lower_header_names_hides_no_numbers() -> None:
    """Merged cells lost their width: the heading of a column of remarks slipped over the first column of numbers."""
    head = ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")
    rows = (("第二十条第（一）项", "备注"), head, ("规章", 0, 0, 0, 23), ("行政规范性文件", 4, 0, 4, 5))
    report = read(table(*rows), table(*DISPUTES, [0] * 15))
    doubted = {name for f in report.findings for name in f.figures}
    for name, printed in (("rules.in_force", 0), ("normative_documents.in_force", 4)):
        value = next(f.value for f in report.figures if f.figure == f"disclosure.{name}")
        assert value in (None, printed) or f"disclosure.{name}" in doubted


def test_the_only_empty_cell_of_a_strip_puts_the_whole_strip_in_doubt() -> None:
    cells: list[int | str] = ["", 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    rows = [(label, *[0] * 7) for label in (RECEIVED, CARRIED_IN, GRANTED)]
    report = read(table(("项目", *APPLICANTS), *rows), table(*DISPUTES, cells))
    doubted = {name for f in report.findings if f.rule == "figure.odd_blank" for name in f.figures}
    assert {"disputes.review.upheld", "disputes.lawsuit_direct.upheld"} <= doubted


def zeros(*rows: tuple[str, ...]) -> str:
    return table(("项目", *APPLICANTS), *((*labels, *[0] * 7) for labels in rows))


def test_an_empty_row_has_no_cell_that_could_have_moved() -> None:
    blocks = (("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"), ("规章", "", "", ""))
    printed = zeros((RECEIVED,), (CARRIED_IN,), (GRANTED,), (PARTLY_GRANTED,), (HANDLED,), *((d,) for d in DENIED))
    report = read(table(*blocks, ("行政规范性文件", 1, 0, 4)), printed, table(*DISPUTES, [0] * 15))
    assert values(report, "disclosure.rules.") == dict.fromkeys(("issued", "repealed", "in_force"), "blank")
    assert not any(f.rule == "figure.odd_blank" for f in report.findings)


def test_a_number_that_begins_with_zeros_may_be_two() -> None:
    blocks = (("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"), ("规章", 0, 0, 0))
    report = read(table(*blocks, ("行政规范性文件", 1, "043", "043")))
    doubted = {name for f in report.findings if f.rule == "figure.unusual" for name in f.figures}
    assert doubted == {f"disclosure.normative_documents.{column}" for column in ("repealed", "in_force")}


def test_a_page_that_prints_seven_as_07_is_not_doubted() -> None:
    blocks = (("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"), ("规章", 0, 0, 0))
    report = read(table(*blocks, ("行政规范性文件", "01", "03", 12)))
    assert values(report, "disclosure.normative_documents.")["repealed"] == 3
    assert not any(f.rule == "figure.unusual" for f in report.findings)


def test_a_label_that_fits_two_rows_between_its_neighbours_is_in_doubt() -> None:
    """The rows between, which are empty, are no rows of flat text; 其他情形数 may be that of reviews or of lawsuits."""
    lines = (
        *("四、行政复议数量\t14", "（一）维持具体行政行为数\t", "（二）被依法纠错数\t14", "（三）其他情形数\t"),
        *(
            "五、行政诉讼数量\t",
            "（一）维持具体行政行为或者驳回原告诉讼请求数\t",
            "（二）被依法纠错数\t",
            "（三）其他情形数\t0",
        ),
        *("六、举报投诉数量\t3", "（一）收到申请数\t2", "（二）申请办结数\t2", "（三）申请答复数\t2"),
    )
    title = "三道河子镇2016年政府信息公开工作年度报告"
    report = read_report(read_page("\n".join((title, "统计指标\t统计数", *lines)).encode()))
    doubted = {name for f in report.findings for name in f.figures}
    others = {
        f.figure: f for f in report.figures if f.figure in ("statistics.reviews_other", "statistics.lawsuits_other")
    }
    assert others["statistics.reviews_other"].value is None or "statistics.reviews_other" in doubted


def test_one_empty_cell_in_a_table_of_zeros_is_odd_though_other_tables_have_many() -> None:
    blocks = (
        ("信息内容", "上一年项目数量", "本年增/减", "处理决定数量"),
        ("行政许可", 3, 0, 5),
        ("行政处罚", 7, "0", ""),
    )
    rules = (
        ("信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"),
        ("规章", 0, 0, 0),
        ("规范性文件", 1, 0, 4),
    )
    blank = [(label, *[""] * 7) for label in (RECEIVED, CARRIED_IN, GRANTED)]
    title = "三道河子镇2019年政府信息公开工作年度报告"
    report = read(table(*rules, *blocks), table(("项目", *APPLICANTS), *blank), title=title)
    doubted = {name for f in report.findings if f.rule == "figure.odd_blank" for name in f.figures}
    assert doubted == {f"disclosure.penalties.{c}" for c in ("previous_items", "items_change", "decisions")}
