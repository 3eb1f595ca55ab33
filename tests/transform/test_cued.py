"""A cue may only pass over texts in which its pattern finds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transform.metadata.gazetteer import wording
from transform.metadata.titles import cued_with_years
from transform.prose import copied_text
from transform.wording.cued import Cued, Words


def cued_patterns() -> Iterator[tuple[str, Cued]]:
    rules = wording()
    for name in ("labels", "named_in_preamble", "written_by", "contact"):
        yield name, cued_with_years(rules["issuers"][name], name)
    for name in ("said", "mentioned"):
        for pattern in rules["years"][name]:
            yield name, cued_with_years(pattern, name)
    yield "template", copied_text._signs().template
    yield "own_year", copied_text._signs().own_year
    yield "date_labels", cued_with_years(rules["dates"]["labels"], "date_labels")


@pytest.mark.parametrize("cued", [pytest.param(cued, id=name) for name, cued in cued_patterns()])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
@given(data=st.data())
def test_every_text_that_a_pattern_finds_something_in_holds_a_cue(cued: Cued, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(cued.pattern))
    assert cued.worth(text)


def test_a_text_without_a_cue_is_passed_over() -> None:
    cued = Cued(re.compile("由(.+)编制"), ("由",))
    assert [match[1] for match in cued.through(["本镇编制", "由党政办编制"])] == ["党政办"]
    assert not cued.worth("本镇编制")


@given(st.text("一二三四", max_size=12))
def test_the_words_of_a_text_come_in_the_order_of_the_list(text: str) -> None:
    words = ("四", "一二", "一二三", "二三", "三四一")
    assert Words.of(words).within(text) == tuple(word for word in words if word in text)
