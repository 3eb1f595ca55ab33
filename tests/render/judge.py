"""The verdict on a reading: which figures are right, which are doubted, which are silently wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from .layouts import Rendered
from .printing import Expected
from .truth import Amount


class FigureLike(Protocol):
    """A figure as read."""

    figure: str
    value: int | float | None
    status: str


class FindingLike(Protocol):
    """A finding as read."""

    figures: tuple[str, ...]


class ReportLike(Protocol):
    """A report as read."""

    @property
    def figures(self) -> Iterable[FigureLike]: ...
    @property
    def findings(self) -> Iterable[FindingLike]: ...
    @property
    def verdict(self) -> str: ...


@dataclass(frozen=True)
class Judgement:
    """Figure ids by outcome of a reading.

    ``right``: value and status as printed.  ``doubted``: null, or carrying a finding.  ``silent``: wrong, no finding.
    ``zeroed``: blanks read as a number, no finding.  ``unnamed``: planted errors that no finding names.
    ``overconfident``: verdict ``verified`` over something wrong or unread.  ``alarmed``: every figure is right and the
    true report holds, yet the verdict doubts it.
    """

    right: tuple[str, ...]
    doubted: tuple[str, ...]
    silent: tuple[str, ...]
    zeroed: tuple[str, ...]
    unnamed: tuple[str, ...]
    overconfident: bool
    alarmed: bool

    @property
    def broken(self) -> bool:
        """Whether the promise is broken: a wrong number is never silent, a blank is never 0."""
        return bool(self.silent or self.zeroed or self.overconfident)


def same(value: float | None, expected: Amount | None) -> bool:
    """Whether two values are the same number, or both none."""
    if value is None or expected is None:
        return value is None and expected is None
    return math.isclose(value, float(expected), rel_tol=1e-9, abs_tol=1e-9)


def judge(report: ReportLike, rendered: Rendered) -> Judgement:
    """Compare a reading with what the page prints."""
    named = {figure for finding in report.findings for figure in finding.figures}
    read: dict[str, FigureLike] = {}
    silent: list[str] = []
    for figure in report.figures:
        if figure.figure in read and figure.figure not in named:
            silent.append(figure.figure)
        read[figure.figure] = figure
    right, doubted, zeroed = [], [], []
    for name, expected in rendered.expected.items():
        got = read.get(name)
        value, status = (got.value, got.status) if got else (None, "missing")
        if same(value, expected.value) and (value is not None or status in expected.statuses):
            right.append(name)
        elif value is None or name in named or _recovered(value, expected):
            doubted.append(name)
        else:
            silent.append(name)
        if expected.raw == "" and value is not None and name not in named:
            zeroed.append(name)
    silent += [
        name
        for name, got in read.items()
        if name not in rendered.expected and got.value is not None and name not in named
    ]
    unread = [name for name in doubted if rendered.expected[name].value is not None]
    planted = [name for name in rendered.truth.planted if name not in named and name in right]
    return Judgement(
        tuple(right),
        tuple(doubted),
        tuple(silent),
        tuple(zeroed),
        tuple(planted),
        overconfident=report.verdict == "verified" and bool(silent or unread),
        alarmed=not doubted and not silent and rendered.verdict not in {None, report.verdict},
    )


def _recovered(value: float | None, expected: Expected) -> bool:
    """A cell that was lost, whose true number the arithmetic gave back."""
    return expected.raw is None and expected.true is not None and same(value, expected.true)


def differences(report: ReportLike, rendered: Rendered, figures: Iterable[str], most: int = 5) -> str:
    """The first few figures that differ, a line each: printed raw, expected, read."""
    read = {figure.figure: figure for figure in report.figures}
    lines = []
    for name in list(figures)[:most]:
        expected, got = rendered.expected.get(name), read.get(name)
        printed = "not in the form" if expected is None else f"printed {expected.raw!r} = {expected.value}"
        lines.append(f"  {name}: {printed}, read " + (f"{got.value} ({got.status})" if got else "nothing"))
    return "\n".join(lines)
