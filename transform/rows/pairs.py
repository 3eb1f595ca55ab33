"""Lines of flat text that name labels and values with colons between them: ``自然人：3，商业企业：0``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from transform.rows.tokens import describe_cell
from transform.rows.vocabulary import describe

_COLON = re.compile("[:：]")
_OPENING, _CLOSING = "(（[【", ")）]】"
_MARKS = " \t\u3000\"'“”{}[]*•·●"
_GLUED = re.compile(r"(?P<label>.*?[^\d.,\s])\s*(?P<value>-?\d[\d,]*(?:\.\d+)?\s*[^\d\s,.()（）]{0,2})")
_SEPARATOR = re.compile(r"\s*[-—–_·|/／>＞→\\]\s*")
_REMARK = re.compile(r"(.+?)\s*[(（]([^()（）]+)[)）]")
_BRACKETED = re.compile(r"([^()（）]+)[(（](.+)[)）]")
_GROUP_OF_DIGITS = re.compile(r"\d{3}(?!\d)")
_VALUE_AT_END = re.compile(r"(?:\d[^\d\s]{0,2}|[-/无])[\"'，,;；]?\s*$")
_OF_WHICH = "其中"
_OPEN_END = re.compile(r"[:：]\s*$")
_MOST_MEANINGS = 2


def pairs_in(text: str, pinyin: bool) -> tuple[str, ...]:
    """The labels and values of a line, in its order; none where it holds anything else, or no pair.

    A label with nothing after its colon has an empty value.
    """
    return _pairs(text, pinyin) if _COLON.search(text) else ()


def ends_in_pair(text: str) -> bool:
    """Whether a line has a colon and ends as a value does."""
    return _COLON.search(text) is not None and (_VALUE_AT_END.search(text) or _OPEN_END.search(text)) is not None


@lru_cache(maxsize=1 << 12)
def _pairs(text: str, pinyin: bool) -> tuple[str, ...]:
    found: list[str] = []
    values = labels = 0
    for piece in filter(str.strip, _pieces(text)):
        parts = _parts(piece, pinyin)
        if not parts:
            return ()
        for part in filter(None, parts):
            info = describe(part, pinyin, False)
            if info.is_value:
                values += 1
                if info.key and not info.has_digits and len(parts) == 1 and found and _is_vague(found[-1], pinyin):
                    return ()
            else:
                labels += 1
            found.append(part)
    if labels and not describe(found[-1], pinyin, False).is_value and _OPEN_END.search(text):
        found.append("")
        values += 1
    return tuple(found) if values and labels else ()


def _pieces(text: str) -> Iterator[str]:
    """A line cut at colons, semicolons and commas outside of brackets and of numbers."""
    depth = start = 0
    for at, character in enumerate(text):
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(0, depth - 1)
        elif not depth and (character in ":：;；" or (character in ",，" and not _within_number(text, at))):
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _within_number(text: str, at: int) -> bool:
    return text[at - 1 : at].isdigit() and _GROUP_OF_DIGITS.match(text, at + 1) is not None


def _parts(piece: str, pinyin: bool) -> tuple[str, ...]:
    """A label, a value, or a label with a value after it; none for other words."""
    words = piece.strip(_MARKS).removeprefix("- ").strip(_MARKS)
    if words in ("", _OF_WHICH):
        return ("",)
    glued = _GLUED.fullmatch(words)
    if glued and _is_whole(glued["label"]) and describe(glued["label"], pinyin, False).senses:
        return glued["label"], glued["value"]
    if _SEPARATOR.search(words) and (parts := labels_within(words)):
        return parts
    info = describe(words, pinyin, False)
    if info.senses or (info.is_value and not info.is_blank):
        return (words,)
    return labels_within(words)


def _is_whole(label: str) -> bool:
    """Whether no bracket is left open: the number inside of one (计1次) belongs to the label."""
    return sum(map(label.count, _OPENING)) == sum(map(label.count, _CLOSING))


@lru_cache(maxsize=1 << 12)
def labels_within(words: str) -> tuple[str, ...]:
    """The two labels that one text names with a mark or brackets between them; none where it names no two."""
    splits = [
        *(found.groups() for pattern in (_REMARK, _BRACKETED) if (found := pattern.fullmatch(words))),
        *((words[: mark.start()], words[mark.end() :]) for mark in reversed(list(_SEPARATOR.finditer(words)))),
    ]
    labels = [parts for parts in splits if _are_labels(parts)]
    return next((parts for parts in labels if _names_column(parts)), labels[0] if labels else ())


def _names_column(parts: tuple[str, ...]) -> bool:
    return any(describe_cell(part, False).has("column") for part in parts)


def _are_labels(parts: tuple[str, ...]) -> bool:
    return all(describe_cell(part, False).senses for part in parts)


def _is_vague(label: str, pinyin: bool) -> bool:
    """Whether a label means so many things (其他) that a dash after it is more likely an answer than a cell."""
    return len(describe(label, pinyin, False).senses) > _MOST_MEANINGS
