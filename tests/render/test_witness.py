"""The witness is itself held to account: true reports are true, clean pages print what they are said to print."""

from __future__ import annotations

import random
from dataclasses import dataclass
from io import StringIO

import lxml.html
import pandas as pd
import pytest

from . import labels
from .choices import LEVELS, Dice, Level
from .judge import judge
from .layouts import Rendered, render
from .truth import Amount, Trouble, make_truth
from .wording import Wording

SEEDS = range(60)


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_true_requests_satisfy_every_identity(form: str) -> None:
    for seed in SEEDS:
        figure = make_truth(random.Random(seed), form=form, trouble="none").figures

        def cell(row: str, column: str, figure: object = figure) -> Amount:
            return figure.get(f"requests.{row}.{column}", 0)  # type: ignore[attr-defined, no-any-return]

        rows = {name.split(".")[1] for name in figure if name.startswith("requests.")}
        for column in labels.APPLICANTS:
            assert cell("received", column) + cell("carried_in", column) == cell("handled", column) + cell(
                "carried_out", column
            )
            outcomes = rows - {"received", "carried_in", "handled", "carried_out"}
            assert sum(cell(row, column) for row in outcomes) == cell("handled", column)
        for row in rows:
            assert sum(cell(row, column) for column in labels.PARTS) == cell(row, "total")


def test_true_statistics_satisfy_every_identity() -> None:
    for seed in SEEDS:
        figure = {
            k.removeprefix("statistics."): v
            for k, v in make_truth(random.Random(seed), form="2014", trouble="none").figures.items()
        }
        assert figure["received"] == sum(
            figure[f"received_{way}"] for way in ("in_person", "by_fax", "online", "by_letter")
        )
        assert figure["denied"] == sum(value for name, value in figure.items() if name.startswith("denied_"))
        assert figure["staff"] == figure["staff_full_time"] + figure["staff_part_time"]
        assert figure["concluded"] == figure["concluded_on_time"] + figure["concluded_extended"]
        channels = [value for name, value in figure.items() if name.startswith("disclosed_by_")]
        assert max(channels) <= figure["disclosed_items"] <= sum(channels)


def test_planted_errors_change_what_is_printed() -> None:
    for seed in SEEDS:
        truth = make_truth(random.Random(seed), form="2021", trouble="planted")
        assert truth.planted
        assert all(truth.figures[figure] != right for figure, right in truth.planted.items())


@pytest.mark.parametrize(("form", "size"), [("2014", 58), ("2019", 198), ("2021", 200)])
def test_every_figure_of_the_form_is_accounted_for(form: str, size: int) -> None:
    sizes = set()
    for seed in SEEDS:
        rng = random.Random(seed)
        truth = make_truth(rng, form=form)
        sizes.add(len(render(truth, rng).expected) - 7 * truth.single_other)
    assert sizes == {size}


@pytest.mark.parametrize("ceiling", LEVELS)
def test_a_layout_is_never_more_hostile_than_its_ceiling(ceiling: Level) -> None:
    for seed in SEEDS:
        rng = random.Random(seed)
        assert LEVELS.index(render(make_truth(rng, trouble="none"), rng, ceiling=ceiling).level) <= LEVELS.index(
            ceiling
        )


def test_the_same_seed_gives_the_same_page() -> None:
    for seed in SEEDS:
        pages = [render(make_truth(rng), rng) for rng in (random.Random(seed), random.Random(seed))]
        assert pages[0].data == pages[1].data


def test_clean_html_prints_every_figure_in_order() -> None:
    pins = {
        "container": "html",
        "html.structure": "table",
        "html.spans": "kept",
        "bytes.encoding": "utf-8",
        "html.end_tags_missing": "no",
    }
    for seed in SEEDS:
        rng = random.Random(seed)
        truth = make_truth(rng, form="2019", trouble="none")
        rendered = render(truth, rng, ceiling="clean", pins={**pins, "page.fate": "once", "number.style": "plain"})
        document = lxml.html.fromstring(rendered.data)
        cells = ["".join("".join(map(str, cell.itertext())).split()) for cell in document.iter("td", "th")]
        printed = iter(cells)
        wanted = [expected.raw for name, expected in rendered.expected.items() if name.startswith("requests.")]
        assert all(any(cell == raw for cell in printed) for raw in wanted)


def test_clean_requests_table_puts_every_figure_under_its_column() -> None:
    pins = {
        "container": "html",
        "html.structure": "table",
        "html.spans": "kept",
        "bytes.encoding": "utf-8",
        "requests.groups": "span",
    }
    pins |= {
        "requests.header": "full",
        "requests.odd_row": "none",
        "label.variants": "exact",
        "page.fate": "once",
        "number.style": "plain",
    }
    pins |= {
        "html.end_tags_missing": "no",
        "site.family": "plain",
        "html.breaks_in_labels": "no",
        "html.row_groups": "no",
        "html.cell": "plain",
    }
    pins |= {
        "html.padding": "none",
        "html.around": "nothing",
        "noise.space": "none",
        "requests.split": "no",
        "label.ordinals": "exact",
    }
    for seed in SEEDS:
        rng = random.Random(seed)
        truth = make_truth(rng, form="2021", trouble="none")
        rendered = render(truth, rng, ceiling="clean", pins=pins)
        frames = pd.read_html(StringIO(rendered.data.decode()), match="申请人情况", flavor="lxml")
        frame = frames[-1].astype(str).map(lambda text: "".join(text.split()))
        body = frame[frame.iloc[:, -1].str.fullmatch(r"\d+(\.0)?")]
        numbers = body.iloc[:, 3:].to_numpy().tolist()
        for row, cells in zip(labels.request_rows("2021", single_other=truth.single_other), numbers, strict=True):
            got = [float(cell) for cell in cells]
            assert got == [truth.figures[f"requests.{row}.{column}"] for column in labels.APPLICANTS], row


@dataclass
class ReadFigure:
    figure: str
    value: float | None
    status: str


@dataclass
class ReadFinding:
    figures: tuple[str, ...]


@dataclass
class Reading:
    figures: list[ReadFigure]
    findings: list[ReadFinding]
    verdict: str


def perfect_reading(rendered: Rendered) -> Reading:
    figures = [
        ReadFigure(name, None if e.value is None else float(e.value), next(iter(e.statuses)))
        for name, e in rendered.expected.items()
    ]
    return Reading(figures, [], "verified")


def page(trouble: Trouble) -> Rendered:
    rng = random.Random(7)
    return render(make_truth(rng, form="2021", trouble=trouble), rng, ceiling="clean")


def test_a_perfect_reading_is_right_throughout() -> None:
    rendered = page("none")
    result = judge(perfect_reading(rendered), rendered)
    assert len(result.right) == 200
    assert not result.broken
    assert not result.alarmed


def test_one_wrong_number_without_a_finding_breaks_the_promise() -> None:
    rendered = page("none")
    reading = perfect_reading(rendered)
    wrong = reading.figures[40]
    wrong.value = (wrong.value or 0) + 1
    assert judge(reading, rendered).silent == (wrong.figure,)
    assert judge(reading, rendered).overconfident
    reading.findings, reading.verdict = [ReadFinding((wrong.figure,))], "flagged"
    assert judge(reading, rendered).doubted == (wrong.figure,)
    assert not judge(reading, rendered).broken


def test_a_blank_read_as_zero_breaks_the_promise() -> None:
    rendered = page("blanks")
    reading = perfect_reading(rendered)
    blank = next(figure for figure in reading.figures if figure.figure in rendered.truth.blanks)
    blank.value, blank.status = 0, "reported"
    assert judge(reading, rendered).zeroed == (blank.figure,)
    assert judge(reading, rendered).broken


def test_an_unread_figure_is_a_doubt_unless_the_verdict_hides_it() -> None:
    rendered = page("none")
    reading = perfect_reading(rendered)
    reading.figures[3].value, reading.figures[3].status = None, "missing"
    assert judge(reading, rendered).overconfident
    reading.verdict = "incomplete"
    assert judge(reading, rendered).doubted == (reading.figures[3].figure,)
    assert not judge(reading, rendered).broken


def test_a_true_report_that_is_not_verified_is_a_false_alarm() -> None:
    rendered = page("none")
    reading = perfect_reading(rendered)
    reading.verdict = "flagged"
    assert judge(reading, rendered).alarmed


def test_a_planted_error_must_be_named() -> None:
    rendered = page("planted")
    reading = perfect_reading(rendered)
    assert set(judge(reading, rendered).unnamed) == set(rendered.truth.planted)
    reading.findings = [ReadFinding(tuple(rendered.truth.planted))]
    assert not judge(reading, rendered).unnamed


def test_a_slip_of_the_pen_never_takes_the_unit_of_an_amount() -> None:
    for seed in range(300):
        dice = Dice(random.Random(seed), "noisy", {"label.typos": "many"})
        assert "万元" in Wording(dice)("本年收费金额（单位：万元）")
