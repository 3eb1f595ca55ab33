"""OFD documents (the Chinese fixed layout, GB/T 33190-2016) become a Page: what is drawn goes the way of a PDF.

A document is a ZIP file of XML parts.  Lengths are millimetres from the top left corner of the page.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from lxml import etree

from extract.formats.numbering import whole
from extract.formats.pdf.document import fixed_layout_page
from extract.formats.pdf.drawing import MAX_PAGES, Document
from extract.formats.pdf.model import Drawing, Glyph, Segment, upright
from extract.formats.pdf.paths import Matrix
from extract.formats.pdf.text import is_wide
from extract.formats.zipped import Archive
from extract.page import Page, UnreadableError

_WHAT = "the OFD document"
_POINTS = 72 / 25.4
_A4 = (0.0, 0.0, 210.0, 297.0)
_ASCENT = 0.86
_NARROW = 0.5
_THIN = 1.0
_TABLE_SIDE = 25.0
_MAX_GLYPHS = 60_000
_MAX_SEGMENTS = 60_000
_MAX_REPEATED = 5000
_PATH = re.compile(r"[MLCQBASZ]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_COMMANDS = {"M": 2, "S": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
_IDENTITY = Matrix(1, 0, 0, 1, 0, 0)


class _Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float


def read_ofd(data: bytes, url: str | None = None) -> Page:
    """The page of an OFD document with text; locators and pictures are as in PDF documents.

    Raises ``UnreadableError`` where the file is damaged, too long, or shows nothing.
    """
    archive = Archive(data, _WHAT)
    start = archive.parse("OFD.xml")
    body = _child(start, "DocBody")
    path = _text(_child(body, "DocRoot")).lstrip("/")
    document = archive.parse(path) if path else None
    if document is None:
        raise UnreadableError(f"{_WHAT} does not say where its pages are; it may be damaged")
    folder = posixpath.dirname(path)
    templates = {
        template.get("ID", ""): _resolved(folder, template.get("BaseLoc", ""))
        for template in _children(_child(document, "CommonData"), "TemplatePage")
    }
    usual = _page_box(_child(document, "CommonData"), _Box(*_A4))
    pages = _children(_child(document, "Pages"), "Page")
    if len(pages) > MAX_PAGES:
        raise UnreadableError(f"{_WHAT} has {len(pages)} pages; a report of more than {MAX_PAGES} pages is not read")
    drawings = [_draw(archive, _resolved(folder, page.get("BaseLoc", "")), templates, usual) for page in pages]
    about = _child(_child(body, "DocInfo"), "Title")
    return fixed_layout_page(Document(drawings, {"title": _text(about)}), "ofd", url)


def _draw(archive: Archive, path: str, templates: dict[str, str], usual: _Box) -> Drawing:
    """A page with the templates behind it."""
    root = archive.parse(path)
    if root is None:
        raise UnreadableError(f"{_WHAT} is damaged: one of its pages is missing")
    box = _page_box(root, usual)
    glyphs: list[Glyph] = []
    segments: list[Segment] = []
    pictures = 0
    behind = [templates.get(use.get("TemplateID", ""), "") for use in _children(root, "Template")]
    for part in [*(archive.parse(name) for name in behind if name), root]:
        for item in _drawn(_child(part, "Content")):
            kind, place = etree.QName(item).localname, _place(item, box)
            if kind == "TextObject" and len(glyphs) < _MAX_GLYPHS:
                glyphs.extend(_glyphs(item, place))
            elif kind == "PathObject" and len(segments) < _MAX_SEGMENTS:
                segments.extend(_segments(item, place))
            elif kind == "ImageObject":
                size = _box(item.get("Boundary"), _Box(0, 0, 0, 0))
                pictures += min(size.width, size.height) >= _TABLE_SIDE
    return upright(box.width * _POINTS, box.height * _POINTS, glyphs[:_MAX_GLYPHS], segments, pictures, 0)


def _drawn(holder: etree._Element | None) -> Iterator[etree._Element]:
    """The objects of the layers and blocks of a page that show, in the order in which they are drawn."""
    for child in holder.iter(etree.Element) if holder is not None else ():
        is_shown = child.get("Visible", "true").lower() not in ("false", "0")
        if is_shown and etree.QName(child).localname in ("TextObject", "PathObject", "ImageObject"):
            yield child


def _place(item: etree._Element, page: _Box) -> Matrix:
    """From the coordinates of an object to points on the page."""
    boundary = _box(item.get("Boundary"), _Box(0, 0, 0, 0))
    own = _numbers(item.get("CTM"))
    matrix = Matrix(*own) if len(own) == len(_IDENTITY) else _IDENTITY
    moved = Matrix(1, 0, 0, 1, boundary.x - page.x, boundary.y - page.y)
    return matrix @ moved @ Matrix(_POINTS, 0, 0, _POINTS, 0, 0)


def _glyphs(item: etree._Element, place: Matrix) -> Iterator[Glyph]:
    size = _number(item.get("Size"), 0.0)
    scale = _number(item.get("HScale"), 1.0)
    if not 0 < size < 1000:
        return
    for code in _children(item, "TextCode"):
        text = code.text or ""
        x, y = _number(code.get("X"), 0.0), _number(code.get("Y"), 0.0)
        right, down = _steps(code.get("DeltaX"), len(text)), _steps(code.get("DeltaY"), len(text))
        for position, letter in enumerate(text):
            width = (size if is_wide(letter) else size * _NARROW) * scale
            if not letter.isspace() and letter.isprintable():
                yield _glyph(letter, place, x, y, width, size)
            if right or not down:
                x += right[position] if position < len(right) else width
            y += down[position] if position < len(down) else 0.0


def _glyph(letter: str, place: Matrix, x: float, y: float, width: float, size: float) -> Glyph:
    """The box of a character whose baseline begins at a point; a quarter turn shows in the matrix."""
    corners = [place.apply(px, py) for px in (x, x + width) for py in (y - _ASCENT * size, y + (1 - _ASCENT) * size)]
    xs, ys = [corner[0] for corner in corners], [corner[1] for corner in corners]
    turn = 0 if abs(place.a) >= abs(place.b) else (1 if place.b > 0 else 3)
    if turn == 0 and place.a < 0:
        turn = 2
    return Glyph(letter, min(xs), min(ys), max(xs), max(ys), turn)


def _steps(value: str | None, most: int) -> list[float]:
    """The distances between characters; ``g 5 3.2`` stands for five times 3.2."""
    words = (value or "").split()
    steps: list[float] = []
    position = 0
    while position < len(words) and len(steps) < min(most, _MAX_REPEATED):
        if words[position] == "g" and position + 2 < len(words):
            count = max(0, min(whole(words[position + 1], 0), _MAX_REPEATED))
            steps += [_number(words[position + 2], 0.0)] * count
            position += 3
        else:
            steps.append(_number(words[position], 0.0))
            position += 1
    return steps


def _segments(item: etree._Element, place: Matrix) -> Iterator[Segment]:
    """The straight lines of a path; a thin filled shape is a line along its longer side."""
    stroked = item.get("Stroke", "true").lower() not in ("false", "0")
    filled = item.get("Fill", "false").lower() in ("true", "1")
    for points, straight in _subpaths(_text(_child(item, "AbbreviatedData"))):
        placed = [place.apply(x, y) for x, y in points]
        xs, ys = [x for x, _ in placed], [y for _, y in placed]
        x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
        if stroked and straight:
            yield from ((*p, *q) for p, q in pairwise(placed))
        elif filled and min(x1 - x0, y1 - y0) <= _THIN * _POINTS:
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            yield (x0, y, x1, y) if x1 - x0 > y1 - y0 else (x, y0, x, y1)


def _subpaths(path: str) -> Iterator[tuple[list[tuple[float, float]], bool]]:
    """The points of each subpath, and whether it has no curves."""
    tokens = _PATH.findall(path[: 1 << 20])
    points: list[tuple[float, float]] = []
    straight = True
    position = 0
    while position < len(tokens):
        command = tokens[position]
        count = _COMMANDS.get(command)
        if count is None:
            position += 1
            continue
        numbers = [_number(token, 0.0) for token in tokens[position + 1 : position + 1 + count]]
        position += 1 + count
        if len(numbers) < count:
            break
        if command in "MS":
            if len(points) > 1:
                yield points, straight
            points, straight = [], True
        if command == "C" and points:
            points.append(points[0])
        elif count:
            straight = straight and command in "MSL"
            points.append((numbers[-2], numbers[-1]))
    if len(points) > 1:
        yield points, straight


def _page_box(root: etree._Element | None, usual: _Box) -> _Box:
    area = _child(root, "Area") if root is not None and _child(root, "Area") is not None else _child(root, "PageArea")
    box = _box(_text(_child(area, "PhysicalBox")), usual)
    return box if 0 < box.width < 10_000 and 0 < box.height < 10_000 else usual


def _box(value: str | None, usual: _Box) -> _Box:
    numbers = _numbers(value)
    return _Box(*numbers) if len(numbers) == len(_A4) else usual


def _numbers(value: str | None) -> list[float]:
    return [_number(word, 0.0) for word in (value or "").split()]


def _number(value: str | None, default: float) -> float:
    try:
        number = float(value) if value is not None else default
    except ValueError:
        return default
    return number if abs(number) < 1e7 else default


def _resolved(folder: str, place: str) -> str:
    return place.lstrip("/") if place.startswith("/") else posixpath.normpath(f"{folder}/{place}").lstrip("/")


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_children(element, name)), None)


def _children(element: etree._Element | None, name: str) -> list[etree._Element]:
    """The children of a name, in whatever namespace."""
    if element is None:
        return []
    return [child for child in element if isinstance(child.tag, str) and etree.QName(child).localname == name]


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""
