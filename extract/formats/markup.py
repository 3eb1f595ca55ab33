"""The HTML tree: parsed once, then reduced to visible blocks, tables and text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from extract.formats.survey import Survey

BREAK = "\u2028"
_BREAK_BYTES = BREAK.encode()

_BR = re.compile(rb"</?br\b[^<>]*>", re.IGNORECASE)
_DEPTH_LIMIT = 2000
_WRAPPERS = re.compile(
    r"</?(?!(?:table|caption|thead|tbody|tfoot|tr|td|th|script|style|template|noscript|textarea|title|head|html|body|meta"
    r"|link|input|select|option|img|h[1-6])\b)[a-z][^<>]*>",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"</?[a-z!][^<>]*>", re.IGNORECASE)
_CONTROL_BYTES = bytes(set(range(0x20)) - set(b"\t\n\r")) + b"\x7f"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNREAD = frozenset(
    {
        "script",
        "style",
        "template",
        "noscript",
        "nav",
        "head",
        "title",
        "iframe",
        "svg",
        "noframes",
        "audio",
        "video",
        "canvas",
        "rt",
        "rp",
        "xml",
        "math",
        "datalist",
        "map",
    }
)
_TABLE_TAGS = frozenset({"table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "colgroup", "col"})
_CONTAINERS = frozenset(
    {
        "html",
        "body",
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "pre",
        "listing",
        "xmp",
        "plaintext",
        "blockquote",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "aside",
        "address",
        "figure",
        "figcaption",
        "fieldset",
        "form",
        "legend",
        "center",
        "hr",
        "details",
        "summary",
        "dir",
        "menu",
        "option",
    }
)
BLOCKS = _CONTAINERS | _TABLE_TAGS
_GONE = "template"
_STRUCK = frozenset({"del", "s", "strike"})
_ROOTS = frozenset({"html", "body"})
_TEXT_INPUTS = frozenset({"", "text", "number", "tel", "search", "date", "email", "url"})


def parse(source: str) -> etree._Element | None:
    """The root of the document, comments and processing instructions left out; None where there is no element at all.

    ``<br>`` becomes U+2028 in the text.  Where the parser stops at its limit of depth, elements that only wrap others
    are dropped, so that no text is lost.
    """
    root = _tree(source)
    if root is not None and _is_cut_off(root):
        root = _tree(_WRAPPERS.sub(BREAK, source))
        if root is not None and _is_cut_off(root):
            root = _tree(_ANY_TAG.sub(BREAK, source))
    return root


def _tree(source: str) -> etree._Element | None:
    data = _BR.sub(_BREAK_BYTES, source.encode("utf-8", "replace").translate(None, _CONTROL_BYTES))
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, recover=True, remove_comments=True, remove_pis=True)
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


def drop_unseen(root: etree._Element, survey: Survey) -> None:
    """Take what no reader sees out of the tree: scripts, styles, navigation, hidden elements; text after them stays."""
    for element in survey.removed:
        if element.tag not in _ROOTS:
            element.tag = _GONE
    for element in survey.invisible:
        if element.tag == "tr":
            for cell in element:
                _empty(cell)
        elif element.tag in ("td", "th"):
            _empty(element)
        elif element.tag not in _ROOTS:
            element.tag = _GONE
    if _STRUCK & survey.tags:
        _drop_struck(root)
    etree.strip_elements(root, _GONE, *(_UNREAD & survey.tags), with_tail=False)


def _drop_struck(root: etree._Element) -> None:
    """Take struck numbers out of cells in which something else is written in their place."""
    for element in root.iter(*_STRUCK):
        cell = next(element.iterancestors("td", "th"), None)
        if cell is not None and _words(cell) != _words(element):
            element.tag = _GONE


def keep_blocks(root: etree._Element, survey: Survey, *, keep: Iterable[etree._Element] = ()) -> None:
    """Dissolve inline markup into text, so that only blocks and tables are left; form fields become what they show.

    ``keep`` are elements that stay as blocks whatever their tag is.
    """
    for element in keep:
        if element.tag not in BLOCKS:
            element.tag = "div"
    for element, tag in survey.becoming:
        _become(element, tag)
    if "input" in survey.tags or "select" in survey.tags:
        for element in root.iter("input", "select"):
            shown = _CONTROL.sub("", _shown(element))
            _empty(element)
            element.text = shown
    if "sup" in survey.tags:
        _bracket_notes(root)
    inline = survey.tags - BLOCKS
    if inline:
        etree.strip_tags(root, *inline)


def _bracket_notes(root: etree._Element) -> None:
    """Put the marks of footnotes in cells in brackets: raised digits after a number are no digits of it."""
    for element in root.iter("sup"):
        words = _words(element)
        cell = next(element.iterancestors("td", "th"), None)
        if words and cell is not None and _words(cell) != words:
            _empty(element)
            element.text = f"[{words.strip('[]')}]"


def _words(element: etree._Element) -> str:
    return "".join(map(str, element.itertext())).strip()


def _empty(element: etree._Element) -> None:
    for child in list(element):
        element.remove(child)
    element.text = None


def _become(element: etree._Element, tag: str) -> None:
    """Give an element the tag of the table part that its style or role makes it."""
    if element.tag in _TABLE_TAGS or element.tag in _ROOTS:
        return
    element.tag = tag
    for span in ("colspan", "rowspan"):
        value = element.get(f"aria-{span}")
        if value is not None:
            element.set(span, value)


def _shown(control: etree._Element) -> str:
    """What a form field shows, where it stands in a cell; elsewhere it is no part of the text."""
    if next(control.iterancestors("td", "th"), None) is None:
        return ""
    if control.tag == "input":
        is_text = (control.get("type") or "").strip().lower() in _TEXT_INPUTS
        return (control.get("value") or "") if is_text else ""
    options = list(control.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None] or options[:1]
    return "".join(str(piece) for option in chosen for piece in option.itertext())
