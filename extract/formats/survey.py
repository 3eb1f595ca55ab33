"""One look at every element of an HTML tree: which are hidden, which play parts of a table, which frame the article."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from lxml import etree

from extract.formats.attributes import JUDGES, Judge, Verdict
from extract.formats.known import content_selectors
from extract.formats.stylesheet import styled_classes

_TAGS = ("title", "meta", "link", "img", "input", "select", "del", "s", "strike", "sup", "sub", "template", "style")
_HIDDEN_BY_CLASS = frozenset({"td", "th", "span", "i", "b", "em", "small", "font", "a"})
"""Cells and what stands in them; a script often shows what else a class hides."""
_OWNED = ("class", "id")
"""Attributes of which some value weighs on most pages."""

_Values = Callable[[etree._Element], list[Any]]


@dataclass(slots=True)
class Survey:
    """The elements of a tree that need attention, each list in document order.

    ``tagged`` holds those told by their tag: what describes the document (title, meta, link), pictures, fields, struck
    and raised text; ``beside`` those that their style sets side by side.
    """

    tagged: dict[str, list[etree._Element]] = field(default_factory=dict)
    removed: list[etree._Element] = field(default_factory=list)
    invisible: list[etree._Element] = field(default_factory=list)
    becoming: list[tuple[etree._Element, str]] = field(default_factory=list)
    beside: list[etree._Element] = field(default_factory=list)
    faint: list[etree._Element] = field(default_factory=list)
    raised: list[etree._Element] = field(default_factory=list)
    candidates: dict[int, list[etree._Element]] = field(default_factory=dict)
    trails: dict[int, list[etree._Element]] = field(default_factory=dict)


def survey(root: etree._Element) -> Survey:
    """Look at each element once, in libxml2: Python sees the values of attributes that weigh, and few elements."""
    result = Survey()
    for element in root.iter(*_TAGS, *_selected_tags()):
        result.tagged.setdefault(element.tag, []).append(element)
    for tag, place in _selected_tags().items():
        if tag in result.tagged:
            result.candidates[place] = result.tagged[tag]
    for judge, values_of, owned_values_of in _LOOKS:
        values = values_of(root)
        verdicts = {value: verdict for value in set(values) if (verdict := judge(value)) is not None}
        if verdicts:
            for value in values if values_of is owned_values_of else owned_values_of(root):
                if value in verdicts:
                    _note(result, value.getparent(), verdicts[value])
        if judge is JUDGES["class"] and "style" in result.tagged:
            _note_styled(result, values)
    return result


def _note_styled(result: Survey, classes: Sequence[Any]) -> None:
    """Note the cells, and words in them, that a class hides, and what a class makes a part of a table.

    ``classes`` are the values of all class attributes, which know their element.
    """
    styled = styled_classes([sheet.text for sheet in result.tagged["style"] if sheet.text], JUDGES["style"])
    if not styled:
        return
    named = {value: names for value in set(classes) if (names := styled.keys() & value.lower().split())}
    for value in classes if named else ():
        for name in named.get(value, ()):
            element, verdict = value.getparent(), styled[name]
            if verdict.removed and element.tag in _HIDDEN_BY_CLASS:
                result.removed.append(element)
            elif verdict.becomes:
                result.becoming.append((element, verdict.becomes))


def outermost(elements: Sequence[etree._Element], most: int = 50) -> list[etree._Element]:
    """Those of the first ``most`` that lie in no other of them; they come in document order."""
    found: list[etree._Element] = []
    for element in elements[:most]:
        if not found or found[-1] not in element.iterancestors():
            found.append(element)
    return found


def _note(result: Survey, element: etree._Element, verdict: Verdict) -> None:
    if verdict.removed:
        result.removed.append(element)
    if verdict.invisible:
        result.invisible.append(element)
    if verdict.becomes:
        result.becoming.append((element, verdict.becomes))
    if verdict.beside:
        result.beside.append(element)
    if verdict.faint:
        result.faint.append(element)
    if verdict.raised:
        result.raised.append(element)
    for selector in verdict.selectors:
        result.candidates.setdefault(selector, []).append(element)
    for trail in verdict.trails:
        result.trails.setdefault(trail, []).append(element)


def _values_of(name: str) -> tuple[_Values, _Values]:
    """What gives the values of an attribute in document order: all strings, and strings that know their element.

    These cost more; both are of that kind for an attribute of which some value weighs on most pages.
    """
    path = f"descendant-or-self::*/@{name}"
    owned = cast("_Values", etree.XPath(path))
    return owned if name in _OWNED else cast("_Values", etree.XPath(path, smart_strings=False)), owned


_LOOKS: tuple[tuple[Judge, _Values, _Values], ...] = tuple((judge, *_values_of(name)) for name, judge in JUDGES.items())


@lru_cache(maxsize=1)
def _selected_tags() -> dict[str, int]:
    return {name: place for place, name in enumerate(content_selectors()) if name[0] not in "#."}
