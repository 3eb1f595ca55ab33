"""Where a locator leads: the cell or line of the page, and the words around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from extract.page import Cell, Grid, Page, Paragraph

_LINES_AROUND = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a grid, or a paragraph (``cell`` is None), with the index of its block on the page."""

    block: int
    source: Grid | Paragraph
    cell: Cell | None

    @property
    def locator(self) -> str:
        """How figures name the place."""
        if isinstance(self.source, Grid) and self.cell is not None:
            return self.source.cell_locator(self.cell)
        return self.source.locator

    @property
    def text(self) -> str:
        """What is printed there."""
        return self.cell.text if self.cell else self.source.text if isinstance(self.source, Paragraph) else ""

    @property
    def row(self) -> tuple[tuple[str, ...], int]:
        """The texts of the row from left to right, spanning cells once, and which of them is the place itself."""
        if isinstance(self.source, Paragraph) or self.cell is None:
            return (self.text,), 0
        cells = {id(c): c for c in self.source.rows[self.cell.row] if c is not None}
        return tuple(cell.text for cell in cells.values()), list(cells).index(id(self.cell))

    @property
    def above(self) -> tuple[str, ...]:
        """The words that stand above the cell in its column, from top to bottom; none where columns are not known."""
        if not isinstance(self.source, Grid) or self.cell is None or not self.source.exact:
            return ()
        column = (row[self.cell.column] for row in self.source.rows[: self.cell.row])
        cells = {id(c): c for c in column if c is not None and c is not self.cell}
        return tuple(cell.text for cell in cells.values() if cell.text and not cell.text.isdigit())


def places(page: Page) -> Iterator[Place]:
    """Every paragraph and every cell of the page, in reading order."""
    for index, block in enumerate(page.blocks):
        if isinstance(block, Paragraph):
            yield Place(index, block, None)
        else:
            cells = {id(c): c for row in block.rows for c in row if c is not None}
            yield from (Place(index, block, cell) for cell in cells.values())


def words_around(page: Page, place: Place, *, longest: int = 60) -> tuple[str, str]:
    """The words before and after the block of the place, each at most ``longest`` characters; of a line, some lines."""
    lines = _LINES_AROUND if place.cell is None else 1
    before = (block.text for block in page.blocks[: place.block][::-1] if isinstance(block, Paragraph) and block.text)
    after = (block.text for block in page.blocks[place.block + 1 :] if isinstance(block, Paragraph) and block.text)
    first, second = " / ".join([*islice(before, lines)][::-1]), " / ".join(islice(after, lines))
    return first[-longest:], second[:longest]
