"""A number that the prose states decides which cell of a broken sum is wrong; it is proposed, and written nowhere."""

from __future__ import annotations

from transform.forms import load_forms
from transform.model import Figure, Finding, Passage
from transform.proof.contradictions import contradictions
from transform.proof.identities import identity_findings
from transform.proof.second_source import confirmed, stated_figures, with_second_source
from transform.prose.statements import Stated, read_statements
from transform.wording.fold import fold

FORM = load_forms()["2021"]
TOTAL = "requests.received.total"
REVIEWS = "disputes.review.total"


def figures(**values: int) -> dict[str, Figure]:
    printed = {name.replace("__", "."): value for name, value in values.items()}
    return {
        name: Figure(name, printed.get(name, 0), "件", "reported", str(printed.get(name, 0)), None)
        for name, definition in FORM.figures.items()
        if not definition.alternative
    }


def stated(text: str) -> tuple[Stated, ...]:
    return read_statements([Passage("overview", "paragraph 1", text, fold(text))], year=2022)


def found(text: str, printed: dict[str, Figure], uncertain: frozenset[str] = frozenset()) -> list[Finding]:
    said = stated(text)
    second = stated_figures(said, FORM)
    findings = identity_findings(FORM, printed, uncertain - confirmed(second, printed))
    findings += contradictions(said, printed, form="2021")
    return with_second_source(FORM, printed, findings, second, None)


def test_stated_number_that_mends_every_sum_names_the_wrong_cell() -> None:
    printed = figures(disputes__review__upheld=2, disputes__review__corrected=1, disputes__review__total=8)
    findings = found("因政府信息公开引发行政复议3件。", printed)
    (wrong,) = [f for f in findings if f.rule == "disputes.wrong_cell"]
    assert (wrong.severity, wrong.cause, wrong.figures) == ("error", "source", (REVIEWS,))
    assert wrong.suggested == ((REVIEWS, 3),)
    (contradiction,) = [f for f in findings if f.rule == "text.number"]
    assert contradiction.suggested == ((REVIEWS, 3),)
    assert printed[REVIEWS].value == 8


def test_stated_number_that_mends_nothing_decides_nothing() -> None:
    printed = figures(disputes__review__upheld=2, disputes__review__corrected=1, disputes__review__total=8)
    findings = found("因政府信息公开引发行政复议5件。", printed)
    assert [f.rule for f in findings] == ["disputes.sum", "text.number"]
    assert all(f.suggested == () for f in findings)


def test_sums_that_hold_outweigh_the_prose() -> None:
    printed = figures(disputes__review__upheld=3, disputes__review__total=3)
    findings = found("因政府信息公开引发行政复议5件。", printed)
    assert [(f.rule, f.suggested) for f in findings] == [("text.number", ())]


def test_prose_seconds_what_the_sums_say_of_a_located_cell() -> None:
    printed = figures(
        requests__received__natural_person=12, requests__received__total=21,
        requests__granted__natural_person=12, requests__granted__total=12,
        requests__handled__natural_person=12, requests__handled__total=12,
    )  # fmt: skip
    findings = found("2022年共收到政府信息公开申请12件。", printed, frozenset({TOTAL}))
    (wrong,) = [f for f in findings if f.rule == "requests.wrong_cell"]
    assert wrong.suggested == ((TOTAL, 12),)
    assert wrong.cause == "source"
    assert "as the text says (收到政府信息公开申请12件)" in wrong.message


def test_reading_that_the_prose_confirms_is_not_to_blame() -> None:
    printed = figures(requests__received__natural_person=11, requests__received__total=12)
    doubted = frozenset({TOTAL})
    causes = [
        next(f.cause for f in found(text, printed, doubted) if f.rule == "requests.row_sum")
        for text in ("", "2022年共收到政府信息公开申请12件。")
    ]
    assert causes == ["parse", "source"]


def test_two_numbers_in_the_prose_decide_nothing() -> None:
    said = stated("因政府信息公开引发行政复议3件。因政府信息公开引起行政复议4件。")
    assert REVIEWS not in stated_figures(said, FORM)
