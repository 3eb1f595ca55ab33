"""A page that holds only the first part of a report: what is not there is missing, and a finding says so."""

from __future__ import annotations

from dataclasses import replace

from render.files import draw_file

from extract.formats import read_page
from extract.page import Grid, Page
from transform.read import read_report


def whole() -> tuple[Page, list[int]]:
    """A report, and where its tables stand among its blocks."""
    page = read_page(draw_file("docx", 11, "clean").data)
    return page, [place for place, block in enumerate(page.blocks) if isinstance(block, Grid)]


def test_tables_that_only_the_next_page_has_are_named() -> None:
    page, grids = whole()
    report = read_report(replace(page, blocks=page.blocks[: grids[-1]]))
    assert {f.status for f in report.figures if f.figure.startswith("disputes.")} == {"missing"}
    assert any(f.rule == "disputes.absent" for f in report.findings)
    assert report.verdict == "incomplete"


def test_a_table_that_the_page_cuts_off_gives_no_number_for_the_rest() -> None:
    page, grids = whole()
    cut = page.blocks[grids[1]]
    assert isinstance(cut, Grid)
    half = replace(cut, rows=cut.rows[: len(cut.rows) // 2])
    report = read_report(replace(page, blocks=(*page.blocks[: grids[1]], half)))
    below = [f for f in report.figures if f.figure.startswith("requests.handled.")]
    assert {f.status for f in below} == {"missing"}
    assert report.verdict == "incomplete"
