"""Rows of zeros and empty cells, which no sum can prove: they must stand where the sums of other rows prove theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from transform.alignment.columns import Slots
from transform.alignment.outcome import Doubts, Placement, row_holds, texts_of
from transform.alignment.place import PlacedRow
from transform.forms import TableDef, figure_id
from transform.rows.tokens import Token


def doubt_strange_places(
    doubts: Doubts, table: TableDef, rows: Sequence[PlacedRow], placements: Mapping[str, Placement], total: int
) -> None:
    """Put rows in doubt that are not read in the columns of rows with sums; without sums, of most rows of the grid."""
    mixed = [placed for placed in rows if _is_mixed(placed)]
    if not mixed:
        return
    chosen = {placed.row_id: _chosen(placed, table, placements) for placed in rows}
    proven: dict[tuple[int, ...], tuple[int, ...]] = {}
    for placed in rows:
        slots = chosen[placed.row_id]
        if None not in slots and row_holds(slots, total):
            proven.setdefault(_columns(placed.row.values), _columns(slots))
    usual = set(proven.values())
    if not usual:
        usual = {Counter(_columns(slots) for slots in chosen.values()).most_common(1)[0][0]}
    for placed in mixed:
        slots = chosen[placed.row_id]
        expected = proven.get(_columns(placed.row.values))
        if None not in slots and (_columns(slots) != expected if expected else _columns(slots) not in usual):
            doubts.add(
                f"{table.id}.columns_unclear",
                [figure_id(table, placed.row_id, c) for c in table.row(placed.row_id).columns],
                f"these cells stand in other columns than those of other rows: {texts_of(placed.row)[:60]}",
                "warning",
            )


def _is_mixed(placed: PlacedRow) -> bool:
    """Whether a row of a grid holds empty cells and others, but no number except zero."""
    row = placed.row
    return (
        row.header_columns is not None
        and len({t.info.is_blank for t in row.values}) > 1
        and not any(t.info.value.value for t in row.values)
    )


def _chosen(placed: PlacedRow, table: TableDef, placements: Mapping[str, Placement]) -> Slots:
    found = (placements.get(figure_id(table, placed.row_id, c)) for c in table.row(placed.row_id).columns)
    return tuple(placement.token if placement else None for placement in found)


def _columns(tokens: Sequence[Token | None]) -> tuple[int, ...]:
    return tuple(t.column for t in tokens if t is not None)
