"""The HTML tree: parsed once, then reduced to visible blocks, tables and text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from extract.formats.survey import Survey

BREAK = "\u2028"

_BR = re.compile(r"</?br\b[^<>]*>", re.IGNORECASE)
_DEPTH_LIMIT = 2000
_WRAPPERS = re.compile(
    r"</?(?!(?:table|caption|thead|tbody|tfoot|tr|td|th|script|style|template|noscript|textarea|title|head|html|body|meta"
    r"|link|input|select|option|img|h[1-6])\b)[a-z][^<>]*>",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"</?[a-z!][^<>]*>", re.IGNORECASE)
_CONTROL_BYTES = bytes(set(range(0x20)) - set(b"\t\n\r")) + b"\x7f"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNREAD = tuple(
    "script style template noscript nav head title iframe svg noframes audio video canvas rt rp xml math datalist map".split()
)
_BLOCKS = frozenset(
    "html body p div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 pre listing xmp plaintext blockquote section article header"
    " footer main aside address figure figcaption fieldset form legend center hr table caption colgroup col thead tbody"
    " tfoot tr td th details summary dir menu option".split()
)
_TABLE_TAGS = frozenset("table caption thead tbody tfoot tr td th colgroup col".split())
_ROOTS = frozenset({"html", "body"})
_TEXT_INPUTS = frozenset({"", "text", "number", "tel", "search", "date", "email", "url"})


def parse(source: str) -> etree._Element | None:
    """The root of the document, comments and processing instructions left out; None where there is no element at all.

    ``<br>`` becomes U+2028 in the text.  Where the parser stops at its limit of depth, elements that only wrap others
    are dropped, so that no text is lost.
    """
    source = _BR.sub(BREAK, source)
    root = _tree(source)
    if root is not None and _is_cut_off(root):
        root = _tree(_WRAPPERS.sub(BREAK, source))
        if root is not None and _is_cut_off(root):
            root = _tree(_ANY_TAG.sub(BREAK, source))
    return root


def _tree(source: str) -> etree._Element | None:
    data = source.encode("utf-8", "replace").translate(None, _CONTROL_BYTES)
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


def simplify(root: etree._Element, survey: Survey, *, keep: Iterable[etree._Element] = ()) -> None:
    """Reduce the tree in place: what is not seen is removed, form fields become their text, inline markup is dissolved.

    ``keep`` are elements that stay as blocks whatever their tag is.  Afterwards only blocks and tables are left.
    """
    for element in keep:
        if element.tag not in _BLOCKS:
            element.tag = "div"
    unread = [tag for tag in _UNREAD if tag in survey.tags]
    if unread:
        etree.strip_elements(root, *unread, with_tail=False)
    for element in survey.removed:
        if element.tag not in _ROOTS:
            _replace(element, "")
    for element in survey.invisible:
        _blank(element)
    for element, tag in survey.becoming:
        _become(element, tag)
    if "input" in survey.tags or "select" in survey.tags:
        for element in list(root.iter("input", "select")):
            _replace(element, _shown(element))
    inline = survey.tags - _BLOCKS
    if inline:
        etree.strip_tags(root, *inline)


def _blank(element: etree._Element) -> None:
    """Take the text out of an invisible element; cells of a table keep their place."""
    if element.tag in _ROOTS:
        return
    if element.tag in ("td", "th"):
        _empty(element)
    elif element.tag == "tr":
        for cell in element:
            _empty(cell)
    else:
        _replace(element, "")


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


def _replace(element: etree._Element, words: str) -> None:
    """Put ``words`` where the element stands; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    words = _CONTROL.sub("", words + (element.tail or ""))
    element.tail = None
    before = element.getprevious()
    if before is None:
        parent.text = (parent.text or "") + words
    else:
        before.tail = (before.tail or "") + words
    parent.remove(element)


def _shown(control: etree._Element) -> str:
    """What a form field shows, where it stands in a cell; elsewhere it is no part of the text."""
    if next(control.iterancestors("td", "th"), None) is None:
        return ""
    if control.tag == "input":
        is_text = (control.get("type") or "").strip().lower() in _TEXT_INPUTS
        return (control.get("value") or "") if is_text else ""
    options = list(control.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None] or options[:1]
    return "".join("".join(option.itertext()) for option in chosen)
