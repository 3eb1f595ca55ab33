"""A grid that its reader is unsure of: what no sum proves there carries a finding."""

from __future__ import annotations

from dataclasses import replace

from render.files import draw_file

from extract.formats import read_page
from extract.page import Doubt, Grid
from transform.model import Finding, Report
from transform.read import read_report


def read_in_doubt(doubt: Doubt) -> Report:
    page = read_page(draw_file("docx", 11, "clean").data)
    blocks = tuple(replace(b, doubt=doubt) if isinstance(b, Grid) else b for b in page.blocks)
    return read_report(replace(page, blocks=blocks))


def of_rule(report: Report, rule: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule == rule]


def test_figures_under_unsure_columns_are_all_named() -> None:
    report = read_in_doubt("columns")
    (finding,) = of_rule(report, "figure.column_unsure")
    assert (finding.severity, finding.cause) == ("warning", "parse")
    named = {name for finding in report.findings for name in finding.figures}
    assert {figure.figure for figure in report.figures if figure.value is not None} <= named
    assert report.verdict != "verified"


def test_recognised_figures_that_a_sum_proves_are_not_in_doubt() -> None:
    report = read_in_doubt("recognised")
    (finding,) = of_rule(report, "figure.recognised")
    named = set(finding.figures)
    assert any(name.startswith("disclosure.") for name in named)
    assert "requests.handled.total" not in named


def test_a_sure_grid_has_no_such_finding() -> None:
    report = read_in_doubt("")
    assert not of_rule(report, "figure.column_unsure")
    assert not of_rule(report, "figure.recognised")
