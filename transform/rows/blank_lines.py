"""Blank cells of a text with a cell a line: the lines that are left empty for them.

A scrape that prints a cell a line leaves a line empty for an empty cell, or as many lines as it has between any two
cells, and may leave more between rows.  Which it is is told by the rows themselves: most of them then have as many
cells as the form asks for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat

from extract.page import Paragraph
from transform.forms import load_forms
from transform.rows.tokens import RawRow, Token, describe_cell
from transform.rows.vocabulary import Sense

LEAST_BLANK_LINES = 7
"""As many empty lines as the widest rows have cells; no text has as many that has no such row."""
_LEAST_ROWS = 3
_USUAL_SHARE = 0.1
_LEAST_SHARE = 2 / 3


@dataclass(frozen=True, slots=True)
class _Piece:
    """A label and the values after it, with the lines left empty before each value and after the last.

    ``ends_table`` when no further label of a table follows: then more lines may be empty than there are cells.
    """

    label: Token
    values: tuple[Token, ...]
    empty: tuple[int, ...]
    ends_table: bool

    def cells(self, lines: int, between: int) -> tuple[Token, ...] | None:
        """The values and the blank cells, where so many empty lines are a cell and the row is as wide as its form's.

        ``between`` are the lines that are left empty between two rows.
        """
        widths = widths_after(self.label.info.senses)
        *inner, last = self._gaps(between)
        if min(*inner, last, 0) < 0:
            return None
        if any(count % lines for count in inner) or (last % lines and not self.ends_table):
            return None
        printed = len(self.values) + sum(inner) // lines
        blank = last // lines
        if self.ends_table:
            blank = max((width - printed for width in widths if 0 <= width - printed <= blank), default=blank)
        return tuple(self._filled(inner, lines, blank)) if printed + blank in widths else None

    def _gaps(self, between: int) -> list[int]:
        """The empty lines without those between rows: after the values, and before them where a header is above."""
        gaps = list(self.empty)
        if not self.ends_table:
            gaps[-1] -= between
        if self.label.info.has("column") and self.values:
            gaps[0] -= between
        return gaps

    def _filled(self, inner: Sequence[int], lines: int, last: int) -> Iterator[Token]:
        before = self.label
        for value, empty in zip(self.values, inner, strict=True):
            yield from repeat(_blank(before), empty // lines)
            yield value
            before = value
        yield from repeat(_blank(before), last)


def _blank(before: Token) -> Token:
    return Token(describe_cell("", False), before.source, before.cell, before.column, 1, False, before.block)


@lru_cache(maxsize=1)
def _widths() -> dict[Sense, frozenset[int]]:
    """How many figures stand after a label, by the forms that have it.

    Those of a row after its own; those of a whole table after its last column, where one row holds them all.
    """
    found: dict[Sense, set[int]] = {}
    for form in load_forms().values():
        for table in form.tables:
            for row in table.rows:
                found.setdefault(Sense("row", table.id, row.id), set()).add(len(row.columns))
            if table.layout == "strip":
                last = Sense("column", table.id, table.columns[-1].id)
                found.setdefault(last, set()).add(len(table.columns) * len(table.rows))
    return {sense: frozenset(widths) for sense, widths in found.items()}


def with_blank_lines(rows: Sequence[RawRow]) -> list[RawRow]:
    """Raw rows of flat text in which lines left empty are blank cells, where that makes most rows as wide as they are.

    A row without any value, whose label went to the header of the next one, is a row of its own then.
    """
    usual = _usual_gap(rows)
    if usual is None:
        return list(rows)
    pieces = [_pieces(row, following, usual) for row, following in zip(rows, [*rows[1:], None], strict=True)]
    way = _lines_of_a_cell([piece for found in pieces for piece in found], usual)
    if way is None:
        return list(rows)
    return [whole for row, found in zip(rows, pieces, strict=True) for whole in _filled(row, found, *way)]


def _usual_gap(rows: Sequence[RawRow]) -> int | None:
    """How many lines are left empty between two printed cells; None where no cell has more than that before it."""
    gaps = Counter(gap for row in rows for t in (*row.header, *row.labels, *row.values) if (gap := _gap(t)) is not None)
    usual = min((gap for gap, count in gaps.items() if count >= _USUAL_SHARE * gaps.total()), default=None)
    return usual if usual is not None and max(gaps) > usual else None


def _gap(token: Token) -> int | None:
    return token.source.blank_lines if isinstance(token.source, Paragraph) and token.alone else None


def _pieces(row: RawRow, following: RawRow | None, usual: int) -> list[_Piece]:
    """The labels of a raw row that rows of the form have, each with its values, in their order."""
    after = next(iter((*following.header, *following.labels, *following.values)), None) if following else None
    labels = [*row.header, *row.labels]
    pieces = []
    for at, label in enumerate(labels):
        below = labels[at + 1] if at + 1 < len(labels) else None
        values = tuple(row.values) if below is None else ()
        end = below or after
        ends = (*values, end)
        gaps = [_gap(token) if token is not None else None for token in ends]
        if widths_after(label.info.senses) and None not in gaps:
            empty = tuple(max(0, gap - usual) for gap in gaps if gap is not None)
            pieces.append(_Piece(label, values, empty, end is None or end.info.has("title") or not end.info.senses))
    return pieces


@lru_cache(maxsize=1 << 12)
def widths_after(senses: frozenset[Sense]) -> frozenset[int]:
    """How many figures may stand after a label of those senses."""
    return frozenset(width for sense in senses for width in _widths().get(sense, ()))


def _lines_of_a_cell(pieces: Sequence[_Piece], usual: int) -> tuple[int, int] | None:
    """How many empty lines are a blank cell, and how many stand between rows: what gives most rows their width.

    None where nothing gives it to most.
    """
    short = [piece for piece in pieces if len(piece.values) not in widths_after(piece.label.info.senses)]
    ways = [(lines, between) for between in sorted({0, _between_rows(pieces)}) for lines in (usual + 1, 1)]
    fitting = {way: sum(piece.cells(*way) is not None for piece in short) for way in ways}
    best = max(fitting, key=lambda way: fitting[way])
    return best if fitting[best] >= max(_LEAST_ROWS, _LEAST_SHARE * len(short)) else None


def _between_rows(pieces: Sequence[_Piece]) -> int:
    """The fewest lines that are left empty after a row, over those between cells."""
    after = Counter(piece.empty[-1] for piece in pieces if piece.values and not piece.ends_table)
    return min((lines for lines, count in after.items() if count >= _USUAL_SHARE * after.total()), default=0)


def _filled(row: RawRow, pieces: Sequence[_Piece], lines: int, between: int) -> Iterator[RawRow]:
    """The row, and before it the rows without values whose labels stand in its header, with their blank cells."""
    cells = {id(p.label): found for p in pieces if any(p.empty) and (found := p.cells(lines, between)) is not None}
    above: list[Token] = []
    labels = [*row.header, *row.labels]
    for label in labels[:-1] if row.values else labels:
        above.append(label)
        if found := cells.get(id(label)):
            yield RawRow(above[:-1], [label], list(found), row.block)
            above = []
    if row.values:
        found = cells.get(id(labels[-1])) if labels else None
        values = list(found) if found else row.values
        yield RawRow(above, labels[-1:], values, row.block, row.header_columns, row.lead, row.aside)
    elif above:
        yield RawRow([], above, [], row.block)
