"""A line of flat text cut into its cells: labels and values at blanks, glued digits, headers that nothing parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from transform.rows.pairs import labels_within, pairs_in
from transform.rows.tokens import (
    LONGEST_LABEL,
    LONGEST_STREAM_LABEL,
    alignment_words,
    describe_cell,
    length_without_noise,
)
from transform.rows.vocabulary import describe, known_label, label_keys, labels_run_together
from transform.wording.fold import fold, han_only
from transform.wording.numbers import is_mere_words, is_plain, read_value

_FOOTNOTE_MARK = "*"
_LONGEST_DIGITS = 24
_NUMERAL = re.compile(r"[〇零一二三四五六七八九十百千万]{2,8}")
ORDINAL = re.compile(r"\d{1,2}[.．、]")
"""What counts labels: no value, though it has digits."""
_GLUED = re.compile(
    r"(?P<label>.*?[^\W\d_][）)”\"]?)(?:(?P<digits>\d[\d.]*)|(?P<counted>(?:\d[\d.]*[^\W\d_]{1,2}(?=\d|$))+))"
)
_ENDS_IN_DIGITS = re.compile(r"\d[\d.]*[^\W\d_]{0,2}\Z")
"""What every text ends in that ``_GLUED`` finds something in, which takes longer to say that there is nothing."""
_COUNTED = re.compile(r"\d[\d.]*[^\W\d_]{1,2}")
_SHORTEST_RUN = 6
_LONGEST_RUN = 120


@lru_cache(maxsize=1 << 13)
def fields_of(text: str, pinyin: bool) -> tuple[str, ...]:
    """A line cut into cells at blanks: trailing values apart from their label, labels apart where each is known."""
    if is_plain(text):
        return (text,)
    if pairs := pairs_in(text, pinyin):
        return pairs
    if glued := glued_values(text, pinyin):
        return (*glued.words, *(glued.counted or [glued.digits]))
    if " " not in text:
        return _labels_apart(text, pinyin) or (text,)
    parts = text.split(" ")
    if read_value(text).status == "reported" and not _is_label(parts[0], pinyin):
        return (text,)
    if _runs_on(parts, pinyin):
        return tuple(parts)
    end = len(parts)
    while end and _is_plain_value(parts[end - 1]):
        end -= 1
    if not end and len(parts) == 2 and ORDINAL.fullmatch(parts[0]):
        return (text,)
    head = parts[:end]
    if len(head) > 1 and end < len(parts) and describe(head[-1], pinyin, False).key in alignment_words().units:
        head.pop()
    if end == len(parts) or (len(parts) - end == 1 and end and not head[-1]):
        values: list[str] = []
    else:
        values = parts[end:]
    whole = " ".join(head)
    labels = 0 if is_known(whole, pinyin) else sum(_is_label(part, pinyin) for part in head)
    lists_labels = labels >= 2 and 2 * labels >= len(head)
    if not values and not lists_labels and length_without_noise(text, pinyin) > LONGEST_STREAM_LABEL:
        return (text,)
    is_list = len(head) > 1 and labels == len(head)
    lone = len(values) == 1 and head and not is_list
    if lone and (values[0] == _FOOTNOTE_MARK or not (describe(whole, pinyin, True).senses or labels_within(whole))):
        return (text,)
    holds_values = lone and any(map(_is_plain_value, head[1:]))
    if is_list or holds_values or (len(head) > 1 and lists_labels and not values):
        return (*head, *values)
    return (*([" ".join(head)] if head else ()), *values)


class Glued(NamedTuple):
    """The words of a line, and the values that follow them at once: digits, or numbers that each have a unit."""

    words: tuple[str, ...]
    digits: str
    counted: tuple[str, ...] = ()


@lru_cache(maxsize=1 << 13)
def glued_values(text: str, pinyin: bool) -> Glued | None:
    """A label and the values that follow it at once; None for a text that is anything else."""
    if len(text) > LONGEST_LABEL + _LONGEST_DIGITS or not _ENDS_IN_DIGITS.search(text):
        return None
    found = _GLUED.fullmatch(text)
    if found is None:
        return None
    words, counted = found["label"], tuple(_COUNTED.findall(found["counted"] or ""))
    for label in (words, words.split(" ")[-1], *(words.removesuffix(unit) for unit in alignment_words().units)):
        if label and describe(label, pinyin, False).senses and _is_label(label, pinyin):
            before = words[: words.rindex(label)].split()
            return Glued((*before, label), found["digits"] or "", counted)
    return None


def _runs_on(parts: Sequence[str], pinyin: bool) -> bool:
    """Whether rows go on behind one another on a line: words stand after values or units, and most are labels."""
    ends = [_is_end(part) for part in parts]
    if True not in ends or all(ends[ends.index(True) :]):
        return False
    words = [part for part, is_end in zip(parts, ends, strict=True) if not is_end]
    return 2 * sum(_is_label(word, pinyin) for word in words) >= len(words)


def _is_end(part: str) -> bool:
    """Whether a piece of a line is a value or a unit, after which another label may begin; 三 and 3. are ordinals."""
    if part in alignment_words().units:
        return True
    return _is_plain_value(part) and not ORDINAL.fullmatch(part) and not any(map(str.isalpha, fold(part)))


@lru_cache(maxsize=1 << 12)
def _labels_apart(text: str, pinyin: bool) -> tuple[str, ...]:
    """The labels of a header that nothing parts; none where the text is a label itself, or holds anything else."""
    if not _SHORTEST_RUN <= len(text) <= _LONGEST_RUN or is_known(text, pinyin):
        return ()
    folded = fold(text, pinyin=pinyin)
    labels = labels_run_together(folded) if folded == han_only(folded) else ()
    columns = sum(describe(label, False, False).has("column") for label in labels)
    return labels if columns > 1 or not describe_cell(text, pinyin).senses else ()


@lru_cache(maxsize=1 << 14)
def _is_plain_value(text: str) -> bool:
    if is_mere_words(text):
        return False
    info = describe(text, False, False)
    folded = fold(text)
    printed = any(c.isdigit() for c in folded) or len(folded) == 1 or _NUMERAL.fullmatch(folded) is not None
    whole = folded.count("(") == folded.count(")")
    stands_for_nothing = info.value.status == "dash" or (info.is_blank and bool(text))
    return whole and info.is_value and (stands_for_nothing or (info.has_digits and printed))


def _is_label(text: str, pinyin: bool) -> bool:
    info = describe(text, pinyin, False)
    words = alignment_words()
    folded = fold(text, pinyin=pinyin)
    if folded.count("(") != folded.count(")"):
        return False
    return bool(info.senses) or info.key in words.units or info.key in words.ignored_columns


@lru_cache(maxsize=1 << 13)
def is_known(text: str, pinyin: bool) -> bool:
    """Whether a text is a known label as it stands."""
    return any(known_label(key) for key in label_keys(fold(text, pinyin=pinyin)))
