"""True reports from a seed: figures that satisfy every identity within one report, and ways to spoil them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from . import labels

Amount = int | Decimal
Scale = Literal["empty", "town", "county", "province"]
Trouble = Literal["none", "blanks", "dashes", "blank_totals", "planted"]

ISSUERS: dict[Scale, tuple[tuple[str, str | None], ...]] = {
    "empty": (("凌源市三道河子镇人民政府", "211382117"), ("青石乡人民政府", None)),
    "town": (("湖南镇人民政府", None), ("临江街道办事处", None), ("柳树屯乡人民政府", None)),
    "county": (("资中县人民政府", "511024"), ("县自然资源局", None), ("凌源市教育局", None)),
    "province": (("安徽省人民政府", "340000"), ("淮安市人民政府", "320800"), ("上海市人民政府", "310000")),
}
DASHES = ("/", "-", "—", "无", "--", "／")


@dataclass(frozen=True)
class Truth:
    """What a report says: ``figures`` is what is printed, wrong where ``planted`` (figure → the right value) says so.

    ``blanks`` are printed as empty cells, ``dashes`` (figure → mark) as a mark; both stand for a zero.
    ``single_other`` prints （六）其他处理 of form 2021 as one row.
    """

    form: str
    year: int
    issuer: str
    division_code: str | None
    figures: Mapping[str, Amount]
    scale: Scale = "town"
    blanks: frozenset[str] = frozenset()
    dashes: Mapping[str, str] = field(default_factory=dict)
    planted: Mapping[str, Amount] = field(default_factory=dict)
    single_other: bool = False
    trouble: str = "none"

    @property
    def pristine(self) -> bool:
        """Whether every figure is printed and every identity holds."""
        return not self.blanks and not self.dashes and not self.planted


def make_truth(
    rng: random.Random,
    *,
    form: str | None = None,
    trouble: Trouble | None = None,
    scale: Scale | None = None,
    before: Truth | None = None,
) -> Truth:
    """A report drawn at random; ``trouble`` None draws one of its kinds (mostly none), ``scale`` None one of all.

    ``before`` is the report of the year before: what it carries out is carried in.
    """
    form = form or rng.choices(labels.NATIONAL_FORMS, (1, 4, 4))[0]
    scale = scale or rng.choices(("empty", "town", "county", "province"), (2, 4, 4, 3))[0]
    issuer, code = rng.choice(ISSUERS[scale])
    year = {"2014": rng.randint(2014, 2018), "2019": rng.randint(2019, 2020), "2021": rng.randint(2021, 2024)}[form]
    if form == "2014":
        figures = _statistics(rng, scale)
    else:
        figures = {**_disclosure(rng, form, scale), **_requests(rng, form, scale, before), **_disputes(rng, scale)}
    truth = Truth(form, year, issuer, code, figures, scale)
    if form == "2021" and rng.random() < 0.08:
        truth = _with_single_other(truth)
    kinds: tuple[Trouble, ...] = ("none", "blanks", "dashes", "blank_totals", "planted")
    chosen: Trouble = trouble or rng.choices(kinds, (10, 3, 2, 1, 4))[0]
    return spoil(truth, rng, chosen)


def spoil(truth: Truth, rng: random.Random, trouble: Trouble) -> Truth:
    """The report with blanks, dashes, an empty 总计 column or planted errors; unchanged where none applies."""
    if trouble == "blanks":
        return _blanked(truth, rng)
    if trouble == "dashes":
        return _dashed(truth, rng)
    if trouble == "blank_totals":
        return _totals_blank(truth)
    if trouble == "planted":
        return _planted(truth, rng)
    return truth


def _count(rng: random.Random, scale: Scale, busy: float = 1.0) -> int:
    """A count as reports have it: nothing in an empty town, a long tail in a province."""
    share, mean = {"empty": (0.0, 0.0), "town": (0.12, 3.0), "county": (0.45, 25.0), "province": (0.85, 900.0)}[scale]
    if rng.random() > share * busy:
        return 0
    return int(rng.expovariate(1 / (mean * busy))) + 1


def _spread(rng: random.Random, total: int, parts: int, weights: list[float] | None = None) -> list[int]:
    weights = weights or [rng.expovariate(1) ** 2 for _ in range(parts)]
    counts = [0] * parts
    whole = sum(weights)
    for index, weight in enumerate(weights):
        counts[index] = int(total * weight / whole)
    for index in rng.choices(range(parts), weights, k=total - sum(counts)):
        counts[index] += 1
    return counts


def _requests(rng: random.Random, form: str, scale: Scale, before: Truth | None) -> dict[str, Amount]:
    rows = labels.request_rows(form)
    outcomes = labels.outcome_rows(form)
    table: dict[str, dict[str, int]] = {row: dict.fromkeys(labels.APPLICANTS, 0) for row in rows}
    weights = [rng.expovariate(1) ** 2 + 1e-9 for _ in outcomes]
    for column in labels.PARTS:
        busy = 1.0 if column in {"natural_person", "business"} else 0.35
        received, carried_in = _count(rng, scale, busy), _count(rng, scale, busy * 0.3)
        if before:
            carried_in = int(before.figures.get(f"requests.carried_out.{column}", carried_in))
        carried_out = rng.randint(0, (received + carried_in) // 4) if received + carried_in else 0
        table["received"][column], table["carried_in"][column] = received, carried_in
        table["carried_out"][column] = carried_out
        table["handled"][column] = received + carried_in - carried_out
        for row, number in zip(outcomes, _spread(rng, table["handled"][column], len(outcomes), weights), strict=True):
            table[row][column] = number
    for cells in table.values():
        cells["total"] = sum(cells[column] for column in labels.PARTS)
    return {f"requests.{row}.{column}": value for row, cells in table.items() for column, value in cells.items()}


def _disputes(rng: random.Random, scale: Scale) -> dict[str, Amount]:
    figures: dict[str, Amount] = {}
    for case in labels.CASES:
        parts = {result: _count(rng, scale, 0.25) for result in labels.RESULTS if result != "total"}
        for result, value in {**parts, "total": sum(parts.values())}.items():
            figures[f"disputes.{case}.{result}"] = value
    return figures


def _disclosure(rng: random.Random, form: str, scale: Scale) -> dict[str, Amount]:
    figures: dict[str, Amount] = {}
    for block in labels.DISCLOSURE[form]:
        for row, _ in block.rows:
            cells = _disclosure_row(rng, scale, row, [column for column, _, _ in block.columns])
            figures |= {f"disclosure.{row}.{column}": value for column, value in cells.items()}
    return figures


def _disclosure_row(rng: random.Random, scale: Scale, row: str, columns: list[str]) -> dict[str, Amount]:
    if row == "rules" and scale != "province":
        return dict.fromkeys(columns, 0)
    if row == "procurement":
        projects = _count(rng, scale, 0.8)
        cents = rng.choice((100, 10000, 1000000))
        return {
            "projects": projects,
            "amount": _decimal(projects * rng.randint(10_000, 5_000_000) // cents * cents, 100),
        }
    if columns == ["amount"]:
        return {
            "amount": _decimal(_count(rng, scale, 0.6) * rng.randint(1, 90_000), rng.choice((1, 100, 10_000)), cap=9000)
        }
    if "in_force" in columns:
        issued, repealed = _count(rng, scale, 0.3), _count(rng, scale, 0.2)
        return {"issued": issued, "repealed": repealed, "in_force": issued + _count(rng, scale, 0.5)}
    if "made" in columns:
        made = _count(rng, scale, 0.4)
        disclosed = rng.randint(0, made)
        return {"made": made, "disclosed": disclosed, "disclosed_total": made + _count(rng, scale, 0.5)}
    values: dict[str, Amount] = {}
    if "previous_items" in columns:
        previous = _count(rng, scale, 0.6)
        values = {
            "previous_items": previous,
            "items_change": rng.choice((0, 0, -rng.randint(0, previous), _count(rng, scale, 0.3))),
        }
    if "decisions" in columns:
        values["decisions"] = _count(rng, scale) * rng.choice((1, 1, 7))
    return values


def _decimal(units: int, divisor: int, cap: int | None = None) -> Amount:
    value = Decimal(units) / divisor
    if cap is not None:
        value %= cap
    return int(value) if value == value.to_integral_value() else value.normalize()


def _statistics(rng: random.Random, scale: Scale) -> dict[str, Amount]:
    figure: dict[str, Amount] = {}

    def draw(*names: str, busy: float = 1.0) -> int:
        numbers = {name: _count(rng, scale, busy) for name in names}
        figure.update(numbers)
        return sum(numbers.values())

    channels = (
        "disclosed_by_gazette",
        "disclosed_by_website",
        "disclosed_by_weibo",
        "disclosed_by_wechat",
        "disclosed_by_other_means",
    )
    whole = draw(*channels)
    figure["disclosed_items"] = rng.randint(max(int(figure[name]) for name in channels), whole)
    figure["normative_documents_disclosed"] = rng.randint(0, int(figure["disclosed_items"]) // 5)
    draw("normative_documents_made", "public_concerns_answered", "policy_explanations", busy=0.4)
    draw("weibo_wechat_responses", "other_responses", "press_conferences", "online_interviews", busy=0.4)
    figure["press_conferences_by_leader"] = rng.randint(0, int(figure["press_conferences"]))
    figure["online_interviews_by_leader"] = rng.randint(0, int(figure["online_interviews"]))
    figure["received"] = draw(
        "received_in_person", "received_by_fax", "received_online", "received_by_letter", busy=0.6
    )
    reasons: tuple[str, ...] = (
        "denied_state_secret",
        "denied_trade_secret",
        "denied_privacy",
        "denied_security_stability",
    )
    reasons += ("denied_not_government_information", "denied_by_law")
    answers: tuple[str, ...] = (
        "already_public",
        "granted",
        "partly_granted",
        "denied",
        "not_this_agency",
        "not_existing",
    )
    answers += ("told_to_amend", "told_other_channel")
    answered = rng.randint(int(figure["received"]) * 3 // 4, int(figure["received"]))
    figure["answered"] = answered
    figure.update(zip(answers, _spread(rng, answered, len(answers)), strict=True))
    figure.update(zip(reasons, _spread(rng, int(figure["denied"]), len(reasons)), strict=True))
    figure["concluded"] = answered
    figure["concluded_extended"] = rng.randint(0, answered // 4)
    figure["concluded_on_time"] = answered - int(figure["concluded_extended"])
    for name in ("reviews", "lawsuits"):
        figure[name] = draw(f"{name}_upheld", f"{name}_corrected", f"{name}_other", busy=0.25)
    draw("complaints", "dedicated_offices", "reading_points", "meetings", "trainings", "people_trained", busy=0.6)
    figure["staff"] = draw("staff_full_time", "staff_part_time", busy=0.6)
    figure["fees_collected"] = _decimal(_count(rng, scale, 0.3) * rng.randint(1, 99), 100, cap=500)
    figure["budget"] = _decimal(_count(rng, scale, 0.5) * rng.randint(1, 900), 100, cap=2000)
    order = [row for row, _, _ in labels.STATISTICS if row]
    return {f"statistics.{row}": figure[row] for row in order}


def _with_single_other(truth: Truth) -> Truth:
    figures = dict(truth.figures)
    for column in labels.APPLICANTS:
        figures[f"requests.other.{column}"] = sum(figures.pop(f"requests.{row}.{column}") for row in labels.OTHER_ROWS)
    return replace(truth, figures=figures, single_other=True)


def _zeros(truth: Truth) -> list[str]:
    return [figure for figure, value in truth.figures.items() if value == 0]


def _blanked(truth: Truth, rng: random.Random) -> Truth:
    share = rng.choice((0.15, 0.6, 1.0))
    blanks = frozenset(figure for figure in _zeros(truth) if rng.random() < share)
    return replace(truth, blanks=blanks, trouble="blanks") if blanks else truth


def _dashed(truth: Truth, rng: random.Random) -> Truth:
    share, mark = rng.choice((0.15, 1.0)), rng.choice(DASHES)
    dashes = {figure: mark for figure in _zeros(truth) if rng.random() < share}
    return replace(truth, dashes=dashes, trouble="dashes") if dashes else truth


def _totals_blank(truth: Truth) -> Truth:
    if truth.form == "2014":
        return truth
    kept = {"received", "carried_in", "handled", "carried_out"}
    rows = labels.request_rows(truth.form, single_other=truth.single_other)
    return replace(
        truth, blanks=frozenset(f"requests.{row}.total" for row in rows if row not in kept), trouble="blank_totals"
    )


def _planted(truth: Truth, rng: random.Random) -> Truth:
    ways: tuple[Callable[[Truth, random.Random], dict[str, Amount]], ...]
    ways = (
        (_wrong_statistic,)
        if truth.form == "2014"
        else (_wrong_cell, _wrong_cell, _wrong_dispute, _counts_carried, _forgets_partial)
    )
    for way in rng.sample(ways, len(ways)):
        changed = {figure: value for figure, value in way(truth, rng).items() if value != truth.figures[figure]}
        if changed:
            figures = {**truth.figures, **changed}
            return replace(
                truth,
                figures=figures,
                planted={figure: truth.figures[figure] for figure in changed},
                trouble=f"planted:{way.__name__[1:]}",
            )
    return truth


def _misprint(value: Amount, rng: random.Random) -> int:
    digits = str(int(value))
    ways = [int(value) + rng.choice((1, 2, 9, 10)), int(value) * 10 + rng.randint(0, 9)]
    if len(digits) > 1:
        ways += [int(digits[1:]), int(digits[:-1]), int(digits[1] + digits[0] + digits[2:])]
    return rng.choice(ways)


def _wrong_cell(truth: Truth, rng: random.Random) -> dict[str, Amount]:
    figure = rng.choice([name for name in truth.figures if name.startswith("requests.")])
    return {figure: _misprint(truth.figures[figure], rng)}


def _wrong_dispute(truth: Truth, rng: random.Random) -> dict[str, Amount]:
    figure = rng.choice([name for name in truth.figures if name.startswith("disputes.")])
    return {figure: _misprint(truth.figures[figure], rng)}


def _counts_carried(truth: Truth, _: random.Random) -> dict[str, Amount]:
    get = truth.figures.__getitem__
    return {
        f"requests.handled.{c}": get(f"requests.handled.{c}") + get(f"requests.carried_out.{c}")
        for c in labels.APPLICANTS
    }


def _forgets_partial(truth: Truth, _: random.Random) -> dict[str, Amount]:
    get = truth.figures.__getitem__
    return {
        f"requests.handled.{c}": get(f"requests.handled.{c}") - get(f"requests.partly_granted.{c}")
        for c in labels.APPLICANTS
    }


def _wrong_statistic(truth: Truth, rng: random.Random) -> dict[str, Amount]:
    summed = (
        "received",
        "received_online",
        "concluded",
        "concluded_on_time",
        "answered",
        "granted",
        "denied",
        "denied_privacy",
        "staff",
    )
    figure = f"statistics.{rng.choice(summed)}"
    return {figure: _misprint(truth.figures[figure], rng)}
