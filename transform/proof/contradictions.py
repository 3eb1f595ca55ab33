"""Where the tables of a report say otherwise than its prose.

A false alarm spoils a good report, so only plain sentences are compared, and a number contradicts the tables only when
it equals no plausible reading of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from transform.model import Figure, Finding, Number, Statement
from transform.prose.concepts import LOCAL_FORM, Concept, Reading, load_wording
from transform.prose.statements import Stated

_READ = ("reported", "decoded")


def contradictions(stated: Sequence[Stated], figures: Mapping[str, Figure], *, form: str | None) -> tuple[Finding, ...]:
    """Findings where the prose states a number that the tables contradict.

    ``figures`` are the figures of the report by id.  Rules: ``text.zero`` (error: requests stated but a table of
    nothing but 0, or none stated but some in the table), ``text.number``, ``text.carry`` (warnings),
    ``text.fee_notices`` (info).  Without a form there is nothing to compare; numbers of the local form
    (``LOCAL_FORM``) are no figures, so that its findings name none.
    """
    if form is None:
        return ()
    by_concept: dict[str, list[Statement]] = {}
    for statement, plain in stated:
        if plain and not statement.approximate:
            by_concept.setdefault(statement.concept, []).append(statement)
    concepts = [c for c in load_wording().concepts if c.rule and form in c.readings and c.id in by_concept]
    confirmed = {c.id for c in concepts if _is_confirmed(c, form, figures, by_concept[c.id])}
    found = (
        _contradiction(concept, form, figures, by_concept[concept.id])
        for concept in concepts
        if not concept.explained_by & confirmed
    )
    return tuple(finding for finding in found if finding is not None)


def _number(figures: Mapping[str, Figure], figure: str) -> Number | None:
    read = figures.get(figure)
    return read.value if read is not None and read.status in _READ else None


def _total(figures: Mapping[str, Figure], reading: Reading, unit: str) -> Number | None:
    """The sum of a reading in the unit of the statement, None unless every figure of it was read as a number."""
    total: Number = 0
    for sign, figure in reading:
        number = _number(figures, figure)
        if number is None:
            return None
        total += sign * (number * 10_000 if (unit, figures[figure].unit) == ("元", "万元") else number)
    return total


def _fits(concept: Concept, stated: Number, printed: Number) -> bool:
    return stated >= printed if concept.relation == ">=" else abs(stated - printed) < 1e-6


def _totals(concept: Concept, form: str, figures: Mapping[str, Figure]) -> list[Number | None]:
    return [_total(figures, reading, concept.unit) for reading in concept.readings[form]]


def _is_confirmed(concept: Concept, form: str, figures: Mapping[str, Figure], statements: Sequence[Statement]) -> bool:
    totals = [total for total in _totals(concept, form, figures) if total is not None]
    return any(_fits(concept, statement.value, total) for statement in statements for total in totals)


def _is_zero_contradiction(
    concept: Concept, form: str, figures: Mapping[str, Figure], stated: Number, printed: Number
) -> bool:
    nil_table = concept.nil_table.get(form)
    if not nil_table:
        return False
    if stated == 0:
        return printed > 0
    return all(_number(figures, figure) == 0 for figure in nil_table)


def _contradiction(
    concept: Concept, form: str, figures: Mapping[str, Figure], statements: Sequence[Statement]
) -> Finding | None:
    """The finding for a concept whose one stated number fits no reading of the tables."""
    totals = _totals(concept, form, figures)
    numbers = {statement.value for statement in statements}
    known = [total for total in totals if total is not None]
    if len(numbers) != 1 or len(known) != len(totals) or concept.rule is None:
        return None
    statement, printed = statements[0], known[0]
    if any(_fits(concept, statement.value, total) for total in known):
        return None
    zero = _is_zero_contradiction(concept, form, figures, statement.value, printed)
    where = f"the {statement.section} section" if statement.section else "the text"
    doubted = () if form == LOCAL_FORM or concept.severity == "info" else concept.readings[form][0]
    return Finding(
        rule="text.zero" if zero else concept.rule,
        severity="error" if zero else concept.severity,
        figures=tuple(dict.fromkeys(figure for _, figure in doubted)),
        message=f"{concept.name}: {where} says {_shown(statement.value)} ({statement.quote}), "
        f"the table gives {_shown(printed)}",
        cause="source",
    )


def _shown(number: Number) -> str:
    return f"{number:.15g}"
