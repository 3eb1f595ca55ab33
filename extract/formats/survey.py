"""One look at every element of an HTML tree: which are hidden, which play parts of a table, which frame the article."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from lxml import etree

from extract.formats.known import breadcrumb_names, content_selectors

_DISPLAY_NONE = re.compile(r"(?:^|[;\s])display\s*:\s*none", re.IGNORECASE)
_INVISIBLE = re.compile(r"(?:^|[;\s])visibility\s*:\s*(hidden|collapse)", re.IGNORECASE)
_DISPLAY_TABLE = re.compile(r"(?:^|[;\s])display\s*:\s*(?:inline-)?(table[a-z-]*)", re.IGNORECASE)
_TAG_OF_DISPLAY = {
    "table": "table",
    "table-row": "tr",
    "table-cell": "td",
    "table-row-group": "tbody",
    "table-header-group": "thead",
    "table-footer-group": "tfoot",
    "table-caption": "caption",
}
_TAG_OF_ROLE = {
    "table": "table",
    "grid": "table",
    "treegrid": "table",
    "rowgroup": "tbody",
    "row": "tr",
    "cell": "td",
    "gridcell": "td",
    "columnheader": "th",
    "rowheader": "th",
}


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What one attribute says of its element; selectors and trails by their place in the known lists."""

    removed: bool = False
    invisible: bool = False
    becomes: str | None = None
    selectors: tuple[int, ...] = ()
    trails: tuple[int, ...] = ()


@dataclass(slots=True)
class Survey:
    """The elements of a tree that need attention, each list in document order.

    ``tagged`` holds those told by their tag: what describes the document (title, meta, link), pictures, fields, struck
    and raised text.
    """

    tagged: dict[str, list[etree._Element]] = field(default_factory=dict)
    removed: list[etree._Element] = field(default_factory=list)
    invisible: list[etree._Element] = field(default_factory=list)
    becoming: list[tuple[etree._Element, str]] = field(default_factory=list)
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
    for judge, values_of, owned_values_of in _JUDGES:
        values = values_of(root)
        verdicts = {value: verdict for value in set(values) if (verdict := judge(value)) is not None}
        if verdicts:
            for value in values if values_of is owned_values_of else owned_values_of(root):
                if value in verdicts:
                    _note(result, value.getparent(), verdicts[value])
    return result


def outermost(elements: Sequence[etree._Element], most: int = 50) -> list[etree._Element]:
    """Those of the first ``most`` that lie in no other of them; they come in document order."""
    found: list[etree._Element] = []
    for element in elements[:most]:
        if not found or found[-1] not in element.iterancestors():
            found.append(element)
    return found


def _note(result: Survey, element: etree._Element, verdict: _Verdict) -> None:
    if verdict.removed:
        result.removed.append(element)
    if verdict.invisible:
        result.invisible.append(element)
    if verdict.becomes:
        result.becoming.append((element, verdict.becomes))
    for selector in verdict.selectors:
        result.candidates.setdefault(selector, []).append(element)
    for trail in verdict.trails:
        result.trails.setdefault(trail, []).append(element)


@lru_cache(maxsize=1 << 12)
def _judge_style(style: str) -> _Verdict | None:
    invisible = _INVISIBLE.search(style)
    display = _DISPLAY_TABLE.search(style)
    if _DISPLAY_NONE.search(style) or (invisible and invisible[1].lower() == "collapse"):
        return _Verdict(removed=True)
    if invisible:
        return _Verdict(invisible=True)
    becomes = _TAG_OF_DISPLAY.get(display[1].lower()) if display else None
    return _Verdict(becomes=becomes) if becomes else None


@lru_cache(maxsize=1 << 12)
def _judge_class(value: str) -> _Verdict | None:
    folded = value.lower()
    return _judge_names(folded, {f".{word}" for word in folded.split()})


@lru_cache(maxsize=1 << 12)
def _judge_id(value: str) -> _Verdict | None:
    folded = value.lower()
    return _judge_names(folded, {f"#{folded.strip()}"})


def _judge_names(folded: str, words: set[str]) -> _Verdict | None:
    selectors = tuple(place for place, selector in enumerate(content_selectors()) if selector in words)
    trails = tuple(place for place, part in enumerate(breadcrumb_names()) if part in folded)
    return _Verdict(selectors=selectors, trails=trails) if selectors or trails else None


def _judge_role(value: str) -> _Verdict | None:
    becomes = _TAG_OF_ROLE.get(value.strip().lower())
    return _Verdict(becomes=becomes) if becomes else None


def _judge_hidden(_: str) -> _Verdict:
    return _Verdict(removed=True)


_TAGS = ("title", "meta", "link", "img", "input", "select", "del", "s", "strike", "sup")


_Judge = Callable[[str], _Verdict | None]
_Values = Callable[[etree._Element], list[Any]]


def _judge_with_values(name: str, judge: _Judge, *, owned: bool) -> tuple[_Judge, _Values, _Values]:
    """The judge of an attribute, and what gives its values in document order: all strings, and strings with an owner.

    Strings that know their element cost more; ``owned`` has only these, for an attribute of which some value weighs on
    most pages.
    """
    path = f"descendant-or-self::*/@{name}"
    owned_values = cast("_Values", etree.XPath(path))
    values = owned_values if owned else cast("_Values", etree.XPath(path, smart_strings=False))
    return judge, values, owned_values


_JUDGES = (
    _judge_with_values("style", _judge_style, owned=False),
    _judge_with_values("class", _judge_class, owned=True),
    _judge_with_values("id", _judge_id, owned=True),
    _judge_with_values("role", _judge_role, owned=False),
    _judge_with_values("hidden", _judge_hidden, owned=False),
)


@lru_cache(maxsize=1)
def _selected_tags() -> dict[str, int]:
    return {name: place for place, name in enumerate(content_selectors()) if name[0] not in "#."}
