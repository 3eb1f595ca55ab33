"""Glyphs of pages whose fonts are named but not inside the file, where PDFium leaves out characters that stand alone.

PDFium takes the extent of a piece of text from the shapes of its font; where neither the file nor the machine has
shapes for a Han character, a piece of one character has no extent and is not reported.  pdfminer.six (MIT) reads such
pages from the widths that the file gives.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator
from typing import Any

from extract.formats.pdf.characters import UNKNOWN, character
from extract.formats.pdf.model import Glyph, quarter_turns

_NO_CHARACTER = "(cid:"


class NamedFonts:
    """The pages of one file as pdfminer.six reads them; nothing is opened before the first page is asked for."""

    def __init__(self, data: bytes) -> None:
        """Keep the bytes of the file."""
        self._data = data
        self._pages: list[Any] | None = None
        self._manager: Any = None

    def glyphs(self, number: int, left: float, top: float) -> list[Glyph] | None:
        """The glyphs of a page (counted from 0) from its top left corner, None where the file cannot be read so."""
        from pdfminer.converter import PDFPageAggregator
        from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
        from pdfminer.pdfpage import PDFPage

        try:
            if self._pages is None:
                self._pages = list(PDFPage.get_pages(io.BytesIO(self._data)))
                self._manager = PDFResourceManager()
            page = self._pages[number]
            page.rotate = 0
            device = PDFPageAggregator(self._manager, laparams=None)
            PDFPageInterpreter(self._manager, device).process_page(page)
            x0, y0, _, _ = page.mediabox
            return list(_glyphs(device.get_result(), x0 - left, top - y0))
        except Exception:
            return None


def _glyphs(items: Iterable[Any], right: float, top: float) -> Iterator[Glyph]:
    from pdfminer.layout import LTChar, LTFigure

    for item in items:
        if isinstance(item, LTFigure):
            yield from _glyphs(item, right, top)
        elif isinstance(item, LTChar):
            text = item.get_text()
            a, b, *_ = item.matrix
            turn = quarter_turns(-math.atan2(b, a))
            if turn is None or not text.strip():
                continue
            if text.startswith(_NO_CHARACTER):
                text = UNKNOWN
            written = "".join(character(ord(c)) for c in text)
            yield Glyph(written, item.x0 + right, top - item.y1, item.x1 + right, top - item.y0, turn)
