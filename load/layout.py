"""The statutory tables as sheets of cells: where each label and each figure stands, with the spans of the notice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from transform.forms import ColumnDef, RowDef, TableDef


@dataclass(frozen=True, slots=True)
class Cell:
    """A label (``text``), or the place of a figure (``figure``); rows and columns count from 0."""

    row: int
    column: int
    height: int = 1
    width: int = 1
    text: str = ""
    figure: str | None = None


def table_cells(table: TableDef, present: Iterable[str]) -> list[Cell]:
    """The cells of a table in its statutory layout.

    ``present`` names the figures that the report has: a row that stands in place of a group is drawn in its place
    when the report has it, and left out otherwise.
    """
    named = {figure.split(".")[1] for figure in present if figure.startswith(f"{table.id}.")}
    alternatives = [row for row in table.rows if row.instead_of and row.id in named]
    replaced = {row for alternative in alternatives for row in alternative.instead_of}
    rows = [r for r in table.rows if (not r.instead_of or r in alternatives) and r.id not in replaced]
    return _LAYOUTS[table.layout](table, rows)


def _figure(table: TableDef, row: RowDef, column: str | None) -> str:
    return ".".join(filter(None, (table.id, row.id, column)))


def _blocks(table: TableDef, rows: list[RowDef]) -> list[Cell]:
    cells, top = [], 0
    width = 1 + max(len(row.columns) for row in rows)
    for (path, columns), block in groupby(rows, key=lambda row: (row.path, row.columns)):
        cells.append(Cell(top, 0, 1, width, "/".join(path)))
        labels = [table.corner[0], *(table.column(column).label for column in columns)]
        cells += [Cell(top + 1, left, text=label) for left, label in enumerate(labels)]
        top += 2
        for row in block:
            cells.append(Cell(top, 0, text=row.label))
            cells += [Cell(top, left, figure=_figure(table, row, c)) for left, c in enumerate(columns, 1)]
            top += 1
    return cells


def _matrix(table: TableDef, rows: list[RowDef]) -> list[Cell]:
    depth = 1 + max(len(row.path) for row in rows)
    header = _with_parents(table.columns)
    cells = [Cell(0, 0, 2, depth, table.corner[0]), *(replace(cell, column=cell.column + depth) for cell in header)]
    for level in range(depth - 1):
        cells += _group_labels(rows, level)
    for top, row in enumerate(rows, 2):
        own = len(row.path)
        cells.append(Cell(top, own, 1, depth - own, row.label))
        cells += [Cell(top, left, figure=_figure(table, row, c)) for left, c in enumerate(row.columns, depth)]
    return cells


def _with_parents(columns: tuple[ColumnDef, ...]) -> Iterator[Cell]:
    left = 0
    for parent, group in groupby(columns, key=lambda column: column.parent):
        under = list(group)
        if parent is None:
            yield from (Cell(0, left + i, 2, 1, column.label) for i, column in enumerate(under))
        else:
            yield Cell(0, left, 1, len(under), parent)
            yield from (Cell(1, left + i, text=column.label) for i, column in enumerate(under))
        left += len(under)


def _group_labels(rows: list[RowDef], level: int) -> Iterator[Cell]:
    top = 2
    for path, group in groupby(rows, key=lambda row: row.path[: level + 1]):
        height = len(list(group))
        if len(path) > level:
            yield Cell(top, level, height, 1, path[level])
        top += height


def _strip(table: TableDef, rows: list[RowDef]) -> list[Cell]:
    cells, left = [], 0
    for path, group in groupby(rows, key=lambda row: row.path):
        cases = list(group)
        if path:
            cells.append(Cell(0, left, 1, sum(len(row.columns) for row in cases), "/".join(path)))
        for row in cases:
            top = 1 if path else 0
            cells.append(Cell(top, left, 2 - top, len(row.columns), row.label))
            for i, column in enumerate(row.columns):
                cells.append(Cell(2, left + i, text=table.column(column).label))
                cells.append(Cell(3, left + i, figure=_figure(table, row, column)))
            left += len(row.columns)
    return cells


def _list(table: TableDef, rows: list[RowDef]) -> list[Cell]:
    cells = [
        Cell(0, 0, text=table.corner[0]),
        Cell(0, 1, text=table.corner[1]),
        Cell(0, 2, text=table.columns[0].label),
    ]
    top = 1
    above: tuple[str, ...] = ()
    for row in rows:
        for level, label in enumerate(row.path):
            if row.path[: level + 1] != above[: level + 1]:
                cells.append(Cell(top, 0, 1, 3, label))
                top += 1
        above = row.path
        cells += [Cell(top, 0, text=row.label), Cell(top, 1, text=row.unit or "")]
        cells.append(Cell(top, 2, figure=_figure(table, row, None)))
        top += 1
    return cells


_LAYOUTS: Mapping[str, Callable[[TableDef, list[RowDef]], list[Cell]]] = {
    "blocks": _blocks,
    "matrix": _matrix,
    "strip": _strip,
    "list": _list,
}
