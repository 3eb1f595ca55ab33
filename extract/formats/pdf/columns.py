"""Tables without ruling lines: where they begin and end, and their columns, found by where the numbers stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from extract.formats.pdf.header import Column, lowest_cells, read_header
from extract.formats.pdf.rows import (
    SAME_CELL,
    SLACK,
    Row,
    attach_labels,
    is_value,
    joined,
    on_one_line,
    stacks,
    value_rows,
)
from extract.formats.pdf.text import Line, split_at_gaps

GAP = 0.75
_LARGER = 1.1
_HEADER_INDENT = 0.2
_HEADER_PITCH = 3.2
_MOST_BETWEEN = 4
_TEXT_SHARE = 0.75

Rows = list[list[str]]


@dataclass(slots=True)
class _Part:
    """Rows beneath one header, and the words between the part before and its first row."""

    header: list[Line]
    rows: list[Row]


def table_spans(lines: Sequence[Line], width: float) -> list[tuple[int, int]]:
    """The runs of lines that make a table, as first line and line after the last.

    ``lines`` come from top to bottom; ``width`` is that of a full line of text.  A run begins and ends with a line of
    several words apart, one of its lines at least with numbers in columns; one line alone ends in a number.
    """
    parts = [split_at_gaps(line, GAP) for line in lines]
    tabular = [len(p) > 1 for p in parts]
    numeric = [len(p) > 1 and any(is_value(word.text) for word in p) for p in parts]
    spans: list[tuple[int, int]] = []
    start = 0
    while start < len(lines):
        if not tabular[start]:
            start += 1
            continue
        end = last = start
        while end < len(lines) and end - last <= _MOST_BETWEEN and lines[end].size <= _LARGER * lines[start].size:
            if tabular[end]:
                last = end
            elif _is_prose(lines[end], width):
                break
            end += 1
        if any(numeric[start : last + 1]) and (last > start or is_value(parts[start][-1].text)):
            first, end = _with_wrapped(lines, start, last + 1, width)
            if spans:
                first = max(first, spans[-1][1])
            spans.append((first, end))
            last = end - 1
        start = last + 1
    return spans


def _with_wrapped(lines: Sequence[Line], start: int, end: int, width: float) -> tuple[int, int]:
    """The run with the lines right above and beneath it: of labels of several lines, of headers over its columns."""
    size = lines[start].size
    indented = min(line.x0 for line in lines[start:end]) + _HEADER_INDENT * width
    while start and _belongs(lines[start - 1], lines[start], size, width, lines[start - 1].x0 > indented):
        start -= 1
    while end < len(lines) and _belongs(lines[end], lines[end - 1], size, width, False):
        end += 1
    return start, end


def _belongs(line: Line, neighbour: Line, size: float, width: float, is_header: bool) -> bool:
    apart = abs(line.middle - neighbour.middle)
    near = apart <= (_HEADER_PITCH if is_header else SAME_CELL) * size
    return near and line.size <= _LARGER * size and not _is_prose(line, width)


def _is_prose(line: Line, width: float) -> bool:
    return line.x1 - line.x0 > _TEXT_SHARE * width


class Table(NamedTuple):
    """The rows of an unruled table; ``named`` is how many columns its last header names, None where none is sure.

    ``is_sure`` tells whether every value is under a header of its own and no row leaves a column blank.
    """

    rows: Rows
    is_sure: bool
    named: int | None


def read_columns(lines: Sequence[Line], named: int | None = None) -> Table:
    """The rows of an unruled table: labels and values from left to right, header cells over their columns.

    A column that a row leaves blank gives an empty text, where the columns can be told by what stands in them.
    ``named`` is how many columns the header of the table before this one names, which may go on here.
    """
    words = [word for line in lines for word in split_at_gaps(line, GAP)]
    rows = value_rows(words)
    if not rows:
        return Table([[word.text for word in split_at_gaps(line, GAP)] for line in lines], False, None)
    held = {id(value) for row in rows for value in row.values}
    size = median(word.size for word in words)
    loose = attach_labels([word for word in words if id(word) not in held], rows, size)
    leftmost, _ = _edge(rows)
    result: list[tuple[float, list[str]]] = []
    is_sure = True
    for part in _parts(rows, loose, leftmost):
        edge, begins_alike = _edge(part.rows)
        columns = _columns(part, edge, size)
        header = read_header(part.header, columns, edge, size)
        named = header.named if header.named != 0 else named
        cells = [_cells(row, columns, edge, size) for row in part.rows]
        result += header.rows
        result += [(row.middle, texts) for row, texts in zip(part.rows, cells, strict=True)]
        is_sure = is_sure and begins_alike and 0 < len(columns) == named and all(map(all, cells))
    header = read_header([word for word in loose if word.middle >= rows[-1].middle], (), leftmost, size)
    result += header.rows
    ordered = [cells for _, cells in sorted(result, key=lambda item: item[0])]
    return Table(ordered, is_sure, header.named if header.named != 0 else named)


def _edge(rows: Sequence[Row]) -> tuple[float, bool]:
    """Where the values of some rows begin, behind their labels, and whether it is the same in all of them.

    A number that comes first in its row, before a label, is that of the row.
    """
    starts, ends, is_sure = [], [], True
    for row in rows:
        labelled = max((label.x0 for label in row.labels), default=float("-inf"))
        behind = [value.x0 for value in row.values if value.x0 > labelled]
        before = [value.x0 for value in row.values if value.x0 <= labelled]
        first = min((label.x0 for label in row.labels), default=float("inf"))
        is_sure = is_sure and len(before) <= 1 and all(x0 < first for x0 in before)
        starts += behind
        ends += [label.x1 for label in row.labels]
    start = min(starts, default=float("inf"))
    end = max((end for end in ends if end <= start), default=start)
    return (start + end) / 2, is_sure and start > max(ends, default=start - 1)


def _parts(rows: Sequence[Row], loose: Sequence[Line], edge: float) -> list[_Part]:
    """The rows, cut where a header stands between them: a word that reaches over the values."""
    parts: list[_Part] = []
    above = float("-inf")
    for row in rows:
        between = [word for word in loose if above < word.middle < row.middle]
        if not parts or any(word.x0 + word.x1 > 2 * edge for word in between):
            parts.append(_Part([], []))
        parts[-1].header += between
        parts[-1].rows.append(row)
        above = row.middle
    return parts


def _columns(part: _Part, edge: float, size: float) -> list[Column]:
    """The columns of values by where these stand, and by headers over blanks; none where unsure.

    What stands beside one another, not always at the same place, is one column where no row has both.
    """
    told = [row for row in part.rows if not _counts_columns(row)] or part.rows
    lines = [line for row in told for line in on_one_line([value for value in row.values if value.x0 >= edge], size)]
    leaves = lowest_cells([word for word in part.header if word.x0 >= edge and word.middle < part.rows[0].middle], size)
    spans = [(value.x0, value.x1, number) for number, line in enumerate(lines) for value in line]
    spans += [(min(w.x0 for w in leaf), max(w.x1 for w in leaf), -1) for leaf in leaves]
    columns: list[Column] = []
    for x0, x1, number in sorted(spans):
        if columns and x0 < columns[-1].x1 - SLACK and number not in columns[-1].lines:
            columns[-1].x1 = max(columns[-1].x1, x1)
            columns[-1].lines.add(number)
        else:
            columns.append(Column(x0, x1, {number}))
    columns = _merged(columns)
    sure = all(len(line) == len({_place(columns, word) for word in line}) for line in lines)
    return columns if sure else []


def _merged(columns: list[Column]) -> list[Column]:
    """The columns, neighbours that no line has both of put together, the nearest first."""
    while True:
        gaps = [
            (after.x0 - before.x1, k)
            for k, (before, after) in enumerate(pairwise(columns))
            if not before.lines & after.lines
        ]
        if not gaps:
            return columns
        k = min(gaps)[1]
        before, after = columns[k : k + 2]
        columns[k : k + 2] = [Column(before.x0, max(before.x1, after.x1), before.lines | after.lines)]


def _counts_columns(row: Row) -> bool:
    """Whether the row says 1, 2, 3, ...: such numbers need not stand as values do."""
    counted = [value.text for value in sorted(row.values, key=lambda v: v.x0)]
    return len(counted) > 1 and counted == [str(number) for number in range(1, len(counted) + 1)]


def _place(columns: Sequence[Column], value: Line) -> int:
    middle = (value.x0 + value.x1) / 2
    return min(range(len(columns)), key=lambda k: max(columns[k].x0 - middle, middle - columns[k].x1))


def _cells(row: Row, columns: Sequence[Column], edge: float, size: float) -> list[str]:
    """The words of a row as cells from left to right, empty ones for the columns that it leaves blank."""
    if not columns or _counts_columns(row):
        return [joined(stack) for stack in stacks([*row.labels, *row.values], size)]
    before = [*row.labels, *(value for value in row.values if value.x0 < edge)]
    placed: list[list[Line]] = [[] for _ in columns]
    for value in row.values:
        if value.x0 >= edge:
            placed[_place(columns, value)].append(value)
    found = [(min(word.x0 for word in stack), joined(stack)) for stack in stacks(before, size)]
    found += [(column.x0, joined(stack)) for column, stack in zip(columns, placed, strict=True)]
    return [text for _, text in sorted(found)]
