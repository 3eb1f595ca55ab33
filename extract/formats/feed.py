"""XML that wraps the HTML of an article: RSS and Atom feeds, answers of a site's interface."""

from __future__ import annotations

import re

from lxml import etree

from extract.formats.answer import LONGEST_FIELD, holds_markup

_ROOT = re.compile(
    r"\s*(?:(?P<xml><\?xml\b[^>]*>)|<\?[^>]*>|<!--.*?-->|\s)*<(?P<tag>[a-z][\w:.-]*)", re.IGNORECASE | re.DOTALL
)
_FEEDS = frozenset({"rss", "feed", "rdf:rdf"})


def read_feed(source: str) -> tuple[str, dict[str, str]] | None:
    """The longest HTML that an XML text holds as text, and the short fields beside it by lower-cased name; or None."""
    root = _ROOT.match(source[:1000])
    if root is None or root["tag"].lower() == "html" or not (root["xml"] or root["tag"].lower() in _FEEDS):
        return None
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True
    )
    try:
        tree = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        return None
    texts = [] if tree is None else [e for e in tree.iter("*") if e.text and not len(e) and holds_markup(e.text)]
    best = max(texts, key=lambda element: len(element.text or ""), default=None)
    if best is None:
        return None
    fields: dict[str, str] = {}
    holder = best.getparent()
    for sibling in () if holder is None else holder:
        words = " ".join((sibling.text or "").split())
        if isinstance(sibling.tag, str) and 0 < len(words) <= LONGEST_FIELD and not holds_markup(words):
            fields.setdefault(etree.QName(sibling).localname.lower(), words)
    return best.text or "", fields
