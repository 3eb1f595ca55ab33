"""The neutral model between ``extract`` and ``transform``: a Page of paragraphs and grids in reading order.

Every format becomes a :class:`Page`; nothing after it asks which format it was.  All positions are
0-based in the model and 1-based in the locators that people read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

Doubt = Literal["", "columns", "recognised"]
"""What of a grid is unsure: ``columns``, which value is whose; ``recognised``, each text, as it is from a picture."""


class Cell(NamedTuple):
    """One cell of a grid, at its origin (top left slot), with its text as the source prints it.

    A named tuple, since a page has hundreds of cells and it is built fast; as an object it is told apart by ``is``.
    ``text`` has white space collapsed to single blanks (line breaks inside a cell become one blank) and is
    otherwise the source's own: no noise is removed here.
    """

    text: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


def cells_once(row: Sequence[Cell | None]) -> list[Cell]:
    """The cells that lie in a row of slots, each once."""
    cells = [cell for cell in row if cell is not None]
    if len(cells) == 1 or len(set(map(id, cells))) == len(cells):
        return cells
    return list({id(cell): cell for cell in cells}.values())


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: rows of slots; every slot that a cell spans holds that same ``Cell``, ``None`` where no cell lies.

    All rows have the same length.  ``exact`` tells whether the source fixes the column of every cell (an HTML
    table, a spreadsheet); where spans or blank cells may have been lost on the way (a pipe-delimited scrape),
    it is False, a row is only the order of its cells, and an empty cell may be mere filling.  ``row_lines`` has the
    line of the source, counted from 1, for each row of a grid that was read from lines of text.  ``doubt`` says what
    of the grid may be wrong though every cell has its text: see ``Doubt``.
    """

    rows: tuple[tuple[Cell | None, ...], ...]
    locator: str
    exact: bool = True
    row_lines: tuple[int, ...] = ()
    doubt: Doubt = ""

    def cell_locator(self, cell: Cell) -> str:
        """Where the cell stands in the source, for people: ``table 2, row 6, column 4`` or ``line 57, cell 3``."""
        if self.row_lines:
            return f"line {self.row_lines[cell.row]}, cell {cell.column + 1}"
        return _within(self.locator, cell.row, cell.column)

    def cell_locators(self, cells: Iterable[Cell]) -> list[str]:
        """Where many cells stand, each as :meth:`cell_locator` says."""
        if self.row_lines:
            return [self.cell_locator(cell) for cell in cells]
        table = self.locator
        return [_within(table, row, column) for _, row, column, _, _ in cells]


@lru_cache(maxsize=1 << 13)
def _within(table: str, row: int, column: int) -> str:
    """The place of a cell; kept, since the tables of most pages have cells in the same places."""
    return f"{table}, row {row + 1}, column {column + 1}"


class Paragraph(NamedTuple):
    """A block of running text (one line of a plain text), white space collapsed; ``heading`` is 1-6 for h1-h6.

    ``blank_lines`` counts the empty lines that a plain text leaves before it, or the empty elements of a page that
    prints its cells as paragraphs.
    """

    text: str
    locator: str
    heading: int = 0
    blank_lines: int = 0


Block = Paragraph | Grid


@dataclass(frozen=True, slots=True)
class Page:
    """A source document: what it is made of, and what it says of itself.

    ``source_format`` is ``html``, ``pipe``, ``text``, ``markdown`` (later ``pdf``, ``docx``, ...).  ``meta`` holds
    the document's own metadata: lower-cased names of HTML meta tags, plus ``html:title`` for the title element.
    ``images`` counts the pictures inside the body text that are large enough to hold a table.
    """

    blocks: tuple[Block, ...]
    source_format: str
    encoding: str = "utf-8"
    url: str | None = None
    meta: dict[str, str] = field(default_factory=dict)
    images: int = 0


class UnreadableError(ValueError):
    """The input cannot be read as a report page; the message is one line that says why and what to do."""
