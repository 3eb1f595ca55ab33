"""Title, issuer, year, date of publication and division, and what is said where the page contradicts itself."""

from __future__ import annotations

import pytest

from extract.page import Cell, Grid, Page, Paragraph
from transform.metadata.page import read_metadata
from transform.metadata.titles import read_title
from transform.model import Finding, Metadata

OVERVIEW = ("一、总体情况", "一年来，我镇稳步推进政务公开，群众满意度有所提高。")


def page(*lines: str, url: str | None = None, **meta: str) -> Page:
    named = {name.replace("html_", "html:"): text for name, text in meta.items()}
    blocks = tuple(Paragraph(line, f"line {number}") for number, line in enumerate(lines, 1))
    return Page(blocks, "html", url=url, meta=named)


def read(
    *lines: str, url: str | None = None, pinyin: bool = False, **meta: str
) -> tuple[Metadata, tuple[Finding, ...]]:
    return read_metadata(page(*lines, url=url, **meta), pinyin=pinyin)


def rules(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]


@pytest.mark.parametrize(
    ("text", "organ", "year"),
    [
        ("凌源市三道河子镇人民政府2020年政府信息公开工作年度报告", "凌源市三道河子镇人民政府", 2020),
        ("2020年三道河子镇政府信息公开工作年度报告", "三道河子镇", 2020),
        ("2023年下各镇政府信息公开工作年度报告", "下各镇", 2023),
        ("上湾乡2019年政府信息公开年报", "上湾乡", 2019),
        ("柳北区长塘镇政府信息公开工作年度报告", "柳北区长塘镇", None),
        ("长塘镇政府信息公开工作年度报告（2023年）", "长塘镇", 2023),
        ("2025湖口县大垅乡2025年度政府信息公开工作年度报告", "湖口县大垅乡", 2025),
        ("2022年度螅镇政府信息公开工作年度年度报告", "螅镇", 2022),
        ("[甘霖镇]2012年政府信息公开年度报告", "甘霖镇", 2012),
        ("云南省卫生健康委关于2022年政府信息公开工作的年度报告", "云南省卫生健康委", 2022),
        ("三道河子镇人民政府信息公开年报", "三道河子镇人民政府", None),
        ("二○二〇年三道河子鎮政府信息公開工作報告", "三道河子鎮", 2020),
        ("二零二零年凌源市财政局政务公开工作年度报告", "凌源市财政局", 2020),
        (
            "银川市民族事务委员会（宗教事务局）2024年政府信息公开工作年度报告",
            "银川市民族事务委员会（宗教事务局）",
            2024,
        ),
        ("2025年政府信息公开工作年度报告", None, 2025),
    ],
)
def test_titles_give_organ_and_year_in_every_order(text: str, organ: str | None, year: int | None) -> None:
    title = read_title(text)
    assert title is not None
    assert (title.organ, title.year) == (organ, year)


@pytest.mark.parametrize("text", ["政府信息公开指南", "现将2020年政府信息公开工作报告如下", "凌源市人民政府", ""])
def test_other_texts_are_no_titles(text: str) -> None:
    assert read_title(text) is None


def test_a_page_with_a_plain_title_is_read_whole() -> None:
    metadata, findings = read(
        "凌源市三道河子镇人民政府2020年政府信息公开工作年度报告",
        "发布时间：2021-01-29 08:30 来源：凌源市政府网",
        *OVERVIEW,
    )
    assert metadata == Metadata(
        title="凌源市三道河子镇人民政府2020年政府信息公开工作年度报告",
        issuer="凌源市三道河子镇人民政府",
        year=2020,
        published_on="2021-01-29",
        division_code="211382117",
    )
    assert findings == ()


def test_a_text_without_title_names_its_town_by_the_way() -> None:
    metadata, findings = read(
        "一、总体情况",
        "2020年，我镇按照凌源市政府网站的要求公开信息，并管好三道河子镇微信公众号。",
    )
    assert metadata == Metadata(None, "三道河子镇", 2020, None, "211382117")
    assert findings == ()


def test_traditional_script_with_pinyin_is_resolved_to_the_name_in_the_table() -> None:
    metadata, _ = read(
        "一、總體(tǐ)情況",
        "2020年，我鎮(zhèn)在凌源市政府網(wǎng)站公開(kāi)信息，維護(hù)好三道河子鎮(zhèn)微信公眾號。",
        pinyin=True,
    )
    assert (metadata.issuer, metadata.division_code) == ("三道河子镇", "211382117")


def test_two_towns_named_alike_often_leave_the_issuer_open() -> None:
    metadata, _ = read("一、总体情况", "我镇与三道河子镇、四官营子镇交流经验。")
    assert metadata.issuer is None


@pytest.mark.parametrize(
    "lines",
    [
        ("凌源市三道河子镇人民政府", "2020年政府信息公开工作年度报告"),
        ("凌源市三道河子镇人民政府2020年", "政府信息公开工作年度报告"),
        ("凌源市三道河子镇人民政府2020年政府信息", "公开工作年度报告"),
        ("凌源市三道河子镇人民政府2020年政府信息公开工作年", "度报告"),
        ("凌源市三道河子镇人民政府", "2020年政府信息公开", "工作年度报告"),
        ("凌源市三道河子镇人民政府", "2020年", "政府信息公开工作年度报告"),
    ],
)
def test_a_title_on_several_lines_is_joined(lines: tuple[str, ...]) -> None:
    metadata, _ = read("首页", *lines, *OVERVIEW)
    assert metadata.title == "凌源市三道河子镇人民政府2020年政府信息公开工作年度报告"


def test_the_name_of_the_site_is_cut_off_the_window_title() -> None:
    metadata, _ = read(*OVERVIEW, html_title="三道河子镇2020年政府信息公开年报-凌源市人民政府")
    assert (metadata.title, metadata.issuer) == ("三道河子镇2020年政府信息公开年报", "三道河子镇")


def test_a_link_to_another_year_is_not_taken_for_the_title() -> None:
    metadata, _ = read(
        "三道河子镇2019年政府信息公开工作年度报告", *OVERVIEW, articletitle="三道河子镇2020年政府信息公开工作年度报告"
    )
    assert metadata.year == 2020


def test_a_shorter_link_below_the_text_is_not_taken_for_the_title() -> None:
    title = "凌源市三道河子镇人民政府2020年政府信息公开工作年度报告"
    metadata, _ = read(title, *OVERVIEW, "三道河子镇2018年政府信息公开年报", "三道河子镇2017年政府信息公开年报")
    assert (metadata.title, metadata.year) == (title, 2020)


def test_the_day_on_which_the_form_was_filled_in_is_no_day_of_publication() -> None:
    metadata, _ = read("三道河子镇2017年政府信息公开工作年度报告", "填报人：某某 填报日期：2018年1月15日")
    assert metadata.published_on is None


def test_the_issuer_of_a_bare_title_is_in_the_breadcrumb() -> None:
    metadata, _ = read(
        "2023年政府信息公开工作年度报告",
        *OVERVIEW,
        html_breadcrumb="首页 > 政务公开 > 乡镇街道 > 三道河子镇 > 政府信息公开年报",
        contentsource="凌源市人民政府",
    )
    assert (metadata.issuer, metadata.division_code) == ("三道河子镇", "211382117")


def test_the_issuer_of_a_bare_title_is_in_the_sign_off() -> None:
    metadata, _ = read("2023年政府信息公开工作年度报告", *OVERVIEW, "三道河子镇人民政府", "2024年1月20日")
    assert (metadata.issuer, metadata.published_on) == ("三道河子镇人民政府", "2024-01-20")


def test_a_website_is_no_issuer() -> None:
    metadata, _ = read("2023年政府信息公开工作年度报告", *OVERVIEW, contentsource="凌源市政府网", author="管理员")
    assert metadata.issuer is None


def test_an_ambiguous_issuer_is_named_without_a_code_and_with_a_finding() -> None:
    metadata, findings = read("城关镇人民政府2021年政府信息公开工作年度报告", *OVERVIEW)
    assert (metadata.issuer, metadata.division_code) == ("城关镇人民政府", None)
    assert rules(findings) == ["metadata.division_ambiguous"]


def test_title_and_period_of_the_statistics_disagree_and_the_title_is_followed() -> None:
    metadata, findings = read(
        "三道河子镇2021年政府信息公开工作年度报告",
        "本报告数据的统计期限自2020年1月1日起至2020年12月31日止。",
        *OVERVIEW,
    )
    assert metadata.year == 2021
    assert [(finding.rule, finding.severity, finding.figures) for finding in findings] == [
        ("metadata.year", "warning", ())
    ]
    assert "2020" in findings[0].message


def test_last_years_report_named_in_the_text_is_no_disagreement() -> None:
    metadata, findings = read(
        "三道河子镇2020年政府信息公开工作年度报告", "2020年，我镇按时发布2019年度政府信息公开工作年度报告。"
    )
    assert (metadata.year, findings) == (2020, ())


def test_a_text_that_kept_last_years_name_is_a_finding() -> None:
    metadata, findings = read("三道河子镇2021年政府信息公开工作年度报告", "2020年，我镇公开信息三条。")
    assert metadata.year == 2021
    assert rules(findings) == ["metadata.year"]


def test_the_name_of_a_column_is_no_title() -> None:
    metadata, _ = read(*OVERVIEW, html_h1="政府信息公开年报", html_title="政府信息公开年报_凌源市人民政府")
    assert metadata.title is None


def test_a_breadcrumb_line_is_no_title() -> None:
    metadata, _ = read("首页 > 三道河子镇 > 2020年政府信息公开年报", "三道河子镇2020年政府信息公开年报", *OVERVIEW)
    assert metadata.title == "三道河子镇2020年政府信息公开年报"


def test_a_department_is_not_mistaken_for_the_government_it_speaks_of() -> None:
    metadata, _ = read(
        "2023年政府信息公开工作年度报告",
        "2023年，我局服务全市大局，在全市率先公开预算，在全市推广。",
        contentsource="凌源市财政局",
    )
    assert (metadata.issuer, metadata.division_code) == ("凌源市财政局", "211382")


def test_dates_that_lost_their_characters_say_nothing() -> None:
    metadata, findings = read(
        "三道河子镇2020年政府信息公开工作年度报告", "统计期限为自201911日起至20191231日止。", *OVERVIEW
    )
    assert (metadata.year, findings) == (2020, ())


@pytest.mark.parametrize(
    "line",
    [
        "现将2020年度政府信息公开工作情况报告如下：",
        "统计期限自2020年1月1日至2020年12月31日。",
        "二〇二〇年，我镇公开信息三条。",
        "2020年，我镇公开信息三条。",
    ],
)
def test_the_text_states_the_year_where_the_title_does_not(line: str) -> None:
    metadata, _ = read(
        "三道河子镇政府信息公开工作年度报告", line, url="https://site.example/xxgknb/2019/t20210301_1.html"
    )
    assert metadata.year == 2020


def test_the_year_of_publication_alone_gives_the_year_before_with_a_warning() -> None:
    metadata, findings = read("三道河子镇政府信息公开工作年度报告", *OVERVIEW, pubdate="2021-01-29 10:00")
    assert metadata.year == 2020
    assert rules(findings) == ["metadata.year"]


def test_an_address_that_asks_for_a_year_states_it() -> None:
    metadata, findings = read(*OVERVIEW, url="https://site.example/report.jsp?area=1&fbtime=2017")
    assert (metadata.year, findings) == (2017, ())


def test_nothing_says_the_year() -> None:
    metadata, _ = read("三道河子镇政府信息公开工作年度报告", *OVERVIEW)
    assert metadata.year is None


TITLE = "三道河子镇2020年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    "line",
    [
        "发布日期：2021-01-29",
        "成文日期: 2021年1月29日",
        "公开日期：2021/01/29 08:30",
        "生成日期 | 2021.1.29",
        "2021年01月29日来源:1",
    ],
)
def test_the_info_box_states_the_date_of_publication(line: str) -> None:
    assert read(TITLE, line.replace(" | ", "|"), *OVERVIEW)[0].published_on == "2021-01-29"


@pytest.mark.parametrize(
    "line",
    [
        "2021-01-29",
        "（2021年1月29日）",
        "2021-01-29 09:30:00",
        "来源：三道河子镇 2021-01-29 浏览次数：12",
        "甘霖发布 2021-01-29 17:30",
    ],
)
def test_a_date_by_itself_above_the_text_is_that_of_publication(line: str) -> None:
    assert read(TITLE, line, *OVERVIEW)[0].published_on == "2021-01-29"


def test_an_info_box_that_is_a_table_is_read() -> None:
    rows = (("索引号", "000014349"), ("发布日期", "2021-01-29"))
    cells = tuple(tuple(Cell(text, r, c) for c, text in enumerate(row)) for r, row in enumerate(rows))
    lines = page(TITLE, *OVERVIEW)
    whole = Page((Grid(cells, "table 1"), *lines.blocks), "html")
    assert read_metadata(whole, pinyin=False)[0].published_on == "2021-01-29"


def test_an_info_box_that_is_a_table_states_the_title() -> None:
    cells = ((Cell("标题：", 0, 0), Cell(TITLE, 0, 1)), (Cell("发布日期：", 1, 0), Cell("2021-01-29", 1, 1)))
    whole = Page((Grid(cells, "table 1"), *page(*OVERVIEW).blocks), "pipe")
    assert read_metadata(whole, pinyin=False)[0].title == TITLE


def test_meta_tags_go_before_the_info_box_and_the_address() -> None:
    metadata, _ = read(
        TITLE,
        "发布日期：2021-02-02",
        *OVERVIEW,
        pubdate="2021-01-29 10:00",
        url="https://site.example/t20210303_1.html",
    )
    assert metadata.published_on == "2021-01-29"


@pytest.mark.parametrize(
    ("url", "published"),
    [
        ("https://site.example/202101/t20210129_1.html", "2021-01-29"),
        ("https://site.example/art/2021/1/25/art_1_2.html", "2021-01-25"),
        ("https://site.example/2021-01/25/article_1.html", "2021-01-25"),
        ("https://site.example/columns/202101/29/1.html", "2021-01-29"),
        ("https://site.example/t19700101_1.html", None),
        ("https://site.example/art/2019/1/25/art_1_2.html", None),
    ],
)
def test_dates_in_addresses_count_only_after_the_year_reported_on(url: str, published: str | None) -> None:
    assert read(TITLE, *OVERVIEW, url=url)[0].published_on == published


def test_a_report_published_in_december_of_its_own_year_keeps_its_stated_date() -> None:
    assert read(TITLE, "发布日期：2020-12-29", *OVERVIEW)[0].published_on == "2020-12-29"


def test_another_organ_in_the_sign_off_is_a_finding_and_the_title_is_followed() -> None:
    metadata, findings = read(TITLE, *OVERVIEW, "建水县民族宗教事务局", "2021年1月20日")
    assert metadata.issuer == "三道河子镇"
    assert [(finding.rule, finding.severity, finding.cause) for finding in findings] == [
        ("metadata.issuer", "info", "source")
    ]


@pytest.mark.parametrize(
    "line",
    [
        "如对本报告有疑问，请与三道河子镇党政办公室联系。",
        "如对本报告有疑问，请与凌源市人民政府办公室联系。",
        "本报告由凌源市三道河子镇人民政府编制。",
    ],
)
def test_offices_and_parents_of_the_issuer_are_no_other_organs(line: str) -> None:
    assert read(TITLE, line, *OVERVIEW)[1] == ()


def test_an_abbreviated_department_is_the_same_department() -> None:
    metadata, findings = read(
        "云南省卫生健康委员会2022年政府信息公开工作年度报告",
        "2022年，我委公开信息三条。",
        "云南省卫健委",
        "2023年1月20日",
    )
    assert metadata.division_code == "53"
    assert findings == ()


def test_an_empty_page_says_nothing() -> None:
    assert read_metadata(Page((), "text"), pinyin=False) == (Metadata(), ())


@pytest.mark.parametrize("organ", ["昆明市晋宁区二街镇人民政府", "安镇街道办事处", "三乡镇人民政府", "网岭镇人民政府"])
def test_a_town_whose_name_sounds_like_a_column_of_a_website_is_an_organ(organ: str) -> None:
    assert read(f"{organ}2022年政府信息公开工作年度报告", *OVERVIEW)[0].issuer == organ


def test_the_title_above_the_article_is_read() -> None:
    lines = page(*OVERVIEW)
    before = "首页\n三道河子镇2020年政府信息公开工作年度报告\n发布日期：2021-01-29"
    whole = Page(lines.blocks, "html", meta={"html:title": "凌源市人民政府网", "html:before": before})
    assert read_metadata(whole, pinyin=False)[0].title == "三道河子镇2020年政府信息公开工作年度报告"


def test_the_name_of_the_site_before_a_window_title_is_no_part_of_it() -> None:
    title = "凌源市人民政府网 三道河子镇2020年政府信息公开工作年度报告"
    whole = Page(page(*OVERVIEW).blocks, "html", meta={"html:title": title})
    assert read_metadata(whole, pinyin=False)[0].title == "三道河子镇2020年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        (
            "如有疑问请与凌源市三道河子镇人民政府(地址:凌源市三道河子镇,联系电话:0421-6600123)。",
            "凌源市三道河子镇人民政府",
        ),
        ("现公开三道河子镇2021年政府信息公开工作年度报告。", "三道河子镇"),
        ("现向社会公布2021年度凌源市公安局政府信息公开工作年度报告。", "凌源市公安局"),
        ("如对本报告有疑问，请联系：凌源市教育局办公室，地址：凌源市市府路5号。", "凌源市教育局"),
    ],
)
def test_a_report_without_a_title_names_its_issuer_in_the_text(text: str, issuer: str) -> None:
    assert read_metadata(page(text, "一、总体情况", "全年工作平稳有序。"), pinyin=False)[0].issuer == issuer


@pytest.mark.parametrize(
    "text",
    [
        "本报告内容涵盖2021年1月1日至12月31日期间的情况。",
        "现公布2021年三道河子镇政府信息公开工作年度报告。",
        "现公布2021年三道河子镇政府信息公开工作情况。",
        "现结合实际，从六个方面汇报我镇2021年政府信息公开工作。",
    ],
)
def test_a_report_without_a_title_states_its_year_in_the_text(text: str) -> None:
    assert read_metadata(page(text, "一、总体情况", "全年工作平稳有序。"), pinyin=False)[0].year == 2021
