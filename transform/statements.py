"""What the prose of a report says about its own figures, and where the tables say otherwise.

A false alarm spoils a good report, so a sentence counts only when it plainly speaks of this organ and of the report
year, and a number is held against the tables only when it equals no plausible reading of them.  The wording is data,
in ``data/statements.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from transform.fold import fold
from transform.model import Figure, Finding, Number, Section
from transform.numbers import read_value

_PART = re.compile(r"%([A-Z_]+)%")
_SENTENCE_END = re.compile(r"[。!?]")
_CLAUSE_END = re.compile(r"[,;](?![0-9])")
_TITLE = re.compile(r"《[^》]*》")
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?=年)")
_MAX_QUOTE = 40
_READ = ("reported", "decoded")

Reading = tuple[tuple[int, str], ...]
"""Figures to add (sign 1) and to subtract (sign -1)."""


@dataclass(frozen=True, slots=True)
class _Concept:
    id: str
    name: str
    rule: str
    sections: frozenset[str]
    needs: tuple[str, ...]
    bars: tuple[str, ...]
    bars_before: tuple[str, ...]
    states: re.Pattern[str] | None
    denies: re.Pattern[str] | None
    readings: dict[str, tuple[Reading, ...]]
    nil_table: dict[str, tuple[str, ...]]
    explained_by: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Wording:
    bars: tuple[str, ...]
    whole_year: re.Pattern[str]
    month: re.Pattern[str]
    other_organ: re.Pattern[str]
    counted: re.Pattern[str]
    denied: re.Pattern[str]
    other_years: tuple[tuple[tuple[str, ...], int, str], ...]
    needs: tuple[str, ...]
    concepts: tuple[_Concept, ...]


@dataclass(frozen=True, slots=True)
class _Statement:
    section: str
    number: Number
    quote: str


def _any_of(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None


def _holds_any(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)


def _alternatives(patterns: Sequence[str], parts: Mapping[str, str]) -> re.Pattern[str] | None:
    """One pattern out of several with parts filled in; their groups ``n`` become ``n0``, ``n1``, ..."""
    expanded = []
    for position, pattern in enumerate(patterns):
        whole = pattern
        while _PART.search(whole):
            whole = _PART.sub(lambda match: parts[match[1]], whole)
        expanded.append(whole.replace("(?P<n>", f"(?P<n{position}>"))
    return _any_of(expanded)


def _reading(terms: Sequence[str], sums: Mapping[str, Sequence[str]]) -> Reading:
    reading: list[tuple[int, str]] = []
    for term in terms:
        if term.startswith("@"):
            reading.extend((1, figure) for figure in sums[term[1:]])
        else:
            reading.append((-1, term[1:]) if term.startswith("-") else (1, term))
    return tuple(reading)


@lru_cache(maxsize=1)
def _wording() -> _Wording:
    data: dict[str, Any] = tomllib.loads(
        resources.files("data").joinpath("statements.toml").read_text(encoding="utf-8")
    )
    sentence, parts, sums = data["sentence"], data["parts"], data["sums"]
    concepts = tuple(
        _Concept(
            id=entry["id"],
            name=entry["name"],
            rule=entry["rule"],
            sections=frozenset(entry["sections"]),
            needs=tuple(entry["needs"]),
            bars=tuple(entry.get("bars", ())),
            bars_before=(
                *entry.get("bars_before", ()),
                *(() if entry.get("with_parts") else (sentence["parts_opened_by"],)),
            ),
            states=_alternatives(entry.get("states", ()), parts),
            denies=_alternatives(entry.get("denies", ()), parts),
            readings={
                form: tuple(_reading(terms, sums) for terms in readings) for form, readings in entry["readings"].items()
            },
            nil_table={form: tuple(figures) for form, figures in entry.get("nil_table", {}).items()},
            explained_by=frozenset(entry.get("explained_by", ())),
        )
        for entry in data["concept"]
    )
    return _Wording(
        bars=tuple(sentence["bars"]),
        whole_year=re.compile(sentence["whole_year"]),
        month=re.compile(sentence["month"]),
        other_organ=re.compile(sentence["other_organ"]),
        counted=re.compile(sentence["counted"]),
        denied=re.compile(sentence["denied"]),
        other_years=(
            (tuple(sentence["next_year"]), 1, sentence["next_year_as"]),
            (tuple(sentence["last_year"]), -1, sentence["last_year_as"]),
        ),
        needs=tuple(sorted({need for concept in concepts for need in concept.needs})),
        concepts=concepts,
    )


def _without_named_years(text: str, year: int, wording: _Wording) -> str:
    """结转至2024年 in a report on 2023 is 结转下年, 2022年结转 is 上年结转."""
    for forms, step, replacement in wording.other_years:
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form.replace("%YEAR%", str(year + step)), replacement)
    return text


def _sentences(section: Section, year: int | None, wording: _Wording, *, pinyin: bool) -> Iterator[str]:
    """Sentences about this organ in the report year; a year once named holds until the end of the paragraph."""
    for paragraph in section.text.splitlines():
        folded = _TITLE.sub("", fold(paragraph, pinyin=pinyin))
        if not _holds_any(folded, wording.needs):
            continue
        if year is not None:
            folded = _without_named_years(folded, year, wording)
        named: set[str] = set()
        for sentence in _SENTENCE_END.split(folded):
            named = set(_YEAR.findall(sentence)) or named
            if not named <= {str(year)} or not _holds_any(sentence, wording.needs):
                continue
            if not wording.counted.search(sentence) and not wording.denied.search(sentence):
                continue
            rest = wording.whole_year.sub("", sentence)
            if not _holds_any(rest, wording.bars) and not wording.month.search(rest):
                yield rest


def _stated(match: re.Match[str]) -> Number | None:
    number = next(text for text in match.groupdict().values() if text is not None)
    return read_value(f"{number}件", unit="件").value


def _statements_in(sentence: str, section: str, concept: _Concept, wording: _Wording) -> Iterator[_Statement]:
    if not _holds_any(sentence, concept.needs) or _holds_any(sentence, concept.bars):
        return
    kinds = ((concept.states, wording.counted, False), (concept.denies, wording.denied, True))
    for pattern, sign, denial in kinds:
        for match in pattern.finditer(sentence) if pattern and sign.search(sentence) else ():
            before = sentence[: match.start()]
            if wording.other_organ.search(before) or _holds_any(before, concept.bars_before):
                continue
            number = 0 if denial else _stated(match)
            if number is not None:
                yield _Statement(section, number, _CLAUSE_END.split(match[0])[-1][-_MAX_QUOTE:])


def _number(figures: Mapping[str, Figure], figure: str) -> Number | None:
    read = figures.get(figure)
    return read.value if read is not None and read.status in _READ else None


def _total(figures: Mapping[str, Figure], reading: Reading) -> Number | None:
    """The sum of a reading, None unless every figure of it was read as a number."""
    total: Number = 0
    for sign, figure in reading:
        number = _number(figures, figure)
        if number is None:
            return None
        total += sign * number
    return total


def _is_zero_contradiction(
    concept: _Concept, form: str, figures: Mapping[str, Figure], stated: Number, printed: Number
) -> bool:
    nil_table = concept.nil_table.get(form)
    if not nil_table:
        return False
    if stated == 0:
        return printed > 0
    return all(_number(figures, figure) == 0 for figure in nil_table)


def _contradiction(
    concept: _Concept, form: str, figures: Mapping[str, Figure], statements: Sequence[_Statement]
) -> Finding | None:
    """The finding for a concept whose one stated number equals no reading of the tables."""
    totals = [_total(figures, reading) for reading in concept.readings[form]]
    stated = {statement.number for statement in statements}
    if len(stated) != 1 or None in totals or stated & set(totals):
        return None
    statement, printed = statements[0], totals[0]
    if printed is None:
        return None
    zero = _is_zero_contradiction(concept, form, figures, statement.number, printed)
    return Finding(
        rule="text.zero" if zero else concept.rule,
        severity="error" if zero else "warning",
        figures=tuple(dict.fromkeys(figure for _, figure in concept.readings[form][0])),
        message=f"{concept.name}: the {statement.section} section says {statement.number} ({statement.quote}), "
        f"the table gives {printed}",
        cause="source",
    )


def _is_confirmed(
    concept: _Concept, form: str, figures: Mapping[str, Figure], statements: Sequence[_Statement]
) -> bool:
    totals = {_total(figures, reading) for reading in concept.readings[form]}
    return any(statement.number in totals for statement in statements)


def statement_findings(
    sections: Sequence[Section], figures: Mapping[str, Figure], *, form: str | None, year: int | None, pinyin: bool
) -> tuple[Finding, ...]:
    """Findings where the prose states a number that the tables contradict.

    ``figures`` are the figures of the report by id, ``pinyin`` tells whether the page carries pinyin as noise.  Rules:
    ``text.zero`` (error: requests stated but a table of nothing but 0, or none stated but some in the table),
    ``text.number`` and ``text.carry`` (warnings).  Without a form there
    is nothing to compare.  Sentences about another year, another organ or part of the requests are passed over.
    """
    if form is None:
        return ()
    wording = _wording()
    concepts = [concept for concept in wording.concepts if form in concept.readings]
    stated: dict[str, list[_Statement]] = {}
    for section in sections:
        for sentence in _sentences(section, year, wording, pinyin=pinyin):
            for concept in concepts:
                if section.section in concept.sections:
                    found = _statements_in(sentence, section.section, concept, wording)
                    stated.setdefault(concept.id, []).extend(found)
    confirmed = {
        concept.id for concept in concepts if _is_confirmed(concept, form, figures, stated.get(concept.id, ()))
    }
    contradictions = (
        _contradiction(concept, form, figures, stated[concept.id])
        for concept in concepts
        if stated.get(concept.id) and not concept.explained_by & confirmed
    )
    return tuple(finding for finding in contradictions if finding is not None)
