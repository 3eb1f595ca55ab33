"""What surrounds the article in an HTML page: its meta tags, its trail of links, its content root, its pictures."""

from __future__ import annotations

import re

from lxml import etree

from extract.formats.known import breadcrumb_names, content_selectors, icon_parts
from extract.formats.survey import Survey, outermost

_SMALL = 100
_LONGEST_KIND = 40
_LONGEST_BREADCRUMB = 300
_PIXELS = re.compile(r"\s*(\d+)(?:\.\d+)?\s*(?:px)?\s*$", re.IGNORECASE)
_STYLE_PIXELS = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*(\d+)(?:\.\d+)?px", re.IGNORECASE)


def read_meta(survey: Survey) -> dict[str, str]:
    """The document's own metadata: lower-cased meta names, ``html:title``, ``html:canonical``, ``html:breadcrumb``.

    Where a name occurs twice, the first value that is not empty wins.
    """
    meta: dict[str, str] = {}
    for element in survey.tagged.get("meta", ()):
        name = (element.get("name") or element.get("property") or "").strip().lower()
        value = " ".join((element.get("content") or "").split())
        if name and value:
            meta.setdefault(name, value)
    title = next(iter(survey.tagged.get("title", ())), None)
    if title is not None and (words := _words(title)):
        meta["html:title"] = words
    for link in survey.tagged.get("link", ()):
        address = (link.get("href") or "").strip()
        if address and "canonical" in (link.get("rel") or "").lower().split():
            meta.setdefault("html:canonical", address)
    breadcrumb = _read_breadcrumb(survey)
    if breadcrumb:
        meta["html:breadcrumb"] = breadcrumb
    return meta


def _read_breadcrumb(survey: Survey) -> str | None:
    for place in range(len(breadcrumb_names())):
        for element in survey.trails.get(place, ()):
            words = _words(element, limit=_LONGEST_BREADCRUMB)
            if words:
                return words
    return None


def find_roots(survey: Survey) -> list[etree._Element]:
    """The candidates for the content root, the surest first: the only outermost match of each selector."""
    found: list[etree._Element] = []
    for place in range(len(content_selectors())):
        matches = outermost(survey.candidates.get(place, ()))
        if len(matches) == 1 and matches[0] not in found:
            found.append(matches[0])
    return found


def _words(element: etree._Element, limit: int | None = None) -> str:
    """The text of an element on one line, empty where it is longer than ``limit``."""
    pieces: list[str] = []
    length = 0
    for raw in element.itertext():
        piece = str(raw)
        if not piece.isspace():
            pieces.append(piece)
            length += len(piece)
            if limit and length > limit * 2:
                return ""
    words = " ".join(" ".join(pieces).split())
    return "" if limit and len(words) > limit else words


def is_large(image: etree._Element) -> bool:
    """Whether a picture is large enough to hold a table, and no icon."""
    address = (image.get("src") or "").lower()
    address = address[:_LONGEST_KIND] if address.startswith("data:") else address
    if not address or any(part in address for part in icon_parts()):
        return False
    sizes = [match[1] for side in ("width", "height") if (match := _PIXELS.match(image.get(side) or ""))]
    sizes += _STYLE_PIXELS.findall(image.get("style") or "")
    return not any(len(size) < 3 or int(size[:9]) < _SMALL for size in sizes)
