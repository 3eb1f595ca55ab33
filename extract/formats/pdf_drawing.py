"""What a page of a PDF draws: glyphs, ruling lines and pictures, upright and measured from the top left corner.

Beneath is PDFium (through pypdfium2, Apache-2.0 or BSD-3-Clause).  All lengths are points, 1/72 inch.
"""

from __future__ import annotations

import ctypes
import math
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock
from typing import Any, NamedTuple

from extract.page import UnreadableError

MAX_PAGES = 300
MAX_SECONDS = 60.0
_MAX_GLYPHS = 60_000
_MAX_OBJECTS = 60_000
_MAX_DEPTH = 4
_THIN = 3.0
_LEAST_RULE = 2.0
_SLANT = 1.0
_TABLE_WIDTH, _TABLE_HEIGHT = 120.0, 40.0
_QUARTER = math.pi / 2
_SLANTED_TEXT = 0.1
_LEAST_DIGITS = 10
_LETTER = (0.0, 0.0, 612.0, 792.0)
_UPRIGHT_SHARE = 0.5

_PDFIUM = Lock()
"""PDFium may be used by one thread at a time."""

_RADICALS = dict(
    zip(
        map(
            ord,
            "⺁⺅⺉⺊⺒⺓⺕⺖⺘⺙⺛⺝⺟⺠⺡⺢⺣⺤⺦⺨⺩⺪⺬⺭⺮⺯⺰⺲⺶⺹⺾⻁⻂⻃⻄⻅⻆⻈⻉⻊⻋⻌⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        ),
        "厂亻刂卜巳幺彐忄扌攵旡月母民氵氺灬爫丬犭王疋示礻竹糹纟罒羊耂艹虎衤覀西见角讠贝足车辶阝钅長镸长门阝雨青韦页风飞食飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
        strict=True,
    )
)
"""Radicals that fonts give for the character itself, after EquivalentUnifiedIdeograph of the Unicode database."""


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


@dataclass(slots=True)
class Document:
    """The pages of a PDF and what it says of itself (``title``, ``author`` and the like, lower case)."""

    pages: list[Drawing]
    meta: dict[str, str]


def read_document(data: bytes) -> Document:
    """Everything that the pages of a PDF draw.

    Raises :class:`extract.page.UnreadableError` for a broken or encrypted file, for more than 300 pages, after a minute,
    and where the package is missing.
    """
    try:
        import pypdfium2
        from pypdfium2 import raw
    except ImportError:
        raise UnreadableError("reading PDF needs a further package: pip install 'nianbao[pdf]'") from None
    until = time.monotonic() + MAX_SECONDS
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            encrypted = getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
            reason = "is encrypted and needs a password" if encrypted else "is broken and cannot be opened"
            raise UnreadableError(f"the PDF {reason}") from None
        try:
            return _read_open(document, raw, until)
        except pypdfium2.PdfiumError:
            raise UnreadableError("the PDF is broken: one of its pages cannot be read") from None
        finally:
            document.close()


def _read_open(document: Any, raw: Any, until: float) -> Document:
    count = len(document)
    if count > MAX_PAGES:
        raise UnreadableError(f"the PDF has {count} pages; a report of more than {MAX_PAGES} pages is not read")
    pages = []
    for number in range(count):
        if time.monotonic() > until:
            raise UnreadableError(f"reading the PDF takes longer than {MAX_SECONDS:.0f} seconds")
        page = document[number]
        try:
            pages.append(_Reader(raw, page.raw).read())
        finally:
            page.close()
    about = {key.lower(): value for key, value in document.get_metadata_dict(skip_empty=True).items()}
    return Document(pages, about)


class _Reader:
    def __init__(self, raw: Any, page: Any) -> None:
        self.raw = raw
        self.page = page
        self.objects = 0
        self.glyphs: list[Glyph] = []
        self.segments: list[tuple[float, float, float, float]] = []
        self.pictures = 0

    def read(self) -> Drawing:
        left, bottom, right, top = self._box()
        self.left, self.top = left, top
        self.width, self.height = right - left, top - bottom
        self._read_glyphs()
        self._read_objects(self.page, _IDENTITY, 0)
        return self._upright(_way_up(self.glyphs, self.raw.FPDFPage_GetRotation(self.page)))

    def _box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of what is shown of the page, before it is turned."""
        sides = tuple(ctypes.c_float() for _ in range(4))
        for read in (self.raw.FPDFPage_GetCropBox, self.raw.FPDFPage_GetMediaBox):
            if read(self.page, *sides):
                x0, y0, x1, y1 = (side.value for side in sides)
                if x0 != x1 and y0 != y1:
                    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
        return _LETTER

    def _read_glyphs(self) -> None:
        raw = self.raw
        with _closing(raw.FPDFText_LoadPage(self.page), raw.FPDFText_ClosePage) as text:
            unicode_of, box_of, angle_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetCharAngle
            box = raw.FS_RECTF()
            left, top, width, height = self.left, self.top, self.width, self.height
            glyphs = self.glyphs
            for index in range(min(raw.FPDFText_CountChars(text), _MAX_GLYPHS)):
                code = unicode_of(text, index)
                if code <= 32 or code == 0xA0 or code == 0x3000 or not box_of(text, index, box):
                    continue
                x0, x1, y0, y1 = box.left - left, box.right - left, top - box.top, top - box.bottom
                if x1 <= x0 or y1 <= y0 or x1 < 0 or y1 < 0 or x0 > width or y0 > height:
                    continue
                quarters = angle_of(text, index) / _QUARTER
                turn = round(quarters)
                if abs(quarters - turn) > _SLANTED_TEXT:
                    continue
                glyphs.append(Glyph(_character(code), x0, y0, x1, y1, turn % 4))

    def _read_objects(self, owner: Any, matrix: _Matrix, depth: int) -> None:
        raw = self.raw
        if depth:
            count, get = raw.FPDFFormObj_CountObjects(owner), raw.FPDFFormObj_GetObject
        else:
            count, get = raw.FPDFPage_CountObjects(owner), raw.FPDFPage_GetObject
        for index in range(count):
            self.objects += 1
            if self.objects > _MAX_OBJECTS:
                return
            item = get(owner, index)
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_PATH:
                self._read_path(item, matrix)
            elif kind == raw.FPDF_PAGEOBJ_IMAGE:
                self._read_image(item, matrix)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
                self._read_objects(item, _matrix_of(raw, item) @ matrix, depth + 1)

    def _read_image(self, item: Any, matrix: _Matrix) -> None:
        a, b, c, d, _, _ = _matrix_of(self.raw, item) @ matrix
        if math.hypot(a, b) >= _TABLE_WIDTH and math.hypot(c, d) >= _TABLE_HEIGHT:
            self.pictures += 1

    def _read_path(self, item: Any, matrix: _Matrix) -> None:
        raw = self.raw
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(item, fill, stroke)
        if not fill.value and not stroke.value:
            return
        place = _matrix_of(raw, item) @ matrix
        for points, straight in self._subpaths(item, place):
            if stroke.value and straight:
                self.segments.extend((*p, *q) for p, q in pairwise(points))
            elif fill.value:
                self._read_bar(points)

    def _read_bar(self, points: list[tuple[float, float]]) -> None:
        """A thin filled shape is a rule along its longer side."""
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
        if min(x1 - x0, y1 - y0) > _THIN:
            return
        if x1 - x0 > y1 - y0:
            middle = (y0 + y1) / 2
            self.segments.append((x0, middle, x1, middle))
        else:
            middle = (x0 + x1) / 2
            self.segments.append((middle, y0, middle, y1))

    def _subpaths(self, item: Any, place: _Matrix) -> Iterator[tuple[list[tuple[float, float]], bool]]:
        raw = self.raw
        x, y = ctypes.c_float(), ctypes.c_float()
        points: list[tuple[float, float]] = []
        straight = True
        for index in range(min(raw.FPDFPath_CountSegments(item), _MAX_OBJECTS)):
            segment = raw.FPDFPath_GetPathSegment(item, index)
            kind = raw.FPDFPathSegment_GetType(segment)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            point = (
                place.a * x.value + place.c * y.value + place.e - self.left,
                self.top - (place.b * x.value + place.d * y.value + place.f),
            )
            if kind == raw.FPDF_SEGMENT_MOVETO:
                if len(points) > 1:
                    yield points, straight
                points, straight = [], True
            elif kind != raw.FPDF_SEGMENT_LINETO:
                straight = False
            points.append(point)
            if raw.FPDFPathSegment_GetClose(segment):
                points.append(points[0])
        if len(points) > 1:
            yield points, straight

    def _upright(self, quarters: int) -> Drawing:
        """The page turned clockwise by some quarters."""
        width, height = self.width, self.height
        if quarters % 2:
            drawing = Drawing(height, width, pictures=self.pictures)
        else:
            drawing = Drawing(width, height, pictures=self.pictures)
        for x0, y0, x1, y1 in (_turned(s, quarters, width, height) for s in self.segments):
            if abs(y0 - y1) <= _SLANT and abs(x0 - x1) >= _LEAST_RULE:
                drawing.across.append(Rule((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
            elif abs(x0 - x1) <= _SLANT and abs(y0 - y1) >= _LEAST_RULE:
                drawing.down.append(Rule((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
        if not quarters:
            drawing.glyphs = self.glyphs
            return drawing
        for glyph in self.glyphs:
            x0, y0, x1, y1 = _turned(glyph[1:5], quarters, width, height)
            turn = (glyph.turn + quarters) % 4
            drawing.glyphs.append(Glyph(glyph.text, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), turn))
        return drawing


def _way_up(glyphs: list[Glyph], rotation: int) -> int:
    """The quarters by which the page is turned clockwise: as it says, unless its numbers then read another way."""
    turns = Counter(glyph.turn for glyph in glyphs if glyph.text.isdigit())
    if sum(turns.values()) < _LEAST_DIGITS:
        turns = Counter(glyph.turn for glyph in glyphs)
    most = max(turns.values(), default=0)
    if turns[-rotation % 4] >= most * _UPRIGHT_SHARE:
        return rotation
    return -turns.most_common(1)[0][0] % 4


class _Matrix(NamedTuple):
    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def __matmul__(self, after: _Matrix) -> _Matrix:
        if after is _IDENTITY:
            return self
        return _Matrix(
            self.a * after.a + self.b * after.c,
            self.a * after.b + self.b * after.d,
            self.c * after.a + self.d * after.c,
            self.c * after.b + self.d * after.d,
            self.e * after.a + self.f * after.c + after.e,
            self.e * after.b + self.f * after.d + after.f,
        )


_IDENTITY = _Matrix(1, 0, 0, 1, 0, 0)


def _matrix_of(raw: Any, item: Any) -> _Matrix:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, found):
        return _IDENTITY
    return _Matrix(found.a, found.b, found.c, found.d, found.e, found.f)


def _turned(
    box: Iterable[float], quarters: int, width: float, height: float
) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = box
    if quarters == 1:
        return height - y0, x0, height - y1, x1
    if quarters == 2:
        return width - x0, height - y0, width - x1, height - y1
    if quarters == 3:
        return y0, width - x0, y1, width - x1
    return x0, y0, x1, y1


def _character(code: int) -> str:
    if code in _RADICALS:
        return _RADICALS[code]
    if 0x2F00 <= code <= 0x2FD5 or 0xF900 <= code <= 0xFAFF:
        return unicodedata.normalize("NFKC", chr(code))
    return chr(code) if code < 0xD800 or 0xE000 <= code < 0x110000 else "\ufffd"


@contextmanager
def _closing(handle: Any, close: Any) -> Iterator[Any]:
    try:
        yield handle
    finally:
        close(handle)
