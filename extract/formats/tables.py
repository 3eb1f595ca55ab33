"""The tables in the stream of an HTML page: which hold data and which only place things; grids of those with data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from extract.formats.grid import Row, Slots, SourceCell, form_grid, parse_column_span, parse_row_span
from extract.formats.stream import (
    BORDER,
    CELL,
    COLUMN_SPAN,
    EVENT,
    FOOTER,
    GROUP,
    LOOSE,
    LOOSE_END,
    LOOSE_TABLE_OPENS,
    PICTURE,
    ROW,
    ROW_LEFT,
    ROW_SPAN,
    SPAN_END,
    STRAY,
    TABLE_CLOSES,
    TABLE_OPENS,
)

_LONG_CELL = 100
_ARTICLE_CELL = 300
_ARTICLE_PARAGRAPHS = 3
_ARTICLE_SHARE = 0.6

_LOOSE_TEXT = re.compile(f"{LOOSE}([^{LOOSE_END}]*){LOOSE_END}")
_SPAN = re.compile(f"[{ROW_SPAN}{COLUMN_SPAN}][^{SPAN_END}]*{SPAN_END}")
_END_OF_CELL = re.compile(f"[{ROW}{GROUP}{FOOTER}{STRAY}{ROW_LEFT}{LOOSE}]")
_IRREGULAR = re.compile(f"([{CELL}{STRAY}{ROW_LEFT}])")
_EDGES = (CELL, ROW, GROUP, FOOTER, STRAY, ROW_LEFT)
_BORDERS = (LOOSE, LOOSE_END, ROW, CELL, GROUP, FOOTER, STRAY, ROW_LEFT)


class DataTable(NamedTuple):
    """A table that is read as a grid: its slots, whether they are exact, the texts around its cells (caption)."""

    rows: Slots
    exact: bool
    around: tuple[str, ...]


@dataclass(slots=True)
class Table:
    """A table of the stream: what it holds in reading order, pieces of stream and tables; ``data`` where it is a grid.

    A piece begins with the letter of the event before it.  ``loose`` tells that the table lies in no cell of the table
    around it, ``root`` which candidate for the content root it is; ``weight`` counts cells with text, inner ones too.
    ``boxed`` has the text of a table of nothing but one short cell: a frame around a word or number, where it stands in
    a cell; ``pictures`` counts those of the table itself and of such frames in it.
    """

    loose: bool = False
    root: str = ""
    parts: list[str | Table] = field(default_factory=list)
    weight: int = 0
    data: DataTable | None = None
    boxed: str | None = None
    pictures: int = 0

    def inner(self) -> list[Table]:
        """The tables directly inside that are no mere frames around the words of a cell; the loose ones come last."""
        tables = [part for part in self.parts if not isinstance(part, str) and (part.loose or part.boxed is None)]
        return sorted(tables, key=lambda table: table.loose)


@dataclass(slots=True)
class _Cells:
    """The cells of a table by row and row group, and all their texts in the order of the source."""

    groups: list[list[Row]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    columns: int = 0

    def add(self, rows: list[Row], pieces: list[str], *, spans: bool) -> None:
        """Add a row whose cells are ``pieces``; ``spans`` tells whether some have spans before their text."""
        row: Row = pieces
        if spans:
            row = [_source_cell(piece) if SPAN_END in piece else piece for piece in pieces]
            pieces = [cell if isinstance(cell, str) else cell[0] for cell in row]
        rows.append(row)
        self.texts += pieces
        self.columns = max(self.columns, len(pieces))


def read_parts(stream: str) -> list[str | Table]:
    """The stream taken apart at its events into pieces and tables; each table knows whether it holds data.

    A layout table has one cell, or one column of running text, or a cell that holds the article, or holds tables that
    weigh more than its own cells.
    """
    outermost = Table()
    open_tables = [outermost]
    first, *others = stream.split(EVENT)
    outermost.parts.append(" " + first)
    for piece in others:
        letter = piece[:1]
        if letter in (TABLE_OPENS, LOOSE_TABLE_OPENS):
            table = Table(letter == LOOSE_TABLE_OPENS, piece[1:])
            open_tables[-1].parts.append(table)
            open_tables.append(table)
            continue
        if letter == TABLE_CLOSES and len(open_tables) > 1:
            _weigh(open_tables.pop())
        open_tables[-1].parts.append(piece)
    return outermost.parts


def without_frames(piece: str) -> str:
    """A piece of a layout table with borders of blocks for those of rows and cells."""
    piece = piece.replace(LOOSE_END + LOOSE, "")
    for sign in _BORDERS:
        piece = piece.replace(sign, BORDER)
    return _SPAN.sub("", piece) if SPAN_END in piece else piece


def _weigh(table: Table) -> None:
    """Tell whether a table whose inner tables are known holds data, and read it if so."""
    pieces = []
    inner = 0
    for part in table.parts:
        if isinstance(part, str):
            pieces.append(part[1:])
        elif part.boxed is None or part.loose:
            pieces.append("")
            inner += part.weight
        else:
            pieces.append(part.boxed)
            table.pictures += part.pictures
    source = BORDER.join(pieces)
    table.pictures += source.count(PICTURE)
    source = source.replace(PICTURE, "").replace(LOOSE_END + LOOSE, "")
    words = " ".join(source.replace(BORDER, " ").split())
    around: tuple[str, ...] = ()
    if LOOSE in words:
        words = words.replace(f"{LOOSE} {LOOSE_END}", "").replace(LOOSE + LOOSE_END, "")
        around = tuple(filter(None, map(str.strip, _LOOSE_TEXT.findall(words))))
        words = " ".join((_LOOSE_TEXT.sub("", words) if around else words).split())
    cells = _read_cells(words)
    own = len(cells.texts) - cells.texts.count("")
    table.weight = own + inner
    if len(cells.texts) == 1 and not around and not table.inner() and len(cells.texts[0]) <= _LONG_CELL:
        table.boxed = cells.texts[0]
    if cells.texts and not _is_layout(cells, own, inner, source):
        slots, exact = form_grid(cells.groups) if own else ((), True)
        table.data = DataTable(slots, exact, around)


def _read_cells(words: str) -> _Cells:
    """The cells of a table whose white space is single blanks and that has no loose text."""
    cells = _Cells()
    for sign in _EDGES:
        words = words.replace(f" {sign}", sign)
    for sign in (CELL, SPAN_END):
        words = words.replace(f"{sign} ", sign)
    last: list[list[Row]] = []
    head, *footers = words.split(FOOTER)
    groups = head.split(GROUP)
    for footer in footers:
        first, *others = footer.split(GROUP)
        groups.append(FOOTER + first)
        groups += others
    for group in groups:
        rows: list[Row] = []
        before, *pieces = group.split(ROW)
        if CELL in before:
            _read_irregular(cells, rows, before, is_row=False)
        for piece in pieces:
            if STRAY in piece or ROW_LEFT in piece:
                _read_irregular(cells, rows, piece, is_row=True)
            else:
                cells.add(rows, piece.split(CELL)[1:], spans=SPAN_END in piece)
        (last if group.startswith(FOOTER) else cells.groups).append(rows)
    cells.groups += last
    return cells


def _read_irregular(cells: _Cells, rows: list[Row], piece: str, *, is_row: bool) -> None:
    """Cells outside of a row open one, which ends where a row begins or ends."""
    found: list[list[str]] = [[]] if is_row else []
    is_open, was_stray, is_stray = is_row, False, False
    signs = _IRREGULAR.split(piece)
    for sign, text in zip(signs[1::2], signs[2::2], strict=True):
        if sign == STRAY:
            is_stray = True
        elif sign == ROW_LEFT:
            is_open = False
        else:
            if not is_open or (is_stray and not was_stray):
                found.append([])
            found[-1].append(text)
            is_open, was_stray, is_stray = True, is_stray, False
    for texts in found:
        cells.add(rows, texts, spans=SPAN_END in piece)


def _source_cell(piece: str) -> str | SourceCell:
    spans, _, text = piece.rpartition(SPAN_END)
    row_span, column_span = _spans(spans)
    return text if row_span == column_span == 1 else SourceCell(text, row_span, column_span)


@lru_cache(maxsize=256)
def _spans(written: str) -> tuple[int, int]:
    values = {span[:1]: span[1:] for span in written.split(SPAN_END)}
    return parse_row_span(values.get(ROW_SPAN)), parse_column_span(values.get(COLUMN_SPAN))


def _is_layout(cells: _Cells, own: int, inner: int, source: str) -> bool:
    if len(cells.texts) == 1 or inner > own:
        return True
    lengths = list(map(len, cells.texts))
    length = max(lengths)
    if cells.columns == 1:
        return length > _LONG_CELL or _paragraphs(source, lengths.index(length)) > 1
    return (
        length >= _ARTICLE_CELL
        and length > _ARTICLE_SHARE * sum(lengths)
        and _paragraphs(source, lengths.index(length)) >= _ARTICLE_PARAGRAPHS
    )


def _paragraphs(source: str, position: int) -> int:
    """The number of paragraphs in the cell at a position in the order of the source."""
    cell = _END_OF_CELL.split(source.split(CELL)[position + 1], maxsplit=1)[0]
    return sum(1 for words in _SPAN.sub("", cell).split(BORDER) if words.strip())
