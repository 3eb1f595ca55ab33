"""What a raw row can be by its own labels: a row of a table, a strip, a subtotal, or nothing known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from transform.rows.tokens import RawRow, Token, alignment_words
from transform.rows.vocabulary import Sense

FULL_STRIP = 15
"""The cells of the disputes table, which has them all in one row."""

UNKNOWN = ("unknown", "unlabelled")
"""The kinds of rows whose labels tell nothing."""

_STRIP = "disputes"
_STRIP_MARKS = frozenset({"upheld", "corrected", "pending"})
_MIN_STRIP_VALUES = 3
_LEAST_STRIP = 5
_MIN_HEADER = 3


@dataclass(slots=True, eq=False)
class Candidate:
    """A raw row, its kind, the label that tells it, the rows of tables that it can be, and which it is found to be."""

    row: RawRow
    kind: str
    label: Token | None = None
    options: tuple[tuple[str, str], ...] = ()
    placed: tuple[str, str] | None = None
    by_position: bool = False


def _last_label(row: RawRow) -> Token | None:
    """The label nearest to the values; one that goes on from the row above gives way to a row's own before it."""
    words = alignment_words()
    labels = [t for t in row.labels if t.info.key and t.info.key not in words.units]
    if labels and labels[-1].inherited:
        own = [t for t in labels if t.info.has("row") and not t.inherited]
        return own[-1] if own else labels[-1]
    return labels[-1] if labels else None


def _is_strip(row: RawRow) -> bool:
    """Whether the header above is that of the disputes table: outcomes of cases, no row label needed."""
    if row.header_columns:
        return _heads_strip(frozenset([t.info.senses for stack in row.header_columns.values() for t in stack]))
    return _heads_strip(frozenset([t.info.senses for t in (*row.header, *row.labels)]))


@lru_cache(maxsize=1 << 12)
def _heads_strip(labels: frozenset[frozenset[Sense]]) -> bool:
    named = {(s.kind, s.id) for senses in labels for s in senses if s.table == "disputes"}
    marks = [i for kind, i in named if kind == "column" and i in _STRIP_MARKS]
    cases = [i for kind, i in named if kind == "row"]
    return len(marks) >= 2 or len(cases) >= 2


@lru_cache(maxsize=1 << 12)
def _row_options(senses: frozenset[Sense]) -> tuple[tuple[str, str], ...]:
    """The rows of tables that a label can mean, in a fixed order."""
    return tuple(sorted((sense.table, sense.id) for sense in senses if sense.kind == "row"))


def candidate_of(row: RawRow) -> Candidate:
    """What a row can be, before its neighbours are looked at."""
    label = _last_label(row)
    words = alignment_words()
    if label is None or (label.info.ids("column", "disputes") and _is_strip(row)):
        blank_flat = row.header_columns is None and all(t.info.is_blank for t in row.values)
        return Candidate(row, "strip" if _is_strip(row) and not blank_flat else "unlabelled", label)
    options = _row_options(label.info.senses)
    if options:
        if all(table == "disputes" for table, _ in options) and label.inherited:
            return Candidate(row, "strip" if _is_strip(row) else "unlabelled", label)
        return Candidate(row, "row", label, options)
    if label.info.has("group") or label.info.key in words.subtotal:
        return Candidate(row, "strip" if _is_strip(row) else "subtotal", label)
    if _is_strip(row) and _counts_outcomes(row) and not any(label.info.has(kind) for kind in ("title", "band")):
        return Candidate(row, "strip", label)
    return Candidate(row, "unknown", label)


def _counts_outcomes(row: RawRow) -> bool:
    """Whether a row with a label of its own (数量) has the values of a strip: printed ones, or cells under outcomes."""
    if sum(t.info.has_digits for t in row.values) >= _MIN_STRIP_VALUES:
        return True
    stacks = row.header_columns or {}
    under = [t for t in row.values if any(h.info.ids("column", "disputes") for h in stacks.get(t.column, ()))]
    return len(under) >= _LEAST_STRIP


class Standing(NamedTuple):
    """How rows stand to other rows of a page, whatever these are.

    ``settled``: each is a row of one of ``tables`` by its own labels.  ``foreign``: none is a row of a table, nor can
    it be taken for one.
    """

    settled: bool
    foreign: bool
    tables: frozenset[str]


def standing(raw_rows: Sequence[RawRow]) -> Standing:
    """How the rows of a grid, or of flat text, stand to the other rows of the page."""
    candidates = [candidate_of(row) for row in raw_rows]
    sure = [k for k, c in enumerate(candidates) if len(c.options) == 1]
    settled = all(
        c.kind == "strip" or len(c.options) == 1 or (c.options and sure and sure[0] < k < sure[-1])
        for k, c in enumerate(candidates)
    )
    tables = {candidates[k].options[0][0] for k in sure} | {_STRIP for c in candidates if c.kind == "strip"}
    return Standing(settled, all(c.kind in UNKNOWN and _is_no_table(c.row) for c in candidates), frozenset(tables))


def _is_no_table(row: RawRow) -> bool:
    return len(row.values) < FULL_STRIP and not is_header(row.header)


def is_header(tokens: Sequence[Token]) -> bool:
    """Whether labels name so many columns that they are the header of a table."""
    return len([t for t in tokens if t.info.has("column")]) >= _MIN_HEADER
