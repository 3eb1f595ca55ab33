"""The promise of the engine, held against rendered reports: a wrong number is never silent, a blank is never 0.

Each example is a seed: a true report, spoilt or not, printed in a layout drawn at random (see ``tests/render``).  The
number of examples over all properties is NIANBAO_FUZZ_EXAMPLES (default 2000); CI draws the same ones every time.
"""

from __future__ import annotations

import os
import random
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from render.choices import Level
from render.judge import differences, judge
from render.layouts import Rendered, render
from render.truth import Trouble, Truth, make_truth

EXAMPLES = int(os.environ.get("NIANBAO_FUZZ_EXAMPLES", "2000"))
SEEDS = st.integers(min_value=0, max_value=2**40)


def examples(share: float) -> settings:
    """Settings for a property that takes a share of the examples; a seed cannot be shrunk, so nothing is."""
    return settings(
        max_examples=max(10, int(EXAMPLES * share)),
        derandomize="CI" in os.environ,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        report_multiple_bugs=False,
    )


@cache
def reader() -> Any:
    """From bytes to a report."""
    from transform.read import read_report

    from extract.formats import read_page

    return lambda data: read_report(read_page(data))


def draw(seed: int, ceiling: Level | None, trouble: Trouble | None) -> tuple[Truth, Rendered]:
    """The true report of a seed and its page."""
    rng = random.Random(seed)
    truth = make_truth(rng, trouble=trouble)
    return truth, render(truth, rng, ceiling=ceiling)


def complain(seed: int, report: Any, rendered: Rendered, figures: Any, what: str) -> str:
    """What a person needs to repeat and understand a failure."""
    rules = sorted({finding.rule for finding in report.findings})
    return (
        f"{what}\nseed {seed}, {rendered.level}: {rendered.description}\n"
        f"{differences(report, rendered, figures)}\nverdict {report.verdict}, findings {rules}"
    )


@examples(0.5)
@given(SEEDS)
def test_wrong_number_is_never_silent(seed: int) -> None:
    _, rendered = draw(seed, None, None)
    report = reader()(rendered.data)
    result = judge(report, rendered)
    assert not result.silent, complain(
        seed, report, rendered, result.silent, f"{len(result.silent)} figures silently wrong"
    )
    assert not result.overconfident, complain(
        seed, report, rendered, result.doubted, "verified, though figures are wrong or unread"
    )


@pytest.mark.parametrize("ceiling", ["clean", "noisy"])
@examples(0.15)
@given(seed=SEEDS)
def test_undamaged_report_is_read_fully_and_verified(ceiling: Level, seed: int) -> None:
    truth, rendered = draw(seed, ceiling, "none")
    report = reader()(rendered.data)
    result = judge(report, rendered)
    wrong = [*result.silent, *result.doubted]
    assert not wrong, complain(seed, report, rendered, wrong, f"{len(wrong)} figures not read right")
    verdict = "incomplete" if truth.single_other else "verified"
    assert report.verdict == verdict, complain(seed, report, rendered, (), f"verdict should be {verdict}")


@examples(0.1)
@given(SEEDS)
def test_planted_error_is_named_by_a_finding(seed: int) -> None:
    truth, rendered = draw(seed, "noisy", "planted")
    report = reader()(rendered.data)
    named = {figure for finding in report.findings for figure in finding.figures}
    unnamed = [figure for figure in truth.planted if figure not in named]
    assert not unnamed, complain(seed, report, rendered, unnamed, f"planted errors without a finding: {unnamed}")
    wrong = judge(report, rendered).silent
    assert not wrong, complain(seed, report, rendered, wrong, "printed values replaced")


@examples(0.1)
@given(SEEDS, st.sampled_from(["blanks", "dashes", "blank_totals"]))
def test_blank_and_dash_are_never_zero(seed: int, trouble: Trouble) -> None:
    truth, rendered = draw(seed, None, trouble)
    report = reader()(rendered.data)
    values = {figure.figure: figure.value for figure in report.figures}
    named = {figure for finding in report.findings for figure in finding.figures}
    filled = [f for f in (*truth.blanks, *truth.dashes) if values.get(f) is not None and f not in named]
    assert not filled, complain(seed, report, rendered, filled, f"{len(filled)} empty cells given a value")
