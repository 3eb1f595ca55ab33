"""The figures of a page whose tables all follow templates: read cell by cell, with nothing left to find out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from extract.page import Cell, Grid
from transform.alignment.candidates import standing
from transform.alignment.figures import cell_figure, missing_figure
from transform.alignment.outlines import outline
from transform.alignment.recognise import evidence_of, labels_of, recognise_form
from transform.alignment.templates import PlacedTable, Template, placed, template
from transform.forms import Form, load_forms
from transform.model import Figure
from transform.rows.raw_rows import Stretch
from transform.rows.tokens import RawRow, describe_cell
from transform.rows.vocabulary import years_in


class _Templated(NamedTuple):
    """A grid, its cells, its template, and the paragraphs before it."""

    stretch: Stretch
    grid: Grid
    cells: list[Cell]
    template: Template


_Group = tuple[_Templated, ...]


def read_by_template(parts: Sequence[Stretch], year: int | None, pinyin: bool) -> tuple[Form, dict[str, Figure]] | None:
    """The form and all its figures in its order; None where any table of the page needs to be aligned.

    ``parts`` is what :func:`transform.rows.raw_rows.stretches` makes of the page, ``year`` the year reported on.  What
    this reads, alignment reads alike and without a doubt.
    """
    grids = _templated(parts, pinyin)
    statutory = [grid for grid in grids if grid.template.tables]
    if not statutory or not all(_names_only(year, grid) for grid in statutory):
        return None
    loose = [(part.at, row) for part in parts for row in part.flat_rows(pinyin)]
    labels = [label.info for label in labels_of([row for _, row in loose])]
    labels += [describe_cell(grid.cells[k].text, pinyin) for grid in grids for k in grid.template.labels]
    form = recognise_form(evidence_of(labels), year)
    if form is None or any(table.layout == "list" for table in form.tables):
        return None
    tables: dict[str, tuple[_Group, PlacedTable]] = {}
    for group in _sharing_tables(statutory):
        found = placed(tuple([grid.template for grid in group]), form.id)
        if not found:
            return None
        tables.update((table.table, (group, table)) for table in found)
    has_foreign = loose or any(grid.template.rows and not grid.template.tables for grid in grids)
    if has_foreign and not all(table.whole for _, table in tables.values()):
        return None
    if not _are_foreign([row for _, row in loose], [row for at, row in loose if at > statutory[0].stretch.at]):
        return None
    return form, _figures(form, tables)


def _templated(parts: Sequence[Stretch], pinyin: bool) -> list[_Templated]:
    """The grids of the page with their templates; none where one has no template."""
    found = []
    for part in parts:
        if part.grid is not None:
            key, cells = outline(part.grid, pinyin)
            made = template(key, pinyin)
            if made is None:
                return []
            found.append(_Templated(part, part.grid, cells, made))
    return found


def _sharing_tables(grids: Sequence[_Templated]) -> list[_Group]:
    """The grids in groups that have no table in common: a table may be printed in several grids."""
    groups: list[_Group] = []
    for grid in grids:
        shared = [group for group in groups if any(other.template.tables & grid.template.tables for other in group)]
        groups = [group for group in groups if group not in shared]
        groups.append((*chain.from_iterable(shared), grid))
    return groups


def _names_only(year: int | None, grid: _Templated) -> bool:
    """Whether the words in and around a grid name no year but the one reported on."""
    return {*grid.template.years, *(year for text in grid.stretch.lead() for year in years_in(text))} <= {year}


def _are_foreign(rows: Sequence[RawRow], below: Sequence[RawRow]) -> bool:
    """Whether rows of flat text have nothing to do with the tables; those below a table must print no values."""
    return standing(rows).foreign and not any(t.info.has_digits for row in below for t in row.values)


def _figures(form: Form, tables: Mapping[str, tuple[_Group, PlacedTable]]) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for table in form.tables:
        if table.id not in tables:
            figures.update(_missing(form.id, table.id))
            continue
        group, found = tables[table.id]
        grids = [(templated.cells, templated.grid.cell_locators(templated.cells)) for templated in group]
        for definition, header, place in found.places:
            if place is None:
                figures[definition.figure] = missing_figure(definition)
                continue
            (cells, locators), cell = grids[place[0]], place[1]
            figures[definition.figure] = cell_figure(definition, cells[cell].text, locators[cell], header)
    return figures


@lru_cache(maxsize=64)
def _missing(form_id: str, table_id: str) -> dict[str, Figure]:
    return {
        name: missing_figure(definition)
        for name, definition in load_forms()[form_id].figures.items()
        if definition.table == table_id and not definition.alternative
    }
