"""Listings that print one value a line, with the labels of its row and of its column: turned back into rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from transform.forms import load_forms
from transform.rows.pairs import labels_within
from transform.rows.tokens import RawRow, Token, describe_cell, is_unit
from transform.rows.vocabulary import Sense

_LEAST_LISTED = 5
_LEAST_COLUMNS = 2


class _Place(NamedTuple):
    """What a label can mean in one table."""

    table: str
    id: str


class _Entry(NamedTuple):
    """A value with the token of its row, that of its column, and the words before them."""

    source: RawRow
    before: tuple[Token, ...]
    row: Token
    column: Token
    row_first: bool


@dataclass(slots=True)
class _Run:
    """Entries that follow one another, by row and column; a pair that comes again begins another printing."""

    entries: list[_Entry] = field(default_factory=list)
    taken: set[tuple[str, str]] = field(default_factory=set)

    def holds(self, entry: _Entry) -> bool:
        return (entry.row.info.key, entry.column.info.key) in self.taken

    def add(self, entry: _Entry) -> None:
        self.entries.append(entry)
        self.taken.add((entry.row.info.key, entry.column.info.key))


def with_labels_parted(rows: Sequence[RawRow]) -> list[RawRow]:
    """Rows of one value whose last label names a row and a column in one text get both labels."""
    return [row if len(row.values) != 1 or not row.labels else _parted(row) for row in rows]


def _parted(row: RawRow) -> RawRow:
    token = row.labels[-1]
    parts = [replace(token, info=describe_cell(part, False)) for part in labels_within(token.info.text.strip())]
    if len(parts) < _LEAST_COLUMNS or _order(parts[0], parts[1]) is None:
        return row
    return replace(row, labels=[*row.labels[:-1], *parts])


def with_listings_as_rows(rows: Sequence[RawRow]) -> list[RawRow]:
    """Raw rows in which the values of a listing stand together that belong to one row of a table.

    A listing names row and column beside each value, in either order; where it is nested, the outer label stands once
    over the inner ones.  All other rows are given back as they are.
    """
    result: list[RawRow] = []
    run = _Run()
    for row in rows:
        entry = _entry(row, run.entries[-1] if run.entries else None)
        if entry is None or run.holds(entry):
            result += _rows_of(run)
            run = _Run()
            entry = _entry(row, None) if entry is not None else None
        if entry is None:
            result.append(row)
        else:
            run.add(entry)
    return result + _rows_of(run)


def names_row_and_column(words: Sequence[Token]) -> bool:
    """Whether the last two labels name a row and a column of one table, and nothing else: an empty cell is theirs."""
    if len(words) < 2:
        return False
    outer, inner = words[-2:]
    if _places(outer, "row") and not _places(outer, "column"):
        return bool(_tables(outer, "row") & _tables(inner, "column"))
    only_row = _places(inner, "row") and not _places(inner, "column")
    return bool(only_row and not _places(outer, "row") and _tables(outer, "column") & _tables(inner, "row"))


def names_row_of_list(label: Token) -> bool:
    """Whether a label names a row of a list, which has one figure."""
    return any(sense.kind == "row" and sense.table in _lists() for sense in label.info.senses)


def _entry(row: RawRow, last: _Entry | None) -> _Entry | None:
    if len(row.values) != 1:
        return None
    words = [t for t in (*row.header, *row.labels) if t.info.key and not is_unit(t.info)]
    if not words:
        return None
    inner = words[-1]
    for outer in sorted(
        words[-2::-1], key=lambda word: (not _on_one_line(word, inner), word.info.key == inner.info.key)
    ):
        order = _order(outer, inner, last.row_first if last is not None else None)
        if order is not None:
            return _made(row, words[: words.index(outer)], outer, inner, order)
    if last is None or any(_places(t, "row") or _places(t, "column") or not t.info.senses for t in words[:-1]):
        return None
    for row_first in (last.row_first, not last.row_first):
        outer = last.row if row_first else last.column
        if _order(outer, inner, last.row_first) == row_first:
            return _made(row, last.before, outer, inner, row_first)
    return None


def _on_one_line(word: Token, other: Token) -> bool:
    """Whether two labels stand on one line of the source; those above it may have lost a value of their own."""
    if word.source is not other.source:
        return False
    return word.cell is other.cell or (
        word.cell is not None and other.cell is not None and word.cell.row == other.cell.row
    )


def _made(row: RawRow, before: Sequence[Token], outer: Token, inner: Token, row_first: bool) -> _Entry:
    names = (outer, inner) if row_first else (inner, outer)
    tables = _tables(names[0], "row") & _tables(names[1], "column")
    groups = tuple(t for t in before if any(s.table in tables for s in t.info.senses) and not t.info.has("title"))
    return _Entry(row, groups, *names, row_first)


def _order(outer: Token, inner: Token, before: bool | None = True) -> bool | None:
    """Whether the outer of two labels is the row (True) or the column (False) of one table; None for no pair.

    A pair that can be read both ways (总计 and 总计) is read like the one ``before`` it.
    """
    row_first = bool(_tables(outer, "row") & _tables(inner, "column"))
    column_first = bool(_tables(outer, "column") & _tables(inner, "row"))
    if row_first and column_first:
        return before
    return row_first if row_first or column_first else None


def _tables(token: Token, kind: str) -> frozenset[str]:
    return frozenset(place.table for place in _places(token, kind))


def _places(token: Token, kind: str) -> frozenset[_Place]:
    return _named(token.info.senses, kind)


@lru_cache(maxsize=1 << 12)
def _named(senses: frozenset[Sense], kind: str) -> frozenset[_Place]:
    lists = _lists()
    return frozenset(_Place(s.table, s.id) for s in senses if s.kind == kind and s.table not in lists)


@lru_cache(maxsize=1)
def _lists() -> frozenset[str]:
    return frozenset(t.id for form in load_forms().values() for t in form.tables if t.layout == "list")


def _rows_of(run: _Run) -> list[RawRow]:
    """The entries of a run as rows of several values; the rows as they were where they are no listing."""
    grouped: dict[str, list[_Entry]] = {}
    for entry in run.entries:
        grouped.setdefault(entry.row.info.key, []).append(entry)
    listed = sum(len(entries) for entries in grouped.values() if len(entries) >= _LEAST_COLUMNS)
    if listed < _LEAST_LISTED:
        return [entry.source for entry in run.entries]
    return list(_joined(grouped.values()))


def _joined(groups: Iterable[list[_Entry]]) -> Iterator[RawRow]:
    for entries in groups:
        first = entries[0]
        columns = [replace(e.column, column=k, width=1, inherited=False) for k, e in enumerate(entries)]
        values = [replace(e.source.values[0], column=k, width=1) for k, e in enumerate(entries)]
        labels = [*first.before, replace(first.row, inherited=False)]
        yield RawRow(
            columns, labels, values, first.source.block, {k: [c] for k, c in enumerate(columns)}, first.source.lead
        )
