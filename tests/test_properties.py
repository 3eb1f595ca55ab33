"""The promise of the engine, held against rendered reports: a wrong number is never silent, a blank is never 0.

Each example is a seed: a true report, spoilt or not, printed in a layout drawn at random (see ``tests/render``).  The
number of examples over all properties is NIANBAO_FUZZ_EXAMPLES (default 2000).  By default seeds are drawn from a fixed
range, so that a run cannot fail by chance; with NIANBAO_FUZZ_EXAMPLES set they are drawn from everywhere, as by
``make fuzz``, which goes on where these tests end.
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
from render.truth import Trouble, make_truth

EXAMPLES = int(os.environ.get("NIANBAO_FUZZ_EXAMPLES", "2000"))
SEEDS = st.integers(min_value=0, max_value=2**40 if "NIANBAO_FUZZ_EXAMPLES" in os.environ else 1499)
LEAST_RIGHT_OF_NOISY = 0.985


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
    from extract.formats import read_page
    from transform.read import read_report

    return lambda data: read_report(read_page(data))


def draw(seed: int, ceiling: Level | None, trouble: Trouble | None) -> Rendered:
    """The page of a seed."""
    rng = random.Random(seed)
    return render(make_truth(rng, trouble=trouble), rng, ceiling=ceiling)


def fail(seed: int, report: Any, rendered: Rendered, figures: Any, what: str) -> None:
    """Fail with what a person needs to repeat and understand it."""
    rules = sorted({finding.rule for finding in report.findings})
    pytest.fail(
        f"{what}\nseed {seed}, {rendered.level}: {rendered.description}\n"
        f"{differences(report, rendered, figures)}\nverdict {report.verdict}, findings {rules}",
        pytrace=False,
    )


@examples(0.5)
@given(SEEDS)
def test_wrong_number_is_never_silent(seed: int) -> None:
    rendered = draw(seed, None, None)
    report = reader()(rendered.data)
    result = judge(report, rendered)
    if result.silent:
        fail(seed, report, rendered, result.silent, f"{len(result.silent)} figures silently wrong")
    if result.overconfident:
        fail(seed, report, rendered, result.doubted, "verified, though figures are wrong or unread")


@examples(0.3)
@given(SEEDS)
def test_undamaged_report_is_read_fully_and_verified(seed: int) -> None:
    rendered = draw(seed, "clean", "none")
    report = reader()(rendered.data)
    result = judge(report, rendered)
    if wrong := [*result.silent, *result.doubted]:
        fail(seed, report, rendered, wrong, f"{len(wrong)} figures not read right")
    if result.alarmed:
        fail(seed, report, rendered, (), f"verdict should be {rendered.verdict}")


def test_noisy_reports_are_read_almost_wholly() -> None:
    right = wanted = 0
    for seed in range(200):
        rendered = draw(seed, "noisy", "none")
        right += len(judge(reader()(rendered.data), rendered).right)
        wanted += len(rendered.expected)
    assert right >= LEAST_RIGHT_OF_NOISY * wanted


@examples(0.1)
@given(SEEDS)
def test_planted_error_is_named_by_a_finding(seed: int) -> None:
    rendered = draw(seed, "noisy", "planted")
    report = reader()(rendered.data)
    result = judge(report, rendered)
    if result.unnamed:
        fail(seed, report, rendered, result.unnamed, f"planted errors without a finding: {', '.join(result.unnamed)}")
    if result.silent:
        fail(seed, report, rendered, result.silent, "printed values replaced")


@examples(0.1)
@given(SEEDS, st.sampled_from(["blanks", "dashes", "blank_totals"]))
def test_blank_and_dash_are_never_zero(seed: int, trouble: Trouble) -> None:
    rendered = draw(seed, "noisy", trouble)
    report = reader()(rendered.data)
    values = {figure.figure: figure.value for figure in report.figures}
    named = {figure for finding in report.findings for figure in finding.figures}
    empty = (*rendered.truth.blanks, *rendered.truth.dashes)
    if filled := [figure for figure in empty if values.get(figure) is not None and figure not in named]:
        fail(seed, report, rendered, filled, f"{len(filled)} empty cells given a value")
