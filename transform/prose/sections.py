"""The prose of a report under its statutory headings, found by what the headings mean and never by their ordinals.

Wording and its meaning are in ``data/sections.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import NamedTuple, TypeGuard, get_args

from rapidfuzz import fuzz, process

from extract.page import Block, Page, Paragraph
from transform.metadata.titles import aligned_fold, read_title
from transform.model import Passage, Section, SectionId
from transform.wording.fold import clean, fold, han_only

_PREFIX = 48
_PREFIX_WITH_PINYIN = 200
_MAY_BEGIN = frozenset("一二三四五六七八九十壹贰貳叁參肆伍陆陸柒捌玖拾第(（0123456789０１２３４５６７８９")
_GOES_ON = "；;，,、"
_PROSE = 30
_BROKEN = 20
_SENTENCE_LINES = 3
_FIRM, _LOOSE, _FILLED, _UNNUMBERED = 10.0, 4.0, 2.0, 3.0

_Line = tuple[str, str]
"""A line of prose and its place."""


@dataclass(frozen=True, slots=True)
class _Rules:
    ids: tuple[SectionId, ...]
    words: tuple[tuple[str, ...], ...]
    any_word: re.Pattern[str]
    variants: tuple[dict[str, bool], ...]
    styles: tuple[tuple[str, re.Pattern[str]], ...]
    body: re.Pattern[str]
    footers: re.Pattern[str]
    longest: int
    longest_footer: int
    captions: re.Pattern[str]
    longest_caption: int
    alike: float
    no_glued_text: re.Pattern[str]
    shortest_glued_text: int


class _Inline(NamedTuple):
    """A heading in one paragraph with its text: which section, the folded heading's end, whether nothing parts them."""

    section: int
    firm: bool
    style: str
    end: int
    glued: bool = False


class _Heading(NamedTuple):
    """A block that may open a section: its index on the page, which section, how it is printed."""

    at: int
    section: int
    heading: str
    rest: str
    style: str
    firm: bool
    filled: bool = False
    glued: bool = False


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    data = tomllib.loads(resources.files("data").joinpath("sections.toml").read_text(encoding="utf-8"))
    by_id = {section["id"]: section for section in data["sections"]}
    ids: tuple[SectionId, ...] = get_args(SectionId)
    return _Rules(
        ids=ids,
        words=tuple(tuple(by_id[name]["words"]) for name in ids),
        any_word=re.compile("|".join(re.escape(word) for name in ids for word in by_id[name]["words"])),
        variants=tuple(
            {**dict.fromkeys(by_id[name].get("loose", ()), False), **dict.fromkeys(by_id[name]["firm"], True)}
            for name in ids
        ),
        styles=tuple((style, re.compile(pattern)) for style, pattern in data["ordinals"].items()),
        body=re.compile(data["body"]["begins"]),
        footers=re.compile("|".join(f"(?:{start})" for start in data["footers"]["starts"])),
        longest=data["longest"],
        longest_footer=data["footers"]["longest"],
        captions=re.compile("|".join(f"(?:{caption})" for caption in data["captions"]["whole"])),
        longest_caption=data["captions"]["longest"],
        alike=data["alike"],
        no_glued_text=re.compile(data["glued"]["no_text"]),
        shortest_glued_text=data["glued"]["shortest"],
    )


@lru_cache(maxsize=1 << 14)
def _meaning(han: str) -> tuple[int, bool] | None:
    """Which section a heading's Han characters open, and whether they do so without further evidence."""
    rules = _rules()
    best: tuple[float, int, bool] | None = None
    for section, words in enumerate(rules.words):
        if not any(word in han for word in words):
            continue
        found = process.extractOne(han, rules.variants[section].keys(), scorer=fuzz.ratio, score_cutoff=rules.alike)
        if found and (best is None or found[1] > best[0]):
            best = (found[1], section, rules.variants[section][found[0]])
    return best[1:] if best else None


def _ordinal(folded: str) -> tuple[str, int]:
    """The style of the ordinal that a folded line begins with, and its length."""
    for style, pattern in _rules().styles:
        if match := pattern.match(folded):
            return style, match.end()
    return "", 0


def opens_section(text: str, pinyin: bool) -> bool:
    """Whether a text begins with a heading that opens a section without further evidence, and the section's text."""
    heading = _heading(text, 0, pinyin)
    if heading is None or not heading.firm:
        return False
    return heading.rest[0] not in _GOES_ON if heading.rest else not text.endswith("。")


def split_sections(page: Page, table_blocks: frozenset[int], *, pinyin: bool) -> tuple[Section, ...]:
    """The prose of the report's sections in their order on the page, one paragraph a line.

    ``table_blocks`` are the indexes of the blocks that belong to statutory tables; those and all grids are no prose.
    ``pinyin`` says whether bracketed pinyin is noise on this page.  A section whose heading stands over no prose has
    the text ``""``; what stands before the first heading is in no section, unless the page has no heading for the
    overview and the text is real prose: then that is the overview, with the heading ``""``.
    """
    candidates = list(_candidates(page, table_blocks, pinyin))
    headings = _chain(candidates)
    if not headings:
        return ()
    prose = {at: block for at, block in enumerate(page.blocks) if _is_prose(block) and at not in table_blocks}
    ends = [heading.at for heading in headings[1:]] + [_end(page, candidates, headings[-1], prose, pinyin)]
    sections = []
    for heading, end in zip(headings, ends, strict=True):
        below = [prose[at] for at in range(heading.at + 1, end) if at in prose]
        body = [(heading.rest, page.blocks[heading.at].locator)]
        body += [(clean(block.text, pinyin=pinyin), block.locator) for block in below]
        lines = _until_footer(body) if heading is headings[-1] else body
        words = [line for line in lines if _has_words(line[0]) and not _is_caption(line[0])]
        sections.append(_section(heading.section, heading.heading, words))
    above = [block for at, block in prose.items() if at < headings[0].at] if headings[0].section else []
    unheaded = _running_text(above, pinyin)
    return (*([_section(0, "", unheaded)] if unheaded else ()), *sections)


def passages(
    page: Page, sections: tuple[Section, ...], table_blocks: frozenset[int], *, pinyin: bool
) -> tuple[Passage, ...]:
    """The prose of the page, line by line: that of its sections, or all of it where no section was found."""
    if sections:
        return tuple(
            Passage(section.section, locator, line, fold(line, pinyin=pinyin))
            for section in sections
            for line, locator in zip(section.text.split("\n"), section.locators, strict=False)
        )
    return tuple(
        Passage(None, block.locator, block.text, fold(block.text, pinyin=pinyin))
        for at, block in enumerate(page.blocks)
        if _is_prose(block) and at not in table_blocks
    )


def _section(section: int, heading: str, lines: list[_Line]) -> Section:
    text = "\n".join(line for line, _ in lines)
    return Section(_rules().ids[section], heading, text, tuple(locator for _, locator in lines))


def _end(page: Page, candidates: list[_Heading], last: _Heading, prose: dict[int, Paragraph], pinyin: bool) -> int:
    """Where the last section ends: where the report, or another one, begins again, or with the page."""
    again = (c.at for c in candidates if c.at > last.at and c.firm and c.section < last.section)
    titles = (at for at, block in prose.items() if at > last.at and _is_title(clean(block.text, pinyin=pinyin)))
    return min(next(again, len(page.blocks)), next(titles, len(page.blocks)))


def _is_title(text: str) -> bool:
    title = read_title(text)
    return title is not None and title.fit > 0 and title.organ is not None and title.year is not None


def _is_caption(line: str) -> bool:
    rules = _rules()
    return len(line) <= rules.longest_caption and rules.captions.match(fold(line)) is not None


def _is_prose(block: Block) -> TypeGuard[Paragraph]:
    return isinstance(block, Paragraph)


def _candidates(page: Page, table_blocks: frozenset[int], pinyin: bool) -> Iterator[_Heading]:
    """Every block that may open a section; ``filled`` tells whether anything stands before the next such block."""
    waiting: _Heading | None = None
    for at, block in enumerate(page.blocks):
        if isinstance(block, Paragraph) and at not in table_blocks:
            heading = _heading(block.text, at, pinyin)
        else:
            heading = _table_heading(block, at, pinyin)
        if waiting:
            yield _filled(waiting, heading is None or bool(waiting.rest))
        waiting = heading
    if waiting:
        yield _filled(waiting, bool(waiting.rest))


def _filled(heading: _Heading, filled: bool) -> _Heading:
    return heading._replace(filled=filled)


def _table_heading(block: Block, at: int, pinyin: bool) -> _Heading | None:
    """A heading that was read as part of a table: a line of it, or the only cell of its first row."""
    if isinstance(block, Paragraph):
        text = block.text
    else:
        cells = {cell.text for cell in block.rows[0] if cell and cell.text} if block.rows else set()
        text = cells.pop() if len(cells) == 1 else ""
    if not text or text.isdigit() or len(text) > _PREFIX_WITH_PINYIN or text[0] not in _MAY_BEGIN:
        return None
    folded = _folded(text, pinyin)
    found = _line(folded) if _rules().any_word.search(han_only(folded)) else None
    return _Heading(at, found[0], clean(text, pinyin=pinyin), "", found[2], True) if found and found[1] else None


def _folded(text: str, pinyin: bool) -> str:
    return fold(clean(text, pinyin=True)) if pinyin else fold(text)


def _heading(text: str, at: int, pinyin: bool) -> _Heading | None:
    limit = _PREFIX_WITH_PINYIN if pinyin else _PREFIX
    if len(text) <= limit:
        folded = _folded(text, pinyin)
        if not _rules().any_word.search(han_only(folded)):
            return None
        ends_sentence = " " in text and text.endswith("。")
        if found := None if ends_sentence else _line(folded):
            section, firm, style = found
            return _Heading(at, section, clean(text, pinyin=pinyin), "", style, firm)
        if not _rules().any_word.search(folded):
            return None
    elif text[0] not in _MAY_BEGIN:
        return None
    prefix = clean(text[: limit + 8], pinyin=pinyin)[: _rules().longest + 8]
    if not _rules().any_word.search(fold(prefix)):
        return None
    folded, places = aligned_fold(prefix)
    inline = _inline(folded, prefix, places)
    if inline is None:
        return None
    cleaned = clean(text, pinyin=pinyin)
    cut = places[inline.end] if inline.end < len(places) else len(cleaned)
    heading, rest = cleaned[:cut].strip(), cleaned[cut:].lstrip(" :：。-—")
    return _Heading(at, inline.section, heading, rest, inline.style, inline.firm, glued=inline.glued)


@lru_cache(maxsize=1 << 14)
def _line(folded: str) -> tuple[int, bool, str] | None:
    """Read a folded line that is nothing but a heading: section, firm, style of its ordinal."""
    style, begin = _ordinal(folded)
    body = folded[begin:].rstrip(":。;.")
    if not body or _rules().body.match(body[-1]) or any(mark in body for mark in ":。;!?|"):
        return None
    han = han_only(body)
    if len(han) > _rules().longest:
        return None
    meaning = _meaning(han)
    return (*meaning, style) if meaning else None


def _inline(folded: str, prefix: str, places: list[int]) -> _Inline | None:
    """Read a heading that shares its paragraph with its text."""
    style, begin = _ordinal(folded)
    best: _Inline | None = None
    for section, variant, firm in _variants_from(folded[begin : begin + 1]):
        end = _end_of(variant, folded, begin)
        rest = folded[end:]
        if not end or (best and end <= best.end):
            continue
        spaced = bool(rest) and prefix[places[end] - 1] == " "
        if rest[:1] == ":" or (style and rest and (spaced or _rules().body.match(rest))):
            best = _Inline(section, firm, style, end)
        elif style and firm and len(rest) >= _rules().shortest_glued_text and not _rules().no_glued_text.match(rest):
            best = _Inline(section, firm, style, end, glued=True)
    return best


@lru_cache(maxsize=1 << 10)
def _variants_from(first: str) -> tuple[tuple[int, str, bool], ...]:
    """The variants of headings that begin with a character: section, wording, firm."""
    return tuple(
        (section, variant, firm)
        for section, variants in enumerate(_rules().variants)
        for variant, firm in variants.items()
        if first and variant.startswith(first)
    )


def _end_of(variant: str, folded: str, begin: int) -> int:
    """Where the text from ``begin`` on has spelled a variant out, marks inside it left aside; 0 if it has not."""
    at = begin
    for character in variant:
        while at < len(folded) and folded[at] in "、,\"'()" and at > begin:
            at += 1
        if at == len(folded) or folded[at] != character:
            return 0
        at += 1
    return at


def _chain(candidates: list[_Heading]) -> list[_Heading]:
    """The headings that open the sections: in statutory order, printed alike, with something under them.

    A table of contents loses against the headings that have text under them.
    """
    style = _main_style(candidates)
    kept = [
        heading
        for heading in candidates
        if style is None or heading.style == style or (heading.firm and not heading.style)
    ]
    best: list[tuple[float, list[_Heading]]] = []
    for heading in kept:
        weight = (_FIRM if heading.firm and not heading.glued else _LOOSE) + _FILLED * heading.filled
        weight -= _UNNUMBERED * (style is not None and heading.style != style)
        before = [chain for chain in best if chain[1][-1].section < heading.section]
        score, chain = max(before, key=lambda pair: pair[0], default=(0.0, []))
        best.append((score + weight, [*chain, heading]))
    return max(best, key=lambda pair: pair[0], default=(0.0, []))[1]


def _main_style(candidates: list[_Heading]) -> str | None:
    """The ordinal style of the page's main headings, None where too few headings tell."""
    sections: dict[str, set[int]] = {}
    for heading in candidates:
        if heading.firm:
            sections.setdefault(heading.style, set()).add(heading.section)
    style = max(sections, key=lambda name: len(sections[name]), default=None)
    return style if style is not None and len(sections[style]) > 1 else None


def _has_words(text: str) -> bool:
    return any(map(str.isalpha, text))


def _until_footer(lines: list[_Line]) -> list[_Line]:
    rules = _rules()
    for at, (line, _) in enumerate(lines):
        if rules.footers.match(fold(line[: rules.longest_footer])):
            return lines[:at]
    return lines


def _running_text(paragraphs: list[Paragraph], pinyin: bool) -> list[_Line]:
    """The paragraphs from the first that is a sentence or the beginning of one; titles, menus, info boxes go before."""
    lines = [(clean(p.text, pinyin=pinyin), p.locator) for p in paragraphs]
    begins = (at for at, (line, _) in enumerate(lines) if _begins_sentence(line, lines[at + 1 :]))
    return [line for line in lines[next(begins, len(lines)) :] if _has_words(line[0])]


def _begins_sentence(line: str, below: list[_Line]) -> bool:
    """Whether a line is running text: a whole sentence, or the first line of one that goes on below."""
    if len(line) < _BROKEN:
        return False
    if "。" in line:
        return len(line) >= _PROSE
    return any(mark in line for mark in "，,") and any("。" in text for text, _ in below[:_SENTENCE_LINES])
