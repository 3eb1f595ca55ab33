"""The tables of docs/scale.md: computed from unit costs, and the page has what is computed."""

from __future__ import annotations

import pytest

from benchmarks import capacity


def test_the_page_has_what_is_computed() -> None:
    text = capacity.PAGE.read_text(encoding="utf-8")
    assert capacity.filled(text) == text, "python -m benchmarks.capacity --write"


def test_twice_as_many_reports_take_twice_as_much() -> None:
    for cost in (capacity.requests, capacity.asking, capacity.archived_first, capacity.archived_a_night):
        assert cost(2_000_000) == pytest.approx(2 * cost(1_000_000))
    assert capacity.warehouse(2_000_000) - capacity.warehouse(1_000_000) == pytest.approx(
        capacity.warehouse(1_000_000) - capacity.warehouse(0)
    )


def test_the_slowest_host_is_as_long_as_its_reports_and_not_as_all() -> None:
    assert capacity.slowest_host(2_000_000, 700) == capacity.slowest_host(10_000, 700)
    assert capacity.slowest_host(500, 700) == pytest.approx(capacity.slowest_host(500, 500))
    an_hour = 3600 / capacity.PACE.cost / (1 + capacity.EXTRA.cost)
    assert capacity.slowest_host(round(an_hour), 10**9) == pytest.approx(1, rel=1e-3)


def test_a_rebuild_is_faster_on_more_cores_until_it_waits_for_the_loading() -> None:
    loading = 2_000_000 * capacity.LOADING.cost / 1000 / 3600
    hours = [capacity.rebuild(2_000_000, cores) for cores in (1, 2, 32, 320)]
    assert hours[0] == pytest.approx(2 * hours[1])
    assert hours == sorted(hours, reverse=True)
    assert hours[-1] == pytest.approx(loading)


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (0.5, "h", "30 min"),
        (0.01, "h", "36 s"),
        (2.04, "h", "2.0 h"),
        (567.4, "h", "570 h"),
        (0.047, "GB", "47 MB"),
        (1130.0, "GB", "1.1 TB"),
        (2_040_000, "", "2,000,000"),
    ],
)
def test_numbers_are_shown_in_a_unit_that_reads_well(number: float, unit: str, text: str) -> None:
    assert capacity.shown(number, unit) == text
