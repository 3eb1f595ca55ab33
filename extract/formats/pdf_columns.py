"""Tables without ruling lines: rows are found by their numbers, columns by the gaps between words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from extract.formats.pdf_text import Line, join_lines, split_at_gaps

GAP = 0.75
_VALUE = re.compile(
    r"[+＋\-—–−]?\d[\d,，.．]*(?<=\d)(?:[^\W\d_]{0,2}|[%％])|[\-—–−/／]+|[零〇无○一二三四五六七八九十百千]{1,5}"
)
_SAME_ROW = 0.6
_REACH = 2.2
_SAME_CELL = 1.55
_SLACK = 2.0
_LARGER = 1.1
_HEADER_INDENT = 0.2
_HEADER_PITCH = 3.2
_MOST_BETWEEN = 4
_TEXT_SHARE = 0.75

Rows = list[list[str]]


@dataclass(slots=True)
class _Row:
    values: list[Line]
    labels: list[Line] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return median(value.middle for value in self.values)


def is_value(text: str) -> bool:
    """Whether a word of a line stands in a column of numbers: digits and signs only, or a mark for nothing."""
    return _VALUE.fullmatch(text.replace(" ", "")) is not None


def table_spans(lines: Sequence[Line], width: float) -> list[tuple[int, int]]:
    """The runs of lines that make a table, as first line and line after the last.

    ``lines`` come from top to bottom; ``width`` is that of a full line of text.  A run begins and ends with a line of
    several words apart; two of its lines at least hold numbers in columns.
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
        if last > start and any(numeric[start : last + 1]):
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
    near = apart <= (_HEADER_PITCH if is_header else _SAME_CELL) * size
    return near and line.size <= _LARGER * size and not _is_prose(line, width)


def _is_prose(line: Line, width: float) -> bool:
    return line.x1 - line.x0 > _TEXT_SHARE * width


def read_columns(lines: Sequence[Line]) -> Rows:
    """The rows of an unruled table: labels from left to right, then the values; header cells over their columns."""
    words = [word for line in lines for word in split_at_gaps(line, GAP)]
    rows = _value_rows(words)
    if not rows:
        return [[word.text for word in split_at_gaps(line, GAP)] for line in lines]
    held = {id(value) for row in rows for value in row.values}
    labels = [word for word in words if id(word) not in held]
    size = median(word.size for word in words)
    header = _attach(labels, rows, size)
    result = [(row.middle, [text for _, text in sorted(_cells([*row.labels, *row.values], size))]) for row in rows]
    result.extend(_header_rows(header, rows, size))
    return [cells for _, cells in sorted(result, key=lambda item: item[0])]


def _value_rows(words: Sequence[Line]) -> list[_Row]:
    rows: list[_Row] = []
    for word in sorted((w for w in words if is_value(w.text)), key=lambda w: w.middle):
        if rows and word.middle - rows[-1].middle <= _SAME_ROW * word.size:
            rows[-1].values.append(word)
        else:
            rows.append(_Row([word]))
    rows = _with_wrapped_values(rows, [w for w in words if not is_value(w.text)])
    return [row for row in rows if len(row.values) > 1 or _has_neighbour(row, words)]


def _with_wrapped_values(rows: Sequence[_Row], labels: Sequence[Line]) -> list[_Row]:
    """The rows, those that only go on with the numbers right above them put to the row above."""
    kept: list[_Row] = []
    ends: list[float] = []
    for row in rows:
        size = row.values[0].size
        alone = not any(abs(label.middle - row.middle) <= _SAME_ROW * size for label in labels)
        if kept and alone and row.middle - ends[-1] <= _SAME_CELL * size:
            above = kept[-1].values
            if all(any(_is_close(v, w, size) for v in above) for w in row.values):
                ends[-1] = row.middle
                kept[-1].values = [*above, *row.values]
                continue
        kept.append(row)
        ends.append(row.middle)
    return kept


def _has_neighbour(row: _Row, words: Sequence[Line]) -> bool:
    value = row.values[0]
    return any(
        w is not value and w.x1 < value.x0 and abs(w.middle - value.middle) <= _REACH * value.size for w in words
    )


def _attach(labels: Sequence[Line], rows: Sequence[_Row], size: float) -> list[Line]:
    """Give the labels to their rows of values; returns the words that belong to none, those of headers and bands.

    A label stands beside its values, or its lines reach around them, or follow closely on a line beside them.
    """
    anchored: list[tuple[Line, _Row]] = []
    loose: list[Line] = []
    for label in labels:
        row = min(rows, key=lambda r: abs(r.middle - label.middle))
        if abs(row.middle - label.middle) <= _SAME_ROW * size:
            anchored.append((label, row))
            row.labels.append(label)
        else:
            loose.append(label)
    header: list[Line] = []
    for block in _blocks(loose, size):
        top, bottom = block[0].top, block[-1].bottom
        middle = (top + bottom) / 2
        owner = min(rows, key=lambda r: abs(r.middle - middle))
        if not (top < owner.middle < bottom and len(block) > 1):
            near = [
                (abs(label.middle - line.middle), row)
                for label, row in anchored
                for line in block
                if _is_close(label, line, size)
            ]
            if not near:
                header.extend(block)
                continue
            owner = min(near, key=lambda item: item[0])[1]
        owner.labels.extend(block)
    return header


def _blocks(words: Sequence[Line], size: float) -> list[list[Line]]:
    """Words that follow closely beneath one another."""
    blocks: list[list[Line]] = []
    for word in sorted(words, key=lambda w: w.middle):
        for block in blocks:
            if _is_close(block[-1], word, size):
                block.append(word)
                break
        else:
            blocks.append([word])
    return blocks


def _is_close(first: Line, second: Line, size: float) -> bool:
    apart = abs(first.middle - second.middle)
    overlaps = first.x0 < second.x1 - _SLACK and second.x0 < first.x1 - _SLACK
    return overlaps and _SAME_ROW * size < apart <= _SAME_CELL * size


def _cells(words: Sequence[Line], size: float) -> list[tuple[float, str]]:
    """Words of one row as cells: those above one another make one, unless both are values."""
    stacks: list[list[Line]] = []
    for word in sorted(words, key=lambda w: (w.x0, w.middle)):
        for stack in stacks:
            if any(word.x0 < other.x1 - _SLACK and other.x0 < word.x1 - _SLACK for other in stack) and not any(
                abs(word.middle - other.middle) < _SAME_ROW * size for other in stack
            ):
                stack.append(word)
                break
        else:
            stacks.append([word])
    return [(min(w.x0 for w in stack), _joined(stack)) for stack in stacks]


def _joined(stack: Sequence[Line]) -> str:
    lines = sorted(stack, key=lambda w: w.middle)
    return join_lines([line.text for line in lines], [False] * len(lines))


def _header_rows(header: Sequence[Line], rows: Sequence[_Row], size: float) -> list[tuple[float, list[str]]]:
    """Header words in rows: those over one column of values in the order of the columns, others before them.

    Each piece of the header belongs to the row of values beneath it.
    """
    result: list[tuple[float, list[str]]] = []
    starts = [float("-inf"), *(row.middle for row in rows)]
    groups = [[w for w in header if above < w.middle < row.middle] for above, row in zip(starts, rows, strict=False)]
    for position, words in enumerate(groups):
        if not words:
            continue
        following = next((k for k in range(position + 1, len(rows)) if groups[k]), len(rows))
        widest = max(rows[position:following], key=lambda row: len(row.values))
        columns = sorted((value.x0 + value.x1) / 2 for value in widest.values)
        leaves, others = _leaves(words, columns, size)
        first = columns[0] - size
        result.extend((word.middle, [word.text]) for word in others if word.x1 < first or not leaves)
        if leaves:
            lowest = max(word.middle for word in words)
            placed = [(_centre(leaf), 0.0, _joined(leaf)) for leaf in leaves]
            parents = [word for word in others if word.x1 >= first]
            placed += [(x, word.middle - lowest - 1, word.text) for x, word in _parent_places(parents, columns, size)]
            result.append((lowest, [text for _, _, text in sorted(placed)]))
    result.extend((w.middle, [w.text]) for w in header if w.middle >= starts[-1])
    return result


def _centre(words: Sequence[Line]) -> float:
    return (min(w.x0 for w in words) + max(w.x1 for w in words)) / 2


def _parent_places(parents: Sequence[Line], columns: Sequence[float], size: float) -> list[tuple[float, Line]]:
    """Where each heading over several columns stands in their order: before its first, where that can be told.

    Headings side by side fill their line up to the last column, each in the middle of its own columns.
    """
    levels: list[list[Line]] = []
    for word in sorted(parents, key=lambda w: w.middle):
        if levels and word.middle - levels[-1][0].middle <= _SAME_ROW * size:
            levels[-1].append(word)
        else:
            levels.append([word])
    places: list[tuple[float, Line]] = []
    for level in levels:
        if len(level) == 1:
            places.append((_centre(level), level[0]))
            continue
        edge = columns[-1] + (columns[-1] - columns[0]) / max(2 * len(columns) - 2, 1)
        for word in sorted(level, key=lambda w: -w.x0):
            edge = min(2 * _centre([word]) - edge, word.x0)
            places.append((edge, word))
    return places


def _leaves(words: Sequence[Line], columns: Sequence[float], size: float) -> tuple[list[list[Line]], list[Line]]:
    """The lowest header cell of each column, in the order of the columns, and the words that are none."""
    over: dict[int, list[Line]] = {}
    others: list[Line] = []
    for word in words:
        reached = [k for k, x in enumerate(columns) if word.x0 - size / 2 <= x <= word.x1 + size / 2]
        if len(reached) == 1:
            over.setdefault(reached[0], []).append(word)
        else:
            others.append(word)
    leaves = []
    for k in sorted(over):
        upwards = sorted(over[k], key=lambda w: -w.middle)
        leaf = [upwards[0]]
        for word in upwards[1:]:
            (leaf if leaf[-1].middle - word.middle <= _SAME_CELL * size else others).append(word)
        leaves.append(leaf)
    return leaves, others
