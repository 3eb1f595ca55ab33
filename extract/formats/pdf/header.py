"""Headers of tables without ruling lines: which words stand over which column of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extract.formats.pdf.rows import blocks, joined
from extract.formats.pdf.text import Line


@dataclass(slots=True)
class Column:
    """Where the values of one column stand, from the leftmost to the rightmost, in points; and in which lines."""

    x0: float
    x1: float
    lines: set[int]

    @property
    def middle(self) -> float:
        """Half-way between its ends."""
        return (self.x0 + self.x1) / 2


class Header(NamedTuple):
    """Header words in rows with their height, and how many columns they name; None where that is unsure."""

    rows: list[tuple[float, list[str]]]
    named: int | None


def read_header(header: Sequence[Line], columns: Sequence[Column], edge: float, size: float) -> Header:
    """The words of a header in rows: those over one column in the order of the columns, others before them.

    ``edge`` is where the labels of rows end; words whose middle is before it are bands or labels of rows without
    values.  Without ``columns`` the words themselves tell: a cell with none beneath it is that of a column.
    """
    rows = _lines([word for word in header if _centre([word]) <= edge], size)
    cells = blocks([word for word in header if _centre([word]) > edge], size)
    leaves = [cell for cell in cells if _is_leaf(cell, cells, columns, size)]
    if not leaves:
        return Header([*rows, *((cell[0].middle, [joined(cell)]) for cell in cells)], None if cells else 0)
    lowest = max(word.middle for leaf in leaves for word in leaf)
    parents = [cell for cell in cells if cell not in leaves]
    placed = [(_centre(leaf), 0.0, joined(leaf)) for leaf in leaves]
    ends = [_centre(leaf) for leaf in leaves] if not columns else [column.middle for column in columns]
    placed += [(x, _middle(cell) - lowest - 1, joined(cell)) for x, cell in _parent_places(parents, sorted(ends), size)]
    reached = {k for leaf in leaves for k in _reached(leaf, columns, size)}
    sure = not columns or len(leaves) == len(reached) == len(columns)
    return Header([*rows, (lowest, [text for _, _, text in sorted(placed)])], len(leaves) if sure else None)


def _lines(words: Sequence[Line], size: float) -> list[tuple[float, list[str]]]:
    """Words of several lines as cells, those of the same height as one row."""
    rows: list[tuple[float, list[list[Line]]]] = []
    for cell in sorted(blocks(words, size), key=_middle):
        if rows and _middle(cell) - rows[-1][0] <= size / 2:
            rows[-1][1].append(cell)
        else:
            rows.append((_middle(cell), [cell]))
    return [(middle, [joined(cell) for cell in sorted(cells, key=_centre)]) for middle, cells in rows]


def _reached(cell: Sequence[Line], columns: Sequence[Column], size: float) -> list[int]:
    x0, x1 = min(word.x0 for word in cell), max(word.x1 for word in cell)
    return [k for k, column in enumerate(columns) if x0 - size / 2 <= column.middle <= x1 + size / 2]


def lowest_cells(words: Sequence[Line], size: float) -> list[list[Line]]:
    """The cells of a header that stand over no other."""
    cells = blocks(words, size)
    return [cell for cell in cells if _is_leaf(cell, cells, (), size)]


def _is_leaf(cell: list[Line], cells: Sequence[list[Line]], columns: Sequence[Column], size: float) -> bool:
    """Whether a header cell stands over no other, and over one column of values where these are known."""
    if columns and len(_reached(cell, columns, size)) != 1:
        return False
    return not any(other is not cell and _is_over(cell, other) for other in cells)


def _is_over(upper: Sequence[Line], lower: Sequence[Line]) -> bool:
    overlaps = min(w.x0 for w in upper) < max(w.x1 for w in lower) and min(w.x0 for w in lower) < max(
        w.x1 for w in upper
    )
    return overlaps and _middle(upper) < _middle(lower)


def _middle(cell: Sequence[Line]) -> float:
    return (cell[0].top + cell[-1].bottom) / 2


def _centre(words: Sequence[Line]) -> float:
    return (min(w.x0 for w in words) + max(w.x1 for w in words)) / 2


def _parent_places(
    parents: Sequence[list[Line]], columns: Sequence[float], size: float
) -> list[tuple[float, list[Line]]]:
    """Where each heading over several columns stands in their order: before its first, where that can be told.

    Headings side by side fill their line up to the last column, each in the middle of its own columns.
    """
    levels: list[list[list[Line]]] = []
    for cell in sorted(parents, key=_middle):
        if levels and _middle(cell) - _middle(levels[-1][0]) <= size:
            levels[-1].append(cell)
        else:
            levels.append([cell])
    places: list[tuple[float, list[Line]]] = []
    first, last = columns[0], columns[-1]
    for level in levels:
        if len(level) == 1:
            places.append((_centre(level[0]), level[0]))
            continue
        edge = last + (last - first) / max(2 * len(columns) - 2, 1)
        for cell in sorted(level, key=_centre, reverse=True):
            edge = min(2 * _centre(cell) - edge, min(word.x0 for word in cell))
            places.append((edge, cell))
    return places
