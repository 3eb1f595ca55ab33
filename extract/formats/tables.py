"""HTML tables: which of them hold data and which only place things on the page; the grids of those with data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from extract.formats.grid import Slots, form_grid, parse_column_span, parse_row_span

_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_IGNORED = frozenset({"col", "colgroup"})
_LONG_CELL = 100
_Boxed = dict[etree._Element, str]
"""The text of tables that have nothing but one short cell: a frame around a word or number, not a table."""
_ARTICLE_CELL = 300
_ARTICLE_PARAGRAPHS = 3
_ARTICLE_SHARE = 0.6


class DataTable(NamedTuple):
    """A table that is read as a grid: its slots, the texts around its cells (caption), the tables inside its cells."""

    rows: Slots
    exact: bool
    around: tuple[str, ...]
    nested: tuple[etree._Element, ...]


class _Content(NamedTuple):
    text: str
    paragraphs: int
    nested: tuple[etree._Element, ...]


@dataclass(slots=True)
class _Scan:
    groups: list[tuple[str, list[list[tuple[str, int, int]]]]] = field(default_factory=list)
    contents: list[_Content] = field(default_factory=list)
    around: list[str] = field(default_factory=list)
    loose: list[etree._Element] = field(default_factory=list)
    columns: int = 0


def read_tables(body: etree._Element) -> dict[etree._Element, DataTable]:
    """Every data table below ``body`` of a simplified tree, by its element; layout tables are left out.

    A layout table has one cell, or one column of running text, or a cell that holds the article, or holds tables that
    weigh more than its own cells.
    """
    tables: dict[etree._Element, DataTable] = {}
    sizes: dict[etree._Element, int] = {}
    boxed: _Boxed = {}
    for element in reversed(list(body.iter("table"))):
        scan = _scan(element, boxed)
        nested = [table for content in scan.contents for table in content.nested] + scan.loose
        inner = sum(sizes.get(table, 0) for table in nested)
        own = sum(1 for content in scan.contents if content.text)
        sizes[element] = own + inner
        if len(scan.contents) == 1 and not nested and not scan.around and len(scan.contents[0].text) <= _LONG_CELL:
            boxed[element] = scan.contents[0].text
        if not scan.contents or _is_layout(scan, own, inner):
            continue
        groups = [rows for kind, rows in scan.groups if kind != "tfoot"]
        groups += [rows for kind, rows in scan.groups if kind == "tfoot"]
        slots, exact = form_grid(groups) if own else ((), True)
        tables[element] = DataTable(slots, exact, tuple(scan.around), tuple(nested))
    return tables


def _is_layout(scan: _Scan, own: int, inner: int) -> bool:
    if len(scan.contents) == 1 or inner > own:
        return True
    largest = max(scan.contents, key=lambda content: len(content.text))
    length = len(largest.text)
    if scan.columns == 1:
        return largest.paragraphs > 1 or length > _LONG_CELL
    return (
        length >= _ARTICLE_CELL
        and largest.paragraphs >= _ARTICLE_PARAGRAPHS
        and length > _ARTICLE_SHARE * sum(len(content.text) for content in scan.contents)
    )


def _scan(table: etree._Element, boxed: _Boxed) -> _Scan:
    """Collect the rows of a table, not those of tables inside its cells; a cell outside of a row opens a row."""
    scan = _Scan()
    rows: list[list[tuple[str, int, int]]] = []
    row: list[tuple[str, int, int]] | None = None
    scan.groups.append(("tbody", rows))
    stack: list[tuple[etree._Element, Iterator[etree._Element]]] = [(table, iter(table))]
    _note(scan, table.text)
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if element.tag == "tr":
                row = None
            elif element.tag in _GROUPS:
                row = None
                rows = []
                scan.groups.append(("tbody", rows))
            if stack:
                _note(scan, element.tail)
            continue
        tag = child.tag
        if tag == "td" or tag == "th":
            if row is None:
                row = []
                rows.append(row)
            content = _content(child, boxed)
            scan.contents.append(content)
            row.append(_source_cell(content.text, child.get("rowspan"), child.get("colspan")))
            tail = child.tail
            if tail and not tail.isspace():
                _note(scan, tail)
        elif tag == "table":
            scan.loose.append(child)
            _note(scan, child.tail)
        elif tag in _IGNORED:
            _note(scan, child.tail)
        else:
            if tag == "tr":
                row = []
                rows.append(row)
            elif tag in _GROUPS:
                row = None
                rows = []
                scan.groups.append((tag, rows))
            _note(scan, child.text)
            stack.append((child, iter(child)))
    scan.columns = max((len(row) for _, rows in scan.groups for row in rows), default=0)
    return scan


def _source_cell(words: str, row_span: str | None, column_span: str | None) -> tuple[str, int, int]:
    if row_span is None and column_span is None:
        return words, 1, 1
    return words, parse_row_span(row_span), parse_column_span(column_span)


def _note(scan: _Scan, raw: str | None) -> None:
    if raw and not raw.isspace():
        scan.around.append(" ".join(raw.split()))


def _content(cell: etree._Element, boxed: _Boxed) -> _Content:
    """The text of a cell on one line, the number of its paragraphs, and the outermost tables inside it."""
    count = len(cell)
    if count == 0:
        words = " ".join((cell.text or "").split())
        return _Content(words, 1 if words else 0, ())
    if count == 1:
        child = cell[0]
        if len(child) == 0 and child.tag != "table" and _is_blank(cell.text) and _is_blank(child.tail):
            words = " ".join((child.text or "").split())
            return _Content(words, 1 if words else 0, ())
    nested: list[etree._Element] = []
    pieces: list[str | None] = [cell.text]
    for child in cell:
        if len(child) or child.tag == "table":
            pieces = list(_outside_tables(cell, nested, boxed))
            break
        pieces.append(child.text)
        pieces.append(child.tail)
    written = [piece for piece in pieces if piece and not piece.isspace()]
    words = " ".join(" ".join(written).split()) if written else ""
    return _Content(words, len(written), tuple(nested))


def _is_blank(raw: str | None) -> bool:
    return raw is None or raw.isspace()


def _outside_tables(cell: etree._Element, nested: list[etree._Element], boxed: _Boxed) -> Iterator[str | None]:
    yield cell.text
    stack = [(cell, iter(cell))]
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if stack:
                yield element.tail
        elif child.tag == "table":
            words = boxed.get(child)
            if words is None:
                nested.append(child)
            else:
                yield words
            yield child.tail
        else:
            yield child.text
            stack.append((child, iter(child)))
