"""What a report is, once it has been read: figures with their places, findings, sections and a verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Status = Literal["reported", "blank", "dash", "text", "decoded", "missing"]
Severity = Literal["error", "warning", "info"]
Cause = Literal["source", "parse", "unknown"]
Verdict = Literal["verified", "incomplete", "flagged", "empty"]
SectionId = Literal["overview", "disclosure", "requests", "disputes", "problems", "other_matters"]
Scope = Literal["report", "area", "other"]
StatementSource = Literal["prose", "table"]
Number = int | float


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a figure should be, by a correction: ``value`` in the unit of the figure, why, and on what that rests."""

    value: Number
    reason: str
    reference: str


class Figure(NamedTuple):
    """One number of the statutory form, or the reason why there is none.

    A named tuple, since a report has two hundred of them and it is built fast.
    ``value`` is in ``unit``; it is None unless ``status`` is ``reported`` or ``decoded``.  ``raw`` is the text of
    the cell as printed (None when the figure is missing), ``locator`` the place of that cell in the source.  A
    correction stands beside what is printed and never replaces it.
    """

    figure: str
    value: Number | None
    unit: str
    status: Status
    raw: str | None
    locator: str | None
    corrected: Corrected | None = None


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
    """The prose under one statutory heading, in the original script, with noise removed.

    ``locators`` has the place of each line of ``text`` in the source.
    """

    section: SectionId
    heading: str
    text: str
    locators: tuple[str, ...] = field(default=(), compare=False)


class Passage(NamedTuple):
    """A paragraph of prose with its place, and the section that it stands in (None: in none).

    ``folded`` is the text as it is matched, see :func:`transform.wording.fold.fold`.
    """

    section: SectionId | None
    locator: str
    text: str
    folded: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A number that the text of a report states; never a figure.

    ``value`` is in ``unit`` (``approximate``: 约, 余 stand beside it).  ``scope`` tells whether the words speak of this
    organ in the ``year`` reported on (``report``), of all organs of an area together (``area``), or of another time, of
    plans or running totals (``other``).  ``source``: running prose, or a row of a local statistical table.  ``quote``
    are the words that state it, as the page prints them, at ``locator``.
    """

    concept: str
    value: Number
    unit: str
    approximate: bool
    year: int | None
    scope: Scope
    source: StatementSource
    quote: str
    section: SectionId | None
    locator: str


@dataclass(frozen=True, slots=True)
class ExtraRow:
    """A number of the statistics table that the form has no place for: a province's own row, or a running total.

    ``label`` is the row as printed, ``column`` the words over the cell (None where its column is not known), ``unit``
    the unit that the row prints; ``value``, ``status``, ``raw`` and ``locator`` are as in :class:`Figure`.
    """

    label: str
    column: str | None
    value: Number | None
    unit: str | None
    status: Status
    raw: str
    locator: str


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
    statements: tuple[Statement, ...] = ()
    extra: tuple[ExtraRow, ...] = ()
