"""What stands at the edges of every page and belongs to none: running heads and feet, page numbers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from extract.formats.pdf.grid import RuledTable
from extract.formats.pdf.model import Drawing, Glyph
from extract.formats.pdf.text import Line, lines_of

_MARGIN = 0.13
_MOST_LINES = 3
_SAME_PLACE = 4.0
_LEAST_SHARE = 0.4
_PAGE_NUMBER = re.compile(
    r"[^\w第]*(?:第|page|p\.?)?\s*(?P<number>\d{1,3})\s*页?"
    r"(?:\s*(?:[/／,，、·|]|of|共)?\s*(?:共|of)?\s*(?P<count>\d{1,3})\s*页?)?[^\w页]*",
    re.IGNORECASE,
)


class _Edge(NamedTuple):
    """A line near an edge: its page, its page number if it may be one."""

    page: int
    line: Line
    number: int | None
    outermost: bool
    in_table: bool


def edge_glyphs(pages: Sequence[Drawing], tables: Sequence[Sequence[RuledTable]]) -> list[set[Glyph]]:
    """For each page, the glyphs of its running head and foot and of its page number.

    A line counts when it comes again on other pages at the same height, or when it is a page number: one that goes up
    from page to page, or stands alone at the edge and names its page.
    """
    edges = [edge for page, drawing in enumerate(pages) for edge in _edges(page, drawing, tables[page])]
    dropped: list[set[Glyph]] = [set() for _ in pages]
    for edge in [*_repeated(edges, len(pages)), *_numbers(edges)]:
        dropped[edge.page].update(edge.line.glyphs)
    return dropped


def _edges(page: int, drawing: Drawing, tables: Sequence[RuledTable]) -> list[_Edge]:
    high, low = drawing.height * _MARGIN, drawing.height * (1 - _MARGIN)
    upper = lines_of(g for g in drawing.glyphs if g.bottom < high and not g.turn)[:_MOST_LINES]
    lower = lines_of(g for g in drawing.glyphs if g.top > low and not g.turn)[::-1][:_MOST_LINES]
    found = []
    for lines in (upper, lower):
        for place, line in enumerate(lines):
            match = _PAGE_NUMBER.fullmatch(line.text)
            number = int(match["number"]) if match else None
            inside = any(table.holds((line.x0 + line.x1) / 2, line.middle) for table in tables)
            found.append(_Edge(page, line, number, place == 0, inside))
    return found


def _repeated(edges: Sequence[_Edge], pages: int) -> list[_Edge]:
    alike: dict[str, list[_Edge]] = defaultdict(list)
    for edge in edges:
        if not edge.in_table and edge.number is None:
            alike[edge.line.text].append(edge)
    found = []
    for group in alike.values():
        for edge in group:
            near = {e.page for e in group if abs(e.line.middle - edge.line.middle) <= _SAME_PLACE}
            if len(near) > 1 and len(near) >= _LEAST_SHARE * pages:
                found.append(edge)
    return found


def _numbers(edges: Sequence[_Edge]) -> list[_Edge]:
    numbered = [edge for edge in edges if edge.number is not None]
    offsets = Counter((edge.number or 0) - edge.page for edge in numbered)
    found = []
    for edge in numbered:
        offset = (edge.number or 0) - edge.page
        fellows = [e for e in numbered if (e.number or 0) - e.page == offset]
        level = sum(abs(e.line.middle - edge.line.middle) <= _SAME_PLACE for e in fellows)
        alone = edge.outermost and not edge.in_table
        marked = alone and not edge.line.text.isdigit()
        if level > 1 or (alone and (offset == 1 or offsets[offset] > 1)) or marked:
            found.append(edge)
    return found
