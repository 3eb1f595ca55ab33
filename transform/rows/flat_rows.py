"""Raw rows of flat text: a stream of cells whose columns are lost, cut into rows at their labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from extract.page import Cell, Grid, Paragraph, cells_once
from transform.rows.blank_lines import LEAST_BLANK_LINES, widths_after, with_blank_lines
from transform.rows.broken_labels import unstacked, with_labels_below
from transform.rows.fields import fields_of, glued_values, is_known
from transform.rows.listings import names_row_and_column, names_row_of_list
from transform.rows.pairs import ends_in_pair
from transform.rows.tokens import (
    LONGEST_LABEL,
    LONGEST_STREAM_LABEL,
    RawRow,
    Token,
    alignment_words,
    describe_cell,
    heads_blank_row,
    is_unit,
    is_value_word,
    length_without_noise,
)
from transform.rows.vocabulary import TextInfo, begins_label, begins_with_ordinal, describe, label_keys
from transform.wording.fold import fold
from transform.wording.numbers import is_mere_words, is_plain

_MAX_JOINED = 5
_MIN_HEADER = 3
_MIN_NUMBERED = 6
_LEAST_SUMMED = 5
_NUMBERED_SHARE = 0.7
_SENTENCE_END = "。"
_MARKS = "()（）,，、。;；:：{}[]\"'"
_LONGEST_VALUE = 24
_LONGEST_HEADER = 60
_VALUE_CHARACTER = re.compile(r"[\d〇○◯零一二三四五六七八九十无没不/／\\\-—–－*×OoＯ]")
_VALUE_WITHIN = re.compile(r"\D\s\d+\s+\D")
"""A number by itself among words: two labels with a value between them resemble one of them, and are none."""
_LONGEST_LINE = 4 * LONGEST_STREAM_LABEL
_SHORTEST_SENTENCE = 8
_SHORTEST_BEGINNING = 4


def flat_rows(blocks: Sequence[tuple[int, Grid | Paragraph]], pinyin: bool) -> list[RawRow]:
    """The raw rows of a run of paragraphs and of grids whose columns are not known."""
    near = [
        k
        for k, (_, block) in enumerate(blocks)
        if isinstance(block, Grid) or block.blank_lines >= LEAST_BLANK_LINES or _ends_in_value(block.text)
    ]
    if not near:
        return []
    blocks = blocks[max(0, near[0] - _LONGEST_HEADER) : near[-1] + 2]
    rows = list(_stream_rows(blocks, pinyin))
    if any(isinstance(block, Paragraph) and block.blank_lines for _, block in blocks):
        rows = with_blank_lines(rows)
    return _without_row_numbers(with_labels_below(rows, pinyin))


def _ends_in_value(text: str) -> bool:
    """Whether a paragraph ends in a value; menus and prose, which do not, are spared the description of their words."""
    return is_plain(text) or (not text.endswith(_SENTENCE_END) and _ends_otherwise_in_value(text))


@lru_cache(maxsize=1 << 13)
def _ends_otherwise_in_value(text: str) -> bool:
    return (
        _value_at_end(text[-_LONGEST_VALUE:], len(text) <= _LONGEST_VALUE)
        or ends_in_pair(text)
        or glued_values(text, False) is not None
    )


def _value_at_end(text: str, whole: bool) -> bool:
    if _is_no_value(text):
        return False
    for piece in text.split(" ")[-2:]:
        if _VALUE_CHARACTER.search(piece) and not _is_no_value(piece):
            info = describe(piece, False, False)
            if info.is_value or is_value_word(info):
                return True
    return whole and any(key in alignment_words().value_words for key in label_keys(fold(text))[:1])


def _is_no_value(text: str) -> bool:
    """Whether a text is plainly neither a value nor one of the words that stand for one."""
    return is_mere_words(text) and not begins_with_ordinal(text)


def _stream_rows(blocks: Sequence[tuple[int, Grid | Paragraph]], pinyin: bool) -> Iterator[RawRow]:
    labels: list[Token] = []
    values: list[Token] = []

    def flush() -> Iterator[RawRow]:
        nonlocal labels, values
        if not values:
            return
        printed = False in [t.info.is_blank for t in values]
        words = _join_labels(unstacked(labels, pinyin), pinyin)
        if _numbers_first_row(words, values):
            values = []
            return
        if printed or (words and _heads_blanks(words, values)):
            yield RawRow(words[:-1], words[-1:], values, values[0].block)
            labels = []
        values = []

    def rest() -> Iterator[RawRow]:
        """The labels after the last values, as a row without any."""
        nonlocal labels
        if labels:
            yield RawRow([], labels, [], labels[0].block)
        labels = []

    for token in _stream_tokens(blocks, pinyin):
        if token is None:
            yield from flush()
            yield from rest()
            continue
        if values and (token.starts_line or _follows_whole_line(token, labels, values)):
            yield from flush()
        if _closes_bracket(token, labels):
            labels.append(token)
        elif token.info.is_value or (is_value_word(token.info) and labels):
            values.append(token)
        elif is_unit(token.info):
            continue
        else:
            if values:
                yield from flush()
            labels.append(token)
    yield from flush()
    yield from rest()


def _stream_tokens(blocks: Sequence[tuple[int, Grid | Paragraph]], pinyin: bool) -> Iterator[Token | None]:
    """The cells of flat text in order; None where running prose interrupts the stream."""
    for index, block in blocks:
        if isinstance(block, Paragraph):
            pieces = None if len(block.text) > _LONGEST_LINE else _pieces_of_line(block.text, pinyin)
            if pieces is None:
                yield None
                continue
            for info, alone, glued in pieces:
                yield Token(info, block, None, 0, 1, False, index, False, alone, glued)
            continue
        lines = [cells_once(row) for row in block.rows]
        in_rows = any(len([cell for cell in line if cell.text]) > 1 for line in lines)
        for cells in lines:
            starts = in_rows and len(cells) > 1
            if starts:
                cells = _without_row_number(cells, pinyin)
            for cell in cells:
                if cell.text and cell.text[0] in _MARKS and not cell.text.strip(_MARKS):
                    continue
                for text in [cell.text] if in_rows else fields_of(cell.text, pinyin):
                    yield Token(describe_cell(text, pinyin), block, cell, cell.column, 1, False, index, starts)
                    starts = False


class _Piece(NamedTuple):
    """A cell of a line of flat text; see :class:`Token`."""

    info: TextInfo
    alone: bool = False
    glued: bool = False


@lru_cache(maxsize=1 << 13)
def _pieces_of_line(text: str, pinyin: bool) -> tuple[_Piece, ...] | None:
    """The cells of a line that is a paragraph of its own; none of a page's number, None for running prose."""
    if is_plain(text):
        return (_Piece(describe_cell(text, pinyin), alone=True),)
    if _SENTENCE_END in text and len(text) > _SHORTEST_SENTENCE:
        return None
    if alignment_words().page_numbers.fullmatch(fold(text)):
        return ()
    fields = fields_of(text, pinyin)
    if len(fields) == 1 and length_without_noise(fields[0], pinyin) > LONGEST_STREAM_LABEL:
        return None
    digits = glued.digits if (glued := glued_values(text, pinyin)) else ""
    return tuple(
        _Piece(
            describe(field, pinyin, False) if _VALUE_WITHIN.search(field) else describe_cell(field, pinyin),
            len(fields) == 1,
            field != "" and field == digits,
        )
        for field in fields
        if field.strip(_MARKS) or not field
    )


def _heads_blanks(words: Sequence[Token], values: Sequence[Token]) -> bool:
    """Whether empty values are cells of the labels before them.

    After a colon that is so where a column is named, or a row that has but one; other rows head a list of columns.
    """
    label = words[-1]
    if len(values) == 1 and names_row_and_column(words):
        return True
    if label.source is values[0].source and isinstance(label.source, Paragraph):
        return label.info.has("column") or names_row_of_list(label)
    return heads_blank_row(label.info)


def _closes_bracket(token: Token, labels: Sequence[Token]) -> bool:
    """Whether a piece ends the bracket that the label before it has opened: it is the label's, whatever it counts."""
    text = token.info.text
    if not labels or (")" not in text and "）" not in text):
        return False
    folded = fold(text)
    if folded.count(")") <= folded.count("("):
        return False
    before = fold("".join(label.info.text for label in labels[-_MAX_JOINED:]))
    return before.count("(") > before.count(")")


def _may_begin_label(info: TextInfo) -> bool:
    """Whether a label may begin with the text: in a short one ordinals, in one with a bracket remarks are open yet."""
    return len(info.key) < _SHORTEST_BEGINNING or begins_label(info.key) or "(" in fold(info.text)


def _join_labels(tokens: Sequence[Token], pinyin: bool) -> list[Token]:
    """Labels cut over several cells put together again: neighbours become one token where only their whole is known."""
    joined: list[Token] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        best = 1
        if not (token.info.senses and token.info.exact) and _may_begin_label(token.info):
            for width in range(2, min(_MAX_JOINED, len(tokens) - i) + 1):
                text = "".join(t.info.text for t in tokens[i : i + width])
                if len(text) > LONGEST_LABEL:
                    break
                if is_known(text, pinyin):
                    best = width
                    break
        if best > 1:
            text = "".join(t.info.text for t in tokens[i : i + best])
            joined.append(
                Token(describe_cell(text, pinyin), token.source, token.cell, token.column, best, False, token.block)
            )
        else:
            joined.append(token)
        i += best
    return joined


def _follows_whole_line(token: Token, labels: Sequence[Token], values: Sequence[Token]) -> bool:
    """Whether a number alone in its paragraph comes after a label that has its values in one line: a page's number.

    The one number that a row with a sum still lacks is its last.
    """
    if not token.alone or not labels or labels[-1].source is not values[-1].source or not token.info.is_value:
        return False
    return len(values) + 1 < _LEAST_SUMMED or len(values) + 1 not in widths_after(labels[-1].info.senses)


def _numbers_first_row(words: list[Token], values: list[Token]) -> bool:
    """Whether a number after the last label of a header is the number of the row that follows."""
    if len(values) != 1 or not words or not words[-1].info.has("column"):
        return False
    return sum(t.info.has("column") for t in words) >= _MIN_HEADER and values[0].info.value.value == 1


def _without_row_number(cells: list[Cell], pinyin: bool) -> list[Cell]:
    """The cells of a line from its first label on, where nothing but one number stands before it."""
    first, *others = cells
    second = next((cell.text for cell in others if cell.text), "")
    return others if first.text.isdigit() and describe(second, pinyin, False).senses else cells


def _without_row_numbers(rows: list[RawRow]) -> list[RawRow]:
    """Flat rows without the numbers of the rows that follow them, which end each row and count up by one."""
    last = [next((t for t in reversed(row.values) if not t.info.is_blank), None) for row in rows]
    numbers = [t.info.value.value if t is not None else None for t in last]
    steps = sum(isinstance(a, int) and isinstance(b, int) and b == a + 1 for a, b in pairwise(numbers))
    if len(rows) < _MIN_NUMBERED or steps < _NUMBERED_SHARE * (len(rows) - 1):
        return rows
    counted = [
        isinstance(number, int) and (before == number - 1 or after == number + 1)
        for before, number, after in zip([None, *numbers], numbers, [*numbers[1:], None], strict=False)
    ]
    return [
        row.with_values([t for t in row.values if t is not end]) if is_counted else row
        for row, end, is_counted in zip(rows, last, counted, strict=True)
    ]
