"""The prose under each statutory heading, found by meaning."""

from __future__ import annotations

import pytest

from extract.page import Cell, Grid, Page, Paragraph
from transform.model import Section
from transform.prose.run_on import with_headings_apart
from transform.prose.sections import split_sections


def page(*lines: str) -> Page:
    return Page(tuple(Paragraph(line, f"line {number}") for number, line in enumerate(lines, 1)), "text")


def sections(*lines: str, tables: frozenset[int] = frozenset(), pinyin: bool = False) -> dict[str, Section]:
    return {section.section: section for section in split_sections(page(*lines), tables, pinyin=pinyin)}


SIX = (
    "一、总体情况",
    "我镇按时公开各类信息。",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "公开不够及时。",
    "六、其他需要报告的事项",
    "无。",
)


def test_six_sections_in_their_order_and_empty_text_where_there_is_no_prose() -> None:
    found = split_sections(page(*SIX), frozenset(), pinyin=False)
    assert [(section.section, section.text) for section in found] == [
        ("overview", "我镇按时公开各类信息。"),
        ("disclosure", ""),
        ("requests", ""),
        ("disputes", ""),
        ("problems", "公开不够及时。"),
        ("other_matters", "无。"),
    ]


def test_ordinals_that_start_again_inside_the_overview_do_not_split_it() -> None:
    inner = (
        "一、加强领导，落实责任",
        "做了第一件事。",
        "二、主动公开，扩大范围",
        "做了第二件事。",
        "三、依申请公开工作有序",
    )
    found = sections(*SIX[:2], *inner, *SIX[2:])
    assert found["overview"].text.split("\n") == [SIX[1], *inner]
    assert found["disclosure"].heading == "二、主动公开政府信息情况"


def test_numbered_parts_of_the_overview_are_no_sections() -> None:
    inner = ("（一）主动公开情况", "公开了三条。", "（二）依申请公开情况", "没有申请。")
    found = sections(*SIX[:2], *inner, *SIX[2:])
    assert found["overview"].text.split("\n") == [SIX[1], *inner]


def test_a_table_of_contents_does_not_split() -> None:
    headings = [line for line in SIX if line[1] == "、"]
    found = sections("目录", *headings, *SIX)
    assert found["overview"].text == "我镇按时公开各类信息。"
    assert found["problems"].text == "公开不够及时。"


def test_ordinals_shifted_by_one_or_missing_make_no_difference() -> None:
    shifted = sections("一、主动公开政府信息情况", "甲。", "二、收到和处理政府信息公开申请情况", "乙。")
    bare = sections("主动公开政府信息情况", "甲。", "收到和处理政府信息公开申请情况", "乙。")
    for found in (shifted, bare):
        assert {name: section.text for name, section in found.items()} == {"disclosure": "甲。", "requests": "乙。"}


def test_one_heading_without_ordinal_among_numbered_ones_is_found() -> None:
    found = sections(*SIX[:5], "存在的主要问题及改进情况", *SIX[6:])
    assert found["problems"].text == "公开不够及时。"


@pytest.mark.parametrize(
    ("line", "heading", "text"),
    [
        (
            "五、存在的主要问题及改进情况 1.存在更新慢的问题。",
            "五、存在的主要问题及改进情况",
            "1.存在更新慢的问题。",
        ),
        ("五、存在的主要问题及改进情况：更新不够快。", "五、存在的主要问题及改进情况", "更新不够快。"),
        (
            "五、存在的主要问题及改进情况（一）存在的问题。更新不够快。" + "今后加强培训。" * 20,
            "五、存在的主要问题及改进情况",
            "（一）存在的问题。更新不够快。" + "今后加强培训。" * 20,
        ),
    ],
)
def test_heading_and_text_in_one_paragraph_are_parted(line: str, heading: str, text: str) -> None:
    problems = sections(*SIX[:5], line, *SIX[7:])["problems"]
    assert (problems.heading, problems.text) == (heading, text)


def test_a_heading_named_inside_a_sentence_is_no_heading() -> None:
    sentence = "本报告由总体情况、主动公开政府信息情况、其他需要报告的事项等部分组成，欢迎查阅。"
    found = sections(sentence, *SIX)
    assert found["overview"].text == "我镇按时公开各类信息。"
    assert sections(sentence) == {}


def test_a_heading_with_a_typing_error_is_found() -> None:
    assert sections(*SIX[:2], "二、主动公开政府政府情况", *SIX[3:])["disclosure"].heading == "二、主动公开政府政府情况"


def test_headings_of_older_reports_are_told_by_their_meaning() -> None:
    found = sections(
        "一、概述",
        "甲。",
        "二、主动公开政府信息的情况",
        "乙。",
        "三、依申请公开情况",
        "丙。",
        "四、行政复议、提起行政诉讼情况",
        "丁。",
        "五、存在的主要问题和改进措施",
        "戊。",
        "六、附表",
        "己。",
    )
    assert [(name, section.text) for name, section in found.items()] == [
        ("overview", "甲。"),
        ("disclosure", "乙。"),
        ("requests", "丙。"),
        ("disputes", "丁。"),
        ("problems", "戊。"),
        ("other_matters", "己。"),
    ]


def test_the_preamble_belongs_to_no_section_where_the_overview_has_a_heading() -> None:
    found = sections("某镇2023年政府信息公开工作年度报告", "根据有关条例的要求编制本报告，数据统计期限为全年。", *SIX)
    assert found["overview"].text == "我镇按时公开各类信息。"


def test_prose_before_the_first_heading_is_the_overview_where_none_has_a_heading() -> None:
    prose = "一年来，我镇坚持公开为常态，通过公示栏和网站发布群众关心的各类信息，并接受监督。"
    found = sections("某镇年度报告", prose, *SIX[2:])
    assert (found["overview"].heading, found["overview"].text) == ("", prose)


def test_tables_are_no_prose() -> None:
    grid = Grid(((Cell("规章", 0, 0), Cell("0", 0, 1)),), "table 1")
    blocks = page(*SIX).blocks
    whole = Page((*blocks[:3], grid, Paragraph("规章 | 0 |", "line 4"), *blocks[3:]), "text")
    found = {section.section: section.text for section in split_sections(whole, frozenset({4}), pinyin=False)}
    assert found["disclosure"] == ""


def test_a_heading_that_is_the_first_row_of_its_table_opens_its_section() -> None:
    grid = Grid(((Cell("二、主动公开政府信息情况", 0, 0, 1, 2),) * 2, (Cell("规章", 1, 0), Cell("0", 1, 1))), "table 1")
    blocks = page(*SIX).blocks
    whole = Page((*blocks[:2], grid, *blocks[3:]), "html")
    found = {section.section: section.text for section in split_sections(whole, frozenset({2}), pinyin=False)}
    assert found["overview"] == "我镇按时公开各类信息。"
    assert found["disclosure"] == ""


@pytest.mark.parametrize(
    "footer",
    ["版权所有：某镇人民政府", "上一篇：没有了", "扫一扫在手机打开当前页", "蜀ICP备00000000号", "【打印】【关闭】"],
)
def test_the_last_section_ends_at_the_foot_of_the_page(footer: str) -> None:
    assert sections(*SIX, footer, "联系电话")["other_matters"].text == "无。"


def test_the_original_script_is_kept_and_pinyin_noise_removed() -> None:
    lines = ("一、總體(tǐ)情況", "我鎮(zhèn)按時(shí)公開(kāi)。", "五、存在的主要問(wèn)題及改進(jìn)情況", "無(wú)。")
    found = sections(*lines, pinyin=True)
    assert (found["overview"].heading, found["overview"].text) == ("一、總體情況", "我鎮按時公開。")
    assert found["problems"].text == "無。"


def test_a_report_printed_twice_ends_where_it_begins_again() -> None:
    whole = ["一、总体情况", "今年有序推进公开。", "六、其他需要报告的事项", "没有其他事项。"]
    assert sections(*whole, *whole)["other_matters"].text == "没有其他事项。"
    assert (
        sections(*whole, "某某镇2022年政府信息公开工作年度报告", "另一篇。")["other_matters"].text == "没有其他事项。"
    )


def test_the_unit_of_a_table_is_no_prose() -> None:
    assert (
        sections("一、总体情况", "今年有序推进公开。", "单位：件", "六、其他需要报告的事项", "没有。")["overview"].text
        == "今年有序推进公开。"
    )


def test_running_text_broken_over_lines_is_the_overview_that_has_no_heading() -> None:
    lines = (
        "三道河子镇人民政府",
        "发布日期：2021-01-29",
        "2020年，我镇认真贯彻落实《中华人民共和国政府",
        "信息公开条例》，按时公开各类信息。",
    )
    found = sections(*lines, "（一）主动公开", "公开了三条。", *SIX[2:])
    assert found["overview"].text.split("\n") == [*lines[2:], "（一）主动公开", "公开了三条。"]


def test_the_caption_of_a_table_is_no_prose() -> None:
    found = sections(*SIX[:3], "表二：主动公开政府信息情况", *SIX[3:])
    assert found["disclosure"].text == ""


def test_a_heading_run_together_with_its_text_is_told_from_it() -> None:
    lines = ["一、总体情况2021年，我镇按时公开各类信息。", *SIX[2:7], "六、其他需要报告的事项无。"]
    found = sections(*lines)
    assert (found["overview"].heading, found["overview"].text) == ("一、总体情况", "2021年，我镇按时公开各类信息。")
    assert (found["other_matters"].heading, found["other_matters"].text) == ("六、其他需要报告的事项", "无。")


def test_title_number_and_foot_of_an_attached_table_are_no_prose() -> None:
    captions = (
        "附件：",
        "凌源市三道河子镇政府信息公开情况统计表",
        "（2018年度）",
        "单位负责人：张三　审核人：李四",
        "件",
    )
    assert sections(*SIX, *captions)["other_matters"].text == "无。"


RUN_ON = (
    "本报告全文包括一、总体情况；二、主动公开政府信息情况；三、其他。"
    " 一、总体情况 2022年，我镇按时公开各类信息。"
    " 二、主动公开政府信息情况 全年公开三条。三、收到和处理政府信息公开申请情况 没有申请。"
    " 五、存在的主要问题及改进情况 公开不够及时。 六、其他需要报告的事项 无。"
)


def test_sections_that_run_on_in_one_paragraph_are_told_apart() -> None:
    whole = with_headings_apart(page("三道河子镇2022年政府信息公开工作年度报告", RUN_ON), pinyin=False)
    assert {block.locator for block in whole.blocks} == {"line 1", "line 2"}
    found = split_sections(whole, frozenset(), pinyin=False)
    assert [(section.section, section.text) for section in found] == [
        ("overview", "2022年，我镇按时公开各类信息。"),
        ("disclosure", "全年公开三条。"),
        ("requests", "没有申请。"),
        ("problems", "公开不够及时。"),
        ("other_matters", "无。"),
    ]


def test_a_paragraph_that_only_lists_the_sections_stays_whole() -> None:
    listing = "本报告全文包括：一、总体情况；二、主动公开政府信息情况；三、收到和处理政府信息公开申请情况；六、其他。"
    whole = page(listing, *SIX)
    assert with_headings_apart(whole, pinyin=False) is whole
