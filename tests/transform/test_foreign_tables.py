"""Tables under another heading: they are not this report's own where it has none of the kind."""

from __future__ import annotations

import pytest
from small_pages import DISPUTES, REQUESTS, read, table, values

from transform.model import Report

OWN = "三道河子镇2021年政府信息公开工作年度报告"
STRIP = table(*DISPUTES, [0] * 15)


def foreign(report: Report) -> set[str]:
    return {f.rule for f in report.findings if f.rule.endswith("other_report")}


def heading(text: str) -> str:
    return f"<p>{text}</p>"


@pytest.mark.parametrize(
    "other",
    [
        "凌源市财政局2021年政府信息公开工作年度报告",
        "三道河子镇2020年政府信息公开工作年度报告",
        "2020年情况（供对照）",
        OWN,
    ],
)
def test_a_table_that_only_another_report_on_the_page_has_is_in_doubt(other: str) -> None:
    report = read(heading(OWN), STRIP, heading(other), REQUESTS)
    assert foreign(report) == {"requests.other_report"}
    doubted = {name for f in report.findings if f.rule == "requests.other_report" for name in f.figures}
    assert {f.figure for f in report.figures if f.figure.startswith("requests.") and f.value is not None} <= doubted


def test_last_years_table_before_the_report_is_in_doubt_where_this_years_is_missing() -> None:
    report = read(heading("2020年情况（供对照）"), REQUESTS, heading("2021年情况"), heading(OWN), STRIP)
    assert foreign(report) == {"requests.other_report"}


def test_tables_that_all_stand_under_the_title_of_another_year_are_in_doubt() -> None:
    report = read(heading(OWN), heading("三道河子镇2020年政府信息公开工作年度报告"), REQUESTS, STRIP)
    assert foreign(report) == {"requests.other_report", "disputes.other_report"}


@pytest.mark.parametrize(
    "parts",
    [
        (heading(OWN), REQUESTS, STRIP),
        (heading("凌源市财政局2021年政府信息公开工作年度报告"), REQUESTS, STRIP),
        (heading(OWN), REQUESTS, heading("与2020年相比，申请有所减少。"), STRIP),
        (heading(OWN), REQUESTS, heading("2021年行政复议情况"), STRIP),
        (heading(OWN), REQUESTS, STRIP, heading(OWN), REQUESTS, STRIP),
        (heading(OWN), table(("行政许可", 3), ("行政处罚", 2)), heading(OWN), REQUESTS, heading(OWN), STRIP),
        (heading(OWN), REQUESTS, heading(OWN + "统计表"), STRIP),
        (REQUESTS, STRIP, heading("上一篇：三道河子镇2020年政府信息公开工作年度报告")),
    ],
)
def test_a_page_of_one_report_is_not_doubted(parts: tuple[str, ...]) -> None:
    assert not foreign(read(*parts))


def test_tables_of_another_report_stay_in_doubt_where_this_ones_are_cut_off() -> None:
    """The title stands in the metadata alone, and of the report's own only the beginning of one table is left."""
    other = heading("凌源市财政局2021年政府信息公开工作年度报告")
    columns = ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")
    begun = [("第二十条第（一）项*4",), columns, ("规章", 0, 0, 0), ("行政规范性文件", 5, 2, 9)]
    rows = [(("信息内容", "本年处理决定数量"), (label, 3)) for label in ("行政许可", "行政处罚", "行政强制")]
    whole = [*begun, *(line for block in rows for line in block)]
    report = read(table(*begun), other, table(*whole), REQUESTS, STRIP, title="", meta=OWN)
    assert {"requests.other_report", "disputes.other_report"} <= foreign(report)


OTHER = "凌源市财政局2021年政府信息公开工作年度报告"
SECTIONS = ("二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况", "四、政府信息公开行政复议、行政诉讼情况")
OTHER_STRIP = table(*DISPUTES, [1, 0, 0, 0, 1] + [0] * 10)


@pytest.mark.parametrize("own_first", [True, False])
def test_another_reports_table_is_no_rival_of_the_reports_own(own_first: bool) -> None:
    own, other = (heading(OWN), REQUESTS, STRIP), (heading(OTHER), OTHER_STRIP)
    report = read(*(own + other if own_first else other + own), title="", meta=OWN)
    assert not [f for f in report.findings if f.figures]
    assert values(report, "disputes.review.")["upheld"] == 0


def test_all_tables_under_another_title_behind_sections_without_tables_are_in_doubt() -> None:
    """The report itself lost its tables; its title stands in the metadata alone."""
    own = (heading(SECTIONS[1]), heading("详见附件。"), heading(SECTIONS[2]))
    report = read(*own, heading(OTHER), REQUESTS, STRIP, title="", meta=OWN)
    assert foreign(report) == {"requests.other_report", "disputes.other_report"}


def test_a_year_over_a_table_ends_with_its_section() -> None:
    parts = (heading(SECTIONS[1]), heading("2021年度情况："), REQUESTS, heading("2020年度情况："), REQUESTS)
    assert not foreign(read(*parts, heading(SECTIONS[2]), STRIP))
    assert foreign(read(*parts, STRIP)) == {"disputes.other_report"}


def test_last_years_table_is_in_doubt_where_this_years_lost_its_rows() -> None:
    parts = (heading(SECTIONS[1]), heading("2021年度情况："), heading("2020年度情况："), REQUESTS)
    assert foreign(read(*parts)) == {"requests.other_report"}
