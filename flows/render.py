"""A report for people: its metadata and verdict, the statutory tables with every doubt at its cell, the findings."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from transform.forms import RowDef, TableDef, figure_id, load_forms
from transform.model import Figure, Finding, Report

_VERDICT_STYLES = {
    "verified": "bold green",
    "incomplete": "bold yellow",
    "flagged": "bold red",
    "empty": "bold magenta",
}
_SEVERITY_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_SEVERITIES = tuple(_SEVERITY_STYLES)


def render_report(report: Report, path: str, *, width: int = 120, colour: bool = False) -> str:
    """The report as text of at most ``width`` columns, with ANSI colours only when ``colour``."""
    target = io.StringIO()
    console = Console(
        file=target, width=width, force_terminal=colour, color_system="standard" if colour else None, highlight=False
    )
    console.print(_header(report, path))
    console.print(Group(*_tables(report)))
    console.print(_findings(report))
    return "\n".join(line.rstrip() for line in target.getvalue().splitlines()) + "\n"


def _header(report: Report, path: str) -> RenderableType:
    about = report.metadata
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column()
    for name, value in (
        ("title", about.title),
        ("issuer", about.issuer),
        ("division", about.division_code),
        ("year", about.year),
        ("published", about.published_on),
        ("form", report.form),
    ):
        grid.add_row(name, Text("not found", "dim") if value is None else Text(str(value)))
    grid.add_row("verdict", Text(report.verdict, _VERDICT_STYLES[report.verdict]))
    return Group(Text(f"{path} ({report.source_format})", "bold"), Padding(grid, (0, 0, 1, 2)))


@dataclass(frozen=True, slots=True)
class _Marked:
    figures: dict[str, Figure]
    findings: dict[str, list[tuple[int, Finding]]]

    def cell(self, figure: str) -> Text:
        found = self.figures.get(figure)
        text = Text("") if found is None else _value(found)
        for number, finding in self.findings.get(figure, ()):
            text.append(f" !{number}", _SEVERITY_STYLES[finding.severity])
        return text

    def unit(self, figure: str) -> str:
        return self.figures[figure].unit if figure in self.figures else ""


def _value(figure: Figure) -> Text:
    if figure.value is not None:
        text = Text(f"{figure.value:,}" + (" (decoded)" if figure.status == "decoded" else ""))
    else:
        text = Text(figure.status if figure.status in ("blank", "missing") else figure.raw or figure.status, "dim")
    if figure.corrected:
        text.append(f" → {figure.corrected.value:,} (corrected)", "bold")
    return text


def _tables(report: Report) -> Iterator[RenderableType]:
    if report.form is None:
        yield Text("No statutory table was found.\n")
        return
    marked = _Marked({figure.figure: figure for figure in report.figures}, {})
    for number, finding in enumerate(report.findings, 1):
        for figure in finding.figures:
            marked.findings.setdefault(figure, []).append((number, finding))
    for table in load_forms()[report.form].tables:
        if any(figure_id(table, row.id, column) in marked.figures for row in table.rows for column in row.columns):
            yield Text(table.title, "bold")
            yield Padding(
                _list(table, marked) if table.layout == "list" else Group(*_blocks(table, marked)), (0, 0, 1, 0)
            )


def _list(table: TableDef, marked: _Marked) -> Table:
    drawn = _grid("", "unit", "value")
    previous: tuple[str, ...] = ()
    for row in table.rows:
        previous = _add_path(drawn, row, previous)
        figure = figure_id(table, row.id, "")
        drawn.add_row(_label(row), marked.unit(figure), marked.cell(figure))
    return drawn


def _blocks(table: TableDef, marked: _Marked) -> Iterator[Table]:
    replaced = _replaced_rows(table, marked)
    rows = [row for row in table.rows if row.id not in replaced]
    for columns, block in groupby(rows, key=lambda row: row.columns):
        drawn = _grid("", *(table.column(column).label for column in columns))
        previous: tuple[str, ...] = ()
        for row in block:
            previous = _add_path(drawn, row, previous)
            drawn.add_row(_label(row), *(marked.cell(figure_id(table, row.id, column)) for column in columns))
        yield drawn


def _replaced_rows(table: TableDef, marked: _Marked) -> set[str]:
    replaced: set[str] = set()
    for row in table.rows:
        if row.instead_of:
            printed = any(figure_id(table, row.id, column) in marked.figures for column in row.columns)
            replaced.update(row.instead_of if printed else (row.id,))
    return replaced


def _grid(*headings: str) -> Table:
    drawn = Table(*headings[:1], box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in headings[1:]:
        drawn.add_column(heading, justify="right", overflow="fold")
    return drawn


def _add_path(drawn: Table, row: RowDef, previous: tuple[str, ...]) -> tuple[str, ...]:
    for depth, group in enumerate(row.path):
        if row.path[: depth + 1] != previous[: depth + 1]:
            drawn.add_row(Text("  " * depth + group, "italic"))
    return row.path


def _label(row: RowDef) -> Text:
    return Text("  " * len(row.path) + row.label)


def _findings(report: Report) -> RenderableType:
    if not report.findings:
        return Text("No findings.", "green")
    drawn = Table.grid(padding=(0, 2))
    ranked = sorted(enumerate(report.findings, 1), key=lambda item: _SEVERITIES.index(item[1].severity))
    for number, finding in ranked:
        message = Text(finding.message)
        if finding.suggested:
            message.append(" → " + ", ".join(f"{figure} = {value:,}" for figure, value in finding.suggested), "bold")
        style = _SEVERITY_STYLES[finding.severity]
        drawn.add_row(Text(f"!{number}", style), Text(finding.severity, style), finding.cause, finding.rule, message)
    return Group(Text(f"Findings: {len(report.findings)}", "bold"), Padding(drawn, (0, 0, 0, 2)))
