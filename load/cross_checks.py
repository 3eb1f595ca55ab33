"""Checks that need two reports of one body, stated in ``data/cross_checks.toml``, over pairs of wide rows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import pyarrow as pa

from load.crosswalk import Term, parse_terms
from load.wide import column_name
from transform.forms import Form, load_forms
from transform.model import Severity

_TOLERANCE = 1e-6
_Array = np.ndarray[Any, Any]
_Numbers = dict[str, _Array]
_Judged = tuple[_Array, _Array, _Array]
"""Which pairs are found, and the two numbers that the message names."""


@dataclass(frozen=True, slots=True)
class Balance:
    """A sum of the earlier report's figures that equals a sum of the later's."""

    rule: str
    gloss: str
    severity: Severity
    message: str
    before_forms: tuple[str, ...]
    now_forms: tuple[str, ...]
    before: tuple[Term, ...]
    now: tuple[Term, ...]


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


Check = Balance | Jump | Pasted


@lru_cache(maxsize=1)
def load_cross_checks() -> tuple[Check, ...]:
    """Every check between two years, in the order of the file, read once."""
    raw = tomllib.loads(resources.files("data").joinpath("cross_checks.toml").read_text(encoding="utf-8"))
    return (
        *(balance for entry in raw["balance"] for balance in _balances(entry)),
        *(jump for entry in raw["jump"] for jump in _jumps(entry)),
        *(Pasted(**_tuples(entry)) for entry in raw["pasted"]),
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


def findings(before: Form, now: Form, pairs: pa.Table) -> Iterator[Found]:
    """What the checks find in pairs of reports on these forms.

    ``pairs`` has columns report_id and year_before, and for every figure of the two forms the columns that
    :func:`paired` names, NULL where there is no value.
    """
    numbers: _Numbers = {
        name: pairs[name].to_numpy() for name in pairs.column_names if name not in ("report_id", "year_before")
    }
    report_ids, years = pairs["report_id"].to_pylist(), pairs["year_before"].to_pylist()
    for step, check in enumerate(load_cross_checks()):
        if isinstance(check, Balance):
            if before.id not in check.before_forms or now.id not in check.now_forms:
                continue
            hits, first, second = _balance(check, numbers)
        elif before.id not in check.forms or now.id not in check.forms:
            continue
        else:
            hits, first, second = _jump(check, numbers) if isinstance(check, Jump) else _pasted(check, numbers)
        for position in np.flatnonzero(hits).tolist():
            message = check.message.format(f"{first[position]:.15g}", f"{second[position]:.15g}", years[position])
            doubtful = _doubtful(check, numbers, position)
            yield Found(report_ids[position], step, check.rule, check.severity, doubtful, message)


def paired(side: str, figure: str) -> str:
    """The column of a figure of the report ``before`` or ``now`` in a table of pairs."""
    return f"{side}_{column_name(figure)}"


def _balances(entry: Mapping[str, Any]) -> Iterator[Balance]:
    shared = {k: v for k, v in _tuples(entry).items() if k not in ("each", "before", "now")}
    for name in entry["each"]:
        before, now = (parse_terms(entry[side].replace("{}", name)) for side in ("before", "now"))
        yield Balance(**shared, before=before, now=now)


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
    return [
        figure
        for figure in figures
        if any(fnmatchcase(figure, pattern) for pattern in check.figures)
        and all(paired(side, figure) in numbers for side in ("before", "now"))
    ]


def _doubtful(check: Check, numbers: _Numbers, position: int) -> list[str]:
    if isinstance(check, Balance):
        return [term.figure for term in check.now]
    if isinstance(check, Jump):
        return [check.figure]
    values = (
        (f, *(numbers[paired(side, f)][position] for side in ("before", "now"))) for f in _compared(check, numbers)
    )
    return [figure for figure, before, now in values if now != 0 and now == before]
