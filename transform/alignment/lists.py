"""Tables of indicator, unit and value, as the statistics table of 2014."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from transform.alignment.outcome import Doubts, Placement, doubt_glued, texts_of
from transform.alignment.place import Instance
from transform.forms import TableDef, figure_id
from transform.rows.tokens import RawRow, Token, alignment_words

_MIN_WIDER_ROWS = 3


def place_list(year: int | None, doubts: Doubts, instance: Instance, table: TableDef) -> dict[str, Placement]:
    """The cells of a printed list: each row's value for the year reported on."""
    placements: dict[str, Placement] = {}
    column = table.columns[0]
    header: list[Token] = []
    known_rows = {row.id for row in table.rows}
    printed = _printed_in_flat_rows(instance)
    repeats = sum(count > 1 for count in printed.values()) >= _MIN_WIDER_ROWS
    lost = _rows_that_lost_values(instance, printed) if repeats else frozenset()
    usual = Counter(len(p.row.values) for p in instance.rows if p.row.header_columns is not None)
    of_other_years: list[str] = []
    for placed in instance.rows:
        row = placed.row
        if any(t.info.has("column") or t.info.has("corner") for t in row.header):
            header = row.header
        key = figure_id(table, placed.row_id, column.id)
        if placed.row_id not in known_rows:
            continue
        if placed.by_position:
            doubts.add(
                f"{table.id}.row_by_position",
                [key],
                f"the label of row '{placed.row_id}' cannot be read; only its place tells which row it is",
                "warning",
            )
        unsure = placed.row_id in lost or _is_uneven(row, usual)
        token = None if unsure else _list_value(row, header, table, year, repeats)
        if token is not None:
            placements[key] = Placement(token, certain=not placed.by_position)
            of_other_years += [key] if _is_of_other_year(row, token, year) else []
        else:
            doubts.add(
                f"{table.id}.several_values",
                [key],
                f"the row prints several values and no header tells them apart: {texts_of(row)[:60]}",
            )
    doubt_glued(doubts, table, placements)
    if of_other_years:
        message = "the head of this column names another year than the one reported on"
        doubts.add(f"{table.id}.other_year", of_other_years, message, cause="source")
    return placements


def _is_of_other_year(row: RawRow, token: Token, year: int | None) -> bool:
    """Whether the labels over a cell name years, but not the one reported on."""
    over = (row.header_columns or {}).get(token.column, [])
    years = {named for label in over if not label.info.senses for named in label.info.years()}
    return bool(years) and year is not None and year not in years


def _is_uneven(row: RawRow, usual: Mapping[int, int]) -> bool:
    """Whether a row of a grid has more values than most, one of them where no value stands, or fewer.

    A cell was put in or lost, and the others may have moved.
    """
    if row.header_columns is None:
        return False
    width = max(usual, key=usual.__getitem__)
    if len(row.values) <= width:
        return len(row.values) < width and usual[width] >= _MIN_WIDER_ROWS
    stacks = [row.header_columns.get(token.column, []) for token in row.values]
    return any(not stack or any(label.info.has("corner") for label in stack) for stack in stacks)


def _printed_in_flat_rows(instance: Instance) -> dict[str, int]:
    """How many values each row of flat text prints."""
    flat = [p for p in instance.rows if p.row.header_columns is None]
    return {p.row_id: sum(not t.info.is_blank for t in p.row.values) for p in flat}


def _rows_that_lost_values(instance: Instance, printed: Mapping[str, int]) -> frozenset[str]:
    """The rows that print one value where others print several, alone or after an empty cell: whose it is, is open."""
    return frozenset(
        p.row_id
        for p in instance.rows
        if printed.get(p.row_id) == 1 and (len(p.row.values) == 1 or p.row.values[0].info.is_blank)
    )


def _list_value(row: RawRow, header: Sequence[Token], table: TableDef, year: int | None, repeats: bool) -> Token | None:
    """The value of a row; of several equal ones the first where other rows of flat text print several, too."""
    printed = [t for t in row.values if not t.info.is_blank]
    exact = row.header_columns is not None
    if exact:
        anchored = [
            t
            for t in row.values
            for stack in [row.header_columns.get(t.column, []) if row.header_columns else []]
            if any(_names_value(h, year, table) for h in stack)
        ]
        beside = [t for t in printed if t not in anchored and not (row.header_columns or {}).get(t.column)]
        if len(anchored) == 1:
            return None if beside else anchored[0]
    words = alignment_words()
    corners = [k for k, t in enumerate(header) if t.info.has("corner")]
    after = header[corners[0] :] if corners else []
    labels = [
        t
        for t in after
        if t.info.key not in words.units
        and not any(t.info.has(k) for k in ("corner", "row", "group", "title"))
        and not _stands_below(t, header[corners[0]])
    ]
    named = [k for k, t in enumerate(labels) if _names_value(t, year, table)]
    if len(labels) > 1 and len(named) == 1:
        for cells in (row.values, printed):
            if len(cells) == len(labels):
                return cells[named[0]]
        return None
    if len(printed) == 1 or (printed and len({t.info.value for t in printed}) == 1 and repeats and not exact):
        return printed[0]
    return None if printed or not row.values else row.values[0]


def _stands_below(token: Token, corner: Token) -> bool:
    """Whether a token stands under the corner in its grid: it names rows, and no column of values."""
    if token.cell is None or corner.cell is None or token.source is not corner.source:
        return False
    return token.cell.column == corner.cell.column and token.cell.row > corner.cell.row


def _names_value(token: Token, year: int | None, table: TableDef) -> bool:
    if token.info.key.startswith(tuple(alignment_words().last_year)):
        return False
    if token.info.ids("column", table.id):
        return True
    return year is not None and year in token.info.years()
