"""The WHATWG table model: source rows with spans become a grid of slots.

https://html.spec.whatwg.org/multipage/tables.html#forming-a-table
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import count, repeat
from operator import itemgetter
from typing import NamedTuple, cast

from extract.page import Cell

MAX_COLUMN_SPAN = 1000
MAX_ROW_SPAN = 65534
MAX_SLOTS = 200_000

_NON_NEGATIVE_INTEGER = re.compile(r"[ \t\n\f\r]*(?:\+?(\d+)|-(0+)(?!\d))", re.ASCII)


class SourceCell(NamedTuple):
    """A cell as the source gives it; ``row_span`` 0 means down to the end of its row group."""

    text: str
    row_span: int = 1
    column_span: int = 1


Slots = tuple[tuple[Cell | None, ...], ...]
Row = Sequence[str | tuple[str, int, int]]
"""The cells of a row: a cell that spans nothing may be its text alone."""
RowGroup = Sequence[Row]

_Carried = tuple[int, int, int]
"""First column, column after the last, last row of a cell that reaches into rows below its own."""

_Run = tuple[int, int, Sequence[str]]
"""Row, first column and texts of cells side by side that span nothing."""

_new_cell: Callable[[tuple[str, int, int, int, int]], Cell] = partial(tuple.__new__, Cell)


def parse_span(value: str | None, *, most: int, zero: int) -> int:
    """A ``rowspan`` or ``colspan`` attribute by the rules for non-negative integers: junk gives 1, 0 gives ``zero``."""
    if value is None or value == "1":
        return 1
    match = _NON_NEGATIVE_INTEGER.match(value)
    if match is None:
        return 1
    digits = (match[1] or "0").lstrip("0")[:7]
    return min(int(digits), most) if digits else zero


def parse_column_span(value: str | None) -> int:
    """A ``colspan`` attribute: 1 to 1000."""
    return parse_span(value, most=MAX_COLUMN_SPAN, zero=1)


def parse_row_span(value: str | None) -> int:
    """A ``rowspan`` attribute: 0 to 65534, where 0 means down to the end of the row group."""
    return parse_span(value, most=MAX_ROW_SPAN, zero=0)


def form_grid(groups: Iterable[RowGroup]) -> tuple[Slots, bool]:
    """Lay the cells of the row groups out in slots; returns the rows and whether their columns are exact.

    Row spans end with their row group.  Where cells overlap, a slot keeps the cell that came first.  Columns at the
    right edge that only spans reach are cut off.  A table of more than 200,000 slots is not laid out: its cells come
    one a row, and the columns are not exact.
    """
    placed: list[Cell] = []
    runs: list[_Run] = []
    height = 0
    work = 0
    groups = [group for group in groups if group]
    for group in groups:
        carried: list[_Carried] = []
        end_of_group = height + len(group) - 1
        for row, cells in enumerate(group, start=height):
            work += len(carried) + len(cells)
            if work > MAX_SLOTS:
                return _one_cell_a_row(groups), False
            carried = _place_row(row, cells, carried, end_of_group, placed, runs)
        height += len(group)
    width = max(
        max(map(itemgetter(2), placed), default=-1) + 1,
        max((column + len(texts) for _, column, texts in runs), default=0),
    )
    if width * height > MAX_SLOTS:
        return _one_cell_a_row(groups), False
    return _fill(placed, runs, height, width), True


def _place_row(
    row: int, cells: Row, carried: list[_Carried], end_of_group: int, placed: list[Cell], runs: list[_Run]
) -> list[_Carried]:
    """Place the cells of one row around those carried down from above; returns what is carried further, by column."""
    spanning = [position for position, cell in enumerate(cells) if type(cell) is not str]
    plain_from = spanning[-1] + 1 if spanning else 0
    column = position = next_carried = 0
    started: list[_Carried] = []
    while position < len(cells):
        while next_carried < len(carried) and carried[next_carried][0] <= column:
            column = max(column, carried[next_carried][1])
            next_carried += 1
        if position >= plain_from and next_carried == len(carried):
            runs.append((row, column, cast("Sequence[str]", cells[position:])))
            break
        cell = cells[position]
        text, row_span, column_span = (cell, 1, 1) if isinstance(cell, str) else cell
        if row_span != 1:
            last_row = end_of_group if row_span == 0 else min(row + row_span - 1, end_of_group)
            row_span = last_row - row + 1
            if last_row > row:
                started.append((column, column + column_span, last_row))
        placed.append(_new_cell((text, row, column, row_span, column_span)))
        column += column_span
        position += 1
    if not carried and not started:
        return carried
    return sorted([item for item in carried if item[2] > row] + started)


def _fill(placed: list[Cell], runs: list[_Run], height: int, width: int) -> Slots:
    rows: list[list[Cell | None]] = [[None] * width for _ in range(height)]
    for row, column, texts in runs:
        cells = map(_new_cell, zip(texts, repeat(row), count(column), repeat(1), repeat(1), strict=False))
        rows[row][column : column + len(texts)] = cells
    for cell in placed:
        text, row, column, row_span, column_span = cell
        if column_span == 1:
            for slots in rows[row : row + row_span]:
                if slots[column] is None:
                    slots[column] = cell
            continue
        if column + column_span > width:
            column_span = width - column
            cell = Cell(text, row, column, row_span, column_span)
        for slots in rows[row : row + row_span]:
            for position in range(column, column + column_span):
                if slots[position] is None:
                    slots[position] = cell
    return tuple(map(tuple, rows))


def _one_cell_a_row(groups: Iterable[RowGroup]) -> Slots:
    texts = [cell if isinstance(cell, str) else cell[0] for group in groups for row in group for cell in row]
    return tuple((Cell(text, row, 0),) for row, text in enumerate(texts))
