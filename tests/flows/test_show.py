"""``nianbao show`` without a browser: what it writes, for which formats, and how it refuses."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import pytest
from conftest import SAMPLE_SITE, SEED, Nianbao
from lxml import html

from extract.page import Cell, Grid, Page, Paragraph
from flows.cli import run
from flows.show import show_report
from flows.show_page import show_page
from transform.model import Figure, Finding, Metadata, Report

SEED_PATH = SAMPLE_SITE / SEED


def page(*blocks: Grid | Paragraph) -> Page:
    return Page(blocks, "html")


def report(*figures: Figure, findings: tuple[Finding, ...] = ()) -> Report:
    return Report(Metadata(title="年度报告"), "2021", "flagged", "html", figures, findings, ())


def figure(name: str, value: int | None, status: str, locator: str | None) -> Figure:
    return Figure(name, value, "件", status, None if locator is None else str(value), locator)  # type: ignore[arg-type]


def drawn(page: Page, report: Report) -> html.HtmlElement:
    return html.document_fromstring(show_page(page, report, "a.html"))


def test_figures_that_share_a_cell_are_all_found_there() -> None:
    cell = Cell("21", 0, 0)
    names = ("requests.granted.natural_person", "requests.granted.business")
    shown = drawn(
        page(Grid(((cell,),), "table 1")), report(*(figure(n, 1, "decoded", "table 1, row 1, column 1") for n in names))
    )
    (td,) = shown.xpath("//main//td")
    assert td.get("class") == "figure decoded"
    assert all(name in td.get("title") for name in names)
    assert shown.get_element_by_id(names[1]).getparent() is td


def test_a_figure_without_a_place_is_listed_below() -> None:
    shown = drawn(page(Paragraph("无", "paragraph 1")), report(figure("requests.granted.total", None, "missing", None)))
    assert shown.get_element_by_id("requests.granted.total").tag == "li"


def test_the_worst_finding_gives_the_colour() -> None:
    name = "requests.granted.total"
    doubts = tuple(Finding("r", severity, (name,), "m", "source") for severity in ("info", "error", "warning"))
    shown = drawn(page(Paragraph("3", "line 1")), report(figure(name, 3, "reported", "line 1"), findings=doubts))
    assert shown.get_element_by_id(name).get("class") == "figure error"


def test_slots_without_a_cell_and_odd_characters_do_not_break_the_page() -> None:
    wide = Cell("宽\x00\ud800", 0, 0, 1, 2)
    grid = Grid(((wide, wide, None), (None, Cell("x", 1, 1), wide)), "table 1")
    shown = drawn(page(grid), report())
    assert [len(tr) for tr in shown.xpath("//main//tr")] == [2, 3]


def test_the_page_is_written_where_it_is_asked_for(nianbao: Nianbao, tmp_path: Path) -> None:
    done = nianbao("show", str(SEED_PATH), "-o", "marked.html")
    assert (done.returncode, done.stdout, done.stderr) == (0, "written: marked.html\n", "")
    assert "Content-Security-Policy" in (tmp_path / "marked.html").read_text(encoding="utf-8")
    assert nianbao("show", str(SEED_PATH), "-o", "-").stdout.startswith("<!DOCTYPE html>")


def test_without_a_file_the_page_is_opened(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) is None)
    show_report(str(SEED_PATH), None)
    assert capsys.readouterr().out == f"opened: {opened[0].removeprefix('file://')}\n"
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    assert run(["show", str(SEED_PATH)]) == 2
    assert "-o FILE" in capsys.readouterr().err


def test_the_report_itself_is_not_overwritten(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    copy = tmp_path / "report.txt"
    copy.write_bytes(SEED_PATH.read_bytes())
    assert run(["show", str(copy), "-o", str(copy)]) == 2
    assert "is the report itself" in capsys.readouterr().err
    assert copy.read_bytes() == SEED_PATH.read_bytes()


def test_a_page_that_cannot_be_read_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "none.html", "-o", "-"]) == 1
    assert capsys.readouterr().err == "nianbao: none.html: cannot be opened: No such file or directory\n"
