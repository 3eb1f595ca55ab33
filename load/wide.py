"""The figures of each form once more as one wide row a report: what views and marts read instead of millions of rows.

Table ``figure`` stays what is true; a wide table is made from it, and follows every load in the same transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from load.batch import codes
from load.database import Connection, registered
from load.sql import literal
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
            _insert(con, form.id, _Cells(figures).wide_rows(form, reports))


def wide_rows(forms: Mapping[str, Form], reports: pa.Table, figures: pa.Table) -> dict[str, pa.Table]:
    """The rows of the wide table of each form that any of these reports is on; nothing is asked of the database.

    ``reports`` has columns report_id and form, ``figures`` report_id, figure, value and corrected_value.
    """
    cells = _Cells(figures)
    of_form = defaultdict(list)
    for report_id, form_id in zip(reports["report_id"].to_pylist(), reports["form"].to_pylist(), strict=True):
        of_form[form_id].append(report_id)
    return {form.id: cells.wide_rows(form, sorted(of_form[form.id])) for form in forms.values() if of_form[form.id]}


def insert_wide_rows(con: Connection, rows: Mapping[str, pa.Table]) -> None:
    """Put the wide rows of some reports in; the rows of the reports that they replace are gone already."""
    for form, table in rows.items():
        _insert(con, form, table)


def delete_wide_rows(con: Connection, forms: Iterable[str], report_ids: str) -> None:
    """Delete the wide rows of the reports that the subquery ``report_ids`` gives."""
    for form in forms:
        con.execute(f"DELETE FROM {wide_table(form)} WHERE report_id IN ({report_ids})")  # noqa: S608


class _Cells:
    """Values of figures, by report and figure: columns report_id, figure, value and corrected_value of a table."""

    def __init__(self, figures: pa.Table) -> None:
        self._report, self._reports = codes(figures["report_id"])
        self._figure, self._figures = codes(figures["figure"])
        self._value = pc.coalesce(figures["corrected_value"], figures["value"]).to_numpy(zero_copy_only=False)
        self._corrected = pc.is_valid(figures["corrected_value"]).to_numpy()

    def wide_rows(self, form: Form, reports: Sequence[str]) -> pa.Table:
        """One row a report in the order of ``reports``, one column a figure of the form, NULL where there is no value.

        A corrected figure has its corrected value, and is named in the last column.  Figures of other reports and of
        other forms are left out.
        """
        names = list(form.figures)
        row = _positions(self._reports, reports)[self._report]
        mine = np.flatnonzero(row >= 0)
        row, value = row[mine], self._value[mine]
        column = _positions(self._figures, names)[self._figure[mine]]
        kept = (column >= 0) & ~np.isnan(value)
        matrix = np.full((len(names), len(reports)), np.nan)
        matrix[column[kept], row[kept]] = value[kept]
        columns = [pa.array(line, pa.float64(), from_pandas=True) for line in matrix]
        corrected: list[list[str]] = [[] for _ in reports]
        for position in np.flatnonzero(self._corrected[mine]).tolist():
            corrected[row[position]].append(self._figures[self._figure[mine[position]]])
        return pa.Table.from_arrays(
            [pa.array(reports, pa.string()), *columns, pa.array(map(sorted, corrected), pa.list_(pa.string()))],
            names=["report_id", *map(column_name, names), "corrected"],
        )


def _positions(values: Sequence[str], among: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The position of each value in ``among``, -1 where it is not there; one more -1 at the end, for no value."""
    place = {value: position for position, value in enumerate(among)}
    return np.fromiter(chain(map(place.get, values, repeat(-1)), (-1,)), np.int64, len(values) + 1)


def _insert(con: Connection, form: str, rows: pa.Table) -> None:
    with registered(con, "incoming_wide", rows):
        con.execute(f"INSERT INTO {wide_table(form)} FROM incoming_wide")


def _stored(con: Connection, form: str) -> Iterator[tuple[list[str], pa.Table]]:
    query = "SELECT report_id FROM report WHERE form = ? ORDER BY report_id"
    ids = [row[0] for row in con.execute(query, [form]).fetchall()]
    for start in range(0, len(ids), _REPORTS_AT_ONCE):
        part = ids[start : start + _REPORTS_AT_ONCE]
        figures = con.sql(
            "SELECT report_id, figure, value, corrected_value FROM figure WHERE report_id BETWEEN ? AND ?",
            params=[part[0], part[-1]],
        ).to_arrow_table()
        yield part, figures


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
