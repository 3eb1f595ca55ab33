"""Folding by single characters gives what folding in steps gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transform.wording.fold import _fold, _fold_in_steps

ODD = "政務開（(gōng)）〔，；　\u200b①²㈠ｶﾞé가\u0301ㄱ〇○“—\ue000\U0002000bﬁ⼀x1 "


@given(st.one_of(st.text(), st.text(ODD)), st.booleans())
def test_folding_by_character_is_folding_in_steps(text: str, pinyin: bool) -> None:
    assert _fold(text, pinyin) == _fold_in_steps(text, pinyin)


@pytest.mark.parametrize(
    ("text", "folded"), [("政務 公開", "政务公开"), ("（１２）", "(12)"), ("e\u0301", "é"), ("가", "가")]
)
def test_text_is_folded_to_one_spelling(text: str, folded: str) -> None:
    assert _fold(text, False) == folded
