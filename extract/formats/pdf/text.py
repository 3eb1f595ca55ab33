"""Glyphs become lines, and lines become text: order of reading, blanks where there are gaps, line breaks undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from extract.formats.pdf.model import Glyph

_SAME_LINE = 0.5
_BLANK = 0.2
_WIDE_BLANK = 0.9
_DOUBLED = 0.3
_DOWNWARD = 0.6
_STEP = 2.5

PADDING = 11.0
"""What the two sides of a cell keep free at most, in points."""


@dataclass(slots=True)
class Line:
    """Glyphs that stand beside one another, from left to right."""

    glyphs: list[Glyph]
    top: float
    bottom: float

    @property
    def x0(self) -> float:
        """Where the first glyph begins."""
        return self.glyphs[0].x0

    @property
    def x1(self) -> float:
        """Where the last glyph ends."""
        return self.glyphs[-1].x1

    @property
    def size(self) -> float:
        """The usual height of the glyphs."""
        return median(glyph.bottom - glyph.top for glyph in self.glyphs)

    @property
    def middle(self) -> float:
        """Half-way between top and bottom."""
        return (self.top + self.bottom) / 2

    @property
    def text(self) -> str:
        """The characters, with a blank where a gap is wide enough for one."""
        return line_text(self.glyphs)


def is_wide(character: str) -> bool:
    """Whether a character fills a square and is written without blanks around it (Han, full-width marks)."""
    return character >= "⺀" or character in "“”‘’…—·①②③④⑤⑥⑦⑧⑨⑩"


def lines_of(glyphs: Iterable[Glyph]) -> list[Line]:
    """The lines of some upright glyphs, from top to bottom."""
    lines: list[Line] = []
    middle = size = 0.0
    for glyph in sorted(glyphs, key=_middle):
        height = glyph.bottom - glyph.top
        if lines and _middle(glyph) / 2 - middle <= _SAME_LINE * min(size, height):
            line = lines[-1]
            line.glyphs.append(glyph)
            line.top, line.bottom = min(line.top, glyph.top), max(line.bottom, glyph.bottom)
            continue
        lines.append(Line([glyph], glyph.top, glyph.bottom))
        middle, size = _middle(glyph) / 2, height
    for line in lines:
        line.glyphs.sort(key=_left)
        line.glyphs = _once(line.glyphs)
    return lines


def _middle(glyph: Glyph) -> float:
    return glyph.top + glyph.bottom


def _left(glyph: Glyph) -> float:
    return glyph.x0


def _once(glyphs: list[Glyph]) -> list[Glyph]:
    """Without the copies that print a character bold or with a shadow."""
    kept: list[Glyph] = []
    for glyph in glyphs:
        before = kept[-1] if kept else None
        if (
            before
            and before.text == glyph.text
            and glyph.x0 - before.x0 < _DOUBLED * min(glyph.size, 2 * (glyph.x1 - glyph.x0))
        ):
            continue
        kept.append(glyph)
    return kept


def line_text(glyphs: Sequence[Glyph]) -> str:
    """The text of the glyphs of one line: a blank at a gap, wider beside Han, where justified lines are stretched."""
    pieces: list[str] = []
    before: Glyph | None = None
    for glyph in glyphs:
        if before is not None:
            share = _WIDE_BLANK if is_wide(before.text) or is_wide(glyph.text) else _BLANK
            if glyph.x0 - before.x1 > share * (glyph.bottom - glyph.top):
                pieces.append(" ")
        pieces.append(glyph.text)
        before = glyph
    return "".join(pieces)


def split_at_gaps(line: Line, ems: float) -> list[Line]:
    """The line cut where a gap is wider than ``ems`` times its size."""
    limit = ems * line.size
    parts = [[line.glyphs[0]]]
    end = line.glyphs[0].x1
    for glyph in line.glyphs[1:]:
        if glyph.x0 - end > limit:
            parts.append([])
        parts[-1].append(glyph)
        end = max(end, glyph.x1)
    return [Line(part, min(g.top for g in part), max(g.bottom for g in part)) for part in parts]


def join_lines(texts: Sequence[str], is_full: Sequence[bool]) -> str:
    """Lines as one text: no blank at a break beside a wide character, nor within a word that filled its line."""
    joined = ""
    for position, text in enumerate(texts):
        if joined and text:
            digits = joined[-1].isdigit() and text[0].isdigit()
            wide = not digits and (is_wide(joined[-1]) or is_wide(text[0]))
            if not wide and not (is_full[position - 1] and digits):
                joined += " "
        joined += text
    return joined


def cell_text(glyphs: Sequence[Glyph], width: float, height: float) -> str:
    """The text of a cell, however it is set: over several lines, downwards, or turned by a quarter.

    ``width`` and ``height`` are those of the cell.  ``glyphs`` come in the order in which they are drawn.
    """
    if len(glyphs) == 1:
        return glyphs[0].text
    ways = dict.fromkeys(glyph.turn for glyph in glyphs)
    if len(ways) > 1:
        parts = ([glyph for glyph in glyphs if glyph.turn == way] for way in sorted(ways))
        return " ".join(cell_text(part, width, height) for part in parts)
    way = glyphs[0].turn
    if way:
        glyphs = [_righted(glyph, way) for glyph in glyphs]
        width = height if way % 2 else width
    if _runs_down(glyphs):
        return "".join(glyph.text for glyph in _by_columns(glyphs))
    lines = lines_of(glyphs)
    full = [above.x1 - above.x0 + below.glyphs[0].x1 - below.x0 > width - PADDING for above, below in pairwise(lines)]
    return join_lines([line.text for line in lines], [*full, False])


def _righted(glyph: Glyph, way: int) -> Glyph:
    text, x0, top, x1, bottom, _ = glyph
    if way == 1:
        return Glyph(text, top, -x1, bottom, -x0, 0)
    if way == 3:
        return Glyph(text, -bottom, x0, -top, x1, 0)
    return Glyph(text, -x1, -bottom, -x0, -top, 0)


def _runs_down(glyphs: Sequence[Glyph]) -> bool:
    """Whether each character is drawn beneath the one before it, in several columns."""
    steps = down = 0
    for before, glyph in pairwise(glyphs):
        steps += 1
        size = glyph.bottom - glyph.top
        beside = abs((glyph.x0 + glyph.x1 - before.x0 - before.x1) / 2)
        down += beside < 0.5 * size and 0.5 * size < glyph.top - before.top < _STEP * size
    return steps > 2 and down > _DOWNWARD * steps


def _by_columns(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Glyphs that run down, columns from right to left."""
    columns: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: -(g.x0 + g.x1)):
        centre = (glyph.x0 + glyph.x1) / 2
        if columns and columns[-1][0].x0 < centre < columns[-1][0].x1:
            columns[-1].append(glyph)
        else:
            columns.append([glyph])
    return [glyph for column in columns for glyph in sorted(column, key=lambda g: g.top)]
