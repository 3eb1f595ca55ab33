"""Alignment: each figure of the form gets its cell, its decoded reading, or the doubt that says why it has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from extract.page import Paragraph
from transform.alignment.extra_rows import extra_rows
from transform.alignment.lists import place_list
from transform.alignment.matrix import place_rows
from transform.alignment.outcome import Alignment, Doubts, Placement
from transform.alignment.place import Instance, find_instances
from transform.alignment.printings import Printing, choose, relevant
from transform.alignment.strips import place_strips
from transform.alignment.turned import doubt_moved_labels
from transform.forms import Form, TableDef
from transform.model import ExtraRow
from transform.rows.tokens import RawRow, Token


def align(form: Form, year: int | None, raw_rows: Sequence[RawRow], foreign: Callable[[int], bool]) -> Alignment:
    """Place every table of the form; ``year``, the year reported on, tells columns and tables of years apart.

    ``foreign`` tells whether a block of the page stands under the title of another report.
    """
    result = Alignment()
    instances = find_instances(raw_rows, {table.id: rows_of(table) for table in form.tables})
    rivalled = False
    single: dict[str, dict[str, Placement]] = {}
    for table in form.tables:
        found = relevant(instances.get(table.id, ()), table)
        for instance in found:
            result.blocks |= _occupied(instance)
        printings = [place_instance(form, year, instance, table) for instance in found]
        if printings:
            chosen = choose(year, result.doubts, table, printings, foreign)
            result.placements.update(chosen.placements)
            rivalled = rivalled or chosen.rivalled
            if len(printings) == 1:
                single[table.id] = chosen.placements
            if table.layout == "list":
                result.extra += _extra(printings, chosen.placements)
    doubts = result.doubts
    for table_id, placements in single.items() if rivalled else ():
        message = "the page prints another table twice and this one once, and nothing tells which report it belongs to"
        doubts.add(f"{table_id}.printed_once", placements, message, "warning", "source")
    return result


def _extra(printings: Sequence[Printing], chosen: Mapping[str, Placement]) -> Iterator[ExtraRow]:
    """What the printings that gave the figures print besides."""
    tokens = {placement.token for placement in chosen.values() if placement.token is not None}
    for printing in printings:
        if any(chosen.get(figure) is placement for figure, placement in printing.placements.items()):
            yield from extra_rows(printing.instance, tokens)


@lru_cache(maxsize=64)
def rows_of(table: TableDef) -> tuple[str, ...]:
    """The rows that a whole printing of the table has; a row that may stand for several is none of them."""
    return tuple(row.id for row in table.rows if not row.instead_of)


def _occupied(instance: Instance) -> set[int]:
    """The blocks of the page that hold the table: they are no prose."""
    blocks: set[int] = set()
    strange = [row for row in instance.strange if any(t.info.has_digits for t in row.values)]
    for row in [p.row for p in (*instance.rows, *instance.doubled)] + instance.subtotals + strange:
        blocks.add(row.block)
        if row.header_columns is None or (row.values and isinstance(row.values[0].source, Paragraph)):
            blocks.update([t.block for t in (*row.values, *row.labels)])
        blocks.update([t.block for t in row.header if _is_of(t, instance.table)])
    return blocks


def _is_of(token: Token, table: str) -> bool:
    """Whether a label names something inside a table: a title names the whole, another table's label nothing of it."""
    return any(s.table == table for s in token.info.senses) and not token.info.has("title")


def place_instance(form: Form, year: int | None, instance: Instance, table: TableDef) -> Printing:
    """The cells that one printing of a table gives to its figures, and the doubts about them."""
    doubts = Doubts()
    if table.layout == "list":
        placements = place_list(year, doubts, instance, table)
    elif table.layout == "strip":
        placements = place_strips(form, year, doubts, instance, table)
    else:
        placements = place_rows(form, year, doubts, instance, table)
        doubt_moved_labels(doubts, table, instance)
    return Printing(instance, placements, doubts.findings)
