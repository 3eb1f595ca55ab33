r"""Tables of RTF: rows of cells with the right edges (``\cellx``) and merges that define them become grids."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from extract.formats.assemble import Item, Table, Text, lay_out
from extract.page import Cell

_SAME_EDGE = 60
_LONG_CELL = 200


@dataclass(slots=True)
class CellDef:
    """One cell of a row's definition: its right edge in twips and its merges."""

    edge: int
    merge: str
    vertical: str


@dataclass(slots=True)
class RowDef:
    """The definition of a row: its left edge in twips, its cells, and the merges noted for the cell to come."""

    left: int = 0
    cells: list[CellDef] = field(default_factory=list)
    merge: str = ""
    vertical: str = ""


@dataclass(slots=True)
class Row:
    """The texts of a finished row and its definition."""

    texts: list[str]
    definition: RowDef


@dataclass(slots=True)
class Level:
    """A table in the making at one depth of nesting: its rows, the cells of the open row, the text of the open cell."""

    rows: list[Row] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    after: list[Item] = field(default_factory=list)
    definition: RowDef = field(default_factory=RowDef)
    row_open: bool = False
    longest: int = 0


def table_items(level: Level) -> list[Item]:
    """The grid of a finished table and what hung in its cells; a layout table of one cell or column gives texts."""
    rows = level.rows
    widest = max((len(row.texts) for row in rows), default=0)
    texts = [words for row in rows for words in row.texts]
    if not any(texts):
        return level.after
    is_prose = widest == 1 and (level.longest > 1 or any(len(words) > _LONG_CELL for words in texts))
    if len(texts) == 1 or is_prose:
        return [*(Text(words) for words in texts if words), *level.after]
    is_defined = all(len(row.texts) == len(row.definition.cells) for row in rows)
    slots, exact = lay_out(_placed(rows) if is_defined else _in_order(rows), len(rows))
    return [Table(slots, exact and is_defined), *level.after]


def _in_order(rows: Sequence[Row]) -> list[Cell]:
    return [Cell(words, number, at) for number, row in enumerate(rows) for at, words in enumerate(row.texts)]


class _Piece(NamedTuple):
    """A cell of a row after its horizontal merges: first column, column after the last, text, vertical merge."""

    start: int
    end: int
    text: str
    vertical: str


def _placed(rows: Sequence[Row]) -> list[Cell]:
    """The cells of a table by their edges; edges less than 3 points apart, too near for a digit between, are one."""
    edges = _columns(rows)
    cells: list[Cell] = []
    open_above: dict[int, int] = {}
    for number, row in enumerate(rows):
        open_here: dict[int, int] = {}
        for start, end, words, vertical in _pieces(row, edges):
            at = open_above.get(start, -1)
            if vertical == "more" and at >= 0 and cells[at].column_span == end - start:
                cells[at] = Cell(cells[at].text, cells[at].row, start, cells[at].row_span + 1, end - start)
            else:
                at = len(cells)
                cells.append(Cell(words, number, start, 1, end - start))
            if vertical:
                open_here[start] = at
        open_above = open_here
    return cells


def _pieces(row: Row, edges: Sequence[int]) -> list[_Piece]:
    pieces: list[_Piece] = []
    start = _column_of(edges, row.definition.left)
    for definition, words in zip(row.definition.cells, row.texts, strict=True):
        end = max(_column_of(edges, definition.edge), start + 1)
        if definition.merge == "more" and pieces:
            first = pieces.pop()
            pieces.append(_Piece(first.start, end, " ".join(f"{first.text} {words}".split()), first.vertical))
        else:
            pieces.append(_Piece(start, end, words, definition.vertical))
        start = end
    return pieces


def _columns(rows: Sequence[Row]) -> list[int]:
    printed = {row.definition.left for row in rows}
    printed.update(cell.edge for row in rows for cell in row.definition.cells)
    edges: list[int] = []
    for edge in sorted(printed):
        if not edges or edge - edges[-1] >= _SAME_EDGE:
            edges.append(edge)
    return edges


def _column_of(edges: Sequence[int], edge: int) -> int:
    """The number of the border that stands for an edge: the last one that is not to its right."""
    at = bisect_left(edges, edge)
    return at if at < len(edges) and edges[at] == edge else at - 1
