"""The numbers that prose states, of every era: concept, value, unit, scope, the quoted words and their place."""

from __future__ import annotations

import pytest

from flows.parse import read_document
from transform.model import Passage, SectionId, Statement
from transform.prose.concepts import load_wording
from transform.prose.statements import read_statements
from transform.wording.fold import fold


def stated(text: str, *, year: int | None = 2010, section: SectionId | None = "overview") -> list[Statement]:
    lines = enumerate(text.splitlines(), 1)
    passages = [Passage(section, f"paragraph {n}", line, fold(line)) for n, line in lines]
    return [found.statement for found in read_statements(passages, year=year)]


def numbers(text: str, *, year: int | None = 2010) -> set[tuple[str, float, str]]:
    return {(s.concept, s.value, s.unit) for s in stated(text, year=year)}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("全年主动公开政府信息一百八十六条。", ("disclosed_items", 186, "条")),
        ("本年度发布18条主动公开政府信息。", ("disclosed_items", 18, "条")),
        ("通过镇网站、公开栏和广播主动公开各类信息88条。", ("disclosed_items", 88, "条")),
        ("我镇在镇网站公开信息1,206条。", ("disclosed_by_website", 1206, "条")),
        ("镇微信公众号推送信息95条。", ("disclosed_by_wechat", 95, "条")),
        ("其中全文电子化率达98.5%。", ("electronic_share", 98.5, "%")),
        ("收到政府信息公开申请9件。", ("received", 9, "件")),
        ("我乡没有接到要求公开政府信息的申请。", ("received", 0, "件")),
        ("受理的申请中，当面申请3件、信函申请2件。", ("received_in_person", 3, "件")),
        ("受理的申请中，当面申请3件、信函申请2件。", ("received_by_letter", 2, "件")),
        ("答复的申请中，同意公开6件，信息不存在2件。", ("granted", 6, "件")),
        ("答复的申请中，同意公开6件，信息不存在2件。", ("not_held", 2, "件")),
        ("没有因政府信息公开引起的行政复议和行政诉讼的情况发生。", ("reviews", 0, "件")),
        ("未发生与信息公开有关的行政复议案、行政诉讼案和申诉案。", ("appeals", 0, "件")),
        ("全年收取检索、复制等费用共计46.5元。", ("fees_collected", 46.5, "元")),
        ("本年度政府信息公开没有收费。", ("fees_collected", 0, "元")),
        ("发出收费通知2件，收费总金额300元，实际收取200元。", ("fees_charged", 300, "元")),
        ("发出收费通知2件，收费总金额300元，实际收取200元。", ("fees_collected", 200, "元")),
        ("共接受政府信息公开方面的咨询230人次。", ("consultations", 230, "人次")),
        ("专栏访问量达3.2万人次。", ("website_visits", 32000, "人次")),
        ("查阅点接待群众85人次。", ("reading_point_visitors", 85, "人次")),
        ("设立了两处公共查阅点。", ("reading_points", 2, "个")),
        ("配备1名专职人员和3名兼职工作人员。", ("staff_part_time", 3, "人")),
        ("先后举办业务培训4期。", ("trainings", 4, "次")),
        ("安排专项经费1.5万元。", ("budget", 15000, "元")),
    ],
)
def test_number_that_prose_states_is_a_row(text: str, number: tuple[str, float, str]) -> None:
    assert number in numbers(text)


@pytest.mark.parametrize(
    "text",
    [
        "接到群众咨询电话后及时答复。",
        "收到行政许可申请50件。",
        "公开透明是第1条原则。",
        "网站建设投入20万元。",
        "学习条例第38条。",
    ],
)
def test_number_of_something_else_is_no_statement(text: str) -> None:
    assert numbers(text) == set()


@pytest.mark.parametrize(
    ("text", "scope", "year"),
    [
        ("2010年共收到政府信息公开申请9件。", "report", 2010),
        ("共收到政府信息公开申请9件，比上年增加3件。", "report", 2010),
        ("2009年共收到政府信息公开申请9件。", "other", 2009),
        ("去年收到政府信息公开申请9件。", "other", 2010),
        ("条例施行以来累计收到政府信息公开申请9件。", "other", 2010),
        ("全市共收到政府信息公开申请9件。", "area", 2010),
    ],
)
def test_scope_says_whose_number_it_is(text: str, scope: str, year: int) -> None:
    assert {(s.scope, s.year) for s in stated(text) if s.concept == "received"} == {(scope, year)}


def test_parts_of_the_number_of_an_area_are_of_the_area_too() -> None:
    (part,) = [
        s for s in stated("全市共收到政府信息公开申请90件。其中，传真申请4件。") if s.concept == "received_by_fax"
    ]
    assert part.scope == "area"


def test_a_number_that_is_not_exact_says_so_and_is_never_compared() -> None:
    (statement,) = stated("共接受政府信息公开咨询40多人次。")
    assert (statement.value, statement.approximate) == (40, True)


def test_the_quote_is_what_the_page_prints_and_has_its_place() -> None:
    (statement,) = stated("概述。\n２０１０年，我鎮收到政府信息公開申請９件。")
    assert (statement.quote, statement.locator) == ("收到政府信息公開申請９件", "paragraph 2")


def test_plans_under_the_problems_state_nothing() -> None:
    assert stated("收到政府信息公开申请9件。", section="problems") == []


def test_report_of_prose_only_has_statements_and_no_figures() -> None:
    text = "".join(
        f"<p>{line}</p>"
        for line in ("2010年度主动公开政府信息186条。", "2010年收到政府信息公开申请9件，均已答复。", "未收取任何费用。")
    )
    report = read_document(f"<h1>平安镇2010年政府信息公开年度报告</h1>{text}".encode())[1]
    assert (report.form, report.figures, report.verdict) == (None, (), "empty")
    assert {(s.concept, s.value, s.source) for s in report.statements} == {
        ("disclosed_items", 186, "prose"),
        ("received", 9, "prose"),
        ("fees_collected", 0, "prose"),
    }


def test_every_concept_has_a_name_of_its_own_and_a_pattern() -> None:
    concepts = load_wording().concepts
    assert len({c.id for c in concepts}) == len({c.name for c in concepts}) == len(concepts)
    assert all(c.states or c.denies for c in concepts)
