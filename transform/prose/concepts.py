"""What the prose of a report can state: concepts, their wording and their readings (``data/statements.toml``)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, get_args

from transform.model import SectionId, Severity
from transform.wording.cued import Cued, Words

LOCAL_FORM = "local"
"""The readings of the local statistical form of the years before 2014."""

_PART = re.compile(r"%([A-Z_]+)%")
NO_STATEMENTS: frozenset[SectionId] = frozenset({"problems"})
"""Where plans and shortcomings stand, and nothing is stated of the year."""

Reading = tuple[tuple[int, str], ...]
"""Figures to add (sign 1) and to subtract (sign -1)."""


@dataclass(frozen=True, slots=True, eq=False)
class Concept:
    """Something that a report can state a number of; ``sections`` are those in which it is compared (None: no section).

    ``stating`` is the pattern of its numbers, ``denying`` that of statements that there are none, both for a folded
    sentence that holds one of ``needs``, one of ``also`` if there are any, and none of ``bars``, with none of
    ``bars_before`` before them.  A number of the ``unit`` is compared by ``relation`` with each of the ``readings`` of
    a form; without readings it is compared with nothing.
    """

    id: str
    name: str
    unit: str
    rule: str | None
    severity: Severity
    relation: str
    sections: frozenset[SectionId | None]
    needs: tuple[str, ...]
    also: tuple[str, ...]
    bars: tuple[str, ...]
    bars_before: tuple[str, ...]
    matters: bool
    stating: str | None
    denying: str | None
    readings: Mapping[str, tuple[Reading, ...]]
    nil_table: Mapping[str, tuple[str, ...]]
    explained_by: frozenset[str]

    @property
    def states(self) -> re.Pattern[str] | None:
        """Finds the numbers of the concept in the group ``n``."""
        return _compiled(self.stating) if self.stating else None

    @property
    def denies(self) -> re.Pattern[str] | None:
        """Finds the statements that there are none."""
        return _compiled(self.denying) if self.denying else None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when first needed: most pages speak of few concepts, and patterns are long."""
    return re.compile(pattern)


@dataclass(frozen=True, slots=True)
class Wording:
    """How sentences speak: of other times, areas and matters, of years; and everything that they can state."""

    times: re.Pattern[str]
    areas: re.Pattern[str]
    matters: re.Pattern[str]
    whole_year: Cued
    month: re.Pattern[str]
    other_organ: re.Pattern[str]
    counted: re.Pattern[str]
    denied: re.Pattern[str]
    signs: re.Pattern[str]
    approximate: re.Pattern[str]
    channel_lists: re.Pattern[str]
    parts: str
    other_years: tuple[tuple[tuple[str, ...], int, str], ...]
    words: Words
    concepts: tuple[Concept, ...]


@lru_cache(maxsize=1 << 10)
def concerned(words: tuple[str, ...], also: tuple[str, ...]) -> tuple[Concept, ...]:
    """The concepts that need one of ``words`` and, where they also need another, one of ``also``; as in the file."""
    return tuple(
        concept
        for concept in load_wording().concepts
        if not frozenset(words).isdisjoint(concept.needs)
        and (not concept.also or not frozenset(also).isdisjoint(concept.also))
    )


@lru_cache(maxsize=1 << 10)
def readable(words: tuple[str, ...], also: tuple[str, ...], *, counted: bool, denied: bool) -> tuple[Concept, ...]:
    """Those concerned of which a text can state a number where something is counted, or none where it is denied."""
    return tuple(c for c in concerned(words, also) if (counted and c.stating) or (denied and c.denying))


def _alternatives(patterns: Sequence[str], parts: Mapping[str, str]) -> str | None:
    """One pattern out of several with parts filled in; their groups ``n`` become ``n0``, ``n1``, ..."""
    expanded = []
    for position, pattern in enumerate(patterns):
        whole = pattern
        while _PART.search(whole):
            whole = _PART.sub(lambda match: parts[match[1]], whole)
        expanded.append(whole.replace("(?P<n>", f"(?P<n{position}>"))
    return "|".join(f"(?:{pattern})" for pattern in expanded) or None


def _reading(terms: Sequence[str], sums: Mapping[str, Sequence[str]]) -> Reading:
    reading: list[tuple[int, str]] = []
    for term in terms:
        if term.startswith("@"):
            reading.extend((1, figure) for figure in sums[term[1:]])
        else:
            reading.append((-1, term[1:]) if term.startswith("-") else (1, term))
    return tuple(reading)


def _concept(entry: Mapping[str, Any], data: Mapping[str, Any]) -> Concept:
    parts, sums, opened_by = data["parts"], data["sums"], data["sentence"]["parts_opened_by"]
    return Concept(
        id=entry["id"],
        name=entry["name"],
        unit=entry.get("unit", "件"),
        rule=entry.get("rule"),
        severity=entry.get("severity", "warning"),
        relation=entry.get("relation", "="),
        sections=frozenset((*entry.get("sections", frozenset(get_args(SectionId)) - NO_STATEMENTS), None)),
        needs=tuple(entry["needs"]),
        also=tuple(entry.get("also", ())),
        bars=tuple(entry.get("bars", ())),
        bars_before=(*entry.get("bars_before", ()), *(() if entry.get("with_parts") else (opened_by,))),
        matters=entry.get("matters", False),
        stating=_alternatives(entry.get("states", ()), parts),
        denying=_alternatives(entry.get("denies", ()), parts),
        readings={
            form: tuple(_reading(terms, sums) for terms in readings)
            for form, readings in entry.get("readings", {}).items()
        },
        nil_table={form: tuple(figures) for form, figures in entry.get("nil_table", {}).items()},
        explained_by=frozenset(entry.get("explained_by", ())),
    )


@lru_cache(maxsize=1)
def load_wording() -> Wording:
    """The wording of ``data/statements.toml``, read and compiled once."""
    data: dict[str, Any] = tomllib.loads(
        resources.files("data").joinpath("statements.toml").read_text(encoding="utf-8")
    )
    sentence = data["sentence"]
    concepts = tuple(_concept(entry, data) for entry in data["concept"])
    return Wording(
        times=re.compile("|".join(sentence["times"])),
        areas=re.compile("|".join(sentence["areas"])),
        matters=re.compile("|".join(sentence["matters"])),
        whole_year=Cued(re.compile(sentence["whole_year"]), tuple(sentence["whole_year_cues"])),
        month=re.compile(sentence["month"]),
        other_organ=re.compile(sentence["other_organ"]),
        counted=re.compile(sentence["counted"]),
        denied=re.compile(sentence["denied"]),
        signs=re.compile(f"(?:{sentence['counted']})|(?:{sentence['denied']})"),
        approximate=re.compile(sentence["approximate"]),
        channel_lists=re.compile(sentence["channel_lists"]),
        parts=sentence["parts_opened_by"],
        other_years=(
            (tuple(sentence["next_year"]), 1, sentence["next_year_as"]),
            (tuple(sentence["last_year"]), -1, sentence["last_year_as"]),
        ),
        words=Words.of(sorted({word for concept in concepts for word in (*concept.needs, *concept.also)})),
        concepts=concepts,
    )
