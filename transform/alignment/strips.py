"""Tables that hold all their cells in one row, under a header of cases and outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from transform.alignment import solve
from transform.alignment.columns import trimmed
from transform.alignment.filling import possible_leads
from transform.alignment.matrix import place_rows
from transform.alignment.open_rows import record_readings
from transform.alignment.outcome import Doubts, Placement, row_holds, same_cells, total_place
from transform.alignment.place import Instance
from transform.alignment.solve import Block
from transform.forms import Form, TableDef, figure_id
from transform.rows.tokens import RawRow, Token
from transform.rows.vocabulary import TextInfo, cases_within


def place_strips(
    form: Form, year: int | None, doubts: Doubts, instance: Instance, table: TableDef
) -> dict[str, Placement]:
    """The cells of a table printed in one row, in parts, or as rows of cases."""
    rows = Instance(instance.table, [p for p in instance.rows if p.row_id])
    placements = place_rows(form, year, doubts, rows, table) if rows.rows else {}
    taken = {p.row_id for p in rows.rows}
    for placed in instance.rows:
        if not placed.row_id:
            cases = _strip_cases(placed.row, table, taken)
            taken |= set(cases)
            placements.update(_place_strip(doubts, placed.row, table, cases))
    return placements


def _strip_cases(row: RawRow, table: TableDef, taken: set[str]) -> list[str]:
    """The cases that a strip counts, in the order in which the header names them."""
    every = [r.id for r in table.rows]
    header: Iterable[Token] = row.header or [t for s in (row.header_columns or {}).values() for t in s]
    named = list(dict.fromkeys(i for t in header for i in _cases(t.info, table)))
    width = len(table.columns)
    cells = _strip_width(row, table)
    if len(named) == len(every) or (named and len(named) * width == cells):
        return named
    if cells != width:
        left = [i for i in every if i not in taken]
        return left[: cells // width] if cells % width == 0 and 0 < cells // width <= len(left) else every
    led = [i for t in row.lead for i in _cases(t.info, table)]
    return (named or led or [i for i in every if i not in taken] or every)[-1 if named or led else 0 :][:1]


def _place_strip(doubts: Doubts, row: RawRow, table: TableDef, cases: Sequence[str]) -> dict[str, Placement]:
    columns = table.columns
    width = len(columns)
    cells = [(case, c.id) for case in cases for c in columns]
    anchored = _anchored_strip(row, table, cells)
    order = _strip_order(row, table, cases)
    values = _strip_values(row, len(cells), width, total_place(table) or 0)
    ordered = dict(zip(order, values, strict=True)) if order is not None and values is not None else None
    total = total_place(table) or 0
    if anchored is not None and ordered is not None:
        a_slots, o_slots = tuple(anchored.get(c) for c in cells), tuple(ordered[c] for c in cells)
        if not same_cells(a_slots, o_slots):
            holds = [
                [row_holds(slots[k : k + width], total) for k in range(0, len(cells), width)]
                for slots in (a_slots, o_slots)
            ]
            broken_a, broken_o = holds[0].count(False), holds[1].count(False)
            if broken_a == broken_o:
                doubts.add(
                    f"{table.id}.columns_unclear",
                    [figure_id(table, *c) for c in cells],
                    "the header and the order of the cells disagree about the columns of this table",
                )
            if broken_o < broken_a:
                anchored = None
    chosen = anchored if anchored is not None else ordered
    if chosen is not None:
        if row.header_columns is not None and _may_have_moved(row, [chosen[cell] for cell in cells], width, total):
            doubts.add(
                f"{table.id}.columns_unclear",
                [figure_id(table, *cell) for cell in cells],
                f"{len(row.values)} cells stand under {len(cells)} columns: one was put in, and others may have moved",
            )
        return {figure_id(table, *cell): Placement(token) for cell, token in chosen.items() if token is not None}
    placements: dict[str, Placement] = {}
    place = order or cells
    ids = [c.id for c in columns]
    blocks = []
    for k in range(0, len(place), width):
        totals = [n for n in range(k, k + width) if place[n][1] == ids[total]]
        blocks.append(Block(k, width, totals[0] if len(totals) == 1 else k + total))
    found = solve.readings(row.values, len(place), blocks) if order is not None else []
    record_readings(doubts, table, [figure_id(table, *c) for c in place], found, row, placements)
    return placements


def _may_have_moved(row: RawRow, chosen: Sequence[Token | None], width: int, total: int) -> bool:
    """Whether a strip has a cell too many, and it is not sure that it is the last: another may be the one put in."""
    left = [token for token in row.values if token not in chosen]
    if not left or any(token.info.has_digits for token in left):
        return bool(left)
    others = [t for t in row.values if t is not row.values[0]][: len(chosen)]
    if not row.values[0].info.is_blank or len(others) < len(chosen) or same_cells(tuple(others), tuple(chosen)):
        return False
    return all(row_holds(tuple(others[k : k + width]), total) is not False for k in range(0, len(others), width))


def _strip_values(row: RawRow, width: int, block: int, total: int) -> tuple[Token, ...] | None:
    exact = row.header_columns is not None
    values = trimmed(row.values, width, exact)
    if values is None and not exact:
        leads = [
            k
            for k in possible_leads(row.values, width)
            if all(row_holds(tuple(row.values[n : n + block]), total) is not False for n in range(k, k + width, block))
        ]
        values = trimmed(row.values, width, exact, leads[0]) if len(leads) == 1 else None
    return values


def _anchored_strip(
    row: RawRow, table: TableDef, cells: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Token | None] | None:
    if not row.header_columns:
        return None
    allowed = set(cells)
    found: dict[tuple[str, str], Token | None] = {}
    cases = list(dict.fromkeys(case for case, _ in cells))
    for token in row.values:
        stack = row.header_columns.get(token.column, [])
        outcome, case = _named(tuple([t.info for t in stack]), table)
        if case is None and len(cases) == 1:
            case = cases[0]
        if outcome is None or case is None:
            if token.info.is_blank or not stack:
                continue
            return None
        key = (case, outcome)
        if key not in allowed:
            return None
        if key in found:
            previous = found[key]
            if token.info.is_blank:
                continue
            if previous is not None and not previous.info.is_blank:
                return None
        found[key] = token
    return found if set(found) == allowed else None


def _strip_order(row: RawRow, table: TableDef, cases: Sequence[str]) -> list[tuple[str, str]] | None:
    """The cells of a strip in the order of its header; the form's own order where the header does not contradict it."""
    ids = [c.id for c in table.columns]
    width = len(ids)
    outcomes = [i for t in row.header for i in t.info.ids("column", table.id)[:1]]
    runs = [outcomes[k : k + width] for k in range(0, len(outcomes), width)]
    if len(outcomes) == width * len(cases) and all(sorted(r) == sorted(ids) for r in runs):
        return [(case, outcome) for case, run in zip(cases, runs, strict=True) for outcome in run]
    if len(outcomes) == width and sorted(outcomes) == sorted(ids):
        return [(case, outcome) for case in cases for outcome in outcomes]
    expected = iter(ids * (len(cases) + 1))
    if all(outcome in expected for outcome in outcomes):
        return [(case, outcome) for case in cases for outcome in ids]
    return None


def _cases(info: TextInfo, table: TableDef) -> tuple[str, ...]:
    """The cases that a header label names: as its own meaning, or before an outcome in the same cell."""
    ids = info.ids("row", table.id)
    if ids or not info.ids("column", table.id):
        return ids
    return cases_within(info.key, table.id)


@lru_cache(maxsize=1 << 10)
def _named(stack: tuple[TextInfo, ...], table: TableDef) -> tuple[str | None, str | None]:
    """The outcome and the case that the labels above a cell name, the nearest first."""
    outcome = next((i for info in stack for i in info.ids("column", table.id)), None)
    return outcome, next((i for info in stack for i in _cases(info, table)), None)


def _strip_width(row: RawRow, table: TableDef) -> int:
    """How many cells of a strip count: those under an outcome in a grid, else the printed ones, else all."""
    if row.header_columns:
        columns = row.header_columns
        under = [_named(tuple([t.info for t in columns.get(value.column, ())]), table)[0] for value in row.values]
        if any(under):
            return len(under) - under.count(None)
    printed = sum(not t.info.is_blank for t in row.values)
    even = printed and printed % len(table.columns) == 0 and len(row.values) % len(table.columns)
    return printed if even else len(row.values)
