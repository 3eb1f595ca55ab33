"""What the style sheets of a page say of classes: which cells are hidden, which elements are parts of a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from extract.formats.attributes import Verdict

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CONDITIONAL = re.compile(r"@[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_DISPLAY = re.compile(r"display\s*:\s*(none|table)?")
_OF_CLASS = re.compile(r"[a-z]*\.([\w-]+)")
_CLASS = re.compile(r"\.([\w-]+)")
_LONGEST = 200_000


def styled_names(data: bytes) -> frozenset[bytes]:
    """The names, lower-cased, of classes whose display style sheets may set; ``data`` is in an encoding like ASCII."""
    sheets = [piece.partition(b"</style")[0] for piece in data.split(b"<style")[1:]]
    rules = [rule for sheet in sheets if b"display" in sheet for rule in _rules(sheet.decode("latin-1"))]
    return frozenset(name.encode("latin-1") for selectors, _ in rules for name in _CLASS.findall(selectors))


def styled_classes(sheets: Iterable[str], judge_style: Callable[[str], Verdict | None]) -> dict[str, Verdict]:
    """The verdicts on classes, lower-cased, whose display one rule without a condition sets, and no other.

    Rules for some media or states (``.pane.active``) only show that a class is not always displayed alike.
    """
    found: dict[str, Verdict] = {}
    contested: set[str] = set()
    for selectors, declarations in (rule for sheet in sheets for rule in _rules(sheet)):
        verdict = judge_style(declarations)
        for selector in selectors.split(","):
            alone = _OF_CLASS.fullmatch(selector.strip())
            if alone is None or verdict is None or found.get(alone[1], verdict) != verdict:
                contested.update(_CLASS.findall(selector))
            else:
                found[alone[1]] = verdict
    return {name: verdict for name, verdict in found.items() if name not in contested}


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """The selectors and declarations, lower-cased, of the rules that set a display, where some may weigh."""
    if "display" not in sheet or len(sheet) > _LONGEST:
        return
    sheet = sheet.lower()
    if not any(match[1] for match in _DISPLAY.finditer(sheet)):
        return
    if "/*" in sheet:
        sheet = _COMMENT.sub("", sheet)
    if "@" in sheet:
        sheet = _CONDITIONAL.sub("", sheet)
    for match in _DISPLAY.finditer(sheet):
        opening = sheet.rfind("{", 0, match.start())
        begin = max(sheet.rfind(border, 0, max(opening, 0)) for border in "{};") + 1
        end = sheet.find("}", match.end())
        if opening >= 0 and "}" not in sheet[opening : match.start()]:
            yield sheet[begin:opening], sheet[opening + 1 : end if end >= 0 else len(sheet)]
