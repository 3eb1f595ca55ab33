"""Info boxes in table form at the top of a page: index number, title, publisher, date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from extract.page import Cell, Grid, Page
from transform.metadata.gazetteer import wording
from transform.metadata.titles import Title, read_title
from transform.wording.fold import clean, fold

_FIRST_BLOCKS = 24
_MOST_ROWS = 10


def rows_of_boxes(page: Page) -> Iterator[Sequence[Cell | None]]:
    """The rows of the small grids among the first blocks of a page."""
    for block in page.blocks[:_FIRST_BLOCKS]:
        if isinstance(block, Grid) and len(block.rows) <= _MOST_ROWS:
            yield from block.rows


def titles_in_boxes(page: Page, pinyin: bool) -> Iterator[Title]:
    """The titles with an organ or a year that info boxes print beside the label of one."""
    labels = frozenset(wording()["titles"]["boxes"])
    for row in rows_of_boxes(page):
        for label, text in pairwise(dict.fromkeys(cell.text for cell in row if cell and cell.text)):
            if fold(label).rstrip(":") in labels:
                title = read_title(clean(text, pinyin=pinyin))
                if title is not None and (title.organ or title.year):
                    yield title
