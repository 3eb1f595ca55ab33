"""The pages of one article as one Page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import dropwhile

from extract.page import Block, Grid, Page


def joined(pages: Sequence[Page]) -> Page:
    """The first page with the blocks of those after it; each of these says in its locators which part it is.

    What stands above the text on every page (title, date) is there once: blocks with which a part begins are left out
    as long as an earlier page prints the same, and likewise paragraphs with which it ends.
    """
    first, *others = pages
    blocks = list(first.blocks)
    images = first.images
    for number, page in enumerate(others, 2):
        known = {_said(block) for block in blocks}
        new = [*dropwhile(lambda block: _said(block) in known, page.blocks)]  # noqa: B023
        while new and not isinstance(new[-1], Grid) and _said(new[-1]) in known:
            new.pop()
        blocks += [_of_part(block, number) for block in new]
        images += page.images
    return replace(first, blocks=tuple(blocks), images=images)


def _said(block: Block) -> object:
    if isinstance(block, Grid):
        return tuple(tuple(cell and cell.text for cell in row) for row in block.rows)
    return block.text


def _of_part(block: Block, number: int) -> Block:
    locator = f"part {number}, {block.locator}"
    return replace(block, locator=locator) if isinstance(block, Grid) else block._replace(locator=locator)
