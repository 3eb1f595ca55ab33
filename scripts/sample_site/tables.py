"""The statutory tables as rows of cells, filled with what a report prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sample_site.truth import CASES, COLUMNS, FORMS, OUTCOMES, Layout, Number, Report, outcome_rows, request_rows

Status = str
_FULLWIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with its spans; ``kind`` is band, head, group, label or value."""

    text: str
    kind: str
    columns: int = 1
    rows: int = 1


Table = list[list[Cell]]


@dataclass(frozen=True, slots=True)
class Printed:
    """What the cells of one report show, and how a faithful reader reads them (a number or a status)."""

    texts: Mapping[str, str]
    readings: Mapping[str, Number | Status]


def _number(value: Number, layout: Layout) -> str:
    if layout.numbers == "thousands":
        return f"{value:,}"
    if layout.numbers == "fullwidth":
        return str(value).translate(_FULLWIDTH)
    return str(value)


def _with_unit(figure: str, text: str) -> str:
    money = figure.endswith((".amount", "_items", ".items_change", ".projects"))
    return text if money else f"{text}{FORMS['signs']['count']}"


def printed(report: Report) -> Printed:
    """The printed text of every figure's cell, and its reading: the number, ``blank``, ``dash`` or ``missing``."""
    layout = report.layout
    texts: dict[str, str] = {}
    readings: dict[str, Number | Status] = {}
    for figure, value in report.values.items():
        text = report.shown.get(figure, _number(value, layout))
        reading: Number | Status = value
        if layout.numbers == "unit" and figure not in report.shown and value:
            text = _with_unit(figure, text)
        if (value == 0 and layout.zero == "blank") or figure.startswith(report.blank):
            text, reading = "", "blank"
        elif value == 0 and layout.zero == "dash":
            text, reading = FORMS["signs"][figure.split(".")[0]], "dash"
        texts[figure], readings[figure] = text, reading
    if layout.total_blank:
        for row in outcome_rows(report.form):
            texts[f"requests.{row}.total"], readings[f"requests.{row}.total"] = "", "blank"
    if layout.other_single:
        _merge_other(report, texts, readings)
    return Printed(texts, readings)


def _merge_other(report: Report, texts: dict[str, str], readings: dict[str, Number | Status]) -> None:
    rows = [row for row in outcome_rows(report.form) if row.startswith("other_")]
    for column in (*COLUMNS, "total"):
        value = sum(report.values[f"requests.{row}.{column}"] for row in rows)
        texts[f"requests.other.{column}"] = _number(value, report.layout)
        readings[f"requests.other.{column}"] = value
        for row in rows:
            del texts[f"requests.{row}.{column}"]
            readings[f"requests.{row}.{column}"] = "missing"


def _labeller(report: Report) -> Callable[[str], str]:
    breaks = FORMS["breaks"] if report.layout.breaks else {}

    def label(text: str) -> str:
        text = report.labels.get(text, text)
        return str(breaks.get(text, text))

    return label


def disclosure_table(report: Report, texts: Mapping[str, str]) -> Table:
    """Table 2 of the forms of 2019 and 2021: stacked blocks under a band, four columns wide."""
    form = FORMS[f"disclosure_{report.form}"]
    label, width = _labeller(report), form["columns"]
    table: Table = []

    def add(cells: list[Cell]) -> None:
        rest = width - len(cells)
        table.append([*cells[:-1], replace(cells[-1], columns=1 + rest)])

    for block in form["blocks"]:
        add([Cell(label(block["band"]), "band")])
        add([Cell(label(head), "head") for head in block["header"]])
        for row in block["rows"]:
            values = [Cell(texts[f"disclosure.{row['id']}.{column}"], "value") for column in row["columns"]]
            add([Cell(label(row["label"]), "label"), *values])
    return table


def _request_rows(report: Report) -> list[dict[str, Any]]:
    rows = request_rows(report.form)
    if not report.layout.other_single:
        return rows
    single = next(row for row in FORMS["requests"]["rows"] if row["id"] == "other")
    first = next(index for index, row in enumerate(rows) if row["id"].startswith("other_"))
    return [*rows[:first], single, *(row for row in rows[first:] if not row["id"].startswith("other_"))]


def requests_table(report: Report, texts: Mapping[str, str]) -> Table:
    """Table 3: three header rows, then a row for each kind of outcome, three label columns and seven of numbers."""
    form, label = FORMS["requests"], _labeller(report)
    table: Table = [
        [Cell(form["corner"], "head", 3, 3), Cell(form["applicants"], "head", 7)],
        [
            Cell(form["natural_person"], "head", 1, 2),
            Cell(form["organizations"], "head", 5),
            Cell(form["total"], "head", 1, 2),
        ],
        [Cell(label(kind), "head") for kind in form["kinds"]],
    ]
    rows = _request_rows(report)
    open_path: list[str] = []
    for index, row in enumerate(rows):
        cells: list[Cell] = []
        for depth, group in enumerate(row["path"]):
            if open_path[: depth + 1] != row["path"][: depth + 1]:
                height = sum(other["path"][: depth + 1] == row["path"][: depth + 1] for other in rows[index:])
                cells.append(Cell(group, "group", 1, height))
        open_path = row["path"]
        cells.append(Cell(label(row["label"]), "label", 3 - len(row["path"])))
        cells += [Cell(texts[f"requests.{row['id']}.{column}"], "value") for column in (*COLUMNS, "total")]
        table.append(cells)
    return table


def disputes_table(report: Report, texts: Mapping[str, str]) -> Table:
    """Table 4: three header rows and one row of fifteen numbers."""
    form, label = FORMS["disputes"], _labeller(report)
    outcomes = [label(outcome) for outcome in form["outcomes"]]
    columns = (*OUTCOMES, "total")
    return [
        [Cell(form["review"], "head", 5), Cell(form["lawsuits"], "head", 10)],
        [
            *(Cell(outcome, "head", 1, 2) for outcome in outcomes),
            Cell(form["lawsuit_direct"], "head", 5),
            Cell(form["lawsuit_after_review"], "head", 5),
        ],
        [Cell(outcome, "head") for outcome in outcomes * 2],
        [Cell(texts[f"disputes.{case}.{column}"], "value") for case in CASES for column in columns],
    ]


def statistics_table(report: Report, texts: Mapping[str, str]) -> Table:
    """The statistics table of the form of 2014: indicator, unit, number."""
    form, label = FORMS["statistics"], _labeller(report)
    table: Table = [[Cell(head, "head") for head in form["header"]]]
    for row in form["rows"]:
        value = texts[f"statistics.{row['id']}"] if row["id"] else ""
        table.append([Cell(label(row["label"]), "label"), Cell(row["unit"], "head"), Cell(value, "value")])
    return table


def without_spans(table: Table) -> Table:
    """The same cells, each one slot large: what is left when a scrape drops the span attributes."""
    return [[replace(cell, columns=1, rows=1) for cell in row] for row in table]


def with_repeated_groups(table: Table) -> Table:
    """Group labels written into every row that they span, with no row spans."""
    result: Table = []
    open_groups: list[tuple[Cell, int]] = []
    for row in table:
        repeated = [replace(cell, rows=1) for cell, _ in open_groups]
        open_groups = [(cell, left - 1) for cell, left in open_groups if left > 1]
        result.append([*repeated, *(replace(cell, rows=1) if cell.kind == "group" else cell for cell in row)])
        open_groups += [(cell, cell.rows - 1) for cell in row if cell.kind == "group" and cell.rows > 1]
    return result


def split_at(table: Table, cut: int) -> tuple[Table, Table]:
    """Two tables as a page break makes them: a group that goes on begins the second table as an empty cell."""
    head = [[replace(cell, rows=min(cell.rows, cut - index)) for cell in row] for index, row in enumerate(table[:cut])]
    going_on = [
        replace(cell, text="", rows=index + cell.rows - cut)
        for index, row in enumerate(table[:cut])
        for cell in row
        if index + cell.rows > cut
    ]
    return head, [[*going_on, *table[cut]], *table[cut + 1 :]]


def grid(table: Table) -> list[list[str | None]]:
    """The slots of a table; the text stands where a cell begins, None where it only goes on."""
    width = sum(cell.columns for cell in table[0])
    slots: list[list[str | None]] = [[None] * width for _ in table]
    taken = [[False] * width for _ in table]
    for y, row in enumerate(table):
        x = 0
        for cell in row:
            while taken[y][x]:
                x += 1
            slots[y][x] = cell.text
            for dy in range(cell.rows):
                for dx in range(cell.columns):
                    taken[y + dy][x + dx] = True
    return slots
