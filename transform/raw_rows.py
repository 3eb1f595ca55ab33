"""From a Page to raw rows: which words stand before which values, in reading order, with the header above them.

Grids whose columns are known and flat streams of cells (a scrape with one cell a line, a table whose spans were
lost) end in the same :class:`RawRow`; only ``header_columns`` tells that the column of each value is known.
"""

from __future__ import annotations

from extract.page import Grid, Page, Paragraph
from transform.flat_rows import flat_rows
from transform.grid_rows import grid_rows, upright
from transform.tokens import LONGEST_STREAM_LABEL, Caption, RawRow, Token

_LEAD = 3


def read_rows(page: Page, pinyin: bool) -> list[RawRow]:
    """All raw rows of the page, in reading order."""
    rows: list[RawRow] = []
    above: list[Token] = []
    stream: list[tuple[int, Grid | Paragraph]] = []
    for index, block in enumerate(page.blocks):
        if isinstance(block, Grid) and block.exact and len(block.rows[0] if block.rows else ()) > 1:
            rows.extend(flat_rows(stream, pinyin))
            lead = tuple(
                Caption(b.text, pinyin)
                for _, b in stream[-_LEAD:]
                if isinstance(b, Paragraph) and len(b.text) <= LONGEST_STREAM_LABEL
            )
            stream = []
            rows.extend(grid_rows(upright(block, pinyin), index, lead, above, pinyin))
        else:
            stream.append((index, upright(block, pinyin) if isinstance(block, Grid) else block))
    rows.extend(flat_rows(stream, pinyin))
    return rows
