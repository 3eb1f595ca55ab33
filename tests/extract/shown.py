"""What a page shows, in the form in which tests state it."""

from __future__ import annotations

from typing import Any

from extract.formats import read_page
from extract.page import Grid, Page


def read(source: str | bytes, **options: Any) -> Page:
    """The page of a text or of bytes."""
    return read_page(source.encode() if isinstance(source, str) else source, **options)


def grids(page: Page) -> list[list[list[str | None]]]:
    """The texts of all grids of a page; None where no cell lies."""
    return [
        [[cell.text if cell else None for cell in row] for row in block.rows]
        for block in page.blocks
        if isinstance(block, Grid)
    ]
