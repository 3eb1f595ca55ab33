"""Reports that stand in a document (an attachment, a frame) and not on the page that links it, or on several pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from transform.frames import Reading
from transform.model import Finding, Metadata, Report

_BEST_FIRST = ("verified", "incomplete", "flagged")


def best_readings(documents: Iterable[Reading], page: Report | None) -> tuple[Reading, ...]:
    """The documents of a page that hold a statutory table, each with what its page says besides (:func:`with_page`).

    Of several that report for one organ on one year (the same report as PDF and as Word file) the one with the best
    verdict stays, the first where several have it.
    """
    best: dict[tuple[str | None, int | None], Reading] = {}
    for reading in documents:
        if reading.report.form is None:
            continue
        whole = replace(reading, report=with_page(reading.report, page))
        key = whole.report.metadata.issuer, whole.report.metadata.year
        if key not in best or _rank(whole) < _rank(best[key]):
            best[key] = whole
    return tuple(best.values())


def _rank(reading: Reading) -> int:
    return _BEST_FIRST.index(reading.report.verdict)


def with_page(document: Report, page: Report | None) -> Report:
    """A document's report, with title, issuer, year, date, division and prose of its page where it has none itself.

    Where both name a year and the years differ, the document is followed, and a finding says so.
    """
    if page is None:
        return document
    own, beside = document.metadata, page.metadata
    same_issuer = own.issuer is None or own.issuer == beside.issuer
    metadata = Metadata(
        title=own.title or beside.title,
        issuer=own.issuer or beside.issuer,
        year=own.year or beside.year,
        published_on=beside.published_on or own.published_on,
        division_code=own.division_code or (beside.division_code if same_issuer else None),
    )
    findings = document.findings
    if own.year and beside.year and own.year != beside.year:
        message = f"the document says {own.year}, the page that links it {beside.year}; the document is followed"
        findings += (Finding("metadata.year", "warning", (), message, "source"),)
    return replace(document, metadata=metadata, findings=findings, sections=document.sections or page.sections)


def with_lost_parts(report: Report, lost: Sequence[str]) -> Report:
    """A report that says at which addresses it goes on that could not be had."""
    if not lost:
        return report
    message = f"the report goes on at {', '.join(lost)}, which could not be had; what stands there is missing"
    return replace(report, findings=(*report.findings, Finding("report.part_missing", "warning", (), message, "parse")))
