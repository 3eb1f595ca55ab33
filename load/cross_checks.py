"""Checks that need two reports of one body: what ``data/cross_checks.toml`` states, as SQL over two wide rows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources
from typing import Any

from load.crosswalk import Term, parse_terms
from load.database import literal
from load.wide import column_name
from transform.forms import Form
from transform.model import Severity

_TOLERANCE = 1e-6


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


def selects(before: Form, now: Form) -> Iterator[str]:
    """SELECTs of ``report_id, step, rule, severity, figures, message`` from ``compared``, for reports on these forms.

    ``compared`` has a row for each pair, with columns report_id and year_before, and the two wide rows as the structs
    ``before`` and ``now``.  ``step`` orders the findings of a report.
    """
    for step, check in enumerate(load_cross_checks()):
        if isinstance(check, Balance):
            if before.id in check.before_forms and now.id in check.now_forms:
                yield _balance(step, check)
        elif before.id in check.forms and now.id in check.forms:
            yield _jump(step, check) if isinstance(check, Jump) else _pasted(step, check, before, now)


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


def _balance(step: int, check: Balance) -> str:
    before, now = _sum("before", check.before), _sum("now", check.now)
    figures = _list([literal(term.figure) for term in check.now])
    return _select(step, check, figures, before, now, f"abs({before} - ({now})) > {_TOLERANCE}")


def _jump(step: int, check: Jump) -> str:
    before, now = (f"{side}.{column_name(check.figure)}" for side in ("before", "now"))
    condition = (
        f"least({before}, {now}) > 0 AND greatest({before}, {now}) > {check.factor} * least({before}, {now}) "
        f"AND abs({before} - {now}) >= {check.least}"
    )
    return _select(step, check, _list([literal(check.figure)]), before, now, condition)


def _pasted(step: int, check: Pasted, before: Form, now: Form) -> str:
    figures = [f for f in now.figures if f in before.figures and any(fnmatchcase(f, p) for p in check.figures)]
    equal, present = [], []
    for figure in figures:
        old, new = (f"{side}.{column_name(figure)}" for side in ("before", "now"))
        equal.append(f"CASE WHEN {new} <> 0 AND {new} = {old} THEN {literal(figure)} END")
        present.append(f"(coalesce({new}, 0) <> 0 OR coalesce({old}, 0) <> 0)::INTEGER")
    same, total = f"list_filter({_list(equal)}, lambda f: f IS NOT NULL)", " + ".join(present)
    condition = f"{total} >= {check.least} AND len({same}) >= {check.share} * ({total})"
    return _select(step, check, same, f"len({same})", total, condition)


def _select(step: int, check: Check, figures: str, before: str, now: str, condition: str) -> str:
    numbers = f"printf('%.15g', ({before})::DOUBLE), printf('%.15g', ({now})::DOUBLE), year_before"
    return (
        f"SELECT report_id, {step} AS step, {literal(check.rule)} AS rule, {literal(check.severity)} AS severity, "  # noqa: S608
        f"{figures} AS figures, format({literal(check.message)}, {numbers}) AS message FROM compared WHERE {condition}"
    )


def _sum(side: str, terms: Sequence[Term]) -> str:
    return " ".join(f"{'-' if term.sign < 0 else '+'} {side}.{column_name(term.figure)}" for term in terms)


def _list(items: Sequence[str]) -> str:
    return f"[{', '.join(items)}]"
