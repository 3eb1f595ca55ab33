from __future__ import annotations

import pytest

from flows.render import render_report
from transform.forms import figure_id, load_forms
from transform.model import Figure, Finding, Metadata, Report, Status


def report(form: str, findings: tuple[Finding, ...] = (), **special: Figure) -> Report:
    figures = []
    for table in load_forms()[form].tables:
        for row in table.rows:
            if row.instead_of:
                continue
            for column in row.columns:
                name = figure_id(table, row.id, column)
                figures.append(special.get(name, Figure(name, 0, "件", "reported", "0", None)))
    return Report(
        Metadata("年度报告", "三道河子镇", 2020, None, None),
        form,
        "flagged" if findings else "verified",
        "html",
        tuple(figures),
        findings,
        (),
    )


def line_of(text: str, label: str) -> str:
    return next(line for line in text.splitlines() if label in line)


@pytest.mark.parametrize("form", ["2014", "2019", "2021"])
def test_every_row_and_column_of_the_form_is_drawn(form: str) -> None:
    text = "".join(render_report(report(form), "a.html", width=400).split())
    for table in load_forms()[form].tables:
        assert table.title in text
        for row in table.rows:
            assert row.instead_of or "".join(row.label.split()) in text
        for column in table.columns:
            assert table.layout == "list" or "".join(column.label.split()) in text


def test_a_finding_is_marked_at_its_cell_and_listed_below() -> None:
    finding = Finding("requests.row_sum", "error", ("requests.received.total",), "3 ≠ 4", "source")
    text = render_report(report("2021", (finding,)), "a.html", width=200)
    assert line_of(text, "一、本年新收政府信息公开申请数量").rstrip().endswith("0 !1")
    assert "!1" not in line_of(text, "二、上年结转政府信息公开申请数量")
    listed = line_of(text, "requests.row_sum")
    assert listed.split()[:3] == ["!1", "error", "source"]
    assert "3 ≠ 4" in listed


def test_a_suggested_value_is_shown() -> None:
    figure = "requests.received.total"
    finding = Finding("r", "error", (figure,), "does not fit", "parse", ((figure, 4),))
    assert f"does not fit → {figure} = 4" in render_report(report("2021", (finding,)), "a", width=200)


@pytest.mark.parametrize(
    ("status", "raw", "shown"),
    [("blank", "", "blank"), ("dash", "—", "—"), ("text", "若干", "若干"), ("missing", None, "missing")],
)
def test_a_cell_without_a_number_says_why(status: Status, raw: str | None, shown: str) -> None:
    name = "requests.received.total"
    text = render_report(report("2021", **{name: Figure(name, None, "件", status, raw, None)}), "a", width=200)
    assert line_of(text, "一、本年新收").split()[-1] == shown


def test_a_decoded_number_is_told_from_a_printed_one() -> None:
    name = "requests.received.total"
    text = render_report(report("2021", **{name: Figure(name, 1234, "件", "decoded", "1234", None)}), "a", width=200)
    assert "1,234 (decoded)" in line_of(text, "一、本年新收")


def test_colour_is_used_only_when_asked_for() -> None:
    assert "\x1b[" not in render_report(report("2019"), "a")
    assert "\x1b[" in render_report(report("2019"), "a", colour=True)


def test_square_brackets_are_text_and_no_markup() -> None:
    name = "requests.received.total"
    figure = Figure(name, None, "件", "text", "[red]3[/red]", None)
    assert "[red]3[/red]" in render_report(report("2021", **{name: figure}), "a[b].html", width=250)


def test_a_page_without_tables_says_so() -> None:
    empty = Report(Metadata(), None, "empty", "html", (), (), ())
    text = render_report(empty, "a.html")
    assert "No statutory table was found." in text
    assert "not found" in line_of(text, "issuer")
