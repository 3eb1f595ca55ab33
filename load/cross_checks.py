"""Checks that need two reports of one body, stated in ``data/cross_checks.toml``, over pairs of wide rows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import pyarrow as pa

from load.crosswalk import Term, parse_terms
from load.wide import column_name
from transform.forms import Form, load_forms
from transform.model import Cause, Severity

_TOLERANCE = 1e-6
_Array = np.ndarray[Any, Any]
_Numbers = dict[str, _Array]
_Judged = tuple[_Array, _Array, _Array]
"""Which pairs are found, and the two numbers that the message names."""


@dataclass(frozen=True, slots=True)
class Balance:
    """A sum of the earlier report's figures that equals a sum of the later's.

    ``closes`` is a sum that is 0 within a report, ``says_before`` and ``says_now`` are concepts that the prose of the
    earlier and the later may state: they decide which of the two is wrong.
    """

    rule: str
    gloss: str
    severity: Severity
    message: str
    before_forms: tuple[str, ...]
    now_forms: tuple[str, ...]
    before: tuple[Term, ...]
    now: tuple[Term, ...]
    closes: tuple[Term, ...] = ()
    says_before: str | None = None
    says_now: str | None = None


@dataclass(frozen=True, slots=True)
class Jump:
    """A figure that may not change more than ``factor`` times, where at least ``least`` lies between the numbers."""

    rule: str
    gloss: str
    severity: Severity
    message: str
    forms: tuple[str, ...]
    figure: str
    factor: float
    least: float


@dataclass(frozen=True, slots=True)
class Pasted:
    """Figures (patterns of ids) that may not be equal in both years: ``share`` of at least ``least`` that are not 0."""

    rule: str
    gloss: str
    severity: Severity
    message: str
    forms: tuple[str, ...]
    figures: tuple[str, ...]
    share: float
    least: int


@dataclass(frozen=True, slots=True)
class Copied:
    """Text that may not be that of the year before: ``share`` of the characters in at least ``least`` sentences."""

    rule: str
    gloss: str
    severity: Severity
    message: str
    share: float
    least: int


Check = Balance | Jump | Pasted | Copied


@lru_cache(maxsize=1)
def load_cross_checks() -> tuple[Check, ...]:
    """Every check between two years, in the order of the file, read once."""
    raw = tomllib.loads(resources.files("data").joinpath("cross_checks.toml").read_text(encoding="utf-8"))
    return (
        *(balance for entry in raw["balance"] for balance in _balances(entry)),
        *(jump for entry in raw["jump"] for jump in _jumps(entry)),
        *(Pasted(**_tuples(entry)) for entry in raw["pasted"]),
        *(Copied(**entry) for entry in raw["copied"]),
    )


def rules() -> tuple[str, ...]:
    """The ids of all rules between years, sorted."""
    return tuple(sorted({check.rule for check in load_cross_checks()}))


@dataclass(frozen=True, slots=True)
class Found:
    """A finding between years: the later report, its place among the checks, and what table ``finding`` holds of it."""

    report_id: str
    step: int
    rule: str
    severity: Severity
    figures: list[str]
    message: str
    cause: Cause = "unknown"
    suggested: tuple[tuple[str, float], ...] = ()


def findings(before: Form, now: Form, pairs: pa.Table) -> Iterator[Found]:
    """What the checks find in pairs of reports on these forms.

    ``pairs`` has columns report_id and year_before, and for every figure of :func:`figures_compared` the column that
    :func:`paired` names, NULL where there is no value; further for every concept of :func:`said_concepts` those that
    :func:`said` names, NULL where the prose states no number or several.
    """
    numbers: _Numbers = {
        name: pairs[name].to_numpy() for name in pairs.column_names if name not in ("report_id", "year_before")
    }
    report_ids, years = pairs["report_id"].to_pylist(), pairs["year_before"].to_pylist()
    for step, check in _checks_of(before, now):
        if isinstance(check, Balance):
            hits, first, second = _balance(check, numbers)
        elif isinstance(check, Jump):
            hits, first, second = _jump(check, numbers)
        else:
            hits, first, second = _pasted(check, numbers)
        positions = np.flatnonzero(hits)
        stated = zip(positions.tolist(), first[positions].tolist(), second[positions].tolist(), strict=True)
        for position, one, other in stated:
            message = check.message.format(f"{one:.15g}", f"{other:.15g}", years[position])
            doubtful = _doubtful(check, numbers, position)
            found = Found(report_ids[position], step, check.rule, check.severity, doubtful, message)
            yield _decided(found, check, numbers, position) if isinstance(check, Balance) else found


def figures_compared(before: Form, now: Form) -> Mapping[str, tuple[str, ...]]:
    """The figures of the report ``before`` and of the report ``now`` that checks between these forms look at."""
    both = [figure for figure in before.figures if figure in now.figures]
    named: dict[str, set[str]] = {"before": set(), "now": set()}
    for _, check in _checks_of(before, now):
        if isinstance(check, Balance):
            for side, terms in (("before", check.before), ("now", check.now)):
                named[side].update(term.figure for term in (*terms, *check.closes))
        else:
            figures = [check.figure] if isinstance(check, Jump) else _matching(check, both)
            for side in named:
                named[side].update(figures)
    return {
        side: tuple(figure for figure in form.figures if figure in named[side])
        for side, form in (("before", before), ("now", now))
    }


def _checks_of(before: Form, now: Form) -> Iterator[tuple[int, Balance | Jump | Pasted]]:
    """The checks of figures that apply to reports on these forms, each with its place among all."""
    for step, check in enumerate(load_cross_checks()):
        if isinstance(check, Balance):
            if before.id in check.before_forms and now.id in check.now_forms:
                yield step, check
        elif not isinstance(check, Copied) and before.id in check.forms and now.id in check.forms:
            yield step, check


def paired(side: str, figure: str) -> str:
    """The column of a figure of the report ``before`` or ``now`` in a table of pairs."""
    return f"{side}_{column_name(figure)}"


def said(side: str, concept: str) -> str:
    """The column of what the prose of the report ``before`` or ``now`` states, in a table of pairs."""
    return f"{side}_says_{concept}"


def said_concepts() -> tuple[tuple[str, str], ...]:
    """Which concepts decide between the reports of a pair: side and concept."""
    balances = [check for check in load_cross_checks() if isinstance(check, Balance)]
    named = [(side, concept) for b in balances for side, concept in (("before", b.says_before), ("now", b.says_now))]
    return tuple(dict.fromkeys((side, concept) for side, concept in named if concept))


def _decided(found: Found, check: Balance, numbers: _Numbers, position: int) -> Found:
    """The finding with the report that is wrong, where the sums or the prose of one ask for the other's number."""
    if not check.closes or len(check.before) != 1 or len(check.now) != 1:
        return found
    before, now = check.before[0].figure, check.now[0].figure
    first = float(numbers[paired("before", before)][position])
    second = float(numbers[paired("now", now)][position])
    for_first = _asks_for("now", now, first, check, check.says_now, numbers, position)
    for_second = _asks_for("before", before, second, check, check.says_before, numbers, position)
    if for_first and not for_second:
        message = f"{found.message}; {for_first} of this report asks for {first:.15g}"
        return replace(found, message=message, cause="source", suggested=((now, first),))
    if for_second and not for_first:
        return replace(found, message=f"{found.message}; {for_second} of the earlier report asks for {second:.15g}")
    return found


def _asks_for(
    side: str, figure: str, other: float, check: Balance, concept: str | None, numbers: _Numbers, position: int
) -> str:
    """What within a report asks for the other report's number in place of its own: its sum, its text, or nothing."""
    rest = sum(term.sign * float(numbers[paired(side, term.figure)][position]) for term in check.closes)
    sign = next((term.sign for term in check.closes if term.figure == figure), 0)
    change = other - float(numbers[paired(side, figure)][position])
    if sign and abs(rest) > _TOLERANCE and abs(rest + sign * change) < _TOLERANCE:
        return "the balance"
    stated = numbers.get(said(side, concept)) if concept else None
    return "the text" if stated is not None and abs(float(stated[position]) - other) < _TOLERANCE else ""


def _balances(entry: Mapping[str, Any]) -> Iterator[Balance]:
    shared = {k: v for k, v in _tuples(entry).items() if k not in ("each", "before", "now", "closes")}
    for name in entry["each"]:
        before, now = (parse_terms(entry[side].replace("{}", name)) for side in ("before", "now"))
        closes = parse_terms(entry["closes"].replace("{}", name)) if "closes" in entry else ()
        yield Balance(**shared, before=before, now=now, closes=closes)


def _jumps(entry: Mapping[str, Any]) -> Iterator[Jump]:
    shared = {k: v for k, v in _tuples(entry).items() if k != "figures"}
    for figure in entry["figures"]:
        yield Jump(**shared, figure=figure)


def _tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}


def _balance(check: Balance, numbers: _Numbers) -> _Judged:
    before, now = _sum("before", check.before, numbers), _sum("now", check.now, numbers)
    return np.abs(before - now) > _TOLERANCE, before, now


def _sum(side: str, terms: tuple[Term, ...], numbers: _Numbers) -> _Array:
    summed: _Array = np.sum([term.sign * numbers[paired(side, term.figure)] for term in terms], axis=0)
    return summed


def _jump(check: Jump, numbers: _Numbers) -> _Judged:
    before, now = (numbers[paired(side, check.figure)] for side in ("before", "now"))
    low, high = np.minimum(before, now), np.maximum(before, now)
    return (low > 0) & (high > check.factor * low) & (high - low >= check.least), before, now


def _pasted(check: Pasted, numbers: _Numbers) -> _Judged:
    figures = _compared(check, numbers)
    before, now = (np.array([numbers[paired(side, figure)] for figure in figures]) for side in ("before", "now"))
    total = ((np.nan_to_num(before) != 0) | (np.nan_to_num(now) != 0)).sum(axis=0)
    equal = ((now != 0) & (now == before)).sum(axis=0)
    return (total >= check.least) & (equal >= check.share * total), equal, total


def _compared(check: Pasted, numbers: _Numbers) -> list[str]:
    """The figures of the check that both reports have a place for."""
    figures = dict.fromkeys(figure for form in load_forms().values() for figure in form.figures)
    return _matching(
        check, (figure for figure in figures if all(paired(side, figure) in numbers for side in ("before", "now")))
    )


def _matching(check: Pasted, figures: Iterable[str]) -> list[str]:
    return [figure for figure in figures if any(fnmatchcase(figure, pattern) for pattern in check.figures)]


def _doubtful(check: Balance | Jump | Pasted, numbers: _Numbers, position: int) -> list[str]:
    if isinstance(check, Balance):
        return [term.figure for term in check.now]
    if isinstance(check, Jump):
        return [check.figure]
    values = (
        (f, *(numbers[paired(side, f)][position] for side in ("before", "now"))) for f in _compared(check, numbers)
    )
    return [figure for figure, before, now in values if now != 0 and now == before]
