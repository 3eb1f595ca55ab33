"""Tables that print what their form prints, and nothing that needs a second look: placed once for all such tables.

Thousands of reports share a printed form: the same labels in the same cells, with other numbers.  What such a
grid gives to which figure is found out on a model that has no numbers (see :mod:`transform.alignment.outlines`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from transform.alignment.align import place_instance, rows_of
from transform.alignment.candidates import standing
from transform.alignment.outlines import AskedError, Key, model_of
from transform.alignment.place import Instance, find_instances
from transform.alignment.printings import relevant
from transform.alignment.recognise import labels_of
from transform.forms import FigureDef, Form, TableDef, load_forms
from transform.rows.grid_rows import grid_rows, upright
from transform.rows.listings import with_listings_as_rows
from transform.rows.tokens import Caption, RawRow, Token
from transform.rows.vocabulary import TextInfo

_KEPT = 1 << 10


class Place(NamedTuple):
    """A figure, the header over an amount, and its cell: number of the grid, and in the grid (None: it has none)."""

    figure: FigureDef
    header: str | None
    cell: tuple[int, int] | None


class PlacedTable(NamedTuple):
    """The places of a table's figures in the order of the form; ``whole`` where all its rows are printed in order."""

    table: str
    places: tuple[Place, ...]
    whole: bool


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """What all grids of one outline have in common: their rows, the tables of these, the years that labels name.

    ``cell_numbers`` has the number of each cell by its identity, ``labels`` are the numbers of cells with labels.
    """

    rows: list[RawRow]
    tables: frozenset[str]
    cell_numbers: dict[int, int]
    labels: tuple[int, ...]
    years: frozenset[int]


class _Untold(Caption):
    """A paragraph before a grid that nobody may look at."""

    __slots__ = ()

    @property
    def info(self) -> TextInfo:
        """Raises :class:`AskedError`."""
        raise AskedError


@lru_cache(maxsize=1)
def _lists() -> frozenset[str]:
    """The tables that may print more than their form does."""
    return frozenset(t.id for form in load_forms().values() for t in form.tables if t.layout == "list")


@lru_cache(maxsize=_KEPT)
def template(key: Key, pinyin: bool) -> Template | None:
    """The template of the grids with that outline; None where their values, or rows of other grids, have a say."""
    grid, infos = model_of(key)

    def describing(text: str, _: bool) -> TextInfo:
        return infos[int(text)]

    above: list[Token] = []
    try:
        if upright(grid, pinyin, describing) is not grid:
            return None
        rows = list(grid_rows(grid, 0, (_Untold("", pinyin),), above, pinyin, describing))
        stands = standing(rows)
        if any(a is not b for a, b in zip(rows, with_listings_as_rows(rows), strict=False)):
            return None
    except AskedError:
        return None
    if above or not (stands.settled or stands.foreign) or not stands.tables.isdisjoint(_lists()):
        return None
    cells = {id(cell): int(cell.text) for row in grid.rows for cell in row if cell is not None}
    years = frozenset(year for info in infos if not info.is_value for year in info.years())
    labels = tuple(sorted({cells[id(token.cell)] for token in labels_of(rows)}))
    return Template(rows, stands.tables, cells, labels, years)


@lru_cache(maxsize=_KEPT)
def placed(templates: tuple[Template, ...], form_id: str) -> tuple[PlacedTable, ...]:
    """The tables of a form that grids hold which share them; none where values have a say, or grids are alike."""
    if len(set(templates)) < len(templates):
        return ()
    form = load_forms()[form_id]
    rows = [replace(row, block=number) for number, made in enumerate(templates) for row in made.rows]
    instances = find_instances(rows, {table.id: rows_of(table) for table in form.tables})
    tables = [table for table in form.tables if table.id in instances]
    found = [row for printed in instances.values() for instance in printed for row in instance.rows]
    if len(tables) != len(instances) or len(found) != len(rows) or any(row.by_position for row in found):
        return ()
    try:
        made = [_placed_table(templates, form, table, instances[table.id]) for table in tables]
    except AskedError:
        return ()
    return tuple([table for table in made if table is not None]) if None not in made else ()


def _placed_table(
    templates: Sequence[Template], form: Form, table: TableDef, instances: Sequence[Instance]
) -> PlacedTable | None:
    if len(instances) != 1 or not relevant(instances, table):
        return None
    (instance,) = instances
    printing = place_instance(form, None, instance, table)
    if printing.findings or not all(p.certain and p.value is None for p in printing.placements.values()):
        return None
    cells = {cell: (grid, number) for grid, made in enumerate(templates) for cell, number in made.cell_numbers.items()}
    places = []
    for figure, definition in form.figures.items():
        placement = printing.placements.get(figure)
        if definition.table == table.id and (placement is not None or not definition.alternative):
            token = placement.token if placement else None
            cell = cells[id(token.cell)] if token else None
            places.append(Place(definition, placement.header_text if placement else None, cell))
    rows, printed = rows_of(table), [row.row_id for row in instance.rows]
    whole = printed == [""] or (set(rows) <= set(printed) and (printed[0], printed[-1]) == (rows[0], rows[-1]))
    return PlacedTable(table.id, tuple(places), whole)
