"""How a figure is proved: each identity that it takes part in, with its numbers, and how that comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from transform.forms import Form, Identity
from transform.model import Figure, Number, Severity
from transform.proof.identities import Outcome, asked_of, evaluate, identities_of, scope_label

Result = Literal["holds", "broken", "open"]


@dataclass(frozen=True, slots=True)
class Term:
    """A figure of an identity as the page has it; ``value`` is None where it gives no number."""

    figure: str
    value: Number | None
    status: str


@dataclass(frozen=True, slots=True)
class Check:
    """One identity over the numbers of a report.

    ``left_sum`` and ``right_sum`` (``constant`` included) add up what is known; ``result`` is ``open`` where a term has
    no number, or the identity is not asked of this report, and ``why`` says which.
    """

    rule: str
    gloss: str
    severity: Severity
    scope: str
    relation: str
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    constant: int
    left_sum: Number | None
    right_sum: Number | None
    result: Result
    why: str


def checks_of(
    form: Form, figures: Mapping[str, Figure], figure: str, division_code: str | None = None
) -> tuple[Check, ...]:
    """Every identity of the form that the figure takes part in, in the order of the form."""
    outcomes = {(o.identity.rule, o.identity.scope): o for o in evaluate(form, figures, division_code)}
    return tuple(
        _check(form, figures, identity, outcomes.get((identity.rule, identity.scope)), division_code)
        for identity in identities_of(form, figures)
        if figure in identity.left or figure in identity.right
    )


def _check(
    form: Form, figures: Mapping[str, Figure], identity: Identity, outcome: Outcome | None, division_code: str | None
) -> Check:
    result, why = _result(identity, outcome, division_code)
    return Check(
        rule=identity.rule,
        gloss=identity.gloss,
        severity=identity.severity,
        scope=scope_label(identity, form),
        relation=identity.relation,
        left=_terms(identity.left, figures),
        right=_terms(identity.right, figures),
        constant=identity.constant,
        left_sum=outcome.left if outcome else None,
        right_sum=outcome.right if outcome else None,
        result=result,
        why=why,
    )


def _result(identity: Identity, outcome: Outcome | None, division_code: str | None) -> tuple[Result, str]:
    if not asked_of(identity, division_code):
        return "open", f"asked of the levels {', '.join(identity.levels)} only"
    if outcome is None:
        return "open", "one side has no place on the page"
    if outcome.unknown:
        count = len(outcome.unknown)
        return "open", f"{count} figure{'s' if count > 1 else ''} without a number"
    return ("holds" if outcome.holds else "broken"), ""


def _terms(names: tuple[str, ...], figures: Mapping[str, Figure]) -> tuple[Term, ...]:
    found = ((name, figures.get(name)) for name in names)
    return tuple(Term(name, f.value if f else None, f.status if f else "missing") for name, f in found)
