"""Texts and tables in reading order become numbered blocks; placed cells become the slots of a grid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from extract.formats import text
from extract.formats.grid import MAX_SLOTS, Slots
from extract.formats.lines import Line, is_pipe_line
from extract.page import Block, Cell, Grid, Paragraph

_LEAST_BARRED = 2
_LEAST_CELLS = 3


class Text(NamedTuple):
    """A paragraph in waiting; tabs in it may be borders of cells."""

    text: str
    heading: int = 0


class Table(NamedTuple):
    """A grid in waiting; an empty ``locator`` becomes the number of the table."""

    rows: Slots
    exact: bool = True
    locator: str = ""


Item = Text | Table


def assemble(items: Iterable[Item]) -> tuple[Block, ...]:
    """Number the paragraphs and the tables; runs of paragraphs that hold pipes or tabs are read as rows of cells."""
    paragraphs = tables = 0
    blocks: list[Block] = []
    for item in _with_rows_of_text(items):
        if isinstance(item, Text):
            words = " ".join(item.text.split())
            if words:
                paragraphs += 1
                blocks.append(Paragraph(words, f"paragraph {paragraphs}", item.heading))
        elif item.rows:
            tables += 1
            blocks.append(Grid(item.rows, item.locator or f"table {tables}", item.exact))
    return tuple(blocks)


def lay_out(cells: Sequence[Cell], height: int) -> tuple[Slots, bool]:
    """The slots of placed cells, in source order, and whether their columns are exact.

    Where cells overlap, a slot keeps the cell that came first.  Columns at the right edge in which no cell begins are
    cut off.  A table of more than 200,000 slots is not laid out: its cells come one a row, and are not exact.
    """
    width = max((cell.column for cell in cells), default=-1) + 1
    if (
        width * height > MAX_SLOTS
        or sum(cell.row_span * min(cell.column_span, width) for cell in cells) > 2 * MAX_SLOTS
    ):
        return tuple((Cell(cell.text, row, 0),) for row, cell in enumerate(cells) if cell.text), False
    rows: list[list[Cell | None]] = [[None] * width for _ in range(height)]
    for cell in cells:
        end = cell.column + cell.column_span
        kept = cell if end <= width else Cell(cell.text, cell.row, cell.column, cell.row_span, width - cell.column)
        for slots in rows[cell.row : cell.row + cell.row_span]:
            for column in range(cell.column, min(end, width)):
                if slots[column] is None:
                    slots[column] = kept
    return tuple(map(tuple, rows)), True


def _with_rows_of_text(items: Iterable[Item]) -> Iterator[Item]:
    run: list[Text] = []
    for item in items:
        if isinstance(item, Text):
            run.append(item)
            continue
        yield from _rows_of_text(run)
        run = []
        yield item
    yield from _rows_of_text(run)


def _rows_of_text(run: Sequence[Text]) -> Iterable[Item]:
    if sum(1 for words, _ in run if is_pipe_line(words) or words.strip().count("\t") > 1) < _LEAST_BARRED:
        return run
    lines = [Line(number, words, heading) for number, (words, heading) in enumerate(run)]
    found: list[Item] = []
    for block in text.read_lines(lines):
        if isinstance(block, Paragraph):
            found.append(Text(block.text, block.heading))
        elif len(block.rows) < _LEAST_BARRED and len(block.rows[0]) < _LEAST_CELLS:
            found.append(Text(run[block.row_lines[0]].text))
        else:
            found.append(Table(block.rows, block.exact))
    return found
