"""All identities at once say what each says alone."""

from __future__ import annotations

import random

import pytest
from render.truth import make_truth

from transform.forms import load_forms
from transform.model import Figure, Number
from transform.proof.identities import evaluate, identity_findings, keeps_all


def figures_of(form_id: str, values: dict[str, Number]) -> dict[str, Figure]:
    return {
        name: Figure(name, values.get(name, 0), figure.unit, "reported", str(values.get(name, 0)), "table 1")
        for name, figure in load_forms()[form_id].figures.items()
        if not figure.alternative
    }


def truth_of(form_id: str, seed: int) -> dict[str, Number]:
    figures = make_truth(random.Random(seed), form=form_id, trouble="none").figures
    return {name: int(value) for name, value in figures.items()}


@pytest.mark.parametrize("form_id", ["2014", "2019", "2021"])
@pytest.mark.parametrize("code", [None, "21", "211382117"])
def test_one_changed_figure_is_kept_only_where_every_identity_holds(form_id: str, code: str | None) -> None:
    form = load_forms()[form_id]
    rng = random.Random(7)
    outcomes_seen = set()
    for seed in range(25):
        values = truth_of(form_id, seed)
        for changed in (None, *rng.sample(list(figures_of(form_id, {})), 4)):
            figures = figures_of(
                form_id, values if changed is None else {**values, changed: values.get(changed, 0) + 1}
            )
            holds = all(outcome.holds for outcome in evaluate(form, figures, code) if not outcome.unknown)
            assert keeps_all(form, figures, code) == holds
            assert bool(identity_findings(form, figures, frozenset(), code)) == (not holds)
            outcomes_seen.add(holds)
    assert outcomes_seen == {True, False}


def test_blank_and_missing_figures_are_not_kept_unseen() -> None:
    form = load_forms()["2021"]
    figures = figures_of("2021", {})
    assert keeps_all(form, figures)
    name = next(iter(figures))
    blank = figures[name]._replace(value=None, status="blank")
    assert not keeps_all(form, {**figures, name: blank})
    assert not keeps_all(form, {other: figure for other, figure in figures.items() if other != name})
    assert not keeps_all(form, {**figures, name: figures[name]._replace(value=0.5)})
