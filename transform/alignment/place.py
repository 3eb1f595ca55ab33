"""Which row of the form each raw row is, and which raw rows together make one printed table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from transform.alignment.candidates import FULL_STRIP, UNKNOWN, Candidate, candidate_of, is_header
from transform.forms import TableDef, load_forms
from transform.rows.tokens import RawRow, Token, alignment_words

_FULL_ROW = 7


@dataclass(slots=True, eq=False)
class PlacedRow:
    """A raw row with its place in the form; ``by_position`` when only its neighbours tell which row it is."""

    row: RawRow
    table: str
    row_id: str
    by_position: bool = False


@dataclass(slots=True, eq=False)
class Instance:
    """One printing of a statutory table: its rows in reading order.

    ``subtotals`` are sums that the page adds, ``strange`` rows are no rows of the form, ``doubled`` repeat a row that
    the instance has already.  ``known`` are the ids of rows that were placed one by one.
    """

    table: str
    rows: list[PlacedRow] = field(default_factory=list)
    subtotals: list[RawRow] = field(default_factory=list)
    strange: list[RawRow] = field(default_factory=list)
    doubled: list[PlacedRow] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    @property
    def row_ids(self) -> set[str]:
        """The rows of the form that the instance has."""
        return {p.row_id for p in self.rows}


@lru_cache(maxsize=1)
def union_rows() -> dict[str, tuple[str, ...]]:
    """For each table, the rows of all forms in one order that agrees with each of them."""
    order: dict[str, list[str]] = {}
    for form in load_forms().values():
        for table in form.tables:
            rows = order.setdefault(table.id, [])
            position = 0
            for row in _with_alternatives_first(table):
                if row in rows:
                    position = rows.index(row) + 1
                else:
                    rows.insert(position, row)
                    position += 1
    return {table: tuple(rows) for table, rows in order.items()}


@lru_cache(maxsize=1)
def _ranks() -> dict[str, dict[str, int]]:
    return {table: {row: rank for rank, row in enumerate(rows)} for table, rows in union_rows().items()}


def _with_alternatives_first(table: TableDef) -> list[str]:
    rows = [r.id for r in table.rows if not r.instead_of]
    for row in table.rows:
        if row.instead_of:
            rows.insert(rows.index(row.instead_of[0]), row.id)
    return rows


@lru_cache(maxsize=1)
def _sub_rows() -> dict[str, frozenset[str]]:
    return {
        r.id: frozenset(r.instead_of) for f in load_forms().values() for t in f.tables for r in t.rows if r.instead_of
    }


def _rank(table: str, row: str) -> int:
    return _ranks()[table][row]


def _neighbour(candidates: Sequence[Candidate], start: int, step: int, table: str | None) -> tuple[str, str] | None:
    k = start + step
    while 0 <= k < len(candidates):
        placed = candidates[k].placed
        if placed is not None and (table is None or placed[0] == table):
            return placed
        k += step
    return None


def _settle(candidates: list[Candidate]) -> None:
    for c in candidates:
        if len(c.options) == 1:
            c.placed = c.options[0]
    for k, c in enumerate(candidates):
        if c.placed is not None or not c.options:
            continue
        before = _neighbour(candidates, k, -1, None)
        after = _neighbour(candidates, k, 1, None)
        fitting: list[tuple[int, tuple[str, str]]] = []
        for table, row in c.options:
            rank = _rank(table, row)
            low = _rank(*before) if before and before[0] == table else -1
            high = _rank(*after) if after and after[0] == table else len(union_rows()[table])
            near = (before is not None and before[0] == table) or (after is not None and after[0] == table)
            if near and low < rank and (rank < high or high <= low):
                fitting.append((rank - low if before and before[0] == table else 100, (table, row)))
        if fitting:
            c.placed = min(fitting)[1]
            c.by_position = sum(table == c.placed[0] for _, (table, _) in fitting) > 1
    _settle_ambiguous_totals(candidates)


def _settle_ambiguous_totals(candidates: list[Candidate]) -> None:
    """A label that means one row only (总计) between rows that leave no room for it is a subtotal."""
    words = alignment_words()
    for k, c in enumerate(candidates):
        if c.placed is None or c.label is None or c.label.info.key not in words.subtotal:
            continue
        table, row = c.placed
        before, after = _neighbour(candidates, k, -1, table), _neighbour(candidates, k, 1, table)
        if before and after and _rank(*before) < _rank(*after) <= _rank(table, row) and before[1] != row:
            c.placed, c.by_position, c.kind = None, False, "subtotal"


def _as_wide_as_row(row: RawRow, table: str) -> bool:
    """Whether a row has at least as many cells as a row of the table, or one cell that may hold them all."""
    if table == "statistics":
        return len([t for t in row.values if not t.info.is_blank]) == 1
    wide = _FULL_ROW if table == "requests" else 1
    return len(row.values) >= wide or len(row.values) == 1


def _settle_by_position(candidates: list[Candidate], rows: dict[str, tuple[str, ...]]) -> None:
    """Rows whose label cannot be read, where exactly as many rows of the form are missing between their neighbours."""
    k = 0
    while k < len(candidates):
        if candidates[k].placed is not None or candidates[k].kind not in UNKNOWN:
            k += 1
            continue
        end = k
        while end < len(candidates) and candidates[end].placed is None and candidates[end].kind in UNKNOWN:
            end += 1
        before = candidates[k - 1].placed if k else None
        after = candidates[end].placed if end < len(candidates) else None
        if before and (after is None or after[0] != before[0]):
            order = rows.get(before[0], ())
            gap = order[order.index(before[1]) + 1 :] if before[1] in order else ()
        elif after and (before is None or before[0] != after[0]):
            order = rows.get(after[0], ())
            gap = order[: order.index(after[1])] if after[1] in order else ()
            before = after
        elif before and after:
            order = rows.get(before[0], ())
            inside = before[1] in order and after[1] in order
            gap = order[order.index(before[1]) + 1 : order.index(after[1])] if inside else ()
        else:
            gap = ()
        fits = before is not None and all(_as_wide_as_row(c.row, before[0]) for c in candidates[k:end])
        if before and gap and fits and len(gap) == end - k and (before[0] == "requests" or len(gap) == 1):
            for candidate, row in zip(candidates[k:end], gap, strict=True):
                candidate.placed, candidate.by_position = (before[0], row), True
        k = end


def _without_group_sums(candidates: list[Candidate]) -> None:
    """A row that stands for a group is a subtotal where the rows of the group follow or go before."""
    for k, c in enumerate(candidates):
        if c.placed is None:
            continue
        table, row = c.placed
        members = _sub_rows().get(row)
        if not members:
            continue
        beside = (_neighbour(candidates, k, 1, table), _neighbour(candidates, k, -1, table))
        if any(placed and placed[1] in members for placed in beside):
            c.placed, c.kind = None, "subtotal"


def _bare_strip(candidates: list[Candidate]) -> None:
    """A row of exactly as many numbers as the disputes table has cells, where no header was printed for it.

    In flat text it may run on from the last row of the requests table.
    """
    if any(c.kind == "strip" or any(table == "disputes" for table, _ in c.options) for c in candidates):
        return
    bare = [
        c
        for c in candidates
        if c.kind in ("subtotal", *UNKNOWN) and sum(not t.info.is_blank for t in c.row.values) == FULL_STRIP
    ]
    for candidate in bare:
        candidate.kind = "strip"
    for k, c in enumerate(candidates):
        last_of_requests = ("requests", union_rows()["requests"][-1]) in c.options
        if not bare and last_of_requests and len(c.row.values) == _FULL_ROW + FULL_STRIP:
            values = c.row.values[_FULL_ROW:]
            c.row = replace(c.row, values=c.row.values[:_FULL_ROW])
            candidates.insert(k + 1, Candidate(replace(c.row, header=[], labels=[], values=values), "strip"))
            return


def find_instances(raw_rows: Sequence[RawRow], rows: dict[str, tuple[str, ...]]) -> dict[str, list[Instance]]:
    """Every printing of every statutory table on the page, by table; ``rows`` are the rows of the form in force."""
    candidates = [candidate_of(row) for row in raw_rows]
    _bare_strip(candidates)
    _settle(candidates)
    _without_group_sums(candidates)
    _settle_by_position(candidates, rows)
    instances: dict[str, list[Instance]] = {}
    current: Instance | None = None
    lost_header: list[Token] = []
    for c in candidates:
        if c.kind == "strip" and c.placed is None:
            _add_strip(instances, c.row)
            current = instances["disputes"][-1]
            continue
        if c.placed is None:
            if is_header(c.row.header):
                lost_header = c.row.header
            if current is not None and c.kind in ("subtotal", *UNKNOWN):
                (current.subtotals if c.kind == "subtotal" else current.strange).append(c.row)
            continue
        table, row = c.placed
        if lost_header and not any(t.info.has("column") for t in c.row.header):
            c.row = replace(c.row, header=[*lost_header, *c.row.header])
        lost_header = []
        current = _add_row(instances, PlacedRow(c.row, table, row, c.by_position))
    return instances


def _add_strip(instances: dict[str, list[Instance]], row: RawRow) -> None:
    """A strip is a table of its own, unless it brings the cases that the strips before it left out."""
    found = instances.setdefault("disputes", [])
    width = len(row.values)
    last = found[-1] if found else None
    if last and width < FULL_STRIP and sum(len(p.row.values) for p in last.rows) + width <= FULL_STRIP:
        last.rows.append(PlacedRow(row, "disputes", ""))
    else:
        found.append(Instance("disputes", [PlacedRow(row, "disputes", "")]))


def _starts_over(instance: Instance, placed: PlacedRow) -> bool:
    """Whether a row begins another printing of its table.

    It does where it stands higher in the form than the rows before it, in another grid or as the form's first row, and
    after a strip that holds all cells of the table.
    """
    last = instance.rows[-1]
    if not last.row_id:
        return sum(len(p.row.values) for p in instance.rows) >= FULL_STRIP
    if _rank(placed.table, placed.row_id) >= _rank(last.table, last.row_id):
        return False
    if last.row.header_columns is None or placed.row.header_columns is None:
        return _rank(placed.table, placed.row_id) == 0
    return last.row.block != placed.row.block


def _add_row(instances: dict[str, list[Instance]], placed: PlacedRow) -> Instance:
    found = instances.setdefault(placed.table, [])
    if not found:
        found.append(Instance(placed.table))
    instance = found[-1]
    if instance.rows and _starts_over(instance, placed):
        instance = Instance(placed.table)
        found.append(instance)
    if placed.row_id in instance.known:
        last = instance.rows[-1]
        if last.row_id == placed.row_id:
            if len(last.row.values) == 1 < len(placed.row.values):
                instance.rows[-1], placed = placed, last
            instance.doubled.append(placed)
            return instance
        instance = Instance(placed.table)
        found.append(instance)
    instance.rows.append(placed)
    instance.known.add(placed.row_id)
    return instance
