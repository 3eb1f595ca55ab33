"""Tables with rows and columns exchanged: each label stands in another line of the source than its values.

A wrong span or a cell too many moves all labels along, and with them the meaning of every value.
"""

from __future__ import annotations

from collections.abc import Iterator

from transform.alignment.outcome import Doubts
from transform.alignment.place import Instance, PlacedRow
from transform.forms import TableDef, figure_id
from transform.rows.tokens import RawRow

_FEWEST = 2


def doubt_moved_labels(doubts: Doubts, table: TableDef, instance: Instance) -> None:
    """Put a turned table in doubt where its labels do not stand over its values one by one."""
    turned = [placed for placed in instance.rows if _is_turned(placed.row)]
    reason = next(_reasons(table, instance, turned), None) if turned else None
    if reason is not None:
        doubts.add(
            f"{table.id}.columns_unclear",
            [figure_id(table, placed.row_id, column) for placed in turned for column in _columns(table, placed)],
            f"the labels over the columns of this table may stand over other numbers than theirs: {reason}",
        )


def _columns(table: TableDef, placed: PlacedRow) -> tuple[str, ...]:
    return next((row.columns for row in table.rows if row.id == placed.row_id), ())


def _is_turned(row: RawRow) -> bool:
    """Whether the values of a row run down the source, below its labels."""
    if len(row.values) < _FEWEST:
        return False
    first, last = row.values[0].cell, row.values[-1].cell
    if first is None or last is None or first.row == last.row or first.column != last.column:
        return False
    return all(label.cell is not None and label.cell.row < first.row for label in row.labels)


def _reasons(table: TableDef, instance: Instance, turned: list[PlacedRow]) -> Iterator[str]:
    for placed in turned:
        if _is_contradicted(table, placed):
            yield f"'{placed.row.labels[-1].info.text}' stands under another label"
    for row in instance.strange:
        if _is_turned(row) and any(token.info.has_digits for token in row.values):
            yield "numbers stand under no label of a row"
    present = instance.row_ids
    replaced = {member for row in table.rows if row.id in present for member in row.instead_of}
    for row_def in table.rows:
        if row_def.id not in present | replaced and not row_def.instead_of:
            yield f"no numbers stand under '{row_def.label}'"


def _is_contradicted(table: TableDef, placed: PlacedRow) -> bool:
    """Whether a label beside that of the row names another row, or a group that the row does not belong to."""
    path = table.row(placed.row_id).path if any(row.id == placed.row_id for row in table.rows) else ()
    own = {group.id for group in table.groups if group.label in path}
    for token in placed.row.labels:
        groups = token.info.ids("group", table.id)
        rows = token.info.ids("row", table.id)
        if rows and placed.row_id not in rows and not groups:
            return True
        if groups and not own.intersection(groups) and placed.row_id not in rows:
            return True
    return False
