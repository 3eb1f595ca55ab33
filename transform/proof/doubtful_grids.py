"""Figures out of grids that the reader itself is unsure of: what no sum can prove there carries a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extract.page import Doubt, Grid
from transform.alignment.outcome import Placement
from transform.forms import Form
from transform.model import Figure, Finding
from transform.proof.identities import evaluate

_FEWEST_TERMS = 2


def doubtful_figures(placements: Mapping[str, Placement], figures: Mapping[str, Figure]) -> dict[Doubt, list[str]]:
    """The figures that stand in a grid in doubt, by its doubt (``columns`` or ``recognised``)."""
    found: dict[Doubt, list[str]] = {}
    for name, placement in placements.items():
        source = placement.token.source if placement.token else None
        doubt = source.doubt if isinstance(source, Grid) else ""
        if doubt and name in figures:
            found.setdefault(doubt, []).append(name)
    return found


def doubt_findings(
    form: Form,
    figures: Mapping[str, Figure],
    doubtful: Mapping[Doubt, Sequence[str]],
    findings: list[Finding],
    division_code: str | None,
) -> list[Finding]:
    """The findings on figures in doubt that carry none yet.

    ``figure.column_unsure``: the values stand in order, but no header is sure to be theirs; no sum proves an order.
    ``figure.recognised``: the numbers were read in a picture, and no equation that holds proves them.
    """
    named = {name for finding in findings for name in finding.figures}
    named |= {name for name, figure in figures.items() if figure.value is None}
    made = []
    columns = tuple(name for name in doubtful.get("columns", ()) if name not in named)
    if columns:
        message = "the table has no ruling lines and no header sure to stand over each value: columns may be mistaken"
        made.append(Finding("figure.column_unsure", "warning", columns, message, "parse"))
    pictured = doubtful.get("recognised", ())
    proven = _proven(form, figures, division_code) if pictured else frozenset()
    unproven = tuple(name for name in pictured if name not in named and name not in proven)
    if unproven:
        message = "read in a picture by recognition of characters, and proved by no sum"
        made.append(Finding("figure.recognised", "warning", unproven, message, "parse"))
    return made


def _proven(form: Form, figures: Mapping[str, Figure], division_code: str | None) -> frozenset[str]:
    """The figures that take part in an equation that holds, has all its numbers and adds at least two of them."""
    return frozenset(
        name
        for outcome in evaluate(form, figures, division_code)
        if outcome.identity.relation == "=" and outcome.holds and not outcome.unknown
        for name in (*outcome.identity.left, *outcome.identity.right)
        if len(outcome.identity.left) + len(outcome.identity.right) > _FEWEST_TERMS
    )
