"""The grammar of report titles: which text is one, which year and which organ it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from transform.metadata.gazetteer import gazetteer, wording
from transform.wording.cued import Cued
from transform.wording.fold import fold

_BRACKETS_AT_END = re.compile(r"\([^()]*\)$")
_CHINESE_DIGITS = str.maketrans("〇零oO一二三四五六七八九", "0000123456789")


@dataclass(frozen=True, slots=True)
class Title:
    """A text built like a report's title: as printed, with the organ as printed and the year, if it has them.

    ``is_whole`` tells that its words end it, a bracket apart: what is called a table of the report goes on.
    """

    text: str
    organ: str | None
    year: int | None
    fit: float
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class _Grammar:
    year: re.Pattern[str]
    kind: re.Pattern[str]
    year_line: re.Pattern[str]
    no_title: re.Pattern[str]
    sentence: re.Pattern[str]
    edges: re.Pattern[str]
    separators: re.Pattern[str]
    site_head: re.Pattern[str]
    organ_ending: re.Pattern[str]
    no_organ: re.Pattern[str]
    hint: str
    words: tuple[str, ...]
    longest: int
    longest_organ: int


def with_years(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of ``data/metadata.toml``: YEAR and DATE stand for the expressions given there."""
    rules = wording()
    filled = pattern.replace("YEAR", rules["titles"]["year"]).replace("DATE", rules["dates"]["date"])
    return re.compile(filled)


def cued_with_years(pattern: str, name: str) -> Cued:
    """Compile a pattern as :func:`with_years` does, with the cues of that name in ``data/metadata.toml``."""
    return Cued(with_years(pattern), tuple(wording()["cues"][name]))


@lru_cache(maxsize=1)
def _grammar() -> _Grammar:
    titles, organs = wording()["titles"], wording()["organs"]
    return _Grammar(
        year=re.compile(rf"(?<!\d)(?P<year>{titles['year']})(?!\d)(?:年度|年)*(?:度)?"),
        kind=with_years(titles["kind"]),
        year_line=with_years(titles["year_line"]),
        no_title=re.compile(titles["no_title"]),
        sentence=re.compile(titles["sentence"]),
        edges=re.compile(titles["edges"]),
        separators=re.compile(titles["site_separators"]),
        site_head=re.compile(titles["site_head"]),
        organ_ending=re.compile(organs["organ_ending"]),
        no_organ=re.compile(organs["no_organ"]),
        hint=titles["hint"],
        words=tuple(titles["words"]),
        longest=titles["longest"],
        longest_organ=organs["longest_organ"],
    )


def year_number(text: str) -> int | None:
    """The year that a folded expression writes in digits or Chinese numerals; None outside 2008 to this year."""
    digits = text.translate(_CHINESE_DIGITS)
    if not digits.isdigit():
        return None
    year = int(digits)
    return year if wording()["years"]["first"] <= year <= date.today().year else None


def years_in(text: str) -> list[int]:
    """All plausible years in a folded text, in its order."""
    found = (year_number(match["year"]) for match in _grammar().year.finditer(text))
    return [year for year in found if year is not None]


def is_organ(text: str) -> bool:
    """Whether a text may be an organ's name: it ends like one, and is no website, column or sentence."""
    grammar, folded = _grammar(), fold(text)
    return (
        1 < len(folded) <= grammar.longest_organ
        and grammar.organ_ending.search(_BRACKETS_AT_END.sub("", folded)) is not None
        and (not grammar.no_organ.search(folded) or _is_division(folded))
    )


def _is_division(folded: str) -> bool:
    """Whether a name that sounds like a column of a website (二街镇, 安镇街道) is that of a division or its office."""
    reading = gazetteer().read(folded)
    return reading is not None and not _grammar().no_organ.search(reading.tail)


def aligned_fold(text: str) -> tuple[str, list[int]]:
    """A cleaned text folded character by character, and for each folded character its place in the text."""
    whole = fold(text)
    if len(whole) == len(text) and " " not in text:
        return whole, list(range(len(text)))
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for part in fold(character):
            folded.append(part)
            places.append(place)
    return "".join(folded), places


def may_hold_title(text: str) -> bool:
    """Whether a text, cleaned or not, has the character that no title lacks."""
    return _grammar().hint in text


def _has_words(folded: str) -> bool:
    """Whether a folded text has one of the words of which each title has one."""
    return any(map(folded.__contains__, _grammar().words))


def read_title(text: str) -> Title | None:
    """Read a cleaned text as a report's title; None where it does not have the words of one."""
    return _read_title(text) if may_hold_title(text) and 4 < len(text) <= _grammar().longest else None


@lru_cache(maxsize=4096)
def _read_title(text: str) -> Title | None:
    grammar = _grammar()
    whole = fold(text)
    if not _has_words(whole) or grammar.kind.search(whole) is None or grammar.sentence.search(whole):
        return None
    folded, places = aligned_fold(text)
    kind = grammar.kind.search(folded)
    if kind is None:
        return None
    organ = _organ(text, folded, places, kind)
    year = _year(folded, kind)
    fit = 3.0 * bool(organ) + 2.0 * bool(year) + _tidy(folded[kind.end() :]) - len(folded) / 100
    is_whole = _tidy(folded[kind.end() :]) > 0
    return Title(text, organ, year, fit - 6.0 * bool(grammar.no_title.search(folded)), is_whole)


def _tidy(rest: str) -> float:
    return 1.0 if not rest or rest.startswith("(") else -1.0


def _year(folded: str, kind: re.Match[str]) -> int | None:
    """The year next to the title's words goes before one at its other end."""
    years = years_in(kind.group())
    return next(iter([*years, *reversed(years_in(folded[: kind.start()])), *years_in(folded[kind.end() :])]), None)


def _organ(text: str, folded: str, places: list[int], kind: re.Match[str]) -> str | None:
    for start, end in ((0, kind.start()), (kind.end(), len(folded))):
        spans = [(match.start(), match.end()) for match in _grammar().year.finditer(folded, start, end)]
        bounds = [start, *(edge for span in spans for edge in span), end]
        pieces = zip(bounds[::2], bounds[1::2], strict=True)
        for left, right in sorted(pieces, key=lambda piece: piece[0] - piece[1]):
            organ = _between(text, folded, places, left, right)
            if organ:
                return organ
    return None


def _between(text: str, folded: str, places: list[int], left: int, right: int) -> str | None:
    edges = _grammar().edges
    while left < right:
        inner = folded[left:right]
        edge = edges.search(inner)
        if edge is None or (edge.group() == ")" and "(" in inner):
            break
        left, right = (left + edge.end(), right) if edge.start() == 0 else (left, left + edge.start())
    if right - left < 2:
        return None
    organ = text[places[left] : places[right - 1] + 1].replace(" ", "").strip("[]【】〔〕")
    return organ if is_organ(organ) else None


def titles_in_window(text: str) -> list[Title]:
    """The titles in a window's title, the name of the site cut off: ``…年度报告-凌源市人民政府``."""
    grammar = _grammar()
    if not may_hold_title(text):
        return []
    text = grammar.site_head.sub("", text)
    pieces = [title for piece in grammar.separators.split(text) if (title := read_title(piece.strip()))]
    whole = read_title(text)
    return pieces or ([whole] if whole else [])


def joined_title(above: Sequence[str], line: str) -> Title | None:
    """The title that a line ends whose beginning stands on the lines above it, the nearest last; None where none does.

    It is an organ or a year over the words of the title, or a title broken inside its words.
    """
    if not may_hold_title("".join((*above, line))):
        return None
    if not _has_words("".join(map(fold, (*above, line)))):
        return None
    first = ""
    title: Title | None = None
    for begun in reversed(above) if line else ():
        first = begun + first
        if not begun or len(first) + len(line) > _grammar().longest:
            break
        title = _joined(first, line) or title
        if title and title.organ:
            break
    return title


def _joined(first: str, second: str) -> Title | None:
    grammar = _grammar()
    whole, joined = read_title(second), read_title(first + second)
    if joined is None or (whole is not None and (whole.organ or read_title(first))):
        return None
    above = fold(first)
    words = grammar.kind.search(fold(first + second))
    broken = words is not None and words.start() < len(above) < words.end()
    return joined if broken or is_organ(first) or grammar.year_line.match(above) else None
