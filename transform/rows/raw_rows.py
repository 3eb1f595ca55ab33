"""From a Page to raw rows: which words stand before which values, in reading order, with the header above them.

Grids whose columns are known and flat streams of cells (a scrape with one cell a line, a table whose spans were
lost) end in the same :class:`RawRow`; only ``header_columns`` tells that the column of each value is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from extract.page import Grid, Page, Paragraph
from transform.rows.broken_rows import with_whole_rows
from transform.rows.flat_rows import flat_rows
from transform.rows.grid_rows import grid_rows, upright
from transform.rows.listings import with_labels_parted, with_listings_as_rows
from transform.rows.repeated_heads import without_repeated_heads
from transform.rows.tokens import LONGEST_STREAM_LABEL, Caption, RawRow, Token

_LEAD = 3


class Stretch(NamedTuple):
    """Paragraphs and flat grids with their numbers on the page, and the grid with known columns that ends them, if any.

    ``at`` is the number of that grid, or of the blocks of the page.
    """

    stream: list[tuple[int, Grid | Paragraph]]
    at: int
    grid: Grid | None

    def flat_rows(self, pinyin: bool) -> list[RawRow]:
        """The raw rows before the grid."""
        blocks = [(at, upright(block, pinyin) if isinstance(block, Grid) else block) for at, block in self.stream]
        return flat_rows(blocks, pinyin)

    def lead(self) -> list[str]:
        """The short paragraphs right before the grid."""
        last = (block for _, block in self.stream[-_LEAD:])
        return [b.text for b in last if isinstance(b, Paragraph) and len(b.text) <= LONGEST_STREAM_LABEL]


def stretches(page: Page, pinyin: bool) -> list[Stretch]:
    """The page cut after each grid with known columns, two at least; rows broken over lines of text are whole."""
    parts: list[Stretch] = []
    stream: list[tuple[int, Grid | Paragraph]] = []
    for at, printed in enumerate(page.blocks):
        block = with_whole_rows(printed, pinyin) if isinstance(printed, Grid) and printed.row_lines else printed
        if isinstance(block, Grid) and block.exact and len(block.rows[0] if block.rows else ()) > 1:
            parts.append(Stretch(stream, at, without_repeated_heads(block)))
            stream = []
        else:
            stream.append((at, block))
    return [*parts, Stretch(stream, len(page.blocks), None)]


def read_rows(parts: Iterable[Stretch], pinyin: bool) -> list[RawRow]:
    """All raw rows of a page that is cut into stretches, in reading order."""
    rows: list[RawRow] = []
    above: list[Token] = []
    for stretch in parts:
        rows.extend(stretch.flat_rows(pinyin))
        if stretch.grid is not None:
            lead = tuple(Caption(text, pinyin) for text in stretch.lead())
            rows.extend(grid_rows(upright(stretch.grid, pinyin), stretch.at, lead, above, pinyin))
    return with_listings_as_rows(with_labels_parted(rows))
