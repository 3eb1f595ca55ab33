"""The crosswalk between the statutory forms as data: concepts, and what each form gives for them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

Comparability = Literal["same", "near", "none"]

_TERM = re.compile(r"\s*(?P<sign>[+-])?\s*(?P<figure>[a-z_]+(?:\.[a-z_]+){1,2})")


@dataclass(frozen=True, slots=True)
class Term:
    """A figure that an expression adds or, with ``sign`` -1, subtracts."""

    figure: str
    sign: Literal[1, -1]


@dataclass(frozen=True, slots=True)
class Expression:
    """A concept in one form: alternatives of summed terms (the first without a NULL counts)."""

    comparability: Comparability
    alternatives: tuple[tuple[Term, ...], ...]
    note: str | None = None

    @property
    def text(self) -> str:
        """The expression for people: ``a + b - c, or d``."""
        return ", or ".join(
            " ".join(f"{'-' if t.sign < 0 else '+'} {t.figure}" for t in terms).removeprefix("+ ")
            for terms in self.alternatives
        )


@dataclass(frozen=True, slots=True)
class Concept:
    """A quantity that continues across forms: a column of ``town_year``; ``forms`` lacks those that cannot give it."""

    id: str
    label: str
    gloss: str
    unit: str
    forms: Mapping[str, Expression]

    def comment(self, form_ids: tuple[str, ...]) -> str:
        """Label, gloss, unit and, for each form, the comparability with its expression and note."""
        stated = "; ".join(f"form {form}: {self._stated(form)}" for form in form_ids)
        return f"{self.label} · {self.gloss} ({self.unit}). {stated}"

    def _stated(self, form: str) -> str:
        expression = self.forms.get(form)
        if expression is None:
            return "none"
        note = f" ({expression.note})" if expression.note else ""
        return f"{expression.comparability}, {expression.text}{note}"


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The whole of ``data/crosswalk.toml``; ``discontinued`` says of patterns of figure ids why they end."""

    concepts: tuple[Concept, ...]
    government_endings: tuple[str, ...]
    office_endings: tuple[str, ...]
    discontinued: Mapping[str, str]

    @property
    def figures(self) -> tuple[str, ...]:
        """Every figure that some concept needs, sorted, once."""
        return tuple(
            sorted({t.figure for c in self.concepts for e in c.forms.values() for ts in e.alternatives for t in ts})
        )


def parse_terms(text: str) -> tuple[Term, ...]:
    """The terms of ``a.b.c + d.e.f - g.h``; ValueError when it is anything but a sum of figure ids."""
    terms: list[Term] = []
    position = 0
    while position < len(text):
        match = _TERM.match(text, position)
        if match is None or (terms and match["sign"] is None):
            raise ValueError(f"crosswalk: no sum of figures: {text!r}")
        terms.append(Term(match["figure"], -1 if match["sign"] == "-" else 1))
        position = match.end()
    if not terms:
        raise ValueError("crosswalk: an empty expression")
    return tuple(terms)


def _expression(raw: dict[str, Any]) -> Expression:
    figures = raw["figures"]
    alternatives = [figures] if isinstance(figures, str) else figures
    return Expression(raw["comparability"], tuple(parse_terms(a) for a in alternatives), raw.get("note"))


@lru_cache(maxsize=1)
def load_crosswalk() -> Crosswalk:
    """The crosswalk, read once from ``data/crosswalk.toml``."""
    raw = tomllib.loads(resources.files("data").joinpath("crosswalk.toml").read_text(encoding="utf-8"))
    return Crosswalk(
        concepts=tuple(
            Concept(c["id"], c["label"], c["gloss"], c["unit"], {f: _expression(e) for f, e in c["forms"].items()})
            for c in raw["concepts"]
        ),
        government_endings=tuple(raw["issuer"]["government"]),
        office_endings=tuple(raw["issuer"]["office"]),
        discontinued={pattern: entry["reason"] for entry in raw["discontinued"] for pattern in entry["figures"]},
    )
