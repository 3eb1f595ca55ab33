"""Rows whose cells are uncertain: all readings are weighed, and only what every one of them says is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transform.alignment import solve
from transform.alignment.columns import Slots
from transform.alignment.outcome import Doubts, Placement, count_of, row_holds, texts_of, total_place
from transform.alignment.place import PlacedRow
from transform.alignment.solve import Block, Candidate, Entry
from transform.forms import ColumnDef, Form, TableDef, figure_id
from transform.rows.tokens import RawRow, Token

_MIN_COMMON_SURPLUS = 3
_LEAST_LEAD = 2


@dataclass(slots=True)
class OpenRow:
    """A row of the form with the order of its columns and the readings that keep its own sum."""

    placed: PlacedRow
    order: tuple[str, ...]
    readings: list[tuple[Entry, ...]]


def candidates(
    row: RawRow, order: Sequence[str], columns: Sequence[ColumnDef], blocks: Sequence[Block]
) -> list[Candidate]:
    """The readings of an uncertain row, in the order of the form's columns."""
    place = {column_id: k for k, column_id in enumerate(order)}
    return [
        tuple(candidate[place[c.id]] for c in columns) for candidate in solve.readings(row.values, len(order), blocks)
    ]


def settle_open_rows(
    form: Form,
    doubts: Doubts,
    table: TableDef,
    open_rows: list[OpenRow],
    fixed: Mapping[str, Slots],
    placements: dict[str, Placement],
) -> None:
    """Write down what the readings of the open rows agree on, after the column sums have had their say."""
    kept = _by_columns(form, table, open_rows, fixed)
    lost = any(_is_too_short(row) for row in open_rows)
    for row in open_rows:
        columns = [table.column(c) for c in table.row(row.placed.row_id).columns]
        found = kept.get(row.placed.row_id, row.readings)
        if row.placed.row_id not in kept:
            weak = _is_weak(found, row.placed.row) or (lost and any(e.decoded for c in found for e in c))
            found = [] if weak else _with_blank_total(table, row, found)
        keys = [figure_id(table, row.placed.row_id, c.id) for c in columns]
        record_readings(doubts, table, keys, found, row.placed.row, placements)


def without_common_surplus(
    table: TableDef,
    open_rows: list[OpenRow],
    fixed: dict[str, Slots],
    placements: dict[str, Placement],
    total: int | None,
    read: Sequence[PlacedRow],
) -> list[OpenRow]:
    """Rows that all have the same cell too many lose it: one that is empty in all of them, else the one that sums show.

    ``read`` are all rows of the table; those in the same columns as an open row lose the same empty cell.
    """
    width = len(table.columns)
    surplus = [r for r in open_rows if len(r.placed.row.values) == width + 1 and len(r.order) == width]
    if total is None or len(surplus) < _MIN_COMMON_SURPLUS:
        return open_rows
    places = _columns_of(surplus[0].placed)
    in_columns = surplus[0].placed.row.header_columns is not None
    alike = [p for p in read if in_columns and _columns_of(p) == places and p.row_id in fixed]
    blank = [
        k
        for k in range(width + 1)
        if all(p.row.values[k].info.is_blank for p in (*(r.placed for r in surplus), *alike))
    ]
    results = _results_without(surplus, blank[0], table, total) if len(blank) == 1 else []
    if results and 2 * results.count(False) <= results.count(True):
        place = blank[0]
        for placed in alike:
            _fix(placed, place, surplus[0].order, table, fixed, placements)
        surplus = [r for r, holds in zip(surplus, results, strict=True) if holds or _is_only_empty_one(r.placed.row)]
    else:
        found = _place_by_sums(surplus, table, total)
        if found is None:
            return open_rows
        place = found
    for row in surplus:
        _fix(row.placed, place, row.order, table, fixed, placements)
    return [r for r in open_rows if r not in surplus]


def _is_only_empty_one(row: RawRow) -> bool:
    """Whether no other empty cell can be the surplus one, though no sum tells: it stands in a column, or alone."""
    return row.header_columns is not None or sum(t.info.is_blank for t in row.values) == 1


def _columns_of(placed: PlacedRow) -> tuple[int, ...]:
    return tuple(t.column for t in placed.row.values)


def _results_without(surplus: Sequence[OpenRow], place: int, table: TableDef, total: int) -> list[bool | None]:
    return [row_holds(_in_form_order(_leave_out(r.placed.row.values, place), r.order, table), total) for r in surplus]


def _place_by_sums(surplus: Sequence[OpenRow], table: TableDef, total: int) -> int | None:
    """The one place that rows can do without; None where another would do nearly as well."""
    holding = []
    for place in range(len(table.columns) + 1):
        results = _results_without(surplus, place, table, total)
        holding.append((results.count(True), -results.count(False), -place))
    first, second = sorted(holding, reverse=True)[:2]
    if first[0] < 1 or first[0] < -2 * first[1] or first[0] - second[0] < _LEAST_LEAD:
        return None
    return -first[2]


def _fix(
    placed: PlacedRow,
    place: int,
    order: Sequence[str],
    table: TableDef,
    fixed: dict[str, Slots],
    placements: dict[str, Placement],
) -> None:
    slots = _in_form_order(_leave_out(placed.row.values, place), order, table)
    fixed[placed.row_id] = slots
    for column, token in zip(table.columns, slots, strict=True):
        placements[figure_id(table, placed.row_id, column.id)] = Placement(token)


def record_readings(
    doubts: Doubts,
    table: TableDef,
    keys: Sequence[str],
    found: Sequence[Candidate],
    row: RawRow,
    placements: dict[str, Placement],
) -> None:
    """Write down what all readings agree on; the rest is null, with a finding that lists the readings when few.

    Where cells are lost, the finding is about the whole row: a lost cell may have held any number, and not nothing.
    """
    unsettled: list[str] = []
    for k, key in enumerate(keys):
        values = {c[k].value for c in found}
        if len(values) == 1 and (entry := found[0][k]).token is not None and None not in values:
            placements[key] = Placement(entry.token, entry.value if entry.decoded else None)
        elif len(values) == 1 and found[0][k].token is None:
            continue
        else:
            unsettled.append(key)
    if unsettled:
        listed = ""
        if 1 < len(found) <= 5:
            listed = "; it can be read as " + " or ".join(
                "(" + ", ".join("·" if e.value is None else str(e.value) for e in c) + ")" for c in found
            )
        elif len(found) > 5:
            listed = f"; it can be read in {len(found)} ways"
        lost = [key for key in keys if len(row.values) < len(keys) and key not in unsettled]
        doubts.add(
            f"{table.id}.unreadable_row",
            [*unsettled, *lost],
            f"{len(row.values)} cells where {len(keys)} are expected: '{texts_of(row)[:80]}'{listed}",
        )


def _with_blank_total(table: TableDef, row: OpenRow, found: list[Candidate]) -> list[Candidate]:
    """The readings of a row that lost cells, and those in which its total is one of them (no sum can tell)."""
    total = total_place(table)
    if total is None or not any(e.token is None for c in found for e in c):
        return found
    columns = tuple(table.column(c) for c in table.row(row.placed.row_id).columns)
    return found + [c for c in candidates(row.placed.row, row.order, columns, ()) if c[total].token is None]


def _by_columns(
    form: Form, table: TableDef, open_rows: list[OpenRow], fixed: Mapping[str, Slots]
) -> dict[str, list[Candidate]]:
    sums = next((i for i in form.identities if i.rule == f"{table.id}.column_sum"), None)
    balances = next((i for i in form.identities if i.rule == f"{table.id}.column_balance"), None)
    if sums is None:
        return {}
    rows: dict[str, Sequence[Candidate]] = {}
    for name, slots in fixed.items():
        candidate = _fixed(slots)
        if candidate is None:
            return {}
        rows[name] = [candidate]
    for row in open_rows:
        if not row.readings:
            return {}
        rows[row.placed.row_id] = row.readings
    parts = [key.split(".")[1] for key in sums.left]
    total = sums.right[0].split(".")[1]
    for alternative in (r for r in table.rows if r.instead_of):
        if alternative.id in rows and not set(alternative.instead_of) & set(rows):
            parts = [p for p in parts if p not in alternative.instead_of] + [alternative.id]
    if not set(parts) <= set(rows) or total not in rows:
        return {}
    balance: list[tuple[int, str]] = []
    if balances is not None:
        gains = [key.split(".")[1] for key in balances.left]
        losses = [key.split(".")[1] for key in balances.right if key.split(".")[1] != total]
        if set(gains) | set(losses) <= set(rows):
            balance = [(1, g) for g in gains] + [(-1, loss) for loss in losses]
    return solve.consistent(rows, parts, total, balance) or {}


def _is_weak(found: Sequence[Candidate], row: RawRow) -> bool:
    """Whether readings cut digits of a row that prints most of its cells: only the column sums could prove them."""
    printed = sum(not t.info.is_blank for t in row.values)
    return any(2 * printed > len(c) and any(e.decoded for e in c) for c in found)


def _is_too_short(row: OpenRow) -> bool:
    """Whether a row of one cell has fewer digits than figures: blanks are lost here, and may be in other rows."""
    printed = [t.info.text for t in row.placed.row.values if not t.info.is_blank]
    return len(printed) == 1 and sum(map(str.isdigit, printed[0])) < len(row.order)


def _leave_out(tokens: Sequence[Token], place: int) -> list[Token]:
    return [t for k, t in enumerate(tokens) if k != place]


def _in_form_order(tokens: Sequence[Token], order: Sequence[str], table: TableDef) -> Slots:
    by_id = dict(zip(order, tokens, strict=True))
    return tuple(by_id[c.id] for c in table.columns)


def _fixed(slots: Slots) -> Candidate | None:
    entries = []
    for token in slots:
        number = count_of(token)
        if number is None or number < 0:
            return None
        entries.append(Entry(number, token))
    return tuple(entries)
