"""Styles of Word documents: which are headings, which are hidden, which belong to a list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from extract.formats.numbering import whole

_OFF = frozenset(("0", "false", "off"))
_HEADING_NAME = re.compile(r"(?:heading|标题)\s*([1-9])")
_MOST_HEADING = 6


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph or character style says, its ancestors included."""

    heading: int = 0
    hidden: bool = False
    list_id: str | None = None
    list_level: int = 0


_NO_STYLE = Style()


class Styles:
    """The styles of a document by their identifiers; each is worked out when it is first asked for."""

    def __init__(self, root: etree._Element | None = None) -> None:
        """Take the styles part of a document, or none."""
        self._prefix = "" if root is None else "{" + (etree.QName(root).namespace or "") + "}"
        own = () if root is None else root.iterchildren(self._prefix + "style")
        self._sources = {style.get(self._prefix + "styleId", ""): style for style in own}
        self._found: dict[str, Style] = {}

    def get(self, name: str) -> Style:
        """The style of an identifier; one that is not defined says nothing."""
        style = self._found.get(name)
        return self._resolve(name) if style is None else style

    def _resolve(self, name: str) -> Style:
        chain: list[str] = []
        while name in self._sources and name not in self._found and name not in chain:
            chain.append(name)
            base = self._sources[name].find(self._prefix + "basedOn")
            name = base.get(self._prefix + "val", "") if base is not None else ""
        style = self._found.get(name, _NO_STYLE)
        for own in reversed(chain):
            style = _derive(self._sources[own], style, self._prefix)
            self._found[own] = style
        return style


def _derive(source: etree._Element, base: Style, prefix: str) -> Style:
    hidden = source.find(f"{prefix}rPr/{prefix}vanish")
    level = source.find(f"{prefix}pPr/{prefix}outlineLvl")
    heading = base.heading
    if level is not None:
        heading = heading_of(whole(level.get(prefix + "val"), 9))
    else:
        title = source.find(prefix + "name")
        words = (title.get(prefix + "val") or "").lower() if title is not None else ""
        match = _HEADING_NAME.fullmatch(words)
        if match or words == "title":
            heading = min(int(match[1]), _MOST_HEADING) if match else 1
    own = source.find(f"{prefix}pPr/{prefix}numPr")
    list_id, list_level = (base.list_id, base.list_level) if own is None else list_place(own, prefix, base)
    return Style(heading, base.hidden if hidden is None else is_on(hidden, prefix), list_id, list_level)


def heading_of(outline_level: int) -> int:
    """The heading level, 1 to 6, of an outline level that Word counts from 0; 0 for body text."""
    return min(outline_level + 1, _MOST_HEADING) if 0 <= outline_level < 9 else 0


def is_on(toggle: etree._Element, prefix: str) -> bool:
    """Whether a property that is on by being there is not switched off by its value."""
    return toggle.get(prefix + "val", "true") not in _OFF


def list_place(numbers: etree._Element, prefix: str, base: Style) -> tuple[str | None, int]:
    """The list and the level in it that ``numPr`` names; what it leaves out comes from the style."""
    list_id, level = numbers.find(prefix + "numId"), numbers.find(prefix + "ilvl")
    return (
        list_id.get(prefix + "val") if list_id is not None else base.list_id,
        whole(level.get(prefix + "val"), 0) if level is not None else base.list_level,
    )
