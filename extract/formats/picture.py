"""Pictures of tables: the grid from the ruling lines, each cell's text from the ink in it, one line at a time."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from extract.formats.pdf.grid import Box, RuledTable, find_tables
from extract.formats.pdf.model import Rule
from extract.formats.pdf.text import join_lines
from extract.formats.recognition import UNREADABLE, can_recognise, recognise_line, recognise_lines
from extract.page import Block, Cell, Grid, Page, Paragraph, UnreadableError

if TYPE_CHECKING:
    from extract.formats.recognition import Pixels

_MAX_PIXELS = 40_000_000
_MAX_LINES = 4000
_UNITS = 1000.0
_LEAST_ACROSS = 30.0
_LEAST_DOWN = 22.0
_LEAST_CELLS = 4
_DARKER = 60
_EDGE = 3
_DRIFT = 6.0
_LEAST_LINE = 5
_MARGIN = 6
_STRIP = 1400
_WHITE = 200


def read_picture_file(data: bytes, url: str | None = None) -> Page:
    """The page of a picture file (PNG, JPEG, GIF, TIFF, BMP, WebP), with the extra ``ocr``.

    Raises ``UnreadableError`` where the extra is missing, and where the picture is damaged, too large or empty.
    """
    if not can_recognise():
        raise UnreadableError(
            "the file is an image, which needs an extra: pip install 'nianbao[ocr]', or give the report as a web page"
        )
    blocks = tuple(read_picture(data, "picture"))
    if not blocks:
        raise UnreadableError("the image shows no text that can be read")
    return Page(blocks, "image", url=url)


def read_picture(data: bytes, place: str) -> Iterator[Block]:
    """The tables and lines of text of an encoded picture; ``place`` begins their locators.

    Raises ``UnreadableError`` for a picture that is damaged or has more than 40 million pixels.
    """
    yield from read_pixels(_decoded(data), place)


def _decoded(data: bytes) -> Pixels:
    import numpy as np
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise UnreadableError(f"the image has more than {_MAX_PIXELS // 1_000_000} million pixels")
            shown = image.convert("RGBA")
            paper = Image.new("RGBA", shown.size, "white")
            paper.alpha_composite(shown)
            return np.asarray(paper.convert("RGB"))
    except UnreadableError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise UnreadableError(f"the image is damaged: {reason}") from None


def read_pixels(pixels: Pixels, place: str) -> Iterator[Block]:
    """The tables and lines of text of a picture in RGB, from top to bottom; every table is ``recognised``."""
    grey = pixels.mean(axis=2)
    ink = grey < float(_paper(grey)) - _DARKER
    scale = _UNITS / pixels.shape[1]
    rules = _rules(ink, scale)
    tables = [t for t in find_tables(*rules) if len(t.boxes) >= _LEAST_CELLS and len(t.xs) > 2]
    drawn = _drawn_rules(ink.shape, *rules, tables, scale)
    ink &= ~drawn
    pixels = pixels.copy()
    pixels[drawn] = 255
    left = _MAX_LINES
    found: list[tuple[float, Block]] = []
    outside = pixels.copy()
    for number, table in enumerate(tables, start=1):
        cells: dict[int, Cell] = {}
        for box in table.boxes:
            lines = _cell_lines(ink, table, box, scale)
            left -= len(lines)
            if left < 0:
                raise UnreadableError(f"the image has more than {_MAX_LINES} lines of text in its tables")
            texts = [recognise_line(_cut(pixels, line)) for line in lines]
            words = join_lines(texts, [False] * len(texts))
            cells[id(box)] = Cell(words, box.row, box.column, box.row_span, box.column_span)
        rows = tuple(tuple(cells[id(box)] for box in line) for line in table.slots)
        found.append((table.top / scale, Grid(rows, f"{place}, table {number}", doubt="recognised")))
        x0, x1, y0, y1 = (int(edge / scale) for edge in (table.xs[0], table.xs[-1], table.top, table.bottom))
        outside[max(y0 - 2, 0) : y1 + 3, max(x0 - 2, 0) : x1 + 3] = 255
    for number, (top, text) in enumerate(_lines_outside(outside), start=1):
        found.append((top, Paragraph(text, f"{place}, line {number}")))
    yield from (block for _, block in sorted(found, key=lambda item: item[0]))


def _paper(grey: Any) -> Any:
    """The brightness of most of the picture."""
    import numpy as np

    return np.median(grey)


def _rules(ink: Any, scale: float) -> tuple[list[Rule], list[Rule]]:
    across = [Rule(y * scale, x0 * scale, x1 * scale) for y, x0, x1 in _runs(ink, _LEAST_ACROSS / scale)]
    down = [Rule(x * scale, y0 * scale, y1 * scale) for x, y0, y1 in _runs(ink.T, _LEAST_DOWN / scale)]
    return across, down


def _drawn_rules(
    shape: tuple[int, int], across: list[Rule], down: list[Rule], tables: list[RuledTable], scale: float
) -> Any:
    """Where the lines of the tables are drawn, so that what is left in a cell is its text."""
    import numpy as np

    drawn = np.zeros(shape, dtype=bool)
    for table in tables:
        for rule in across:
            beside = min(abs(y - rule.at) for y in table.ys) <= _DRIFT
            if beside and table.xs[0] <= (rule.start + rule.end) / 2 <= table.xs[-1]:
                y, x0, x1 = round(rule.at / scale), round(rule.start / scale), round(rule.end / scale)
                drawn[max(y - 1, 0) : y + 2, x0:x1] = True
        for rule in down:
            beside = min(abs(x - rule.at) for x in table.xs) <= _DRIFT
            if beside and table.top <= (rule.start + rule.end) / 2 <= table.bottom:
                x, y0, y1 = round(rule.at / scale), round(rule.start / scale), round(rule.end / scale)
                drawn[y0:y1, max(x - 1, 0) : x + 2] = True
    return drawn


def _runs(ink: Any, least: float) -> Iterable[tuple[int, int, int]]:
    """Row, start and end of every unbroken run of ink along the rows that is long enough for a rule."""
    import numpy as np

    steps = np.diff(np.pad(ink, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    kept = ends - starts >= least
    return zip(rows[kept].tolist(), starts[kept].tolist(), ends[kept].tolist(), strict=True)


_Span = tuple[int, int, int, int]


def _cell_lines(ink: Any, table: RuledTable, box: Box, scale: float) -> list[_Span]:
    """The lines of text in a cell: left, top, right and bottom of each in pixels."""
    x0, x1 = (int(table.xs[k] / scale) for k in (box.column, box.column + box.column_span))
    y0, y1 = (int(table.ys[k] / scale) for k in (box.row, box.row + box.row_span))
    x0, x1, y0, y1 = x0 + _EDGE, x1 - _EDGE + 1, y0 + _EDGE, y1 - _EDGE + 1
    inner = ink[y0:y1, x0:x1]
    if inner.size == 0 or not inner.any():
        return []
    lines: list[tuple[int, int]] = []
    filled = [False, *inner.any(axis=1).tolist(), False]
    edges = [k for k, (before, after) in enumerate(pairwise(filled)) if before != after]
    for top, bottom in zip(edges[::2], edges[1::2], strict=True):
        if lines and top - lines[-1][1] <= 2:
            lines[-1] = (lines[-1][0], bottom)
        else:
            lines.append((top, bottom))
    spans = []
    for top, bottom in lines:
        columns = inner[top:bottom].any(axis=0).nonzero()[0]
        width = int(columns[-1]) - int(columns[0])
        if bottom - top >= _LEAST_LINE or width >= _LEAST_LINE:
            spans.append((x0 + int(columns[0]), y0 + top, x0 + int(columns[-1]) + 1, y0 + bottom))
    return spans


def _cut(pixels: Pixels, span: _Span) -> Pixels:
    """A line of text with some paper around it."""
    import numpy as np

    x0, top, x1, bottom = span
    return np.pad(pixels[top:bottom, x0:x1], ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0)), constant_values=255)


def _lines_outside(pixels: Pixels) -> Iterator[tuple[float, str]]:
    """The lines of text of a picture, in strips that end between lines, words side by side as one line."""
    import numpy as np

    start = 0
    while start < pixels.shape[0]:
        end = min(start + _STRIP, pixels.shape[0])
        if end < pixels.shape[0]:
            blank = np.flatnonzero((pixels[start + _STRIP // 2 : end] > _WHITE).all(axis=(1, 2)))
            end = start + _STRIP // 2 + int(blank[-1]) + 1 if len(blank) else end
        line: list[Any] = []
        for word in [*recognise_lines(pixels[start:end]), None]:
            if line and (word is None or word.top > (line[0].top + line[0].bottom) / 2):
                text = " ".join(w.text for w in sorted(line, key=lambda w: w.x0) if w.text != UNREADABLE)
                yield start + line[0].top, text
                line = []
            if word is not None:
                line.append(word)
        start = end
