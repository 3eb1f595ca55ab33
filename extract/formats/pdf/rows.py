"""Rows of tables without ruling lines: values that stand side by side, numbers that go on below, labels beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from extract.formats.pdf.text import Line, join_lines

SAME_CELL = 1.55
_VALUE = re.compile(
    r"[+＋\-—–−]?\d[\d,，.．]*(?<=\d)(?:[^\W\d_]{0,2}|[%％])|[\-—–−/／]+|[零〇无○一二三四五六七八九十百千]{1,5}"
)
_SAME_ROW = 0.6
_OVERLAPPING = 0.8
_REACH = 2.2
SLACK = 2.0


@dataclass(slots=True)
class Row:
    """The values of one row of a table and the words that are its label."""

    values: list[Line]
    labels: list[Line] = field(default_factory=list)

    @property
    def middle(self) -> float:
        """The height at which most of the values stand."""
        return median(value.middle for value in self.values)


def is_value(text: str) -> bool:
    """Whether a word of a line stands in a column of numbers: digits and signs only, or a mark for nothing."""
    return _VALUE.fullmatch(text.replace(" ", "")) is not None


def value_rows(words: Sequence[Line]) -> list[Row]:
    """The rows of values, from top to bottom; lines so close that they overlap are lines of one row."""
    rows: list[Row] = []
    for word in sorted((w for w in words if is_value(w.text)), key=lambda w: w.middle):
        if rows and word.middle - rows[-1].values[-1].middle <= _OVERLAPPING * word.size:
            rows[-1].values.append(word)
        else:
            rows.append(Row([word]))
    rows = _with_wrapped_values(rows, [w for w in words if not is_value(w.text)])
    return [row for row in rows if len(row.values) > 1 or _has_neighbour(row, words)]


def _with_wrapped_values(rows: Sequence[Row], labels: Sequence[Line]) -> list[Row]:
    """The rows, those that only go on with the numbers right above them put to the row above.

    Such a line has no word of its own, or only words right beneath those of the line above and fewer numbers than it.
    """
    kept: list[Row] = []
    last: list[Line] = []
    for row in rows:
        size = row.values[0].size
        beside = [label for label in labels if _is_beside(label, row.middle, size)]
        if kept and row.middle - last[0].middle <= SAME_CELL * size:
            above = [*last, *(label for label in labels if _is_beside(label, last[0].middle, size))]
            goes_on = not beside or len(row.values) < len(last)
            if goes_on and all(any(is_close(v, w, size) for v in above) for w in (*row.values, *beside)):
                kept[-1].values = [*kept[-1].values, *row.values]
                last = row.values
                continue
        kept.append(row)
        last = [value for value in row.values if value.middle >= row.values[-1].middle - _SAME_ROW * size / 2]
    return kept


def _is_beside(word: Line, middle: float, size: float) -> bool:
    return abs(word.middle - middle) <= _SAME_ROW * size


def _has_neighbour(row: Row, words: Sequence[Line]) -> bool:
    """Whether a word stands to the left of a lone value, or to the right on its own line, as beside a row number."""
    value = row.values[0]
    return any(
        (w.x1 < value.x0 and abs(w.middle - value.middle) <= _REACH * value.size)
        or (w.x0 > value.x1 and _is_beside(w, value.middle, value.size))
        for w in words
        if w is not value
    )


def attach_labels(labels: Sequence[Line], rows: Sequence[Row], size: float) -> list[Line]:
    """Give the labels to their rows of values; returns the words that belong to none, those of headers and bands.

    A label stands beside its values, or its lines reach around them, or follow closely on a line beside them.
    """
    anchored: list[tuple[Line, Row]] = []
    loose: list[Line] = []
    for label in labels:
        row = min(rows, key=lambda r: abs(r.middle - label.middle))
        if _is_beside(label, row.middle, size):
            anchored.append((label, row))
            row.labels.append(label)
        else:
            loose.append(label)
    header: list[Line] = []
    for block in blocks(loose, size):
        top, bottom = block[0].top, block[-1].bottom
        middle = (top + bottom) / 2
        owner = min(rows, key=lambda r: abs(r.middle - middle))
        if not (top < owner.middle < bottom and len(block) > 1):
            near = [
                (abs(label.middle - line.middle), row)
                for label, row in anchored
                for line in block
                if is_close(label, line, size)
            ]
            if not near:
                header.extend(block)
                continue
            owner = min(near, key=lambda item: item[0])[1]
        owner.labels.extend(block)
    return header


def blocks(words: Sequence[Line], size: float) -> list[list[Line]]:
    """Words that follow closely beneath one another."""
    blocks: list[list[Line]] = []
    for word in sorted(words, key=lambda w: w.middle):
        for block in blocks:
            if is_close(block[-1], word, size):
                block.append(word)
                break
        else:
            blocks.append([word])
    return blocks


def is_close(first: Line, second: Line, size: float) -> bool:
    """Whether a word stands right above or beneath another, as the next line of its cell does."""
    apart = abs(first.middle - second.middle)
    overlaps = first.x0 < second.x1 - SLACK and second.x0 < first.x1 - SLACK
    return overlaps and _SAME_ROW * size < apart <= SAME_CELL * size


def on_one_line(words: Sequence[Line], size: float) -> list[list[Line]]:
    """The words line by line, from top to bottom."""
    lines: list[list[Line]] = []
    for word in sorted(words, key=lambda w: w.middle):
        if lines and _is_beside(word, lines[-1][0].middle, size):
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def stacks(words: Sequence[Line], size: float) -> list[list[Line]]:
    """Words of one row as cells from left to right: those above one another make one."""
    found: list[list[Line]] = []
    for word in sorted(words, key=lambda w: (w.x0, w.middle)):
        for stack in found:
            if any(word.x0 < other.x1 - SLACK and other.x0 < word.x1 - SLACK for other in stack) and not any(
                _is_beside(word, other.middle, size) for other in stack
            ):
                stack.append(word)
                break
        else:
            found.append([word])
    return found


def joined(stack: Sequence[Line]) -> str:
    """The words of a cell as one text; numbers above one another stay apart."""
    lines = sorted(stack, key=lambda w: w.middle)
    return join_lines([line.text for line in lines], [False] * len(lines))
