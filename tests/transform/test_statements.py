"""When the prose of a report contradicts its tables, and when it only seems to."""

import re

import pytest
from counting import calls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transform.forms import load_forms
from transform.model import Figure, Finding, Passage, SectionId, Status
from transform.proof.contradictions import contradictions
from transform.prose.concepts import Concept, concerned, load_wording
from transform.prose.statements import read_statements
from transform.wording.fold import fold

REQUESTS = {
    "requests.received.total": 12,
    "requests.carried_in.total": 1,
    "requests.granted.total": 6,
    "requests.partly_granted.total": 2,
    "requests.denied_state_secret.total": 1,
    "requests.denied_third_party.total": 1,
    "requests.unavailable_not_held.total": 1,
    "requests.handled.total": 11,
    "requests.carried_out.total": 2,
    "disputes.review.total": 3,
    "disputes.review.pending": 1,
    "disputes.lawsuit_direct.total": 1,
    "disputes.lawsuit_after_review.total": 1,
    "disclosure.normative_documents.issued": 5,
}
NOTHING: dict[str, int] = {}
FIFTEEN = Passage("overview", "paragraph 1", "共收到政府信息公开申请15件。", "共收到政府信息公开申请15件。")


def table(values: dict[str, int], *, status: Status = "reported") -> dict[str, Figure]:
    """Every figure that a concept names, 0 unless given."""
    figures = {
        figure: Figure(figure, 0, "件", "reported", "0", None)
        for concept in load_wording().concepts
        for readings in concept.readings.values()
        for reading in readings
        for _, figure in reading
    }
    for figure, value in values.items():
        figures[figure] = Figure(figure, value if status == "reported" else None, "件", status, str(value), None)
    return figures


def findings(
    text: str,
    values: dict[str, int] = REQUESTS,
    *,
    section: SectionId = "overview",
    form: str | None = "2021",
    year: int | None = 2023,
    pinyin: bool = False,
) -> list[Finding]:
    lines = enumerate(text.splitlines(), 1)
    passages = [Passage(section, f"paragraph {n}", line, fold(line, pinyin=pinyin)) for n, line in lines]
    stated = read_statements(passages, year=year)
    return list(contradictions(stated, table(values), form=form))


def rules(text: str, values: dict[str, int] = REQUESTS, **options: object) -> list[tuple[str, str]]:
    return [(finding.rule, finding.figures[0]) for finding in findings(text, values, **options)]  # type: ignore[arg-type]


RECEIVED = ("text.number", "requests.received.total")


@pytest.mark.parametrize(
    ("text", "contradicted"),
    [
        ("2023年，我镇共收到政府信息公开申请15件。", "requests.received.total"),
        ("全年收到依申请公开15件，均已答复。", "requests.received.total"),
        ("本年度新收政府信息公开申请十五件。", "requests.received.total"),
        ("我局收到公民、法人和其他组织提出的政府信息公开申请1，234件。", "requests.received.total"),
        ("共收到依申请公开申请事项15件。", "requests.received.total"),
        ("共收到15件政府信息公开申请。", "requests.received.total"),
        ("本年度,共受理政府信息公开申请15件,都在法定期限内予以答复。", "requests.received.total"),
        ("2023年我街道共收到政府信息公开申请12件，共办结政府信息公开申请9件。", "requests.handled.total"),
        ("共收到政府信息公开申请12件，上年结转4件。", "requests.carried_in.total"),
        ("共收到政府信息公开申请12件，结转至2024年办理5件。", "requests.carried_out.total"),
        ("共收到政府信息公开申请12件，结转下年度继续办理5件。", "requests.carried_out.total"),
        ("收到政府信息公开申请12件，其中予以公开5件，部分公开2件。", "requests.granted.total"),
        ("收到政府信息公开申请12件，其中部分公开4件。", "requests.partly_granted.total"),
        ("收到政府信息公开申请12件，其中不予公开7件。", "requests.denied_state_secret.total"),
        ("收到政府信息公开申请12件，其中无法提供9件。", "requests.unavailable_not_held.total"),
        ("收到政府信息公开申请12件，其中不予处理4件。", "requests.declined_petition.total"),
        ("因政府信息公开引起的行政复议5件。", "disputes.review.total"),
        ("因政府信息公开引起的行政复议3件，行政诉讼7件。", "disputes.lawsuit_direct.total"),
        ("全年制发行政规范性文件8件。", "disclosure.normative_documents.issued"),
    ],
)
def test_number_that_fits_no_reading_of_the_table_is_a_warning(text: str, contradicted: str) -> None:
    (finding,) = findings(text)
    assert (finding.rule, finding.severity, finding.cause) == ("text.number", "warning", "source")
    assert finding.figures[0] == contradicted


@pytest.mark.parametrize(
    "text",
    [
        "2023年，我镇共收到政府信息公开申请12件，上年结转1件，办结11件，结转下年度继续办理2件。",
        "2023年，我镇共办理政府信息公开申请13件。",
        "受理政府信息公开申请11件。",
        "共收到政府信息公开申请13件。",
        "收到政府信息公开申请12件，其中予以公开8件，不予公开2件，无法提供1件，不予处理0件。",
        "因政府信息公开工作引发行政复议2件，行政诉讼2件。",
        "全年制发行政规范性文件5件。",
    ],
)
def test_number_that_any_plausible_reading_of_the_table_gives_is_no_contradiction(text: str) -> None:
    assert rules(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "去年我镇共收到政府信息公开申请15件。",
        "2022年，我镇共收到政府信息公开申请15件。",
        "2022年工作回顾。我镇共收到政府信息公开申请15件。",
        "共收到政府信息公开申请15件，比上年增加3件。",
        "截至目前累计收到政府信息公开申请15件。",
        "全市各级行政机关共收到政府信息公开申请15件。",
        "全区各职能部门、镇街共收到政府信息依申请公开1499件。",
        "2023年上半年共收到政府信息公开申请15件。",
        "第三季度共收到政府信息公开申请15件。",
        "3月至5月共收到政府信息公开申请15件。",
        "通过政府网站收到政府信息公开申请5件、纸质申请36件。",
        "共收到申请，其中当面收到政府信息公开申请5件。",
        "其中，县政府办公室收到政府信息公开申请5件。",
        "通过网站收到公众关于依申请公开的咨询15件。",
        "按时办结人大代表建议、政协委员提案15件，答复依申请公开事项。",
        "共处理群众留言92条。",
        "主动公开政府信息171条，其中政策文件2条。",
        "根据《政府信息公开条例》收到政府信息公开申请15件的规定",
        "约收到政府信息公开申请100余件。",
        "按时答复政府信息公开申请8件，延期答复3件。",
        "收到不予公开的投诉15件。",
        "县政府受理行政复议案件120件，其中政府信息公开行政复议20件。",
        "行政复议、行政诉讼共9件，均与政府信息公开无关。",
        "因政府信息公开引起的行政复议、行政诉讼9件。",
        "县自然资源局共收到政府信息公开申请15件。",
        "县财政局2023年未收到政府信息公开申请。",
        "收到政府信息公开申请20件以上的单位。",
        "收到政府信息公开申请15件左右。",
        "修订并废止行政规范性文件9件。",
        "以县政府名义制发规范性文件9件。",
    ],
)
def test_sentence_about_another_time_organ_part_or_matter_is_passed_over(text: str) -> None:
    assert rules(text) == []


def test_year_named_earlier_in_the_paragraph_holds_until_its_end() -> None:
    text = "2022年工作回顾。共收到政府信息公开申请15件。"
    assert rules(text) == []
    assert rules(text.replace("2022", "2023")) == [RECEIVED]
    assert rules("2022年工作回顾。\n共收到政府信息公开申请15件。") == [RECEIVED]


def test_period_of_the_whole_year_is_no_part_of_the_year() -> None:
    assert rules("2023年1月1日至2023年12月31日，共收到政府信息公开申请15件。") == [RECEIVED]
    assert rules("截至2023年12月31日，共收到政府信息公开申请15件。") == [RECEIVED]


def test_sentence_that_names_a_year_is_passed_over_when_the_report_year_is_unknown() -> None:
    assert rules("2023年，我镇共收到政府信息公开申请15件。", year=None) == []
    assert rules("我镇共收到政府信息公开申请15件。", year=None) == [RECEIVED]


@pytest.mark.parametrize(
    "text",
    [
        "2023年未收到依申请公开政府信息申请。",
        "我镇全年未收到政府信息公开申请。",
        "信息公开格式规范；无依申请公开事项。",
        "我局未收到公众、法人或其他组织对政府信息公开的申请。",
        "我镇没有收到公民、法人或者其他组织提出的政府信息公开申请。",
        "我镇未收到依申请公开请求；未收取任何费用。",
        "2023年度我局无依申请公开政务信息情况。",
        "2023年我镇全年共收到依申请公开0件。",
        "本年度未受理政府信息公开申请。",
    ],
)
def test_no_request_stated_but_some_in_the_table_is_an_error(text: str) -> None:
    (finding,) = findings(text)
    assert (finding.rule, finding.severity) == ("text.zero", "error")
    assert finding.figures == ("requests.received.total",)
    assert rules(text, NOTHING) == []


@pytest.mark.parametrize(
    "text",
    [
        "无依申请公开收费情况。",
        "未收到政府信息公开申请的行政复议。",
        "对未收到政府信息公开申请的单位进行通报。",
        "未收到网上政府信息公开申请。",
        "除前述申请外，未收到其他政府信息公开申请。",
        "未发生依申请公开政府信息方面的投诉。",
        "无依申请公开逾期未答复情况。",
    ],
)
def test_absence_of_something_else_is_not_absence_of_requests(text: str) -> None:
    assert "requests.received.total" not in {figure for _, figure in rules(text)}


@pytest.mark.parametrize("text", ["2023年共收到政府信息公开申请2件。", "2023年共受理政府信息公开申请2件。"])
def test_requests_stated_but_a_table_of_nothing_but_zero_is_an_error(text: str) -> None:
    (finding,) = findings(text, NOTHING)
    assert (finding.rule, finding.severity) == ("text.zero", "error")


def test_requests_stated_but_only_requests_carried_in_printed_is_a_warning() -> None:
    values = {"requests.carried_in.total": 1, "requests.handled.total": 1}
    assert rules("2023年共收到政府信息公开申请7件。", values) == [RECEIVED]


@pytest.mark.parametrize(
    "text",
    [
        "2023年，我局未发生因政府信息公开工作引发的行政复议和行政诉讼。",
        "没有发生因政府信息公开工作引发举报、投诉、行政复议或行政诉讼等事件。",
        "我局未发生依申请公开政府信息方面的行政复议和行政诉讼。",
        "政府信息公开行政复议、行政诉讼均为0件。",
        "因政府信息依申请公开引起行政复议0件，行政诉讼0件。",
        "无行政复议、行政诉讼案件。",
    ],
)
def test_no_dispute_stated_but_some_in_the_table_is_a_warning(text: str) -> None:
    assert rules(text) == [
        ("text.number", "disputes.review.total"),
        ("text.number", "disputes.lawsuit_direct.total"),
    ]
    assert rules(text, NOTHING) == []


@pytest.mark.parametrize(
    "text",
    ["未发生行政复议被纠错、行政诉讼败诉案件。", "未发生行政诉讼败诉情况。", "如未发生行政复议，不必报告。"],
)
def test_absence_of_lost_disputes_is_not_absence_of_disputes(text: str) -> None:
    assert rules(text) == []


def test_all_requests_settled_but_some_carried_out_is_a_warning() -> None:
    text = "共收到政府信息公开申请12件，均已按期办结。"
    assert rules(text) == [("text.carry", "requests.carried_out.total")]
    assert rules(text, REQUESTS | {"requests.carried_out.total": 0, "requests.handled.total": 13}) == []


@pytest.mark.parametrize(
    "text",
    [
        "共收到政府信息公开申请12件，除结转2件外均已办结。",
        "共收到政府信息公开申请12件，其余全部办结。",
        "共收到政府信息公开申请12件，到期的已全部办结。",
        "共收到政府信息公开申请12件，均已办结。结转下年度继续办理2件。",
    ],
)
def test_all_settled_with_an_exception_is_no_contradiction(text: str) -> None:
    assert rules(text) == []


def test_statement_that_the_table_confirms_outweighs_one_that_it_does_not() -> None:
    assert rules("共收到政府信息公开申请12件。城东镇收到政府信息公开申请4件。") == []


def test_requests_received_but_not_all_accepted_are_no_contradiction() -> None:
    assert rules("共收到政府信息公开申请12件，受理政府信息公开申请8件。") == []
    assert rules("共收到政府信息公开申请15件，受理政府信息公开申请12件。") == []
    assert [rule for rule, _ in rules("共收到政府信息公开申请15件，受理政府信息公开申请8件。")] == ["text.number"] * 2


def test_two_different_statements_decide_nothing() -> None:
    assert rules("城东镇收到政府信息公开申请3件。城西镇收到政府信息公开申请4件。") == []


@pytest.mark.parametrize("status", ["blank", "dash", "text", "missing"])
def test_figure_without_a_number_is_not_compared(status: Status) -> None:
    stated = read_statements([FIFTEEN], year=2023)
    assert contradictions(stated, table({"requests.received.total": 0}, status=status), form="2021") == ()


def test_figure_that_was_decoded_is_compared() -> None:
    figures = table(REQUESTS)
    figures["requests.received.total"] = figures["requests.received.total"]._replace(status="decoded")
    stated = read_statements([FIFTEEN], year=2023)
    assert [f.rule for f in contradictions(stated, figures, form="2021")] == ["text.number"]


def test_plans_and_problems_are_not_statements_about_the_year() -> None:
    assert rules("共收到政府信息公开申请15件。", section="problems") == []


def test_report_without_a_form_has_nothing_to_compare() -> None:
    assert rules("共收到政府信息公开申请15件。", form=None) == []


def test_statistics_of_the_2014_form_are_compared_too() -> None:
    values = {"statistics.received": 12, "statistics.answered": 12, "statistics.reviews": 1}
    text = "2016年共收到政府信息公开申请15件，因政府信息公开引发的行政复议1件。"
    assert rules(text, values, form="2014", year=2016) == [("text.number", "statistics.received")]


def test_number_in_traditional_characters_with_pinyin_noise_is_read() -> None:
    text = "2023年,我鎮(zhèn)共收到政府信息公開(kāi)申請(qǐng)１５件。"
    assert rules(text, pinyin=True) == [RECEIVED]


def test_message_quotes_the_clause_that_states_the_number() -> None:
    (finding,) = findings("2023年，我镇共收到政府信息公开申请15件。")
    assert "收到政府信息公开申请15件" in finding.message
    (finding,) = findings("因政府信息公开引起行政复议3件，行政诉讼7件。")
    assert "(行政诉讼7件)" in finding.message


def test_message_is_one_short_line_with_both_numbers() -> None:
    (finding,) = findings("2023年，我镇共收到政府信息公开申请15件。")
    assert re.search(r"\b15\b.*\b12\b", finding.message)
    assert "\n" not in finding.message


@pytest.mark.parametrize("form", ["2014", "2019", "2021"])
def test_every_figure_that_a_concept_names_is_a_figure_of_its_form(form: str) -> None:
    named = {
        figure
        for concept in load_wording().concepts
        for reading in (*concept.readings.get(form, ()), tuple((1, name) for name in concept.nil_table.get(form, ())))
        for _, figure in reading
    }
    assert named
    assert named <= set(load_forms()[form].figures)


def test_prose_of_eight_times_the_length_is_eight_times_the_work() -> None:
    sentence = "我镇认真落实条例要求，无一例外地规范依申请公开办理流程，收到各类政府信息公开申请和结转事项5件次以上。"
    figures = table(REQUESTS)

    def work(sentences: int) -> int:
        lines = [f"{n}、{sentence * sentences}" for n in range(10)]
        passages = [Passage("overview", f"paragraph {n}", line, fold(line)) for n, line in enumerate(lines)]
        return calls(lambda: contradictions(read_statements(passages, year=2023), figures, form="2021"))

    work(8)
    assert work(64) < 10 * work(8)


def test_what_a_sentence_states_comes_in_the_order_of_the_wording() -> None:
    wording = load_wording()
    words = wording.words.within("没有因政府信息公开被申请行政复议或者提起行政诉讼,没有接到举报投诉,也未收到申诉")
    found = concerned(words, words)
    assert len(found) > 4
    assert [*found] == sorted(found, key=wording.concepts.index)


@pytest.mark.parametrize("concept", [c for c in load_wording().concepts if c.also], ids=lambda concept: concept.id)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
@given(data=st.data())
def test_all_that_a_concept_is_stated_by_holds_a_word_that_it_also_needs(concept: Concept, data: st.DataObject) -> None:
    assert concept.states is not None
    assert concept.denies is None
    text = data.draw(st.from_regex(concept.states, alphabet=st.characters(exclude_categories=["Cs"])))
    assert any(word in text for word in concept.also)
