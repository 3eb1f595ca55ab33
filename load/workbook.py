"""The chosen reports as an Excel workbook: a summary, then each report in the layout of its statutory form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from load.crosswalk import load_crosswalk
from load.database import Connection, WarehouseError
from load.layout import Cell, table_cells
from transform.forms import load_forms

MOST_REPORTS = 2_000
"""More sheets than this no spreadsheet program opens with ease."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
_SUMMARY = "总表 summary"
_ALWAYS_THE_SAME = datetime(2000, 1, 1)
_COLUMNS = ("division_code", "province", "prefecture", "county", "division", "year", "issuer", "form", "verdict")
_COUNTED = ("findings", "published_on", "url", "report_id")
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True, slots=True)
class _Figure:
    value: float | None
    status: str
    raw: str | None
    doubts: str | None


def write_workbook(con: Connection, target: Path) -> None:
    """Write the reports of the temporary table ``chosen`` to the file ``target``; the same reports give the same bytes.

    A number is a number, a blank an empty cell, a dash or a text what is printed; a figure in doubt is marked, with
    its findings as a note.  Raises WarehouseError for more than :data:`MOST_REPORTS` reports.
    """
    reports = _reports(con)
    if len(reports) > MOST_REPORTS:
        raise WarehouseError(
            f"{len(reports)} reports are too many for a workbook (at most {MOST_REPORTS}); choose with --where, or "
            "export as csv or parquet"
        )
    book = xlsxwriter.Workbook(str(target), _OPTIONS)
    book.set_properties({"title": "nianbao", "created": _ALWAYS_THE_SAME})
    formats = {
        "label": book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter", "bg_color": "#F2F2F2"}),
        "value": book.add_format({"border": 1, "align": "right", "valign": "vcenter"}),
        "doubt": book.add_format({"border": 1, "align": "right", "valign": "vcenter", "bg_color": "#FFE08A"}),
        "missing": book.add_format({"border": 1, "bg_color": "#D9D9D9"}),
        "head": book.add_format({"bold": True}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    names = _sheet_names(reports)
    _write_summary(book.add_worksheet(_SUMMARY), reports, names, formats)
    for report, name in zip(reports, names, strict=True):
        _write_report(book.add_worksheet(name), report, _figures(con, report["report_id"]), formats)
    try:
        book.close()
    except FileCreateError as error:
        raise WarehouseError(f"{target}: cannot be written: {error}") from None


def _reports(con: Connection) -> list[dict[str, Any]]:
    concepts = [concept.id for concept in load_crosswalk().concepts]
    shown = ", ".join(f"town_year.{concept}" for concept in concepts)
    result = con.execute(
        f"SELECT reporter.*, (SELECT count(*) FROM finding WHERE finding.report_id = reporter.report_id) AS findings, "  # noqa: S608
        f"{shown} FROM reporter SEMI JOIN chosen USING (report_id) LEFT JOIN town_year USING (report_id) "
        "ORDER BY reporter.division_code, reporter.year, reporter.report_id"
    )
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _figures(con: Connection, report_id: str) -> dict[str, _Figure]:
    rows = con.execute(
        "SELECT figure.figure, coalesce(corrected_value, value) AS value, status, raw, doubts FROM figure LEFT JOIN ("
        "  SELECT figure, string_agg(severity || ': ' || message, chr(10) ORDER BY position) AS doubts FROM ("
        "    SELECT unnest(figures) AS figure, severity, message, position FROM finding WHERE report_id = $id"
        "  ) GROUP BY figure"
        ") AS doubted ON doubted.figure = figure.figure WHERE report_id = $id ORDER BY figure.figure",
        {"id": report_id},
    ).fetchall()
    return {figure: _Figure(*rest) for figure, *rest in rows}


def _sheet_names(reports: list[dict[str, Any]]) -> list[str]:
    """A name for each sheet: year and issuer, cut to what Excel takes, and told apart by a number."""
    taken = {_SUMMARY.lower()}
    names = []
    for report in reports:
        who = report["issuer"] or report["division"] or "unknown"
        wanted = _FORBIDDEN.sub(" ", f"{report['year'] or 'no year'} {who}").strip("' ")
        name, count = wanted[:_LONGEST_NAME], 1
        while name.lower() in taken:
            count += 1
            suffix = f" {count}"
            name = wanted[: _LONGEST_NAME - len(suffix)] + suffix
        taken.add(name.lower())
        names.append(name)
    return names


def _write_summary(sheet: Any, reports: list[dict[str, Any]], names: list[str], formats: Mapping[str, Any]) -> None:
    concepts = load_crosswalk().concepts
    header = ["sheet", *_COLUMNS, *_COUNTED, *(f"{concept.label}（{concept.unit}）" for concept in concepts)]
    for column, text in enumerate(header):
        sheet.write_string(0, column, text, formats["head"])
    for row, (report, name) in enumerate(zip(reports, names, strict=True), 1):
        quoted = name.replace("'", "''")
        sheet.write_url(row, 0, f"internal:'{quoted}'!A1", string=name)
        keys = [*_COLUMNS, *_COUNTED, *(concept.id for concept in concepts)]
        for column, key in enumerate(keys, 1):
            _write_value(sheet, row, column, report[key], formats["day"])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(reports)), len(header) - 1)


def _write_value(sheet: Any, row: int, column: int, value: object, day: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_datetime(row, column, value, day)


def _write_report(
    sheet: Any, report: dict[str, Any], figures: Mapping[str, _Figure], formats: Mapping[str, Any]
) -> None:
    for top, text in enumerate(_heading(report)):
        sheet.write_string(top, 0, text, formats["head"] if top == 0 else None)
    sheet.set_column(0, 30, 14)
    form = load_forms().get(report["form"] or "")
    top = 4
    for table in form.tables if form else ():
        sheet.write_string(top, 0, table.title, formats["head"])
        cells = table_cells(table, figures)
        for cell in cells:
            _write_cell(sheet, top + 1, cell, figures, formats)
        top += 3 + max(cell.row + cell.height for cell in cells)


def _heading(report: dict[str, Any]) -> Iterator[str]:
    yield " ".join(str(part) for part in (report["issuer"], report["year"]) if part is not None)
    yield f"verdict: {report['verdict']}; findings: {report['findings']}; form: {report['form'] or 'none'}"
    yield f"{report['report_id']} {report['url'] or ''}".strip()


def _write_cell(sheet: Any, top: int, cell: Cell, figures: Mapping[str, _Figure], formats: Mapping[str, Any]) -> None:
    row, column = top + cell.row, cell.column
    if cell.figure is None:
        if cell.height > 1 or cell.width > 1:
            end = (row + cell.height - 1, column + cell.width - 1)
            sheet.merge_range(row, column, *end, cell.text, formats["label"])
        else:
            sheet.write_string(row, column, cell.text, formats["label"])
        return
    figure = figures.get(cell.figure)
    if figure is None or figure.status == "missing":
        sheet.write_blank(row, column, None, formats["missing"])
        return
    style = formats["doubt"] if figure.doubts else formats["value"]
    if figure.value is not None:
        sheet.write_number(row, column, figure.value, style)
    elif figure.raw and figure.status != "blank":
        sheet.write_string(row, column, figure.raw, style)
    else:
        sheet.write_blank(row, column, None, style)
    if figure.doubts:
        sheet.write_comment(row, column, figure.doubts, {"author": "nianbao"})
