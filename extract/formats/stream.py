"""A marked HTML tree as one text: what is seen of it in reading order, with signs where blocks, rows and cells begin.

The tree is walked by libxslt, not from Python.  The signs are code points beside the Thaana letters that Unicode
assigns to nothing (U+07B2 to U+07BF); the source is rid of them before it is parsed.
"""

from __future__ import annotations

from functools import lru_cache

from lxml import etree

from extract.formats.markup import BREAK, CONTAINERS, GONE, PREFORMATTED, UNREAD

EVENT = "\u07b2"
"""Begins a table or the like; the letter after it tells which: see ``EVENTS``."""
BORDER = "\u07b3"
"""The edge of a block."""
ROW = "\u07b4"
CELL = "\u07b5"
GROUP = "\u07b6"
"""A row group begins, or ended so that the implied one goes on."""
FOOTER = "\u07b7"
LOOSE = "\u07b8"
"""Text of a table that stands in no cell begins."""
LOOSE_END = "\u07b9"
ROW_SPAN = "\u07ba"
COLUMN_SPAN = "\u07bb"
SPAN_END = "\u07bc"
STRAY = "\u07bd"
"""The next cell stands outside of a row."""
ROW_LEFT = "\u07be"
"""A row inside a row ended; a cell after it opens another."""
PICTURE = "\u07bf"

TABLE_OPENS = "T"
LOOSE_TABLE_OPENS = "U"
TABLE_CLOSES = "t"
HEADING_CLOSES = "0"
PREFORMATTED_OPENS = "P"
PREFORMATTED_CLOSES = "p"
ROOT_OPENS = "ABCDEFGHIJKLMNO"
ROOT_CLOSES = "abcdefghijklmno"
ROOT_ATTRIBUTE = "content-root"

_HEADINGS = tuple(f"h{level}" for level in range(1, 7))


def write_stream(root: etree._Element) -> str:
    """The text of the body (of the whole tree where it has none) with its signs."""
    written = bytes(_stylesheet()(root))
    return written.decode("utf-8", "replace")


def event(letter: str) -> str:
    """The sign of an event."""
    return EVENT + letter


@lru_cache(maxsize=1)
def _stylesheet() -> etree.XSLT:
    spans = '<xsl:apply-templates select="@*"/>'
    inside = "<xsl:apply-templates/>"
    rows, cells = '<xsl:apply-templates mode="rows"/>', '<xsl:apply-templates mode="cells"/>'
    templates = [
        _template("/", '<xsl:apply-templates select="*/body[1]|*[not(body)]"/>'),
        _template("@*", ""),
        _template("@rowspan", _value(ROW_SPAN, ".") + _text(SPAN_END)),
        _template("@colspan", _value(COLUMN_SPAN, ".") + _text(SPAN_END)),
        _template("td|th|tr|thead|tbody|tfoot|caption|colgroup|col", _text(BORDER) + inside + _text(BORDER)),
        _template("td|th", _text(STRAY + CELL) + spans + inside, "rows"),
        _template("td|th", _text(CELL) + spans + inside, "cells"),
        _template("tr", _text(ROW) + cells + _text(BORDER), "rows"),
        _template("tr", _text(ROW) + cells + _text(ROW_LEFT + BORDER), "cells"),
        _template("br", _text(BREAK)),
    ]
    for mode, same in (("", inside), ("rows", rows), ("cells", cells)):
        opens = LOOSE_TABLE_OPENS if mode else TABLE_OPENS
        templates += [
            _template("|".join(sorted(UNREAD | {GONE})), "", mode),
            _template(
                "table",
                _value(event(opens), f"@{ROOT_ATTRIBUTE}") + _text(event(" ")) + rows + _text(event(TABLE_CLOSES)),
                mode,
            ),
            _template("|".join(sorted(CONTAINERS)), _text(BORDER) + same + _text(BORDER), mode),
            _template("|".join(sorted(PREFORMATTED)), _between(PREFORMATTED_OPENS, same, PREFORMATTED_CLOSES), mode),
            *(_template(name, _between(name[1], same, HEADING_CLOSES), mode) for name in _HEADINGS),
        ]
        if mode:
            templates += [
                _template("text()", _value(LOOSE, ".") + _text(LOOSE_END), mode),
                _template("br", _text(LOOSE + BREAK + LOOSE_END), mode),
                _template("thead|tbody", _text(GROUP) + rows + _text(GROUP), mode),
                _template("tfoot", _text(FOOTER) + rows + _text(GROUP), mode),
                _template("caption|colgroup|col", _text(BORDER) + same + _text(BORDER), mode),
            ]
    source = (
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
        '<xsl:output method="text" encoding="utf-8"/>' + "".join(templates) + "</xsl:stylesheet>"
    )
    return etree.XSLT(etree.XML(source))


def _template(match: str, body: str, mode: str = "") -> str:
    in_mode = f' mode="{mode}"' if mode else ""
    return f'<xsl:template match="{match}"{in_mode}>{body}</xsl:template>'


def _text(signs: str) -> str:
    return f"<xsl:text>{signs}</xsl:text>"


def _value(before: str, select: str) -> str:
    return f'{_text(before)}<xsl:value-of select="{select}"/>'


def _between(opens: str, inside: str, closes: str) -> str:
    return _text(event(opens)) + inside + _text(event(closes))
