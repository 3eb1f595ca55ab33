"""The HTML tree, parsed once, and the parts that its elements play on a page."""

from __future__ import annotations

import re

from lxml import etree

BREAK = "\u2028"
_BREAK_BYTES = BREAK.encode()

_BR = re.compile(rb"</?br\b[^<>]*>", re.IGNORECASE)
_DEPTH_LIMIT = 2000
_WRAPPERS = re.compile(
    r"</?(?!(?:table|caption|thead|tbody|tfoot|tr|td|th|script|style|template|noscript|textarea|title|head|html|body|meta"
    r"|link|input|select|option|img|h[1-6])\b)[a-z][^<>]*>",
    re.IGNORECASE,
)
_SIGN_BYTE = b"\xde"
_SIGNS = re.compile(b"\xde[\xb2-\xbf]")
_UNDECODABLE = "\ufffd".encode()
_ANY_TAG = re.compile(r"</?[a-z!][^<>]*>", re.IGNORECASE)
_CONTROL_BYTES = bytes(set(range(0x20)) - set(b"\t\n\r")) + b"\x7f"
UNREAD = frozenset({
    "script", "style", "template", "noscript", "nav", "head", "title", "iframe", "svg", "noframes", "audio", "video",
    "canvas", "rt", "rp", "xml", "math", "datalist", "map",
})  # fmt: skip
"""Elements of which no reader sees anything."""
TABLE_PARTS = frozenset(["table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "colgroup", "col"])
PREFORMATTED = frozenset(["pre", "listing", "xmp", "plaintext"])
HEADINGS = tuple(f"h{level}" for level in range(1, 7))
CONTAINERS = frozenset({
    "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "blockquote", "section", "article", "header", "footer", "main",
    "aside", "address", "figure", "figcaption", "fieldset", "form", "legend", "center", "hr", "details", "summary",
    "dir", "menu", "option",
})  # fmt: skip
"""Blocks that only begin and end a paragraph."""
ROOTS = frozenset({"html", "body"})
BLOCKS = TABLE_PARTS | PREFORMATTED | CONTAINERS | ROOTS | frozenset(HEADINGS)
GONE = "template"
"""The tag that hidden elements are given."""


def parse(source: str, utf8: bytes | None = None) -> etree._Element | None:
    """The root of the document, comments and processing instructions left out; None where there is no element at all.

    ``utf8`` are the bytes of ``source`` in UTF-8, where they are at hand.  ``<br>`` becomes U+2028 in the text.  Where
    the parser stops at its limit of depth, elements that only wrap others are dropped, so that no text is lost.
    """
    root = _tree(_encoded(source) if utf8 is None else utf8)
    if root is not None and _is_cut_off(root):
        root = _tree(_encoded(_WRAPPERS.sub(BREAK, source)))
        if root is not None and _is_cut_off(root):
            root = _tree(_encoded(_ANY_TAG.sub(BREAK, source)))
    return root


def _encoded(source: str) -> bytes:
    return source.encode("utf-8", "replace")


def _tree(data: bytes) -> etree._Element | None:
    data = _BR.sub(_BREAK_BYTES, data.translate(None, _CONTROL_BYTES))
    if _SIGN_BYTE in data:
        data = _SIGNS.sub(_UNDECODABLE, data)
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, recover=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    try:
        return etree.fromstring(data, parser)
    except etree.LxmlError:
        return None


def _is_cut_off(root: etree._Element) -> bool:
    """Whether the last element lies as deep as the parser goes: it stops reading there."""
    depth = 0
    element = root
    while len(element):
        element = element[-1]
        depth += 1
    return depth >= _DEPTH_LIMIT
