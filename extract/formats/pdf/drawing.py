"""A PDF file becomes drawings, one a page.  Beneath is PDFium, through pypdfium2 (Apache-2.0 or BSD-3-Clause)."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from extract.formats.pdf.characters import character
from extract.formats.pdf.model import Drawing, Glyph, quarter_turns, upright, way_up
from extract.formats.pdf.named import NamedFonts
from extract.formats.pdf.paths import Operations
from extract.page import UnreadableError

MAX_PAGES = 300
MAX_SECONDS = 60.0
_MAX_GLYPHS = 60_000
_MAX_PIXELS = 40_000_000
_SCAN_SCALE = 200 / 72
_WHITE = frozenset((*range(1, 33), 0x7F, 0xA0, 0x200B, 0x3000, 0xFEFF))
_LETTER = (0.0, 0.0, 612.0, 792.0)

_PDFIUM = Lock()
"""PDFium may be used by one thread at a time."""


@dataclass(slots=True)
class Document:
    """The pages of a PDF and what it says of itself (``title``, ``author`` and the like, lower case)."""

    pages: list[Drawing]
    meta: dict[str, str]


def read_document(data: bytes) -> Document:
    """Everything that the pages of a PDF draw.

    Raises :class:`extract.page.UnreadableError` for a broken or encrypted file, for more than 300 pages, after a
    minute, and where the package is missing.
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
            return _read_open(document, raw, NamedFonts(data), until)
        except pypdfium2.PdfiumError:
            raise UnreadableError("the PDF is broken: one of its pages cannot be read") from None
        finally:
            document.close()


def page_pictures(data: bytes, numbers: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """Pages as they look, by their numbers from 0: pixels in RGB at 200 to the inch, at most 40 million a page."""
    import pypdfium2

    with _PDFIUM:
        document = pypdfium2.PdfDocument(data)
        try:
            for number in numbers:
                page = document[number]
                width, height = page.get_size()
                scale = min(_SCAN_SCALE, (_MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
                bitmap = page.render(scale=scale, rev_byteorder=True)
                pixels = bitmap.to_numpy()[:, :, :3].copy()
                bitmap.close()
                page.close()
                yield number, pixels
        finally:
            document.close()


def _read_open(document: Any, raw: Any, named: NamedFonts, until: float) -> Document:
    count = len(document)
    if count > MAX_PAGES:
        raise UnreadableError(f"the PDF has {count} pages; a report of more than {MAX_PAGES} pages is not read")
    pages = []
    for number in range(count):
        if time.monotonic() > until:
            raise UnreadableError(f"reading the PDF takes longer than {MAX_SECONDS:.0f} seconds")
        page = document[number]
        try:
            pages.append(_read_page(raw, page.raw, number, named))
        finally:
            page.close()
    about = {key.lower(): value for key, value in document.get_metadata_dict(skip_empty=True).items()}
    return Document(pages, about)


def _read_page(raw: Any, page: Any, number: int, named: NamedFonts) -> Drawing:
    left, bottom, right, top = _box(raw, page)
    drawn = Operations(raw, page, left, top)
    glyphs = named.glyphs(number, left, top) if drawn.loses_text else None
    if glyphs is None:
        glyphs = _glyphs(raw, page, left, top)
    width, height = right - left, top - bottom
    glyphs = [g for g in glyphs if g.x1 > 0 and g.bottom > 0 and g.x0 < width and g.top < height]
    quarters = way_up(glyphs, raw.FPDFPage_GetRotation(page))
    return upright(width, height, glyphs, drawn.segments, drawn.pictures, quarters)


def _box(raw: Any, page: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of what is shown of the page, before it is turned."""
    sides = tuple(ctypes.c_float() for _ in range(4))
    for read in (raw.FPDFPage_GetCropBox, raw.FPDFPage_GetMediaBox):
        if read(page, *sides):
            x0, y0, x1, y1 = (side.value for side in sides)
            if x0 != x1 and y0 != y1:
                return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    return _LETTER


def _glyphs(raw: Any, page: Any, left: float, top: float) -> list[Glyph]:
    glyphs = []
    with _closing(raw.FPDFText_LoadPage(page), raw.FPDFText_ClosePage) as text:
        unicode_of, box_of, angle_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetCharAngle
        box = raw.FS_RECTF()
        for index in range(min(raw.FPDFText_CountChars(text), _MAX_GLYPHS)):
            code = unicode_of(text, index)
            if code in _WHITE or not box_of(text, index, box):
                continue
            turn = quarter_turns(angle_of(text, index))
            if turn is None or box.right <= box.left or box.top <= box.bottom:
                continue
            glyphs.append(
                Glyph(character(code), box.left - left, top - box.top, box.right - left, top - box.bottom, turn)
            )
    return glyphs


@contextmanager
def _closing(handle: Any, close: Any) -> Iterator[Any]:
    try:
        yield handle
    finally:
        close(handle)
