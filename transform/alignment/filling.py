"""How many filling cells flat text prints between the label of a row and its values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from transform.alignment.outcome import row_holds, total_place
from transform.alignment.place import Instance
from transform.forms import TableDef
from transform.rows.tokens import RawRow, Token

_Possible = Callable[[Sequence[Token], int], list[int]]


class _Starts(NamedTuple):
    """Where values may begin in all rows: cells after the label, cells of the line; and cells after the last value."""

    after_label: frozenset[int] = frozenset()
    in_line: frozenset[int] = frozenset()
    before_end: frozenset[int] = frozenset()


_NONE = _Starts()


def leads_of(instance: Instance, table: TableDef) -> Callable[[RawRow], int | None]:
    """How many filling cells flat text prints before the values of a row.

    A header line with all columns tells, and so do fully printed rows of loose cells.  Else filling is the same in all
    rows that stand in one line each, or the values begin in the same cell of each line: what all rows and their sums
    leave possible, where both ways agree.  Where neither is possible, the values may end as far from the end of each
    line: labels that span columns and rows leave as many cells before them as they span.
    """
    widths = {r.id: len(r.columns) for r in table.rows}
    flat = [(p.row, widths[p.row_id]) for p in instance.rows if p.row.header_columns is None and p.row_id in widths]
    in_lines = bool(flat) and all(in_one_line(row) for row, _ in flat)
    known = _filling_before(flat)
    if not in_lines:
        steady = len({len(row.values) - width for row, width in flat}) == 1
        return lambda _: known if steady else None
    start = _header_start(flat, table)
    if start is not None:
        return lambda row: start - row.values[0].column
    total = total_place(table)
    is_stripped = _is_stripped(flat)
    ways = (possible_leads,) if is_stripped is False else (_leads_of_stripped,) if is_stripped else _BOTH
    starts = [_starts(flat, total, possible) for possible in ways]
    after_label, in_line, _ = next((s for s in starts if s.after_label or s.in_line), _NONE)
    before_end = starts[0].before_end
    same_width = next(iter(widths.values())) if len(set(widths.values())) == 1 else None

    def lead(row: RawRow) -> int | None:
        first = row.values[0].column
        found = set(after_label) | {c - first for c in in_line}
        if not found and same_width is not None:
            surplus = len(row.values) - same_width
            is_open = is_stripped is not False and len(_left_open(row, same_width, total, _leads_of_stripped)) > 1
            found = {surplus - k for k in before_end if surplus >= k and not is_open}
        return found.pop() if len(found) == 1 else None

    return lead


def _is_stripped(rows: Sequence[tuple[RawRow, int]]) -> bool | None:
    """Whether lines lost the empty cells at their end and no others: True, False, or None where nothing tells.

    Where no row is whole, a column may be lost.
    """
    printed = [(row, width) for row, width in rows if not all(t.info.is_blank for t in row.values)]
    if any(row.values[-1].info.is_blank for row, _ in printed):
        return False
    is_whole = any(len(row.values) >= width for row, width in printed)
    return True if is_whole and any(_has_gap(row) for row, _ in printed) else None


def _printed(values: Sequence[Token]) -> list[int]:
    """The places of the cells that are not empty."""
    return [k for k, t in enumerate(values) if not t.info.is_blank]


def _has_gap(row: RawRow) -> bool:
    """Whether an empty cell stands between two printed ones."""
    printed = _printed(row.values)
    return bool(printed) and printed[-1] - printed[0] >= len(printed)


def _starts(flat: Sequence[tuple[RawRow, int]], total: int | None, possible: _Possible) -> _Starts:
    """What all rows and their sums leave possible."""
    found: list[_Starts] = []
    for row, width in flat:
        leads = _left_open(row, width, total, possible)
        if leads and in_one_line(row):
            first = row.values[0].column
            in_line = frozenset(first + k for k in leads)
            found.append(_Starts(leads, in_line, frozenset(len(row.values) - width - k for k in leads)))
    return _Starts(*(frozenset.intersection(*sets) for sets in zip(*found, strict=True))) if found else _NONE


def _left_open(row: RawRow, width: int, total: int | None, possible: _Possible) -> frozenset[int]:
    """The numbers of filling cells before the values of a row that are possible and do not break its sum."""
    leads = possible(row.values, width)
    if total is None or len(leads) < 2:
        return frozenset(leads)
    cells = (*row.values, *(None,) * width)
    return frozenset(k for k in leads if row_holds(cells[k : k + width], total) is not False)


def _header_start(flat: Sequence[tuple[RawRow, int]], table: TableDef) -> int | None:
    """The cell of each line in which values begin, where one header line prints all columns over all printed values."""
    width = len(table.columns)
    grid = flat[0][0].values[0].source
    lines: dict[int, dict[int, str]] = {}
    for row, _ in flat:
        for token in row.header:
            named = token.info.ids("column", table.id)
            if token.source is grid and token.cell is not None and len(named) == 1:
                lines.setdefault(token.cell.row, {})[token.cell.column] = named[0]
    for places in lines.values():
        start = min(places)
        inside = range(start, start + width)
        if set(places) == set(inside) and len(set(places.values())) == width:
            printed = [t for row, _ in flat for t in row.values if not t.info.is_blank and t.source is grid]
            return start if all(t.column in inside for t in printed) else None
    return None


def _filling_before(rows: Sequence[tuple[RawRow, int]]) -> int | None:
    """How many filling cells stand before the values of a table in flat text, as its fully printed rows show.

    ``rows`` are raw rows with the number of values that each must have; None when they show nothing, or disagree.
    """
    leads = set()
    for row, width in rows:
        printed = _printed(row.values)
        if len(printed) == width > 1 and printed[-1] - printed[0] == width - 1:
            leads.add(printed[0])
    return leads.pop() if len(leads) == 1 else None


def possible_leads(values: Sequence[Token], width: int) -> list[int]:
    """Every number of filling cells before the values that leaves no printed value outside the row."""
    printed = _printed(values)
    if not printed:
        return []
    return [k for k in range(len(values) - width + 1) if k <= printed[0] and printed[-1] < k + width]


def _leads_of_stripped(values: Sequence[Token], width: int) -> list[int]:
    """As :func:`possible_leads`, where the line may have lost the empty cells at its end."""
    printed = _printed(values)
    return [k for k in range(printed[0] + 1) if printed[-1] < k + width] if printed else []


_BOTH: tuple[_Possible, ...] = (possible_leads, _leads_of_stripped)


def in_one_line(row: RawRow) -> bool:
    """Whether all cells of a row of flat text stand in one line of a grid, so that filling is the same in all rows."""
    lines = [token.cell.row if token.cell is not None else None for token in row.values]
    return len(lines) == 1 or (bool(lines) and lines[0] is not None and lines.count(lines[0]) == len(lines))
