"""Elements that a style sets side by side: cells of rows that no table holds, or words that a blank parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from lxml import etree

_LEAST_CELLS = 2
_LEAST_ROWS = 3
_LEAST_NUMBERS = 5

Cells = Sequence[etree._Element]


def rows_of_numbers(elements: Iterable[etree._Element]) -> list[Cells]:
    """The rows that elements side by side make, where they are rows of numbers; else a blank is put between them.

    A row is what an element holds that holds nothing else.
    """
    rows = list(_rows(elements))
    numbers = sum(_is_number(cell) for cells in rows for cell in cells)
    wide = sum(len(cells) >= _LEAST_CELLS for cells in rows)
    if numbers >= _LEAST_NUMBERS and wide >= _LEAST_ROWS:
        return rows
    for cells in rows:
        for cell in cells[:-1]:
            cell.tail = f" {cell.tail or ''}"
    return []


def put_into_tables(rows: Sequence[etree._Element]) -> None:
    """Put elements that follow one another into a table."""
    runs: dict[int, int] = {}
    for place, row in enumerate(rows):
        before = row.getprevious()
        goes_on = place > 0 and before is rows[place - 1] and _is_blank(before.tail)
        runs[place] = runs[place - 1] if goes_on else place
    for _, places in groupby(range(len(rows)), key=runs.__getitem__):
        members = [rows[place] for place in places]
        parent = members[0].getparent()
        if parent is not None:
            table = parent.makeelement("table")
            parent.insert(parent.index(members[0]), table)
            table.tail, members[-1].tail = members[-1].tail, None
            table.extend(members)


def _rows(elements: Iterable[etree._Element]) -> Iterator[Cells]:
    """The children of each parent of the elements, where these are all of them."""
    cells: dict[etree._Element, list[etree._Element]] = {}
    for element in elements:
        parent = element.getparent()
        if parent is not None:
            cells.setdefault(parent, []).append(element)
    for parent, found in cells.items():
        if len(found) == len(parent) and all(map(_is_blank, (parent.text, *(child.tail for child in parent)))):
            yield found


def _is_blank(text: str | None) -> bool:
    return not text or text.isspace()


def _is_number(cell: etree._Element) -> bool:
    return "".join(str(piece) for piece in cell.itertext()).strip().isdecimal()
