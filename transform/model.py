"""What a report is, once it has been read: figures with their places, findings, sections and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["reported", "blank", "dash", "text", "decoded", "missing"]
Severity = Literal["error", "warning", "info"]
Cause = Literal["source", "parse", "unknown"]
Verdict = Literal["verified", "incomplete", "flagged", "empty"]
SectionId = Literal["overview", "disclosure", "requests", "disputes", "problems", "other_matters"]
Number = int | float


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the statutory form, or the reason why there is none.

    ``value`` is in ``unit``; it is None unless ``status`` is ``reported`` or ``decoded``.  ``raw`` is the text of
    the cell as printed (None when the figure is missing), ``locator`` the place of that cell in the source.
    """

    figure: str
    value: Number | None
    unit: str
    status: Status
    raw: str | None
    locator: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt: the rule that raised it, the figures that it puts in doubt, and whether page or reading is to blame."""

    rule: str
    severity: Severity
    figures: tuple[str, ...]
    message: str
    cause: Cause
    suggested: tuple[tuple[str, Number], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The prose under one statutory heading, in the original script, with noise removed."""

    section: SectionId
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """Who reports on which year: every field is None where the page does not say, or says it ambiguously."""

    title: str | None = None
    issuer: str | None = None
    year: int | None = None
    published_on: str | None = None
    division_code: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report as read from one page; see the interface of ``nianbao parse`` for the meaning of each part."""

    metadata: Metadata
    form: str | None
    verdict: Verdict
    source_format: str
    figures: tuple[Figure, ...]
    findings: tuple[Finding, ...]
    sections: tuple[Section, ...]
