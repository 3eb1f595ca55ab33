"""The statutory forms as data: tables, rows, columns, labels, units and identities, read from ``data/forms``.

Everything that names a figure (alignment, checks, database comments, data dictionary) reads these objects.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from transform.model import Severity

Layout = Literal["blocks", "matrix", "strip", "list"]
Relation = Literal["=", "<=", ">=", "<"]


@dataclass(frozen=True, slots=True, eq=False)
class ColumnDef:
    """A column of a statutory table; ``parent`` is the heading that stands over several columns."""

    id: str
    label: str
    variants: tuple[str, ...]
    gloss: str
    unit: str | None = None
    signed: bool = False
    decimal: bool = False
    parent: str | None = None

    @property
    def wordings(self) -> tuple[str, ...]:
        """The label of the notice, then the variants seen in reports."""
        return (self.label, *self.variants)


@dataclass(frozen=True, slots=True, eq=False)
class RowDef:
    """A row of a statutory table; ``path`` names the bands and groups above it, ``columns`` its cells.

    ``instead_of`` lists the rows that this one replaces in reports which print a group as one row.
    """

    id: str
    label: str
    path: tuple[str, ...]
    variants: tuple[str, ...]
    gloss: str
    columns: tuple[str, ...]
    unit: str | None = None
    decimal: bool = False
    instead_of: tuple[str, ...] = ()

    @property
    def wordings(self) -> tuple[str, ...]:
        """The label of the notice, then the variants seen in reports."""
        return (self.label, *self.variants)


@dataclass(frozen=True, slots=True, eq=False)
class GroupDef:
    """A label that stands over several rows or columns and has no figures of its own."""

    id: str
    label: str
    variants: tuple[str, ...]

    @property
    def wordings(self) -> tuple[str, ...]:
        """The label of the notice, then the variants seen in reports."""
        return (self.label, *self.variants)


@dataclass(frozen=True, slots=True)
class FigureDef:
    """One figure of a form: its id, place, unit and labels; ``column`` is None in the 2014 statistics table."""

    figure: str
    table: str
    row: str
    column: str | None
    unit: str
    label_row: str
    label_column: str
    gloss: str
    signed: bool
    decimal: bool
    alternative: bool


@dataclass(frozen=True, slots=True, eq=False)
class TableDef:
    """A statutory table.

    ``layout``: ``blocks`` (stacked blocks, each with its own header), ``matrix`` (rows by columns), ``strip``
    (all cells in one row under a header of several levels), ``list`` (indicator, unit, value).  A table is there where
    ``least_rows`` of its rows are printed.
    """

    id: str
    title: str
    layout: Layout
    least_rows: int
    corner: tuple[str, ...]
    parents: tuple[str, ...]
    columns: tuple[ColumnDef, ...]
    groups: tuple[GroupDef, ...]
    rows: tuple[RowDef, ...]

    def column(self, column_id: str) -> ColumnDef:
        """The column of that id; KeyError when the table has none."""
        for column in self.columns:
            if column.id == column_id:
                return column
        raise KeyError(column_id)

    def row(self, row_id: str) -> RowDef:
        """The row of that id; KeyError when the table has none."""
        for row in self.rows:
            if row.id == row_id:
                return row
        raise KeyError(row_id)


@dataclass(frozen=True, slots=True)
class Identity:
    """One instance of a rule: the sum of ``left`` stands in ``relation`` to the sum of ``right`` plus ``constant``.

    ``left`` and ``right`` are figure ids; ``scope`` names the row or column it runs along (None for a whole report).
    ``levels`` limits it to issuers of those levels; ``doubt`` is False where a failure puts no figure in doubt.
    """

    rule: str
    table: str
    axis: Literal["row", "column", "report"]
    scope: str | None
    left: tuple[str, ...]
    relation: Relation
    right: tuple[str, ...]
    constant: int
    severity: Severity
    label: str
    gloss: str
    levels: tuple[str, ...]
    doubt: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A statutory form with its tables, figures in the order of the form, and all its identities."""

    id: str
    notice: str
    issued_by: str
    first_year: int
    last_year: int | None
    tables: tuple[TableDef, ...]
    figures: dict[str, FigureDef]
    identities: tuple[Identity, ...]

    def applies_to(self, year: int) -> bool:
        """Whether reports on that year are to follow the form."""
        return self.first_year <= year <= (self.last_year or year)

    def table(self, table_id: str) -> TableDef | None:
        """The table of that id, or None when the form has none."""
        for table in self.tables:
            if table.id == table_id:
                return table
        return None


def figure_id(table: TableDef, row: str, column: str) -> str:
    """The id of the figure at that row and column: ``requests.granted.total``, or ``statistics.received``."""
    return f"{table.id}.{row}" if table.layout == "list" else f"{table.id}.{row}.{column}"


def _table(raw: dict[str, Any]) -> TableDef:
    columns = tuple(
        ColumnDef(
            id=c["id"],
            label=c["label"],
            variants=tuple(c["variants"]),
            gloss=c["gloss"],
            unit=c.get("unit"),
            signed=c.get("signed", False),
            decimal=c.get("decimal", False),
            parent=c.get("parent"),
        )
        for c in raw["columns"]
    )
    every_column = tuple(c.id for c in columns)
    return TableDef(
        id=raw["id"],
        title=raw["title"],
        layout=raw["layout"],
        least_rows=raw.get("least_rows", 1),
        corner=tuple(raw["corner"]),
        parents=tuple(raw.get("parents", ())),
        columns=columns,
        groups=tuple(GroupDef(g["id"], g["label"], tuple(g["variants"])) for g in raw.get("groups", ())),
        rows=tuple(
            RowDef(
                id=r["id"],
                label=r["label"],
                path=tuple(r.get("path", ())),
                variants=tuple(r["variants"]),
                gloss=r["gloss"],
                columns=tuple(r.get("columns", every_column)),
                unit=r.get("unit"),
                decimal=r.get("decimal", False),
                instead_of=tuple(r.get("instead_of", ())),
            )
            for r in raw["rows"]
        ),
    )


def _figures(table: TableDef, default_unit: str) -> dict[str, FigureDef]:
    found = {}
    separator = "; " if table.layout == "matrix" else ": "
    for row in table.rows:
        for column_id in row.columns:
            column = table.column(column_id)
            key = figure_id(table, row.id, column_id)
            is_list = table.layout == "list"
            found[key] = FigureDef(
                figure=key,
                table=table.id,
                row=row.id,
                column=None if is_list else column_id,
                unit=row.unit or column.unit or default_unit,
                label_row="/".join((*row.path, row.label)),
                label_column=f"{column.parent}/{column.label}" if column.parent else column.label,
                gloss=row.gloss if is_list else f"{row.gloss}{separator}{column.gloss}",
                signed=column.signed,
                decimal=row.decimal or column.decimal,
                alternative=bool(row.instead_of),
            )
    return found


def _identities(raw: dict[str, Any], tables: dict[str, TableDef]) -> list[Identity]:
    table = tables[raw["table"]]
    axis = raw["for_each"]

    def instance(scope: str | None, left: list[str], right: list[str]) -> Identity:
        return Identity(
            rule=raw["id"],
            table=table.id,
            axis=axis,
            scope=scope,
            left=tuple(left),
            relation=raw["relation"],
            right=tuple(right),
            constant=raw.get("constant", 0),
            severity=raw["severity"],
            label=raw.get("label", ""),
            gloss=raw["gloss"],
            levels=tuple(raw.get("levels", ())),
            doubt=raw.get("doubt", True),
        )

    if axis == "row":
        return [
            instance(row.id, *([figure_id(table, row.id, c) for c in raw[side]] for side in ("left", "right")))
            for row in table.rows
            if row.id in raw.get("rows", (row.id,)) and set(raw["left"]) | set(raw["right"]) <= set(row.columns)
        ]
    if axis == "column":
        named = [*raw["left"], *raw["right"]]
        return [
            instance(column.id, *([figure_id(table, r, column.id) for r in raw[side]] for side in ("left", "right")))
            for column in table.columns
            if all(column.id in table.row(row).columns for row in named)
        ]
    return [instance(None, *([figure_id(table, r, "") for r in raw[side]] for side in ("left", "right")))]


def _load(text: str) -> Form:
    raw = tomllib.loads(text)
    tables = tuple(_table(t) for t in raw["tables"])
    by_id = {t.id: t for t in tables}
    figures: dict[str, FigureDef] = {}
    for table, raw_table in zip(tables, raw["tables"], strict=True):
        figures.update(_figures(table, raw_table["unit"]))
    return Form(
        id=raw["id"],
        notice=raw["notice"],
        issued_by=raw["issued_by"],
        first_year=raw["first_year"],
        last_year=raw.get("last_year"),
        tables=tables,
        figures=figures,
        identities=tuple(i for r in raw["identities"] for i in _identities(r, by_id)),
    )


@lru_cache(maxsize=1)
def load_forms() -> dict[str, Form]:
    """All forms by id, oldest first; ``figures`` of a form holds alternative rows too (``FigureDef.alternative``)."""
    folder = resources.files("data").joinpath("forms")
    texts = sorted(
        (entry.name, entry.read_text(encoding="utf-8")) for entry in folder.iterdir() if entry.name.endswith(".toml")
    )
    forms = [_load(text) for _, text in texts]
    return {form.id: form for form in forms}
