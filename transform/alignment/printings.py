"""One table out of several printings: a report printed twice, last year's table beside this year's, split tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from transform.alignment.outcome import Doubts, Placement, texts_of
from transform.alignment.place import Instance
from transform.forms import TableDef, figure_id
from transform.model import Finding
from transform.rows.tokens import RawRow
from transform.rows.vocabulary import TextInfo, years_in
from transform.wording.fold import fold

_RIVAL_SHARE = 0.6
_MIN_PARTIAL_RIVAL = 3
_LONGEST_CAPTION = 60
_MOST_DOUBTED = 60


@dataclass(frozen=True, slots=True)
class Printing:
    """One printing of a table with the cells that were found in it and the doubts about them."""

    instance: Instance
    placements: dict[str, Placement]
    findings: list[Finding]


def relevant(instances: Sequence[Instance], table: TableDef) -> list[Instance]:
    """The printings that have rows of the form; a few rows alone are no table where a whole one is printed."""
    rows = {r.id for r in table.rows} | {""}
    sizes = [sum(p.row_id in rows for p in instance.rows) for instance in instances]
    least = min(table.least_rows, max(sizes, default=0))
    return [instance for instance, size in zip(instances, sizes, strict=True) if size >= max(1, least)]


class Choice(NamedTuple):
    """The cells of a table, and whether the page prints the whole table again with other figures."""

    placements: dict[str, Placement]
    rivalled: bool


def choose(
    year: int | None, doubts: Doubts, table: TableDef, printings: Sequence[Printing], foreign: Callable[[int], bool]
) -> Choice:
    """The cells of the printing that belongs to the report, and of those that complete it.

    Preferred are printings that do not stand under the title of another report (``foreign``), beside which no other
    year is named, that are whole, and that come first.  What another whole printing says otherwise is put in doubt.
    Blank templates and tables of few columns, which only compare, are no printings where there are others.
    """
    own = [p for p in printings if not foreign(p.instance.rows[0].row.block)]
    printings = _telling(own or printings, table)
    largest = max(_size(p, table) for p in printings)
    whole = [p for p in printings if _size(p, table) >= _RIVAL_SHARE * largest]
    best = max(whole, key=lambda p: not _names_other_years(p.instance, year))
    chosen = dict(best.placements)
    doubts.findings.extend(best.findings)
    other_year = _names_other_years(best.instance, year)
    if other_year and chosen:
        years = ", ".join(map(str, sorted(_years_around(best.instance))))
        message = f"the words around this table name {years}, not the year reported on"
        doubts.add(f"{table.id}.other_year", tuple(chosen), message, cause="source")
    rivals: list[Printing] = []
    for printing in printings:
        if printing is best:
            continue
        if _complements(printing, best, chosen):
            chosen.update(printing.placements)
            doubts.findings.extend(printing.findings)
        elif _names_other_years(printing.instance, year) <= other_year:
            rivals.append(printing)
    _extras(doubts, table, best.instance)
    rivalled = False
    for rival in rivals:
        differing = _doubted_by(rival, best, chosen, table)
        if differing:
            message = (
                "the page prints this table more than once with different figures, "
                "and nothing tells which one belongs to the report"
            )
            doubts.add(f"{table.id}.printed_twice", differing, message, cause="source")
            rivalled = rivalled or rival in whole
    return Choice(chosen, rivalled)


def _telling(printings: Sequence[Printing], table: TableDef) -> Sequence[Printing]:
    """The printings that can tell the figures, where others of the same rows cannot.

    All cells of these are blank, or a grid has far fewer columns than the table, which another has all.
    """
    telling = [p for p in printings if not _is_blank(p)]
    printings = _without_doubles(printings, telling)
    telling = [p for p in printings if not _is_narrow(p, table)]
    return _without_doubles(printings, telling) if any(_is_whole(p, table) for p in telling) else printings


def _without_doubles(printings: Sequence[Printing], telling: Sequence[Printing]) -> Sequence[Printing]:
    """The ``telling`` printings, and those of others that have rows which these lack."""
    rows = {row for p in telling for row in p.instance.row_ids}
    return [p for p in printings if p in telling or not p.instance.row_ids <= rows]


def _is_blank(printing: Printing) -> bool:
    return all(t.info.is_blank for p in printing.instance.rows for t in p.row.values)


def _is_narrow(printing: Printing, table: TableDef) -> bool:
    return table.layout == "matrix" and all(
        p.row.header_columns is not None and 2 * len(p.row.values) <= len(table.columns) for p in printing.instance.rows
    )


def _is_whole(printing: Printing, table: TableDef) -> bool:
    return any(len(p.row.values) >= len(table.columns) for p in printing.instance.rows)


def _years_around(instance: Instance) -> set[int]:
    """The years that captions of a table name, in its head, else as label of its only row, else before it.

    Those inside labels are instructions.
    """
    first = instance.rows[0].row
    return (
        _captioned(t.info for t in first.header)
        or _captioned(t.info for t in first.labels if len(instance.rows) == 1)
        or _captioned(c.info for c in first.lead if years_in(c.text))
    )


def _captioned(infos: Iterable[TextInfo]) -> set[int]:
    captions = (i for i in infos if i.years() and len(i.text) <= _LONGEST_CAPTION and (not i.senses or i.has("title")))
    return {year for info in captions for year in info.years()}


def _names_other_years(instance: Instance, year: int | None) -> bool:
    """Whether the words around a table name years, but not the year reported on."""
    years = _years_around(instance)
    return year is not None and bool(years) and year not in years


def _extras(doubts: Doubts, table: TableDef, instance: Instance) -> None:
    strange = [r for r in instance.strange if any(t.info.has_digits for t in r.values) and not _holds_shares(r)]
    present = instance.row_ids
    own = {p.row.block for p in instance.rows}
    absent = [r.id for r in table.rows if r.id not in present and not r.instead_of]
    for row in strange:
        label = " ".join(t.info.text for t in row.labels) or "(no label)"
        figures = (
            [figure_id(table, r, c) for r in absent for c in table.row(r).columns] if table.layout != "strip" else []
        )
        if len(figures) > _MOST_DOUBTED:
            figures = []
        if not figures and row.header_columns is not None and row.block not in own:
            continue
        doubts.add(
            f"{table.id}.unplaced_row",
            figures,
            f"row '{label[:60]}' is no row of the form: {texts_of(row)[:80]}",
            "error" if figures else "info",
        )
    for doubled in instance.doubled:
        if len(doubled.row.values) == 1 and len(table.columns) > 1:
            continue
        first = next(p for p in instance.rows if p.row_id == doubled.row_id)
        if [t.info.value for t in first.row.values] != [t.info.value for t in doubled.row.values]:
            figures = [figure_id(table, doubled.row_id, c) for c in table.row(doubled.row_id).columns]
            doubts.add(
                f"{table.id}.doubled_row",
                figures,
                f"the page prints this row twice, with different values: {texts_of(doubled.row)[:80]}",
                cause="source",
            )


def _holds_shares(row: RawRow) -> bool:
    """Whether all numbers of a row are percentages, which no row of a form has."""
    return all("%" in fold(token.info.text) for token in row.values if token.info.has_digits)


def _complements(printing: Printing, best: Printing, chosen: Mapping[str, Placement]) -> bool:
    """Whether a printing brings only what the chosen one leaves out: other rows, or other cases of a strip."""
    if (printing.instance.row_ids & best.instance.row_ids) - {""} or printing.placements.keys() & chosen.keys():
        return False
    return "" not in printing.instance.row_ids or bool(printing.placements)


def _size(printing: Printing, table: TableDef) -> int:
    """How much of the table a printing holds: its rows, or its cells where one row may hold them all."""
    rows = printing.instance.rows
    return sum(len(p.row.values) for p in rows) if table.layout == "strip" else len(rows)


def _doubted_by(rival: Printing, best: Printing, chosen: Mapping[str, Placement], table: TableDef) -> tuple[str, ...]:
    """The chosen figures that another printing puts in doubt: all that it does not confirm, once it contradicts one.

    A few rows alone are no printing of the table; where half of one is missing, it may be another report's.
    """
    size = _size(rival, table)
    whole = size >= _RIVAL_SHARE * _size(best, table)
    if not whole and size < _MIN_PARTIAL_RIVAL:
        return ()
    shared = [figure for figure in chosen if figure in rival.placements]
    contradicted = {figure for figure in shared if not _same_print(chosen[figure], rival.placements[figure])}
    if whole:
        rows = rival.instance.row_ids
        contradicted |= {f for f in chosen if f not in rival.placements and (f.split(".")[1] in rows or "" in rows)}
    if not contradicted:
        return ()
    return tuple(f for f in chosen if not whole or f in contradicted or f not in rival.placements)


def _same_print(a: Placement, b: Placement) -> bool:
    if a.token is None or b.token is None:
        return a.token is b.token
    return (a.value, a.token.info.value) == (b.value, b.token.info.value)
