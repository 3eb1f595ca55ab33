"""What a second source decides: a number that the prose states tells which cell of a broken sum is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from transform.forms import Form
from transform.model import Figure, Finding, Number, Statement
from transform.proof.identities import Outcome, evaluate
from transform.prose.concepts import load_wording
from transform.prose.statements import Stated

_CONVINCING = 10


def stated_figures(stated: Sequence[Stated], form: Form) -> dict[str, Statement]:
    """The figures of which the prose plainly states one exact number, each with the statement.

    Only concepts count whose plainest reading is one figure alone; where the prose states two numbers, neither does.
    """
    numbers: dict[str, dict[Number, Statement]] = {}
    for statement, plain in stated:
        if plain and not statement.approximate:
            numbers.setdefault(statement.concept, {}).setdefault(statement.value, statement)
    return {
        figure: next(iter(numbers[concept].values()))
        for concept, figure in _plainest(form.id)
        if len(numbers.get(concept, ())) == 1
    }


@lru_cache(maxsize=16)
def _plainest(form_id: str) -> tuple[tuple[str, str], ...]:
    """The concepts whose plainest reading on a form is one figure alone, with that figure."""
    found = []
    for concept in load_wording().concepts:
        plainest = concept.readings.get(form_id, ((),))[0]
        if len(plainest) == 1 and plainest[0][0] > 0 and concept.relation == "=" and concept.unit == "件":
            found.append((concept.id, plainest[0][1]))
    return tuple(found)


def confirmed(stated: Mapping[str, Statement], figures: Mapping[str, Figure]) -> frozenset[str]:
    """The figures whose reading the prose confirms with the same number: whatever is wrong there, the page says so.

    Small numbers agree by chance and confirm nothing.
    """
    return frozenset(
        name
        for name, statement in stated.items()
        if statement.value >= _CONVINCING and name in figures and figures[name].value == statement.value
    )


def with_second_source(
    form: Form,
    figures: Mapping[str, Figure],
    findings: Sequence[Finding],
    stated: Mapping[str, Statement],
    division_code: str | None,
) -> list[Finding]:
    """The findings, with the cells that the stated numbers show to be wrong.

    A cell is wrong where it prints another number than the prose states, one of its sums is broken, and the stated
    number mends all of them: ``<table>.wrong_cell``, cause ``source``, with the number as ``suggested``.  What
    contradicts the prose at that cell suggests it too.
    """
    doubted = {n: s for n, s in stated.items() if n in figures and figures[n].value not in (None, s.value)}
    if not doubted:
        return list(findings)
    outcomes = [
        o
        for o in evaluate(form, figures, division_code)
        if o.identity.relation == "=" and o.identity.severity == "error" and not o.unknown
    ]
    decided = {n: s for n, s in doubted.items() if _is_mended(outcomes, n, s.value - (figures[n].value or 0))}
    located = {f.figures[0] for f in findings if f.rule.endswith(".wrong_cell")}
    told = [_told(finding, decided) for finding in findings]
    return [
        *(_wrong_cell(form, figures[name], statement) for name, statement in decided.items() if name not in located),
        *told,
    ]


def _is_mended(outcomes: Sequence[Outcome], name: str, change: Number) -> bool:
    """Whether a change of one cell mends every sum that it takes part in, at least one of which is broken."""
    mine = [outcome for outcome in outcomes if name in outcome.identity.left or name in outcome.identity.right]
    asked = [o.lacking if name in o.identity.left else -o.lacking for o in mine]
    return any(not o.holds for o in mine) and all(asks == change for asks in asked)


def _told(finding: Finding, decided: Mapping[str, Statement]) -> Finding:
    """A finding about a decided cell, with what the prose adds to it."""
    name = finding.figures[0] if finding.figures else ""
    if name not in decided:
        return finding
    statement = decided[name]
    if finding.rule.endswith(".wrong_cell") and finding.suggested == ((name, statement.value),):
        return replace(finding, message=f"{finding.message}, as the text says ({statement.quote})", cause="source")
    if finding.rule.startswith("text."):
        return replace(finding, suggested=((name, statement.value),))
    return finding


def _wrong_cell(form: Form, figure: Figure, statement: Statement) -> Finding:
    return Finding(
        f"{form.figures[figure.figure].table}.wrong_cell",
        "error",
        (figure.figure,),
        f"prints {figure.raw}; the text says {statement.value} ({statement.quote}), which mends every sum it is in",
        "source",
        ((figure.figure, statement.value),),
    )
