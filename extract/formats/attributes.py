"""What an attribute says of its element: hidden, a part of a table, the frame of the article; most say nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from extract.formats.known import breadcrumb_names, content_selectors

_DISPLAY_NONE = re.compile(r"(?:^|[;\s])display\s*:\s*none")
_INVISIBLE = re.compile(r"(?:^|[;\s])visibility\s*:\s*(hidden|collapse)")
_DISPLAY_TABLE = re.compile(r"(?:^|[;\s])display\s*:\s*(?:inline-)?(table[a-z-]*)")
_SIDE_BY_SIDE = re.compile(r"(?:^|[;\s])(?:display\s*:\s*inline-(?:block|flex|grid)|float\s*:\s*left)")
_STRUCK = re.compile(r"(?:^|[;\s])text-decoration(?:-line)?\s*:[^;]*line-through")
_UNSEEN = re.compile(
    r"(?:^|[;\s])(?:(?:font-size|opacity)\s*:\s*0(?:\.0+)?(?:[a-z]+|%)?\s*(?:!|;|$)"
    r"|(?:left|top|right|text-indent|margin-left)\s*:\s*-\d{3,}|color\s*:\s*transparent)"
)
_RAISED = re.compile(r"(?:^|[;\s])vertical-align\s*:\s*(?:super|sub)\b")
_FOR_LISTENERS = frozenset({"sr-only", "visually-hidden", "screen-reader-text"})
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
class Verdict:
    """What one attribute says of its element; selectors and trails by their place in the known lists.

    ``faint``: no part of a number, where it stands in a cell beside other words: struck through, or not to be seen.
    ``raised``: a mark of a footnote, in such a place.
    """

    removed: bool = False
    invisible: bool = False
    becomes: str | None = None
    beside: bool = False
    faint: bool = False
    raised: bool = False
    selectors: tuple[int, ...] = ()
    trails: tuple[int, ...] = ()


@lru_cache(maxsize=1 << 12)
def _judge_style(style: str) -> Verdict | None:
    """A long style is searched only for what it has a word of: a word is found faster than a pattern fails."""
    style = style.lower()
    names_display = "display" in style
    invisible = _INVISIBLE.search(style) if "visibility" in style else None
    display = _DISPLAY_TABLE.search(style) if names_display else None
    if (names_display and _DISPLAY_NONE.search(style)) or (invisible and invisible[1] == "collapse"):
        return Verdict(removed=True)
    if invisible:
        return Verdict(invisible=True)
    becomes = _TAG_OF_DISPLAY.get(display[1]) if display else None
    if becomes:
        return Verdict(becomes=becomes)
    if ("line-through" in style and _STRUCK.search(style)) or _UNSEEN.search(style):
        return Verdict(faint=True)
    if "vertical-align" in style and _RAISED.search(style):
        return Verdict(raised=True)
    return Verdict(beside=True) if (names_display or "float" in style) and _SIDE_BY_SIDE.search(style) else None


@lru_cache(maxsize=1 << 12)
def _judge_class(value: str) -> Verdict | None:
    folded = value.lower()
    words = folded.split()
    if not _FOR_LISTENERS.isdisjoint(words):
        return Verdict(faint=True)
    return _judge_names(folded, {f".{word}" for word in words})


@lru_cache(maxsize=1 << 12)
def _judge_id(value: str) -> Verdict | None:
    folded = value.lower()
    return _judge_names(folded, {f"#{folded.strip()}"})


def _judge_names(folded: str, words: set[str]) -> Verdict | None:
    selectors = tuple(place for place, selector in enumerate(content_selectors()) if selector in words)
    trails = tuple(place for place, part in enumerate(breadcrumb_names()) if part in folded)
    return Verdict(selectors=selectors, trails=trails) if selectors or trails else None


def _judge_role(value: str) -> Verdict | None:
    becomes = _TAG_OF_ROLE.get(value.strip().lower())
    return Verdict(becomes=becomes) if becomes else None


def _judge_hidden(_: str) -> Verdict:
    return Verdict(removed=True)


Judge = Callable[[str], Verdict | None]

JUDGES: dict[str, Judge] = {
    "style": _judge_style,
    "class": _judge_class,
    "id": _judge_id,
    "role": _judge_role,
    "hidden": _judge_hidden,
}
"""By the name of the attribute; an attribute of another name, or one whose judge gives None, does not weigh."""
