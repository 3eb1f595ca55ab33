"""Elements that a style sets side by side: cells of rows that no table holds, or words that a blank parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

_LEAST_CELLS = 2
_LEAST_ROWS = 3
_LEAST_NUMBERS = 5
_BAR = "|"
_BLANK = " "


def set_apart(elements: Iterable[etree._Element]) -> None:
    """Put bars between elements that stand side by side where they are rows of numbers, and blanks where they are not.

    A row is an element that holds nothing else.
    """
    rows = list(_rows(elements))
    numbers = sum(_is_number(cell) for cells in rows for cell in cells)
    wide = sum(len(cells) >= _LEAST_CELLS for cells in rows)
    if numbers >= _LEAST_NUMBERS and wide >= _LEAST_ROWS:
        for cells in rows:
            _write_before(cells, _BAR)
            cells[-1].tail = _BAR + (cells[-1].tail or "")
    else:
        for cells in rows:
            _write_before(cells, _BLANK)


def _rows(elements: Iterable[etree._Element]) -> Iterable[Sequence[etree._Element]]:
    """The children of each parent of the elements, where these are all of them."""
    cells: dict[etree._Element, list[etree._Element]] = {}
    for element in elements:
        parent = element.getparent()
        if parent is not None:
            cells.setdefault(parent, []).append(element)
    for parent, found in cells.items():
        texts = (parent.text, *(child.tail for child in parent))
        if len(found) == len(parent) and not any(text and not text.isspace() for text in texts):
            yield found


def _is_number(cell: etree._Element) -> bool:
    return "".join(str(piece) for piece in cell.itertext()).strip().isdecimal()


def _write_before(cells: Sequence[etree._Element], mark: str) -> None:
    parent = cells[0].getparent()
    if parent is not None:
        parent.text = mark + (parent.text or "")
    for cell in cells[:-1]:
        cell.tail = mark + (cell.tail or "")
