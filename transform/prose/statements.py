"""The numbers that the prose of a report states, each with the words that state it and their place.

A sentence is read once; its words tell which concepts it can be about.  What it says counts for the report only when
it plainly speaks of this organ and of the report year; other statements are kept with the scope that they have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from transform.metadata.titles import aligned_fold
from transform.model import Number, Passage, Scope, Statement
from transform.prose.concepts import NO_STATEMENTS, Concept, Wording, concerned, load_wording, readable
from transform.wording.numbers import read_value

_SENTENCE_END = re.compile(r"[。!?]")
_CLAUSE_END = re.compile(r"[,;](?![0-9])")
_TITLE = re.compile(r"《[^》]*》")
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?=年)")
_MAX_QUOTE = 40
_BARE_UNITS = frozenset({"%"})


class Stated(NamedTuple):
    """A statement, and whether its whole sentence is so plain that it may be held against the tables."""

    statement: Statement
    plain: bool


class _Sentence(NamedTuple):
    """A sentence, the years that hold in it, and the sentences before that it goes on about (其中 …)."""

    text: str
    years: frozenset[str]
    continued: tuple[str, ...]


def read_statements(passages: Sequence[Passage], *, year: int | None) -> tuple[Stated, ...]:
    """Everything that the passages state, in reading order; the same number in the same words is given once.

    ``year`` is the year reported on.
    """
    wording = load_wording()
    found: dict[tuple[object, ...], Stated] = {}
    for passage in passages:
        if passage.section in NO_STATEMENTS:
            continue
        folded = passage.folded
        if not wording.signs.search(folded):
            continue
        text = _without_titles(folded, year, wording)
        words = wording.words.within(text)
        if not concerned(words, words):
            continue
        for sentence in _sentences(text, wording):
            for stated in _in_sentence(sentence, passage, year, wording, words):
                made = stated.statement
                found.setdefault((made.concept, made.value, made.quote, made.locator), stated)
    return tuple(found.values())


def _without_named_years(text: str, year: int, wording: Wording) -> str:
    """结转至2024年 in a report on 2023 is 结转下年, 2022年结转 is 上年结转."""
    for forms, step, replacement in wording.other_years:
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form.replace("%YEAR%", str(year + step)), replacement)
    return text


def _without_titles(folded: str, year: int | None, wording: Wording) -> str:
    """A paragraph without the titles in it, and with the years next to the one reported on named as such."""
    text = _TITLE.sub("", folded) if "《" in folded else folded
    return _without_named_years(text, year, wording) if year is not None and "结转" in text else text


def _sentences(text: str, wording: Wording) -> Iterator[_Sentence]:
    """The sentences of a paragraph; a year once named holds until the end of the paragraph."""
    named: frozenset[str] = frozenset()
    before: tuple[str, ...] = ()
    for sentence in _SENTENCE_END.split(text):
        if "年" in sentence:
            named = frozenset(_YEAR.findall(sentence)) or named
        continued = before if sentence.startswith(wording.parts) else ()
        yield _Sentence(sentence, named, continued)
        before = (*continued, sentence)


def _in_sentence(
    sentence: _Sentence, passage: Passage, year: int | None, wording: Wording, words: Sequence[str]
) -> Iterator[Stated]:
    words = tuple([word for word in words if word in sentence.text])
    text = wording.channel_lists.sub("", wording.whole_year.without(sentence.text)) if words else ""
    also = words if text == sentence.text else wording.words.within(text)
    if not concerned(words, also) or not wording.signs.search(sentence.text):
        return
    spoken = _Sentence(text, sentence.years, sentence.continued)
    plain: bool | None = None
    counted, denied = wording.counted.search(text) is not None, wording.denied.search(text) is not None
    for concept in readable(words, also, counted=counted, denied=denied):
        if any(map(text.__contains__, concept.bars)):
            continue
        kinds = (concept.states if counted else None, concept.denies if denied else None)
        for match, value in _matches(text, concept, wording, *kinds):
            plain = _is_plain(spoken, year, wording) if plain is None else plain
            scope = _scope(spoken, match, concept, year, wording, plain=plain)
            if scope is None:
                continue
            quote = _CLAUSE_END.split(match[0])[-1][-_MAX_QUOTE:]
            statement = Statement(
                concept=concept.id,
                value=value,
                unit=concept.unit,
                approximate=wording.approximate.search(text, max(0, match.start() - 3), match.end() + 1) is not None,
                year=_year_of(spoken, match, year),
                scope=scope,
                source="prose",
                quote=_as_printed(quote, passage.text),
                section=passage.section,
                locator=passage.locator,
            )
            yield Stated(statement, plain and passage.section in concept.sections)


def _is_plain(sentence: _Sentence, year: int | None, wording: Wording) -> bool:
    """Whether nothing in the sentence speaks of another year, other organs or other matters."""
    others = (wording.times, wording.areas, wording.matters, wording.month)
    return sentence.years <= {str(year)} and not any(pattern.search(sentence.text) for pattern in others)


def _matches(
    text: str, concept: Concept, wording: Wording, states: re.Pattern[str] | None, denies: re.Pattern[str] | None
) -> Iterator[tuple[re.Match[str], Number]]:
    """Where the text states a number of the concept, or denies that there is any."""
    for pattern, denial in ((states, False), (denies, True)):
        for match in pattern.finditer(text) if pattern else ():
            before = text[: match.start()]
            if wording.other_organ.search(before) or any(bar in before for bar in concept.bars_before):
                continue
            number = 0 if denial else _stated(match, concept.unit)
            if number is not None:
                yield match, number


def _stated(match: re.Match[str], unit: str) -> Number | None:
    number = next(text for text in match.groupdict().values() if text is not None)
    if unit in _BARE_UNITS:
        return read_value(number).value
    return read_value(number if number.endswith("元") else f"{number}{unit}", unit=unit).value


def _year_of(sentence: _Sentence, match: re.Match[str], year: int | None) -> int | None:
    """The year that the words before the number name last; else the one named before; else the year reported on."""
    named = _YEAR.findall(sentence.text[: match.start()]) or (list(sentence.years) if len(sentence.years) == 1 else [])
    return int(named[-1]) if named else year


def _scope(
    sentence: _Sentence, match: re.Match[str], concept: Concept, year: int | None, wording: Wording, *, plain: bool
) -> Scope | None:
    """What a statement speaks of; None where it is about another matter altogether.

    Of a sentence that is not plain only the words up to the statement count: 收到申请15件，比上年增加3件 says 15.
    """
    goes_on = any(wording.areas.search(text) for text in sentence.continued)
    if plain:
        return "area" if goes_on else "report"
    before = sentence.text[: match.end()]
    if not concept.matters and wording.matters.search(before):
        return None
    spoken_of = _year_of(sentence, match, year)
    if spoken_of != year or year is None or wording.times.search(before) or wording.month.search(before):
        return "other"
    return "area" if goes_on or wording.areas.search(before) else "report"


def _as_printed(quote: str, text: str) -> str:
    """The quoted words as the page prints them, where they stand in its text as they are."""
    folded, places = aligned_fold(text)
    start = folded.find(quote)
    return text[places[start] : places[start + len(quote) - 1] + 1] if start >= 0 else quote
