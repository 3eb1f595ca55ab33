"""Noise and script: what is removed from a text before it is matched, and what only from what people read.

``clean`` keeps the original script and removes noise only; ``fold`` goes on to one simplified, half-width form
without white space, for matching alone.  Noise families are described in ``docs/concepts.md``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

import opencc

_HAN = "\u3400-\u9fff\uf900-\ufaff〇"
_LETTERS = "a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿɡ"
_PINYIN_RUN = re.compile(
    rf"(?<=[{_HAN}”》」）)])(?P<run>(?:[ \u3000]?[(（][ \u3000]?[{_LETTERS}]{{1,6}}[ \u3000]?[)）])+)", re.IGNORECASE
)
_LETTER_GROUP = re.compile(rf"[{_LETTERS}]+", re.IGNORECASE)
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\ufff9-\ufffb\x00-\x08\x0e-\x1f\x7f]"
)
_BRACKETED_LETTER = re.compile(rf"[(（][ \u3000]?[{_LETTERS}]", re.IGNORECASE)
_MAY_COMPOSE = (
    "\u0300-\u036f\u0483-\u1fff\u20d0-\u20ff\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099\u309a\u3131-\u318e"
    "\ua000-\udfff\ufb00-\ufdff\ufe10-\ufe2f\uff9e-\uffdf\uffef-\ufff8\U00010000-\U0010ffff"
)
"""Ranges of what may join its neighbours under NFKC: combining marks, Hangul, scripts that reports do not use."""
_COMPATIBLE = (*range(0x80, 0x300), *range(0x370, 0x483), *range(0x2000, 0x3400), *range(0xFE30, 0x10000))
_LONGEST_KEPT = 96
_KEPT_OF_A_PAGE = 256
"""Longer texts do not return from page to page, but are asked for by metadata, sections and statements in turn."""
_APART = "\ue000"
"""A character for private use: it stays as it is, and keeps its neighbours from joining."""
_NOT_HAN = re.compile(f"[^{_HAN}]+")
_MIN_PINYIN_GROUPS = 5
_SHORTER_THAN_PINYIN = 3
"""A character and one letter in brackets after it are longer."""

_UNIFIED_PUNCTUATION = {
    **dict.fromkeys("“”„‟「」『』＂〝〞", '"'),
    **dict.fromkeys("‘’‚‛`´", "'"),
    **dict.fromkeys("—–‒―−﹣－─━", "-"),
    **dict.fromkeys("﹑､", "、"),
    **dict.fromkeys("〔﹝[【［", "("),
    **dict.fromkeys("〕﹞]】］", ")"),
    "﹪": "%",
    "·": ".",
    "○": "〇",
    "◯": "〇",
}


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    text = resources.files("data").joinpath("pinyin_syllables.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache(maxsize=1)
def _fold_table() -> dict[int, str]:
    """Character by character to simplified script (OpenCC's phrase mode would change words) and plain punctuation."""
    characters = [chr(code) for code in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00))]
    simplified = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    table = {ord(a): b for a, b in zip(characters, simplified, strict=True) if a != b}
    table.update({ord(a): b for a, b in _UNIFIED_PUNCTUATION.items()})
    return table


@lru_cache(maxsize=4096)
def _is_syllable(letters: str) -> bool:
    plain = "".join(
        c
        for c in unicodedata.normalize("NFD", letters.lower().replace("ɡ", "g"))
        if not unicodedata.combining(c) or c == "\u0308"
    )
    return unicodedata.normalize("NFC", plain) in _syllables()


def _pinyin_groups(run: str) -> list[str]:
    return _LETTER_GROUP.findall(run)


def has_pinyin_noise(texts: Iterable[str]) -> bool:
    """Whether a document carries pinyin in brackets as noise: at least five Mandarin syllables after Han characters."""
    found = 0
    texts = list(texts)
    if not _BRACKETED_LETTER.search("\n".join(texts)):
        return False
    for text, times in Counter(texts).items():
        if len(text) > _SHORTER_THAN_PINYIN and _has_bracketed_letters(text):
            for match in _PINYIN_RUN.finditer(text):
                found += times * sum(_is_syllable(group) for group in _pinyin_groups(match["run"]))
                if found >= _MIN_PINYIN_GROUPS:
                    return True
    return False


def _has_bracketed_letters(text: str) -> bool:
    if "(" not in text and "（" not in text:
        return False
    return _kept_letters(text) if len(text) <= _LONGEST_KEPT else _BRACKETED_LETTER.search(text) is not None


@lru_cache(maxsize=1 << 12)
def _kept_letters(text: str) -> bool:
    return _BRACKETED_LETTER.search(text) is not None


def _without_syllables(match: re.Match[str]) -> str:
    run = match["run"]
    return "" if all(_is_syllable(group) for group in _pinyin_groups(run)) else run


def clean(text: str, *, pinyin: bool = False) -> str:
    """The text in its original script, without invisible characters, runs of blanks, and (when ``pinyin``) pinyin."""
    return _kept_clean(text, pinyin) if len(text) <= _LONGEST_KEPT else _recent_clean(text, pinyin)


def _clean(text: str, pinyin: bool) -> str:
    text = _INVISIBLE.sub("", text)
    if pinyin and _has_bracketed_letters(text):
        text = _PINYIN_RUN.sub(_without_syllables, text)
    return " ".join(text.split())


_kept_clean = lru_cache(maxsize=1 << 13)(_clean)
_recent_clean = lru_cache(maxsize=_KEPT_OF_A_PAGE)(_clean)


def fold(text: str, *, pinyin: bool = False) -> str:
    """The text as it is matched: cleaned, half-width (NFKC), simplified script, unified punctuation, no white space."""
    return _kept_fold(text, pinyin) if len(text) <= _LONGEST_KEPT else _recent_fold(text, pinyin)


def _fold(text: str, pinyin: bool) -> str:
    touched, opening, table = _single_folds()
    found = set(touched.findall(text))
    if not found <= table.keys() or (pinyin and opening.search(text)):
        return _fold_in_steps(text, pinyin)
    for character in found:
        text = text.replace(character, table[character])
    return text


_kept_fold = lru_cache(maxsize=1 << 15)(_fold)
_recent_fold = lru_cache(maxsize=_KEPT_OF_A_PAGE)(_fold)


def _fold_in_steps(text: str, pinyin: bool) -> str:
    text = _INVISIBLE.sub("", text)
    text = unicodedata.normalize("NFKC", text.translate(_fold_table())).translate(_fold_table())
    if pinyin and "(" in text:
        text = _PINYIN_RUN.sub(_without_syllables, text)
    return "".join(text.split())


@lru_cache(maxsize=1)
def _single_folds() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    """The characters that folding may touch, those that open a bracket, what each becomes that folds by itself.

    No character becomes one that is changed in its turn.
    """
    codes = (*range(0x80), *_COMPATIBLE, *range(0xF900, 0xFB00), *range(0xFE00, 0xFE10), *_fold_table())
    may_compose = re.compile(f"[{_MAY_COMPOSE}]")
    alone = [character for character in map(chr, codes) if not may_compose.match(character)]
    folded_alone = _fold_in_steps(_APART.join(alone), False).split(_APART)
    table = {character: folded for character, folded in zip(alone, folded_alone, strict=True) if character != folded}
    opening = ["(", *(character for character, folded in table.items() if "(" in folded)]
    touched = re.compile(f"[{re.escape(''.join(table))}{_MAY_COMPOSE}]")
    return touched, re.compile(f"[{re.escape(''.join(opening))}]"), table


def han_only(folded: str) -> str:
    """Only the Han characters of a folded text: what labels are compared on."""
    return _NOT_HAN.sub("", folded)
