"""Papers printed as PDF: tables with true ruling lines and spans, broken over pages in the ways of word processors."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from .sheets import Box, Paper, Paragraph, Sheet

NAMED_FONT = "STSong-Light"
_LEADING = 1.25
_PAD = 4.0
_CENTRE_LEAST = 3


@dataclass(frozen=True)
class Print:
    """How a paper is printed.

    ``rules``: ``lines`` (strokes), ``pieces`` (a thin filled rectangle for each side of each cell), ``dots`` (a small
    filled square every few points), ``open`` (no outer verticals), ``none``, ``rows`` (horizontal lines only).
    ``broken_label``: what a label that reaches over a page break prints on the second page: its last lines (``split``),
    nothing (``empty``) or itself again (``repeat``).
    ``vertical``: labels set upright one character a line (``stacked``) or turned by 90 degrees (``turned``).
    ``cut_rows`` lets a row be cut by the break; ``skip`` is what the first page leaves unused at its bottom.
    ``embedded`` puts the font into the file; otherwise the file only names it.
    """

    rules: str = "lines"
    repeat_header: bool = False
    broken_label: str = "split"
    vertical: str = "no"
    numbered: bool = False
    running_head: str = ""
    cut_rows: bool = False
    skip: float = 0.0
    size: float = 9.0
    page: tuple[float, float] = (595.0, 842.0)
    margin: float = 60.0
    turned_page: bool = False
    number_style: str = "- {} -"
    top_aligned: bool = False
    embedded: bool = True


@dataclass
class _Placed:
    box: Box
    x0: float
    x1: float
    first: int
    last: int
    lines: list[str]


def print_pdf(paper: Paper, style: Print | None = None) -> bytes:
    """The paper as the bytes of a PDF document."""
    return Press(style or Print()).run(paper.items)


def wrap(text: str, width: float, size: float, font: str) -> list[str]:
    """The lines of a text that is broken at any character, words of digits and letters kept whole where they fit."""
    lines, line = [], ""
    for unit in _units(text):
        if line and pdfmetrics.stringWidth(line + unit, font, size) > width + 0.01:
            lines.append(line)
            line = ""
        line += unit
    return [*lines, line] if line or not lines else lines


def _units(text: str) -> Iterator[str]:
    word = ""
    for c in text:
        if c.isascii() and c.isalnum():
            word += c
            continue
        if word:
            yield word
            word = ""
        yield c
    if word:
        yield word


class Press:
    """Sets papers on the pages of a canvas."""

    def __init__(self, style: Print) -> None:
        self.style = style
        self.font = square_font() if style.embedded else named_font()
        self.out = io.BytesIO()
        self.canvas = Canvas(self.out, pagesize=style.page, invariant=1)
        self.width, self.height = style.page
        self.number = 0
        self.y = 0.0

    def run(self, items: Sequence[Paragraph | Sheet]) -> bytes:
        self._open()
        for item in items:
            if isinstance(item, Paragraph):
                self._paragraph(item)
            else:
                self._sheet(item)
        self._close()
        self.canvas.save()
        return self.out.getvalue()

    def _open(self) -> None:
        self.number += 1
        self.y = self.style.margin
        if self.style.turned_page:
            self.canvas.translate(self.height, 0)
            self.canvas.rotate(90)
        if self.style.running_head:
            self._text(self.style.margin, 40, self.style.running_head, 8)

    def _close(self) -> None:
        if self.style.numbered:
            text = self.style.number_style.format(self.number)
            self._text((self.width - pdfmetrics.stringWidth(text, self.font, 9)) / 2, self.height - 30, text, 9)
        if self.style.turned_page:
            self.canvas.setPageRotation(90)
        self.canvas.showPage()

    def _turn(self) -> None:
        self._close()
        self._open()

    @property
    def _floor(self) -> float:
        return self.height - self.style.margin - (self.style.skip if self.number == 1 else 0.0)

    def _text(self, x: float, y: float, text: str, size: float) -> None:
        self.canvas.setFont(self.font, size)
        self.canvas.drawString(x, self.height - y, text)

    def _paragraph(self, item: Paragraph) -> None:
        size = {0: 10.5, 1: 16.0, 2: 12.0}[item.heading]
        indent = 0.0 if item.heading == 1 else 2 * size
        width = self.width - 2 * self.style.margin
        lines = wrap("　" * (0 if item.heading == 1 else 2) + item.text, width, size, self.font)
        for number, line in enumerate(lines):
            if self.y + size * 1.6 > self._floor:
                self._turn()
            self.y += size * 1.6
            words = line.lstrip("　")
            shift = indent if number == 0 else 0.0
            if item.heading == 1:
                shift = (width - pdfmetrics.stringWidth(words, self.font, size)) / 2
            self._text(self.style.margin + shift, self.y, words, size)
        self.y += 4

    def _sheet(self, sheet: Sheet) -> None:
        self.y += 8
        placed, heights, edges = self._lay_out(sheet)
        head = sheet.head_rows if self.style.repeat_header else 0
        start = 0
        cut: dict[int, int] = {}
        while start < len(heights):
            end, top = start, self.y
            while end < len(heights) and top + heights[end] <= self._floor:
                top += heights[end]
                end += 1
            if (
                end <= max(start, sheet.head_rows - 1)
                and end < len(heights)
                and self.y > self.style.margin + 10 + sum(heights[:head])
            ):
                self._turn()
                continue
            end = max(end, start + 1)
            if self.style.cut_rows and end < len(heights) and end > sheet.head_rows and not cut:
                self._cut_row(placed, heights, end)
                cut[end] = 1
                end += 1
            self._draw(placed, heights, edges, start, end)
            start = end
            if start < len(heights):
                self._turn()
                if head:
                    self._draw(placed, heights, edges, 0, head)
        self.y += 10

    def _lay_out(self, sheet: Sheet) -> tuple[list[_Placed], list[float], list[float]]:
        slots = sheet.slots()
        columns = sheet.width
        edges = self._edges(slots, columns)
        placed = []
        for y, line in enumerate(slots):
            for x, (box, begins) in enumerate(line):
                if not begins:
                    continue
                last = min(y + box.rs, len(slots)) - 1
                x1 = edges[min(x + box.cs, columns)]
                placed.append(_Placed(box, edges[x], x1, y, last, self._lines(box, x1 - edges[x])))
        size = self.style.size * _LEADING
        heights = [size + 2 * _PAD] * len(slots)
        for cell in sorted(placed, key=lambda c: c.last - c.first):
            needed = len(cell.lines) * size + 2 * _PAD
            if self.style.vertical == "turned" and self._is_upright(cell.box):
                needed = pdfmetrics.stringWidth(cell.box.text, self.font, self.style.size) + 2 * _PAD
            missing = needed - sum(heights[cell.first : cell.last + 1])
            if missing > 0:
                for row in range(cell.first, cell.last + 1):
                    heights[row] += missing / (cell.last - cell.first + 1)
        return placed, heights, edges

    def _edges(self, slots: list[list[tuple[Box, bool]]], columns: int) -> list[float]:
        weights = [1.0] * columns
        for line in slots:
            for x, (box, begins) in enumerate(line):
                if begins and box.cs == 1 and not box.figure and not box.head:
                    weights[x] = max(weights[x], 1.0 if self._is_upright(box) else min(3.2, 0.35 + len(box.text) / 5))
        scale = (self.width - 2 * self.style.margin) / sum(weights)
        edges = [self.style.margin]
        for weight in weights:
            edges.append(edges[-1] + weight * scale)
        return edges

    def _is_upright(self, box: Box) -> bool:
        return (
            self.style.vertical != "no" and box.figure is None and box.cs == 1 and (box.head or box.rs > _CENTRE_LEAST)
        )

    def _lines(self, box: Box, width: float) -> list[str]:
        if self._is_upright(box):
            return list(box.text) if self.style.vertical == "stacked" else [box.text]
        return wrap(box.text, width - 2 * _PAD, self.style.size, self.font)

    def _cut_row(self, placed: list[_Placed], heights: list[float], row: int) -> None:
        """Make two rows of one: the first line of every cell stays above the break, the others go below."""
        first = self.style.size * _LEADING + 2 * _PAD
        heights[row : row + 1] = [first, max(heights[row] - self.style.size * _LEADING, first)]
        for cell in list(placed):
            if cell.first > row:
                cell.first += 1
                cell.last += 1
            elif cell.last > row or (cell.last == row and cell.first < row):
                cell.last += 1
            elif cell.last == row:
                below = replace_lines(cell, cell.lines[1:], row + 1)
                cell.lines = cell.lines[:1]
                placed.append(below)

    def _draw(self, placed: list[_Placed], heights: list[float], edges: list[float], start: int, end: int) -> None:
        tops = {row: self.y + sum(heights[start:row]) for row in range(start, end + 1)}
        for cell in placed:
            if cell.last < start or cell.first >= end:
                continue
            first, last = max(cell.first, start), min(cell.last, end - 1)
            above = self._shown_above(cell, heights, start)
            self._rule(cell.x0, tops[first], cell.x1, tops[last + 1], edges)
            self._fill(cell, tops[first], tops[last + 1], above)
        self.y = tops[end]

    def _shown_above(self, cell: _Placed, heights: list[float], start: int) -> int | None:
        """How many lines an earlier page has printed, None when the label begins here."""
        if cell.first >= start:
            return None
        room = sum(heights[cell.first : start]) - 2 * _PAD
        return min(len(cell.lines), int(room / (self.style.size * _LEADING)))

    def _fill(self, cell: _Placed, top: float, bottom: float, above: int | None) -> None:
        size = self.style.size
        lines = cell.lines
        room = int((bottom - top - 2 * _PAD) / (size * _LEADING) + 0.01)
        if above is not None:
            way = self.style.broken_label
            lines = [] if way == "empty" else lines[above:] if way == "split" else lines
        if self.style.broken_label == "split" or above is None:
            lines = lines[: max(room, 1)]
        if self.style.vertical == "turned" and self._is_upright(cell.box):
            self._turned(cell, bottom)
            return
        height = len(lines) * size * _LEADING
        y = top + _PAD if self.style.top_aligned else (top + bottom - height) / 2
        for line in lines:
            y += size * _LEADING
            x = cell.x0 + _PAD
            if cell.box.figure or cell.box.head or self._is_upright(cell.box):
                x = (cell.x0 + cell.x1 - pdfmetrics.stringWidth(line, self.font, size)) / 2
            self._text(x, y - 0.3 * size, line, size)

    def _turned(self, cell: _Placed, bottom: float) -> None:
        self.canvas.saveState()
        self.canvas.translate((cell.x0 + cell.x1 + self.style.size * 0.7) / 2, self.height - bottom + _PAD)
        self.canvas.rotate(90)
        self.canvas.setFont(self.font, self.style.size)
        self.canvas.drawString(0, 0, cell.box.text)
        self.canvas.restoreState()

    def _rule(self, x0: float, top: float, x1: float, bottom: float, edges: list[float]) -> None:
        rules, canvas = self.style.rules, self.canvas
        upper, lower = self.height - top, self.height - bottom
        if rules == "none":
            return
        if rules == "pieces":
            for x, y, width, height in (
                (x0, upper, x1 - x0, 0.48),
                (x0, lower, x1 - x0, 0.48),
                (x0, lower + 0.48, 0.48, upper - lower - 0.48),
                (x1, lower + 0.48, 0.48, upper - lower - 0.48),
            ):
                canvas.rect(x, y, width, height, stroke=0, fill=1)
            return
        if rules == "dots":
            for step in range(0, int(x1 - x0), 3):
                for y in (upper, lower):
                    canvas.rect(x0 + step, y, 0.75, 0.75, stroke=0, fill=1)
            for step in range(0, int(upper - lower), 3):
                for x in (x0, x1):
                    canvas.rect(x, lower + step, 0.75, 0.75, stroke=0, fill=1)
            return
        canvas.setLineWidth(0.5)
        canvas.line(x0, upper, x1, upper)
        canvas.line(x0, lower, x1, lower)
        if rules == "rows":
            return
        for x in (x0, x1):
            if rules == "lines" or edges[0] < x < edges[-1]:
                canvas.line(x, upper, x, lower)


def replace_lines(cell: _Placed, lines: list[str], row: int) -> _Placed:
    """The part of a cell that stands below a page break."""
    return replace(cell, lines=lines or [""], first=row, last=row)


@lru_cache(maxsize=1)
def square_font() -> str:
    """Register a TrueType font with a square for every character of the forms; it is put into the file, with its map.

    Real reports carry subsets of such fonts; this one is drawn here so that no font file is needed.
    """
    pen = TTGlyphPen(None)
    pen.moveTo((60, -80))
    for point in ((60, 820), (940, 820), (940, -80)):
        pen.lineTo(point)
    pen.closePath()
    square = pen.glyph()
    codes = [
        *range(0x20, 0x7F),
        *range(0x2010, 0x2027),
        *range(0x2190, 0x2194),
        *range(0x25CB, 0x25D0),
        *range(0x3000, 0x3020),
        *range(0x4E00, 0x9FA6),
        *range(0xFF01, 0xFF5F),
    ]
    names = {code: f"u{code:04X}" for code in codes}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(names)
    builder.setupGlyf(dict.fromkeys([".notdef", *names.values()], square))
    widths = {name: (500 if code < 0x7F else 1000, 60) for code, name in names.items()}
    builder.setupHorizontalMetrics({".notdef": (1000, 60), **widths})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Square", "styleName": "Regular", "psName": "Square"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120)
    builder.setupPost()
    data = io.BytesIO()
    builder.save(data)
    data.seek(0)
    pdfmetrics.registerFont(TTFont("Square", data))
    return "Square"


@lru_cache(maxsize=1)
def named_font() -> str:
    """Register a font that the file only names, as old word processors do."""
    pdfmetrics.registerFont(UnicodeCIDFont(NAMED_FONT))
    return NAMED_FONT
