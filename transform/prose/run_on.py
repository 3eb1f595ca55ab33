"""Reports whose sections run on in one paragraph: headings inside of it begin paragraphs of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from extract.page import Block, Page, Paragraph
from transform.prose.sections import opens_section

_SHORTEST = 16
_ORDINAL = re.compile(r"[。；;！!？?：:\s][一二三四五六七八九十]{1,2}[、.．]")
"""An ordinal, and what stands before it: no ordinal ends in that."""


def with_headings_apart(page: Page, *, pinyin: bool) -> Page:
    """The page, its paragraphs cut before each statutory heading inside of them; all parts keep their locator."""
    if not any(isinstance(b, Paragraph) and len(b.text) >= _SHORTEST and _ORDINAL.search(b.text) for b in page.blocks):
        return page
    blocks = tuple(part for block in page.blocks for part in _parts(block, pinyin))
    return replace(page, blocks=blocks) if len(blocks) > len(page.blocks) else page


def _parts(block: Block, pinyin: bool) -> Iterator[Block]:
    if not isinstance(block, Paragraph) or len(block.text) < _SHORTEST:
        yield block
        return
    begins = (match.start() + 1 for match in _ORDINAL.finditer(block.text))
    cuts = [at for at in begins if opens_section(block.text[at:], pinyin)]
    for start, end in zip([0, *cuts], [*cuts, len(block.text)], strict=True):
        if part := block.text[start:end].strip():
            yield block._replace(text=part)
