"""The automatic numbers of list paragraphs in Word documents: 一、, （二）, 3. and the like, as Word prints them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

_PLACE = re.compile(r"%([1-9])")
_DIGITS = "〇一二三四五六七八九"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_LEVELS = 9


class _Level(NamedTuple):
    pattern: str
    number_format: str
    start: int


@dataclass(slots=True)
class Numbering:
    """Which list prints which numbers, which lists count anew, and how far each has counted."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    restarted: set[str] = field(default_factory=set)
    counts: dict[str, list[int | None]] = field(default_factory=dict)

    def label(self, list_id: str, level: int) -> str:
        """Count one paragraph of a list further and give the number that stands before it, ``""`` for a bullet."""
        abstract = self.lists.get(list_id, "")
        levels = self.levels.get(abstract, {})
        own = levels.get(level)
        if own is None or not 0 <= level < _LEVELS:
            return ""
        counter = f"list {list_id}" if list_id in self.restarted else abstract
        counts = self.counts.setdefault(counter, [None] * _LEVELS)
        reached = counts[level]
        counts[level] = own.start if reached is None else reached + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        if own.number_format == "bullet":
            return ""

        def place(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            shown = levels.get(at, own)
            reached = counts[at]
            return _print(shown.start if reached is None else reached, shown.number_format)

        return _PLACE.sub(place, own.pattern)


def read_numbering(root: etree._Element | None) -> Numbering:
    """The lists that the numbering part of a document defines; none without one."""
    numbering = Numbering()
    if root is None:
        return numbering
    name = "{" + (etree.QName(root).namespace or "") + "}"
    for abstract in root.iter(name + "abstractNum"):
        levels = {}
        for level in abstract.iter(name + "lvl"):
            place = whole(level.get(name + "ilvl"), 0)
            values = {child.tag: child.get(name + "val", "") for child in level if isinstance(child.tag, str)}
            levels[place] = _Level(
                values.get(name + "lvlText", ""),
                values.get(name + "numFmt", "decimal"),
                whole(values.get(name + "start"), 1),
            )
        numbering.levels[abstract.get(name + "abstractNumId", "")] = levels
    for own in root.iter(name + "num"):
        target = own.find(name + "abstractNumId")
        if target is not None:
            list_id = own.get(name + "numId", "")
            numbering.lists[list_id] = target.get(name + "val", "")
            if next(own.iter(name + "startOverride"), None) is not None:
                numbering.restarted.add(list_id)
    return numbering


def whole(value: str | None, default: int) -> int:
    """A whole number in an attribute, ``default`` where it is none or has more than nine digits."""
    try:
        return int(value) if value is not None and len(value) < 10 else default
    except ValueError:
        return default


def _chinese(number: int) -> str:
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[ones] if ones else "")


def _letter(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * min(9, 1 + (number - 1) // 26) if number > 0 else ""


def _roman(number: int) -> str:
    if not 0 < number < 40:
        return str(number)
    printed = ""
    for value, sign in _ROMAN:
        while number >= value:
            printed += sign
            number -= value
    return printed


def _one_of(signs: str) -> Callable[[int], str]:
    return lambda number: signs[number - 1] if 0 < number <= len(signs) else str(number)


_PRINTED: dict[str, Callable[[int], str]] = {
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "chineseLegalSimplified": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "ideographDigital": lambda number: "".join(_DIGITS[int(digit)] for digit in str(abs(number))),
    "ideographTraditional": _one_of(_STEMS),
    "decimalEnclosedCircle": _one_of(_CIRCLES),
    "decimalEnclosedCircleChinese": _one_of(_CIRCLES),
    "decimalFullWidth": lambda number: str(number).translate(_FULL_WIDTH),
    "decimalZero": lambda number: f"{number:02d}",
    "lowerLetter": _letter,
    "upperLetter": lambda number: _letter(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "none": lambda _: "",
}


def _print(number: int, number_format: str) -> str:
    return _PRINTED.get(number_format, str)(number)
