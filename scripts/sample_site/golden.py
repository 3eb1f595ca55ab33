"""What a reader should make of each sample page, and the arithmetic that confirms the stated verdict."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sample_site.tables import Status
from sample_site.truth import (
    CASES,
    COLUMNS,
    OUTCOMES,
    STATISTICS_SUMS,
    Number,
    Report,
    outcome_rows,
)

Readings = Mapping[str, Number | Status]
Equation = tuple[list[str], list[str]]


def _request_equations(readings: Readings, form: str) -> list[Equation]:
    outcomes = [row for row in outcome_rows(form) if readings.get(f"requests.{row}.total") != "missing"]
    if form == "2021" and "requests.other.total" in readings:
        outcomes.append("other")
    equations: list[Equation] = []
    for column in (*COLUMNS, "total"):
        cell = {
            row: f"requests.{row}.{column}" for row in (*outcomes, "received", "carried_in", "handled", "carried_out")
        }
        equations.append(([cell[row] for row in outcomes], [cell["handled"]]))
        equations.append(([cell["received"], cell["carried_in"]], [cell["handled"], cell["carried_out"]]))
    return equations + [
        ([f"requests.{row}.{column}" for column in COLUMNS], [f"requests.{row}.total"])
        for row in (*outcomes, "received", "carried_in", "handled", "carried_out")
    ]


def _equations(readings: Readings, form: str) -> list[Equation]:
    if form == "2014":
        sums = STATISTICS_SUMS.items()
        return [([f"statistics.{part}" for part in parts], [f"statistics.{total}"]) for total, parts in sums]
    disputes: list[Equation] = [
        ([f"disputes.{case}.{outcome}" for outcome in OUTCOMES], [f"disputes.{case}.total"]) for case in CASES
    ]
    return _request_equations(readings, form) + disputes


def verdict(readings: Readings, form: str | None) -> str:
    """The verdict that the readings themselves lead to: an equation with a cell that is no number says nothing."""
    if form is None:
        return "empty"
    numbers = {figure: value for figure, value in readings.items() if not isinstance(value, str)}
    for left, right in _equations(readings, form):
        if not numbers.keys() >= {*left, *right}:
            continue
        if sum(numbers[figure] for figure in left) != sum(numbers[figure] for figure in right):
            return "flagged"
    return "verified" if len(numbers) == len(readings) else "incomplete"


def golden(
    *,
    path: str,
    form: str | None,
    year: int,
    issuer: str,
    within: Sequence[str],
    division_code: str,
    stated: str,
    readings: Readings,
    doubted: Sequence[str] = (),
) -> bytes:
    """The golden file of one page; raises ValueError where the stated verdict does not follow from the figures."""
    figures = readings if form else {}
    if (found := verdict(figures, form)) != stated:
        raise ValueError(f"{path}: stated {stated}, but the figures make it {found}")
    content = {
        "path": path,
        "form": form,
        "year": year,
        "issuer": issuer,
        "within": list(within),
        "division_code": division_code,
        "verdict": stated,
        "doubted": sorted(doubted),
        "figures": dict(sorted(figures.items())),
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def golden_of(report: Report, readings: Readings) -> bytes:
    """The golden file of a report that this package has printed."""
    issuer = report.issuer
    return golden(
        path=report.path,
        form=report.form if report.layout.tables == "text" else None,
        year=report.year,
        issuer=issuer.name,
        within=[*issuer.within, issuer.county] if issuer.county != issuer.name else issuer.within,
        division_code=issuer.division_code,
        stated=report.verdict,
        readings=readings,
        doubted=report.wrong,
    )
