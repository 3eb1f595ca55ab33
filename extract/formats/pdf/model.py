"""What a page of a PDF draws: glyphs, ruling lines and pictures, upright and measured from the top left corner.

All lengths are points, 1/72 inch.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

_QUARTER = math.pi / 2
_SLANTED_TEXT = 0.1
_LEAST_DIGITS = 10
_UPRIGHT_SHARE = 0.5
_SLANT = 1.0
_LEAST_RULE = 2.0

Segment = tuple[float, float, float, float]
"""A straight line from one point to another: x and y of both."""


class Glyph(NamedTuple):
    """One printed character and its box; ``turn`` counts quarter turns clockwise from text that reads to the right."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    turn: int

    @property
    def size(self) -> float:
        """The height of the line that the character stands in."""
        return self.x1 - self.x0 if self.turn % 2 else self.bottom - self.top


class Rule(NamedTuple):
    """A straight line: its place across its direction, and where it begins and ends along it."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Drawing:
    """A page: size, glyphs in the order in which they are drawn, horizontal and vertical rules.

    ``pictures`` counts images large enough to hold a table.
    """

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    pictures: int = 0


def quarter_turns(angle: float) -> int | None:
    """The quarter turns, 0 to 3, that an angle in radians amounts to; None for slanted text."""
    quarters = angle / _QUARTER
    turn = round(quarters)
    return turn % 4 if abs(quarters - turn) <= _SLANTED_TEXT else None


def way_up(glyphs: list[Glyph], rotation: int) -> int:
    """The quarters by which the page is turned clockwise: as it says, unless its numbers then read another way."""
    turns = Counter(glyph.turn for glyph in glyphs if glyph.text.isdigit())
    if sum(turns.values()) < _LEAST_DIGITS:
        turns = Counter(glyph.turn for glyph in glyphs)
    most = max(turns.values(), default=0)
    if turns[-rotation % 4] >= most * _UPRIGHT_SHARE:
        return rotation
    return -turns.most_common(1)[0][0] % 4


def upright(
    width: float, height: float, glyphs: list[Glyph], segments: Iterable[Segment], pictures: int, quarters: int
) -> Drawing:
    """The page turned clockwise by some quarters; width and height are those before the turn."""
    size = (height, width) if quarters % 2 else (width, height)
    drawing = Drawing(*size, pictures=pictures)
    for x0, y0, x1, y1 in (_turned(s, quarters, width, height) for s in segments):
        if abs(y0 - y1) <= _SLANT and abs(x0 - x1) >= _LEAST_RULE:
            drawing.across.append(Rule((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x0 - x1) <= _SLANT and abs(y0 - y1) >= _LEAST_RULE:
            drawing.down.append(Rule((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    if not quarters:
        drawing.glyphs = glyphs
        return drawing
    for glyph in glyphs:
        x0, y0, x1, y1 = _turned(glyph[1:5], quarters, width, height)
        turn = (glyph.turn + quarters) % 4
        drawing.glyphs.append(Glyph(glyph.text, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), turn))
    return drawing


def _turned(box: Iterable[float], quarters: int, width: float, height: float) -> Segment:
    x0, y0, x1, y1 = box
    if quarters == 1:
        return height - y0, x0, height - y1, x1
    if quarters == 2:
        return width - x0, height - y0, width - x1, height - y1
    if quarters == 3:
        return y0, width - x0, y1, width - x1
    return x0, y0, x1, y1
