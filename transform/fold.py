"""Noise and script: what is removed from a text before it is matched, and what only from what people read.

``clean`` keeps the original script and removes noise only; ``fold`` goes on to one simplified, half-width form
without white space, for matching alone.  Noise families are described in ``docs/concepts.md``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib import resources

import opencc

_HAN = "\u3400-\u9fff\uf900-\ufaff〇"
_LETTERS = "a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿɡ"
_PINYIN_RUN = re.compile(
    rf"(?<=[{_HAN}”》」）)])(?P<run>(?:[ \u3000]?[(（][ \u3000]?[{_LETTERS}]{{1,6}}[ \u3000]?[)）])+)", re.IGNORECASE
)
_LETTER_GROUP = re.compile(rf"[{_LETTERS}]+", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\ufff9-\ufffb\x00-\x08\x0e-\x1f\x7f]")
_SPACE = re.compile(r"\s+")
_NOT_HAN = re.compile(f"[^{_HAN}]+")
_MIN_PINYIN_GROUPS = 5

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
    plain = "".join(c for c in unicodedata.normalize("NFD", letters.lower().replace("ɡ", "g")) if not unicodedata.combining(c) or c == "\u0308")
    return unicodedata.normalize("NFC", plain) in _syllables()


def _pinyin_groups(run: str) -> list[str]:
    return _LETTER_GROUP.findall(run)


def has_pinyin_noise(texts: list[str]) -> bool:
    """Whether a document carries pinyin in brackets as noise: at least five bracketed Mandarin syllables after Han characters."""
    found = 0
    for text in texts:
        if "(" not in text and "（" not in text:
            continue
        for match in _PINYIN_RUN.finditer(text):
            found += sum(_is_syllable(group) for group in _pinyin_groups(match["run"]))
            if found >= _MIN_PINYIN_GROUPS:
                return True
    return False


def _without_syllables(match: re.Match[str]) -> str:
    run = match["run"]
    return "" if all(_is_syllable(group) for group in _pinyin_groups(run)) else run


def clean(text: str, *, pinyin: bool = False) -> str:
    """The text without noise, in its original script: invisible characters, pinyin in brackets (when ``pinyin``), runs of blanks."""
    text = _INVISIBLE.sub("", text)
    if pinyin and ("(" in text or "（" in text):
        text = _PINYIN_RUN.sub(_without_syllables, text)
    return _SPACE.sub(" ", text).strip()


@lru_cache(maxsize=1 << 16)
def fold(text: str, *, pinyin: bool = False) -> str:
    """The text as it is matched: cleaned, half-width (NFKC), simplified script, unified punctuation, no white space."""
    text = _INVISIBLE.sub("", text)
    text = unicodedata.normalize("NFKC", text.translate(_fold_table())).translate(_fold_table())
    if pinyin and "(" in text:
        text = _PINYIN_RUN.sub(_without_syllables, text)
    return _SPACE.sub("", text)


def han_only(folded: str) -> str:
    """Only the Han characters of a folded text: what labels are compared on."""
    return _NOT_HAN.sub("", folded)
