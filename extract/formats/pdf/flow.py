"""Lines outside of ruled tables become headings, paragraphs and unruled tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extract.formats.pdf.columns import GAP
from extract.formats.pdf.text import Line, is_wide, split_at_gaps

_LEAST_GLYPHS = 12
_TITLE = 1.3
_HEADING = 1.12
_LEAST_ROOM = 2.2
_INDENT = 0.8
_PITCH = 2.8
_TITLE_PITCH = 2.4
_SAME_SIZE = 0.12
_OFF_CENTRE = 1.0
_APART = 1.3
_SENTENCE_ENDS = ("。", "；", "：", "！", "？")
_HEADING_BEGINS = re.compile(r"(?:第?[一二三四五六七八九十]{1,3}[、.．章节部]|[（(][一二三四五六七八九十]{1,3}[）)])")


@dataclass(frozen=True, slots=True)
class Measure:
    """The text of the document: the usual size, where its full lines begin and end, how far apart lines stand."""

    size: float
    left: float
    right: float
    pitch: float

    @property
    def width(self) -> float:
        """The length of a full line."""
        return self.right - self.left


@dataclass(slots=True)
class Passage:
    """A paragraph on its way: its lines, the page of the first and the page of the last."""

    lines: list[Line]
    page: int
    last_page: int

    @property
    def text(self) -> str:
        """The lines as one text."""
        joined = ""
        for line in self.lines:
            text = line.text
            if joined and not is_wide(joined[-1]) and not is_wide(text[0]) and not joined[-1].isdigit():
                joined += " "
            joined += text
        return joined


def measure(pages: Sequence[Sequence[Line]]) -> Measure:
    """The measure of the text from the lines of all pages."""
    lines = [line for page in pages for line in page]
    lines = [
        line for line in lines if len(line.glyphs) >= _LEAST_GLYPHS and len(split_at_gaps(line, GAP)) == 1
    ] or lines
    weights: Counter[float] = Counter()
    for line in lines:
        weights[round(line.size * 2) / 2] += len(line.glyphs)
    if not weights:
        return Measure(10.0, 0.0, 0.0, 10.0 * _PITCH)
    size = weights.most_common(1)[0][0]
    body = [line for line in lines if abs(line.size - size) <= _SAME_SIZE * size] or lines
    starts: Counter[int] = Counter()
    ends: Counter[int] = Counter()
    for line in body:
        starts[round(line.x0 / 3)] += len(line.glyphs)
        ends[round(line.x1 / 3)] += len(line.glyphs)
    return Measure(size, _outer(starts, -1) * 3, _outer(ends, 1) * 3, _least_pitch(pages, size))


def _least_pitch(pages: Sequence[Sequence[Line]], size: float) -> float:
    """The distance of lines in the text's size that a tenth of them do not exceed."""
    steps = sorted(
        below.top - above.top
        for lines in pages
        for above, below in pairwise(lines)
        if max(abs(above.size - size), abs(below.size - size)) <= _SAME_SIZE * size
        and size <= below.top - above.top <= _PITCH * size
    )
    return steps[len(steps) // 10] if steps else _PITCH * size


def _outer(places: Counter[int], side: int) -> int:
    """The outermost place, leaving out the one character in fifty that stands beyond the rest."""
    spare = sum(places.values()) / 50
    ordered = sorted(places, reverse=side > 0)
    for place in ordered:
        spare -= places[place]
        if spare < 0:
            return place
    return ordered[-1]


def heading_level(line: Line, text: Measure) -> int:
    """1 for a line in the size of a title, 2 for one larger than the text, 0 for text."""
    if line.size > _TITLE * text.size:
        return 1
    return 2 if line.size > _HEADING * text.size else 0


def goes_on(passage: Passage, line: Line, page: int, text: Measure) -> bool:
    """Whether a line goes on with the paragraph before it: its last line is full and the new one is not indented.

    Where the last line ends a sentence, the new one must also not begin as a heading does, nor stand further off than
    lines of one paragraph.
    """
    before = passage.lines[-1]
    if abs(line.size - before.size) > _SAME_SIZE * before.size:
        return False
    apart = line.top - before.top
    if page == passage.last_page and apart > _PITCH * line.size:
        return False
    level = heading_level(line, text)
    if level == 1:
        return page == passage.last_page and apart <= _TITLE_PITCH * line.size and _share_centre(before, line)
    if before.text.endswith(_SENTENCE_ENDS):
        begins_anew = page == passage.last_page and apart > _APART * _pitch(passage, text)
        if begins_anew or _HEADING_BEGINS.match(line.text):
            return False
    first = line.glyphs[0]
    room = max(_LEAST_ROOM * line.size, first.x1 - first.x0)
    return before.x1 > text.right - room and line.x0 < text.left + _INDENT * line.size


def _pitch(passage: Passage, text: Measure) -> float:
    """How far apart the lines of a paragraph stand: of this one, or of the document's where it has one line."""
    if len(passage.lines) > 1:
        first, second = passage.lines[:2]
        return second.top - first.top if second.top > first.top else text.pitch
    return text.pitch


def _share_centre(before: Line, line: Line) -> bool:
    return abs((before.x0 + before.x1) - (line.x0 + line.x1)) / 2 < _OFF_CENTRE * line.size
