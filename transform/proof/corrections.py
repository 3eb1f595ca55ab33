"""Corrections of single figures, as data: they stand beside what is printed, and end when the page prints otherwise."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from transform.forms import load_forms
from transform.model import Corrected, Figure, Finding, Number, Report, Status
from transform.proof.verdict import verdict_of

OUTDATED = "correction.outdated"
"""The rule of a correction that no longer fits its report."""

_KEYS = frozenset({"report", "figure", "expected", "value", "reason", "reference"})
_REPORT_KEYS = frozenset({"division", "issuer", "year", "url"})
_WITHOUT_NUMBER = frozenset(get_args(Status)) - {"reported", "decoded"}


class CorrectionsError(ValueError):
    """A file of corrections cannot be used; the message is one line that names the entry and what is wrong."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One figure of one report, what it prints (a number, or a status such as ``blank``), what it should be, and why.

    The report is named by its ``url``, or by its ``year`` with the statistical code of its ``division``, its
    ``issuer``, or both; ``entry`` is its place in the file, from 1.
    """

    entry: int
    figure: str
    expected: Number | str
    value: Number
    reason: str
    reference: str
    url: str | None = None
    division: str | None = None
    issuer: str | None = None
    year: int | None = None

    @property
    def name(self) -> str:
        """The correction in a few words, for messages."""
        whose = self.url or " ".join(str(part) for part in (self.division, self.issuer, self.year) if part is not None)
        return f"correction {self.entry} ({self.figure} of {whose})"

    def is_of(self, report: Report, url: str | None) -> bool:
        """Whether it corrects that report, which was read from ``url`` (None: from a file)."""
        if self.url is not None:
            return url is not None and _same_address(url, self.url)
        about = report.metadata
        named = (self.division in (None, about.division_code), self.issuer in (None, about.issuer))
        return self.year == about.year and all(named)


def _same_address(a: str, b: str) -> bool:
    """Whether two urls are of one page; what tells it is loaded only where a correction names a url."""
    from transform.metadata.address import web_address

    return web_address(a) == web_address(b)


def read_corrections(text: str, name: str) -> tuple[Correction, ...]:
    """The corrections of a TOML file; ``name`` is what messages call it.  Raises CorrectionsError."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CorrectionsError(f"{name}: {' '.join(str(error).split())}") from None
    if set(raw) - {"correction"}:
        raise CorrectionsError(f"{name}: holds {min(set(raw) - {'correction'})!r}; it may hold [[correction]] only")
    found = [_correction(entry, number, name) for number, entry in enumerate(raw.get("correction", ()), 1)]
    seen: dict[tuple[object, ...], Correction] = {}
    for one in found:
        key = (one.figure, one.url, one.division, one.issuer, one.year)
        if key in seen:
            raise CorrectionsError(f"{name}: {one.name} corrects what correction {seen[key].entry} does already")
        seen[key] = one
    return tuple(found)


def _correction(entry: Mapping[str, Any], number: int, name: str) -> Correction:
    def refuse(problem: str) -> CorrectionsError:
        return CorrectionsError(f"{name}, correction {number}: {problem}")

    if set(entry) != _KEYS:
        lacking, strange = sorted(_KEYS - set(entry)), sorted(set(entry) - _KEYS)
        raise refuse(f"lacks {', '.join(lacking)}" if lacking else f"has {', '.join(strange)}, which means nothing")
    report = entry["report"]
    if not isinstance(report, dict) or set(report) - _REPORT_KEYS:
        raise refuse(f"report may hold {', '.join(sorted(_REPORT_KEYS))}")
    if "url" not in report and ("year" not in report or not {"division", "issuer"} & set(report)):
        raise refuse("report needs a url, or a year with a division or an issuer")
    if any(not isinstance(report.get(key, ""), str) for key in ("url", "division", "issuer")):
        raise refuse("url, division and issuer are texts, in quotation marks")
    if not isinstance(report.get("year", 0), int):
        raise refuse(f"year is no whole number: {report['year']!r}")
    if not any(entry["figure"] in form.figures for form in load_forms().values()):
        raise refuse(f"no form has a figure {entry['figure']}")
    if not _is_number(entry["value"]):
        raise refuse(f"value is no number: {entry['value']!r}")
    if not _is_number(entry["expected"]) and entry["expected"] not in _WITHOUT_NUMBER:
        raise refuse(f"expected is neither a number nor one of {', '.join(sorted(_WITHOUT_NUMBER))}")
    for key in ("reason", "reference"):
        if not isinstance(entry[key], str) or not entry[key].strip():
            raise refuse(f"{key} has to be given in words")
    return Correction(
        entry=number,
        figure=entry["figure"],
        expected=entry["expected"],
        value=entry["value"],
        reason=entry["reason"],
        reference=entry["reference"],
        url=report.get("url"),
        division=report.get("division"),
        issuer=report.get("issuer"),
        year=report.get("year"),
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def outdated(correction: Correction, value: Number | None, status: Status) -> str | None:
    """Why a correction no longer fits what is printed, None while it does; ``value`` counts where there is one."""
    printed = status if value is None else value
    if printed == correction.expected:
        return None
    if printed == correction.value:
        return f"the page prints {printed} itself; take the correction out"
    return f"expects {correction.expected}, the page has {printed}; renew the correction or take it out"


def apply_corrections(report: Report, corrections: Iterable[Correction], url: str | None = None) -> Report:
    """The report with its corrected figures marked; what is printed stays.

    Findings: ``figure.corrected`` (info), and ``correction.outdated`` (error) where the page no longer prints what a
    correction expects, which then is not applied.
    """
    mine = [correction for correction in corrections if correction.is_of(report, url)]
    if not mine:
        return report
    figures = {figure.figure: figure for figure in report.figures}
    findings = [*report.findings, *(_applied(correction, figures) for correction in mine)]
    return replace(
        report,
        figures=tuple(figures.values()),
        findings=tuple(findings),
        verdict=verdict_of({f.status for f in figures.values()}, findings) if report.form else report.verdict,
    )


def _applied(correction: Correction, figures: dict[str, Figure]) -> Finding:
    """The finding about a correction; where it fits, the figure is marked in ``figures``."""
    figure = figures.get(correction.figure)
    problem = outdated(correction, figure.value if figure else None, figure.status if figure else "missing")
    if problem or figure is None:
        named = (correction.figure,) if figure else ()
        return Finding("correction.outdated", "error", named, f"{correction.name}: {problem}", "unknown")
    corrected = Corrected(correction.value, correction.reason, correction.reference)
    figures[correction.figure] = figure._replace(corrected=corrected)
    message = (
        f"prints '{figure.raw or ''}', corrected to {correction.value:,}: {corrected.reason} ({corrected.reference})"
    )
    return Finding("figure.corrected", "info", (correction.figure,), message, "source")
