"""Rows that stand under one header: which value is which is found out for the first of them, and holds for the rest."""

from __future__ import annotations

from collections.abc import Sequence

from transform.alignment.columns import ColumnReading, Slots, read_columns
from transform.forms import ColumnDef, TableDef
from transform.rows.tokens import RawRow, Token

_Places = tuple[int | None, ...]


class ColumnPlans:
    """The readings of a table's rows; where places alone tell the columns, the values of later rows are just picked."""

    def __init__(self, table: TableDef, year: int | None) -> None:
        """Read rows of one printing of ``table``; ``year`` is the year reported on."""
        self._table = table
        self._year = year
        self._plans: dict[tuple[int, int, int, tuple[int, ...]], _Plan] = {}

    def read(
        self, row: RawRow, header: Sequence[Token], columns: tuple[ColumnDef, ...], lead: int | None
    ) -> ColumnReading:
        """What :func:`~transform.alignment.columns.read_columns` says of the row.

        Header and columns must outlive the plans.
        """
        flat = row.header_columns is None
        if flat and (len(row.values) != len(columns) or any(token.info.is_blank for token in row.values)):
            return read_columns(row, header, self._table, columns, self._year, lead)
        places = () if flat else tuple([token.column for token in row.values])
        key = (id(row.header_columns), id(header), id(columns), places)
        plan = self._plans.get(key)
        if plan is not None:
            return plan.picked(row.values)
        reading = read_columns(row, header, self._table, columns, self._year, lead)
        if flat or reading.by_place:
            self._plans[key] = _Plan(reading, row.values)
        return reading


class _Plan:
    """A reading as places in the row."""

    def __init__(self, reading: ColumnReading, values: Sequence[Token]) -> None:
        place = {token: k for k, token in enumerate(values)}

        def places(slots: Slots | None) -> _Places | None:
            return None if slots is None else tuple(None if token is None else place[token] for token in slots)

        self._model = reading
        self._anchored, self._ordered = places(reading.anchored), places(reading.ordered)
        self._canonical = places(reading.canonical)

    def picked(self, values: Sequence[Token]) -> ColumnReading:
        """The reading of other values in the same places."""
        anchored = _pick(self._anchored, values)
        ordered = anchored if self._ordered == self._anchored else _pick(self._ordered, values)
        model = self._model
        return ColumnReading(
            anchored, ordered, _pick(self._canonical, values), model.order, model.contradicted, model.by_place
        )


def _pick(places: _Places | None, values: Sequence[Token]) -> Slots | None:
    return None if places is None else tuple([None if k is None else values[k] for k in places])
