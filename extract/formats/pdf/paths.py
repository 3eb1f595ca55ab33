"""The drawing operations of a page: rules from strokes and thin bars, pictures, and text that PDFium would lose."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from extract.formats.pdf.model import Segment

_MAX_OBJECTS = 60_000
_MAX_DEPTH = 4
_THIN = 3.0
_NO_WIDTH = 0.01
_LONGEST_MARK, _MARK_GAP, _LEAST_MARKS = 6.0, 6.0, 5
_TABLE_WIDTH, _TABLE_HEIGHT = 120.0, 40.0


class Matrix(NamedTuple):
    """x becomes ``a*x + c*y + e`` and y ``b*x + d*y + f``."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """Where a point goes."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def __matmul__(self, after: Matrix) -> Matrix:
        """This map, and another after it."""
        if after is _IDENTITY:
            return self
        return Matrix(
            self.a * after.a + self.b * after.c,
            self.a * after.b + self.b * after.d,
            self.c * after.a + self.d * after.c,
            self.c * after.b + self.d * after.d,
            self.e * after.a + self.f * after.c + after.e,
            self.e * after.b + self.f * after.d + after.f,
        )


_IDENTITY = Matrix(1, 0, 0, 1, 0, 0)


def _matrix_of(raw: Any, item: Any) -> Matrix:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, found):
        return _IDENTITY
    return Matrix(found.a, found.b, found.c, found.d, found.e, found.f)


def lines_of_marks(marks: Sequence[Segment]) -> Iterator[Segment]:
    """The lines that small marks in a row draw, dots or dashes; ``marks`` are boxes: left, upper, right, lower edge."""
    for upright in (False, True):
        rows: dict[int, list[tuple[float, float, float]]] = {}
        for x0, y0, x1, y1 in marks:
            across, start, end = ((x0 + x1) / 2, y0, y1) if upright else ((y0 + y1) / 2, x0, x1)
            rows.setdefault(round(across * 2), []).append((start, end, across))
        for row in rows.values():
            for first, last in _runs(sorted(row)):
                at = row[0][2]
                yield (at, first, at, last) if upright else (first, at, last, at)


def _runs(marks: Sequence[tuple[float, float, float]]) -> Iterator[tuple[float, float]]:
    """Where marks follow one another closely, five at least: the beginning of the first and the end of the last."""
    first = end = 0.0
    count = 0
    for start, stop, _ in marks:
        if count and start - end <= _MARK_GAP:
            count += 1
            end = max(end, stop)
            continue
        if count >= _LEAST_MARKS:
            yield first, end
        first, end, count = start, stop, 1
    if count >= _LEAST_MARKS:
        yield first, end


class Operations:
    """What a page draws besides its text, in points from the top left corner of the page as it is stored.

    ``loses_text``: some piece of text has no extent and its font is not in the file, so that PDFium leaves it out.
    """

    def __init__(self, raw: Any, page: Any, left: float, top: float) -> None:
        """Read the page; ``left`` and ``top`` are the place of its corner as PDF measures it."""
        self.raw = raw
        self.left = left
        self.top = top
        self.segments: list[Segment] = []
        self.pictures = 0
        self.loses_text = False
        self._objects = 0
        self._marks: list[Segment] = []
        self._read_objects(page, _IDENTITY, 0)
        self.segments += lines_of_marks(self._marks)

    def _read_objects(self, owner: Any, matrix: Matrix, depth: int) -> None:
        raw = self.raw
        if depth:
            count, get = raw.FPDFFormObj_CountObjects(owner), raw.FPDFFormObj_GetObject
        else:
            count, get = raw.FPDFPage_CountObjects(owner), raw.FPDFPage_GetObject
        for index in range(count):
            self._objects += 1
            if self._objects > _MAX_OBJECTS:
                return
            item = get(owner, index)
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_PATH:
                self._read_path(item, matrix)
            elif kind == raw.FPDF_PAGEOBJ_TEXT:
                self.loses_text = self.loses_text or self._is_lost(item)
            elif kind == raw.FPDF_PAGEOBJ_IMAGE:
                self._read_image(item, matrix)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
                self._read_objects(item, _matrix_of(raw, item) @ matrix, depth + 1)

    def _is_lost(self, item: Any) -> bool:
        raw = self.raw
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
        if right.value - left.value > _NO_WIDTH and top.value - bottom.value > _NO_WIDTH:
            return False
        return not raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(item))

    def _read_image(self, item: Any, matrix: Matrix) -> None:
        a, b, c, d, _, _ = _matrix_of(self.raw, item) @ matrix
        if math.hypot(a, b) >= _TABLE_WIDTH and math.hypot(c, d) >= _TABLE_HEIGHT:
            self.pictures += 1

    def _read_path(self, item: Any, matrix: Matrix) -> None:
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
        if max(x1 - x0, y1 - y0) <= _LONGEST_MARK:
            self._marks.append((x0, y0, x1, y1))
        if x1 - x0 > y1 - y0:
            middle = (y0 + y1) / 2
            self.segments.append((x0, middle, x1, middle))
        else:
            middle = (x0 + x1) / 2
            self.segments.append((middle, y0, middle, y1))

    def _subpaths(self, item: Any, place: Matrix) -> Iterator[tuple[list[tuple[float, float]], bool]]:
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
