"""Tables of rows by columns: each cell's column is told by the grid, by the header's order, or by the sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial

from transform.alignment.column_plans import ColumnPlans
from transform.alignment.columns import (
    ColumnReading,
    Slots,
    common_columns,
    without_filling,
    without_repeats,
)
from transform.alignment.filling import in_one_line, leads_of
from transform.alignment.open_rows import OpenRow, candidates, settle_open_rows, without_common_surplus
from transform.alignment.outcome import Doubts, Placement, doubt_glued, row_holds, same_cells, texts_of, total_place
from transform.alignment.place import Instance, PlacedRow
from transform.alignment.solve import Block
from transform.alignment.strange_places import doubt_strange_places
from transform.forms import ColumnDef, Form, RowDef, TableDef, figure_id
from transform.rows.tokens import RawRow, Token
from transform.wording.fold import fold
from transform.wording.numbers import names_damaged_unit, unit_named

_MONEY = "元"
_MIN_REPEATED_DIGITS = 3
_MIN_SHORT = 3


@dataclass(slots=True, eq=False)
class _ReadRow:
    placed: PlacedRow
    columns: tuple[ColumnDef, ...]
    figures: tuple[str, ...]
    has_amounts: bool
    reading: ColumnReading
    header: list[Token]
    repeats_bands: bool


@lru_cache(maxsize=256)
def _columns_named(ids: tuple[str, ...], table: TableDef) -> tuple[ColumnDef, ...]:
    return tuple(table.column(column) for column in ids)


@lru_cache(maxsize=256)
def _figures_of(row: RowDef, table: TableDef) -> tuple[tuple[str, ...], bool]:
    """The figures of a row in the order of its columns, and whether any of them may be an amount."""
    figures = tuple(figure_id(table, row.id, column) for column in row.columns)
    return figures, any(table.column(column).decimal for column in row.columns)


def place_rows(
    form: Form, year: int | None, doubts: Doubts, instance: Instance, table: TableDef
) -> dict[str, Placement]:
    """The cells of a printed table of rows by columns; rows that cannot be read for certain are left to their sums."""
    header: list[Token] = []
    read: list[_ReadRow] = []
    known_rows = {r.id: r for r in table.rows}
    bands: dict[int, bool] = {}
    may_have_moved: set[str] = set()
    lead = leads_of(instance, table)
    value_columns = cache(partial(_value_columns, instance, table))
    plans = ColumnPlans(table, year)
    for placed in instance.rows:
        row_def = known_rows.get(placed.row_id)
        if placed.row.header and _begins_block(placed.row.header, table, row_def):
            header = placed.row.header
        if row_def is None:
            continue
        columns = _columns_named(row_def.columns, table)
        if len(placed.row.values) > len(columns):
            if placed.row.header_columns is None:
                placed.row = without_repeats(placed.row, header, table, columns)
            else:
                usual = value_columns(id(placed.row.values[0].source), len(columns))
                whole, placed.row = placed.row, without_filling(placed.row, usual)
                if placed.row is not whole and _may_have_moved(placed.row, whole):
                    may_have_moved.add(placed.row_id)
        reading = plans.read(placed.row, header, columns, lead(placed.row))
        figures, has_amounts = _figures_of(row_def, table)
        above = placed.row.header_columns
        if id(above) not in bands:
            bands[id(above)] = _prints_bands_once_a_column(placed.row)
        read.append(_ReadRow(placed, columns, figures, has_amounts, reading, header, bands[id(above)]))
    placements: dict[str, Placement] = {}
    total = total_place(table)
    mode, tie = _better_mode(read, total)
    column_lost = _lost_column(read)
    open_rows: list[OpenRow] = []
    fixed: dict[str, Slots] = {}
    for row in read:
        placed, columns, order = row.placed, row.columns, row.reading.order
        left_open = total is not None and (
            _looks_glued(placed.row, len(columns)) or (column_lost and _has_blank_edge(placed.row))
        )
        slots = None if left_open else _between(doubts, row, table, total, mode, tie)
        if slots is None:
            blocks = [Block(0, len(order), order.index(columns[total].id))] if total is not None else []
            told = blocks or _is_row_of_zeros(placed.row, len(order))
            found = candidates(placed.row, order, columns, blocks) if told and not row.reading.contradicted else []
            open_rows.append(OpenRow(placed, order, found))
            continue
        fixed[placed.row_id] = slots
        _write_row(doubts, row, slots, table, placements)
        if placed.row_id in may_have_moved and (total is None or not row_holds(slots, total)):
            message = f"a cell more than others of the table, and an empty one first: {texts_of(placed.row)[:60]}"
            doubts.add(f"{table.id}.columns_unclear", row.figures, message, "warning")
    if total is None and any(not in_one_line(r.placed.row) for r in open_rows if r.placed.row.header_columns is None):
        loose = [row for row in read if row.placed.row.header_columns is None and len(row.columns) > 1]
        doubts.add(
            f"{table.id}.cells_lost",
            [figure for row in loose for figure in row.figures],
            "cells of this table were lost, and no sum tells whether others moved into their place",
            "warning",
        )
    if total is None:
        _doubt_unnamed_columns(doubts, table, read)
    if open_rows:
        open_rows = without_common_surplus(table, open_rows, fixed, placements, total, [r.placed for r in read])
        settle_open_rows(form, doubts, table, open_rows, fixed, placements)
    if total is None:
        doubt_glued(doubts, table, placements)
    else:
        doubt_strange_places(doubts, table, [row.placed for row in read], placements, total)
    return placements


def _doubt_unnamed_columns(doubts: Doubts, table: TableDef, read: Sequence[_ReadRow]) -> None:
    """Put the rows in doubt over which no column is named: no sum tells which number is which.

    In a grid, words that are no known label name the columns by their order, too.
    """
    for row in read:
        stacks = row.placed.row.header_columns
        if stacks is None:
            named = any(t.info.ids("column", table.id) for t in row.header)
        else:
            over = (t for value in row.placed.row.values for t in stacks.get(value.column, ()))
            named = any(not (t.info.has("band") or t.info.has("title")) for t in over)
        if len(row.columns) > 1 and not named:
            doubts.add(
                f"{table.id}.columns_unclear",
                row.figures,
                "the page names no columns for this row, and no sum tells which number is which",
                "warning",
            )


def _write_row(doubts: Doubts, row: _ReadRow, slots: Slots, table: TableDef, placements: dict[str, Placement]) -> None:
    """Write down the cells of a row that is read, and what is doubtful about them."""
    placed = row.placed
    if row.repeats_bands and _repeats_merged_cells(slots):
        doubts.add(
            f"{table.id}.merged_cell",
            row.figures,
            f"this grid repeats merged cells, and one may be repeated here: {texts_of(placed.row)[:60]}",
        )
    certain = not placed.by_position
    merged = placed.row.header_columns is not None and _may_span(slots)
    if certain and not merged and not row.has_amounts and None not in slots:
        placements.update(zip(row.figures, [Placement(token) for token in slots], strict=True))
        return
    for column, key, token in zip(row.columns, row.figures, slots, strict=True):
        if token is None:
            continue
        if merged and _spans_several(token, slots):
            doubts.add(f"{table.id}.merged_cell", [key], f"one cell stands for several figures: '{token.info.text}'")
        header_text = _amount_header(column, placed.row, token, row.header, table) if column.decimal else None
        if column.decimal and _has_unknown_unit(header_text, token):
            message = f"nothing says in which unit '{token.info.text}' is given; it is taken for the form's"
            doubts.add(f"{table.id}.unit_unknown", [key], message, "warning")
        placements[key] = Placement(token, None, certain, header_text)
    if placed.by_position:
        doubts.add(
            f"{table.id}.row_by_position",
            row.figures,
            f"the label of row '{placed.row_id}' cannot be read; only its place tells which row it is",
            "warning",
        )


def _has_unknown_unit(header: str | None, token: Token) -> bool:
    """Whether an amount prints no unit, and nor does its header, or one that is damaged; none is needed for nothing."""
    untold = header is None or names_damaged_unit(header)
    return untold and bool(token.info.value.value) and token.info.value.unit_seen is None


def _begins_block(header: Sequence[Token], table: TableDef, row: RowDef | None) -> bool:
    """Whether the labels above a row are a header of their own: of a block, or with two columns at least."""
    if table.layout == "blocks" and any(t.info.has("corner") or t.info.has("band") for t in header):
        return True
    named = {i for t in header for i in t.info.ids("column", table.id)}
    is_header = any(t.info.has("column") and not t.info.has("row") for t in header)
    return is_header and len(named) >= min(2, len(row.columns) if row else 2)


def _between(doubts: Doubts, row: _ReadRow, table: TableDef, total: int | None, mode: str, tie: bool) -> Slots | None:
    """The reading by columns or the reading by order: they agree, or the row's own sum decides, or the table's."""
    anchored, ordered = row.reading.anchored, row.reading.ordered
    if mode == "canonical":
        return row.reading.canonical or ordered
    if row.reading.is_single or (anchored is not None and ordered is not None and same_cells(anchored, ordered)):
        return anchored if anchored is not None else ordered
    if total is None and anchored is not None and any(t.info.is_blank for t in row.placed.row.values):
        moved = _label_is_moved(row.placed.row)
        if moved is False:
            return anchored
        tie = tie and (ordered is not None or moved is True)
    elif anchored is None or ordered is None:
        return anchored if anchored is not None else ordered
    elif total is not None:
        a, o = row_holds(anchored, total), row_holds(ordered, total)
        if a != o and a is not None and o is not None:
            return anchored if a else ordered
    if tie:
        doubts.add(
            f"{table.id}.columns_unclear",
            row.figures,
            "the header and the order of the cells disagree about the columns of this row",
        )
    return anchored if mode == "anchored" else ordered


def _label_is_moved(row: RawRow) -> bool | None:
    """Whether the label of a row stands beside the column of its heading (信息内容); None where no heading tells."""
    headed = [c for c, stack in (row.header_columns or {}).items() if any(t.info.has("corner") for t in stack)]
    if not headed or not row.labels:
        return None
    label = row.labels[-1]
    return not any(label.column <= column < label.column + label.width for column in headed)


def _value_columns(instance: Instance, table: TableDef, source: int, width: int) -> frozenset[int]:
    """The grid columns that hold the values of most rows of that many cells in the grid of that identity."""
    alike = {r.id for r in table.rows if len(r.columns) == width}
    rows = [p.row for p in instance.rows if p.row_id in alike and p.row.values]
    return common_columns([row for row in rows if id(row.values[0].source) == source], width)


def _may_have_moved(row: RawRow, whole: RawRow) -> bool:
    """Whether the cells that a row keeps may be those beside them: an empty one is first, or last with one left out."""
    first, last = row.values[0], row.values[-1]
    return first.info.is_blank or (last.info.is_blank and whole.values[0] is not first)


def _looks_glued(row: RawRow, width: int) -> bool:
    """Whether a row prints one cell only, with at least as many digits as the row has figures."""
    printed: Token | None = None
    for token in row.values:
        if not token.info.is_blank:
            if printed is not None:
                return False
            printed = token
    return printed is not None and len(row.values) > 1 and sum(c.isdigit() for c in printed.info.text) >= width


def _is_row_of_zeros(row: RawRow, width: int) -> bool:
    """Whether a row prints nothing but one cell of as many zeros as it has figures: no number has two zeros first."""
    return len(row.values) == 1 and fold(row.values[0].info.text) == "0" * width


def _lost_column(read: Sequence[_ReadRow]) -> bool:
    """Whether half of the rows print one cell too few: an empty cell at the edge of others may be no value then."""
    short = sum(len(row.placed.row.values) == len(row.columns) - 1 for row in read)
    return short >= _MIN_SHORT and 2 * short >= len(read)


def _has_blank_edge(row: RawRow) -> bool:
    return bool(row.values) and (row.values[0].info.is_blank or row.values[-1].info.is_blank)


def _may_span(slots: Slots) -> bool:
    """Whether a row has cells of the row above it, or one cell in several places."""
    return len(set(slots)) < len(slots) or True in [token.inherited for token in slots if token is not None]


def _spans_several(token: Token, slots: Slots) -> bool:
    return token.info.has_digits and (token.inherited or slots.count(token) > 1)


def _repeats_merged_cells(slots: Slots) -> bool:
    """Whether all places of a row print the same long number."""
    first = slots[0]
    if len(slots) < 2 or (first is not None and len(first.info.text) < _MIN_REPEATED_DIGITS):
        return False
    texts = {t.info.text for t in slots if t is not None}
    return len(texts) == 1 and sum(c.isdigit() for c in texts.pop()) >= _MIN_REPEATED_DIGITS


def _prints_bands_once_a_column(row: RawRow) -> bool:
    """Whether the grid of a row prints merged bands once a column, as it may print other merged cells."""
    bands = [t for stack in (row.header_columns or {}).values() for t in stack if t.info.has("band")]
    return len({id(t) for t in bands}) > 1


def _amount_header(
    column: ColumnDef, row: RawRow, token: Token, header: Sequence[Token], table: TableDef
) -> str | None:
    """The text of the header over an amount: it may print the unit that the cells leave out.

    Where a header is in pieces, the unit stands in another piece than the name of the column.
    """
    above = (row.header_columns or {}).get(token.column, [])
    labels = (*above, *reversed(header))
    named = next((fold(t.info.text) for t in labels if column.id in t.info.ids("column", table.id)), None)
    money = next((fold(t.info.text) for t in labels if not t.info.senses and _MONEY in t.info.text), None)
    if named is None or money is None or unit_named(named) is not None:
        return named or money
    return named + money


def _better_mode(read: Sequence[_ReadRow], total: int | None) -> tuple[str, bool]:
    """Which way of reading keeps most row sums, and whether reading by columns and by order keep equally many.

    A row without empty cells also speaks against the readings that break its sum; one with empty cells does not, for
    what they stand for is not known, and counts only where the others leave it open.  No sums are needed where every
    row has one reading.
    """
    if total is None or all(row.reading.is_single for row in read):
        return "anchored", True
    modes = ("anchored", "ordered", "canonical")
    held, whole = dict.fromkeys(modes, 0), dict.fromkeys(modes, 0)
    for row in read:
        found: dict[Slots, bool | None] = {}
        for mode in modes:
            slots: Slots | None = getattr(row.reading, mode)
            if slots is None:
                continue
            if slots not in found:
                found[slots] = row_holds(slots, total)
            held[mode] += found[slots] is True
            if found[slots] is not None and not any(t is None or t.info.is_blank for t in slots):
                whole[mode] += 1 if found[slots] else -1
    best = max(modes, key=lambda m: (whole[m], held[m]))
    return best, held["anchored"] == held["ordered"]
