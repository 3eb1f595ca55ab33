"""The figures of each form once more as one wide row a report: what views and marts read instead of millions of rows.

Table ``figure`` stays what is true; a wide table is made from it, and follows every load in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from load.batch import codes
from load.database import Connection, literal
from transform.forms import Form
from transform.tables import load_dictionary

_REPORTS_AT_ONCE = 5_000


def column_name(figure: str) -> str:
    """The column of a figure in a wide table or view: its id with underscores for dots."""
    return figure.replace(".", "_")


def wide_table(form: str) -> str:
    """The name of the wide table of a form."""
    return f"wide_{form}"


def create_wide_tables(con: Connection, forms: Mapping[str, Form]) -> None:
    """Make or replace the wide table of each form, filled from table ``figure``; the caller holds the transaction."""
    for form in forms.values():
        figures = (f"{column_name(f)} DOUBLE" for f in form.figures)
        columns = ", ".join(["report_id VARCHAR NOT NULL", *figures, "corrected VARCHAR[]"])
        con.execute(f"CREATE OR REPLACE TABLE {wide_table(form.id)} ({columns})")
        con.execute(";\n".join(_comments(form)))
        for reports, figures in _stored(con, form.id):
            _insert(con, form, wide_rows(form, reports, figures))


def replace_wide_rows(con: Connection, forms: Mapping[str, Form], reports: pa.Table, figures: pa.Table) -> None:
    """Put the wide rows of these reports in; the rows of the reports they replace are gone already.

    ``reports`` has columns report_id and form, ``figures`` report_id, figure, value and corrected_value.
    """
    form_of_report = reports["form"].to_pylist()
    ids = reports["report_id"].to_pylist()
    for form in forms.values():
        mine = pa.array([i for i, f in zip(ids, form_of_report, strict=True) if f == form.id], pa.string())
        if len(mine):
            _insert(con, form, wide_rows(form, mine, figures))


def delete_wide_rows(con: Connection, forms: Iterable[str], report_ids: str) -> None:
    """Delete the wide rows of the reports that the subquery ``report_ids`` gives."""
    for form in forms:
        con.execute(f"DELETE FROM {wide_table(form)} WHERE report_id IN ({report_ids})")  # noqa: S608


def wide_rows(form: Form, reports: pa.Array, figures: pa.Table) -> pa.Table:
    """One row a report in the order of ``reports``, one column a figure of the form, NULL where there is no value.

    A corrected figure has its corrected value, and is named in the last column.
    Rows of ``figures`` that belong to other reports or other forms are left out.
    """
    names = list(form.figures)
    row = _positions(figures["report_id"], reports.to_pylist())
    column = _positions(figures["figure"], names)
    value = pc.coalesce(figures["corrected_value"], figures["value"]).to_numpy(zero_copy_only=False)
    kept = (row >= 0) & (column >= 0) & ~np.isnan(value)
    matrix = np.full((len(names), len(reports)), np.nan)
    matrix[column[kept], row[kept]] = value[kept]
    columns = [pa.array(line, pa.float64(), from_pandas=True) for line in matrix]
    corrected = _corrected(figures, reports, row)
    return pa.Table.from_arrays(
        [reports, *columns, corrected], names=["report_id", *map(column_name, names), "corrected"]
    )


def _corrected(figures: pa.Table, reports: pa.Array, row: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.Array:
    """The ids of the corrected figures of each report, sorted; ``row`` tells which report each figure is of."""
    names: list[list[str]] = [[] for _ in range(len(reports))]
    for position in np.flatnonzero(pc.is_valid(figures["corrected_value"]).to_numpy()).tolist():
        if row[position] >= 0:
            names[row[position]].append(figures["figure"][position].as_py())
    return pa.array([sorted(found) for found in names], pa.list_(pa.string()))


def _positions(values: pa.ChunkedArray, among: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The position of each value in ``among``, -1 where it is not there."""
    code, distinct = codes(values)
    place = {value: position for position, value in enumerate(among)}
    of_code = np.array([*(place.get(value, -1) for value in distinct), -1], np.int64)
    positions: np.ndarray[tuple[int], np.dtype[np.int64]] = of_code[code]
    return positions


def _insert(con: Connection, form: Form, rows: pa.Table) -> None:
    con.register("incoming_wide", rows)
    try:
        con.execute(f"INSERT INTO {wide_table(form.id)} SELECT * FROM incoming_wide ORDER BY report_id")  # noqa: S608
    finally:
        con.unregister("incoming_wide")


def _stored(con: Connection, form: str) -> Iterator[tuple[pa.Array, pa.Table]]:
    query = "SELECT report_id FROM report WHERE form = ? ORDER BY report_id"
    ids = [row[0] for row in con.execute(query, [form]).fetchall()]
    for start in range(0, len(ids), _REPORTS_AT_ONCE):
        part = ids[start : start + _REPORTS_AT_ONCE]
        figures = con.sql(
            "SELECT report_id, figure, value, corrected_value FROM figure WHERE report_id BETWEEN ? AND ?",
            params=[part[0], part[-1]],
        ).to_arrow_table()
        yield pa.array(part, pa.string()), figures


def _comments(form: Form) -> list[str]:
    table, comment = wide_table(form.id), load_dictionary().views["wide"].comment.format(form=form.id)
    columns = {
        "report_id": load_dictionary().tables["report"].columns[0].comment,
        **figure_comments(form),
        **load_dictionary().views["form"].columns,
    }
    return [
        f"COMMENT ON TABLE {table} IS {literal(comment)}",
        *(f"COMMENT ON COLUMN {table}.{name} IS {literal(text)}" for name, text in columns.items()),
    ]


def figure_comments(form: Form) -> dict[str, str]:
    """What is said of the column of each figure: labels as the notice words them, gloss, unit and figure id."""
    comments = {}
    for figure in form.figures.values():
        instead = "; printed in place of the rows of its group" if figure.alternative else ""
        label = f"{figure.label_row} · {figure.label_column} · {figure.gloss} ({figure.unit}){instead}"
        comments[column_name(figure.figure)] = f"{label}; {figure.figure}"
    return comments
