"""Which value of a row belongs to which column of the form: by where it stands, or by the order of the header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz import fuzz

from transform.forms import ColumnDef, TableDef
from transform.rows.tokens import RawRow, Token, alignment_words
from transform.rows.vocabulary import TextInfo, cut_label_ids, label_keys
from transform.wording.fold import fold

_MIN_DAMAGED = 2
_MIN_RESEMBLANCE = 50.0
_RESEMBLANCE_MARGIN = 15.0

Slots = tuple[Token | None, ...]


@dataclass(slots=True, eq=False)
class ColumnReading:
    """The tokens of one row in the order of the form's columns.

    ``anchored`` follows the columns of the grid, ``ordered`` the order of the header, ``canonical`` the order of the
    form where the header prints another; each is None when it gives no complete reading.  ``order`` is the
    sequence of column ids that the header prints (canonical when it prints none); ``contradicted`` says that the header
    is damaged and out of order.  ``by_place`` tells that no value had a say: other values in the same columns under
    the same header are read alike.
    """

    anchored: Slots | None
    ordered: Slots | None
    canonical: Slots | None
    order: tuple[str, ...]
    contradicted: bool = False
    by_place: bool = False

    @property
    def is_single(self) -> bool:
        """Whether all readings that there are agree."""
        if self.canonical is not None:
            return False
        return self.anchored is None or self.ordered is None or self.anchored == self.ordered


@lru_cache(maxsize=256)
def _wordings(columns: tuple[ColumnDef, ...]) -> dict[str, tuple[str, ...]]:
    return {column.id: column.wordings for column in columns}


@lru_cache(maxsize=1 << 11)
def resolve_header(
    infos: tuple[TextInfo | None, ...], table: TableDef, columns: tuple[ColumnDef, ...]
) -> tuple[str | None, ...] | None:
    """The column id for each header cell, None for cells that are no column of the form.

    A damaged cell is given the missing column that its words resemble clearly more than the others; what is still open
    is filled in by place when that puts all columns in the form's own order.  None (no result) when it stays open.
    """
    ids = [c.id for c in columns]
    found: list[str | None] = []
    for info in infos:
        known = [i for i in (info.ids("column", table.id) if info else ()) if i in ids]
        found.append(known[0] if len(known) == 1 else None)
    if len({i for i in found if i}) != sum(i is not None for i in found):
        return None
    words = alignment_words()
    for place, info in enumerate(infos):
        missing = [i for i in ids if i not in found]
        strange = info is None or info.key in words.ignored_columns | words.subtotal
        if (
            found[place] is None
            and info is not None
            and not strange
            and len(info.key) >= _MIN_DAMAGED
            and not info.senses
        ):
            found[place] = _most_similar(info.key, tuple(c for c in columns if c.id in missing))
    named = [i for i in found if i]
    missing = [i for i in ids if i not in named]
    if len(set(named)) != len(named):
        return None
    if not missing:
        return tuple(found)
    open_places = [
        k
        for k, i in enumerate(found)
        if i is None and (info := infos[k], info is None or info.key not in words.ignored_columns | words.subtotal)[1]
    ]
    if len(open_places) == len(missing) and len(named) + len(open_places) == len(ids):
        filled = list(found)
        for place, column_id in zip(open_places, missing, strict=True):
            filled[place] = column_id
        in_order = [i for i in filled if i] == ids
        wordings = _wordings(columns)
        fitting = all(
            (info := infos[place]) is None or not info.key or filled[place] in cut_label_ids(info.key, wordings)
            for place in open_places
        )
        if in_order and (fitting or len(open_places) == 1 or 2 * len(named) > len(ids)):
            return tuple(filled)
    return tuple(found) if not open_places and named else None


@lru_cache(maxsize=1 << 12)
def _most_similar(key: str, columns: tuple[ColumnDef, ...]) -> str | None:
    """The one column whose wording a damaged label resembles by half at least, and clearly more than all others."""
    scores = sorted(
        ((max(fuzz.ratio(key, k) for w in c.wordings for k in label_keys(fold(w))), c.id) for c in columns),
        reverse=True,
    )
    if not scores or scores[0][0] < _MIN_RESEMBLANCE:
        return None
    return scores[0][1] if len(scores) == 1 or scores[0][0] - scores[1][0] >= _RESEMBLANCE_MARGIN else None


def _leaf(stack: tuple[TextInfo, ...], table: TableDef, allowed: set[str]) -> TextInfo | None:
    words: TextInfo | None = None
    for info in stack:
        if any(i in allowed for i in info.ids("column", table.id)):
            return info
        if words is None and info.key and not info.senses:
            words = info
    return words


def _years_above(stack: tuple[TextInfo, ...], year: int) -> frozenset[int]:
    """The years that labels name, by their number or seen from ``year``, the year reported on."""
    words = alignment_words()
    above = {named for info in stack for named in info.years()}
    if any(info.key in words.this_year for info in stack):
        above.add(year)
    if any(info.key in words.last_year for info in stack):
        above.add(year - 1)
    return frozenset(above)


class _Above(NamedTuple):
    """What stands above the values of a row: which values count, the header cell of each, the columns named at all."""

    kept: tuple[int, ...]
    leaves: tuple[TextInfo | None, ...]
    repeats: bool
    named: frozenset[str]


@lru_cache(maxsize=1 << 10)
def _above(
    stacks: tuple[tuple[int, tuple[TextInfo, ...]], ...],
    places: tuple[int, ...],
    table: TableDef,
    columns: tuple[ColumnDef, ...],
    year: int | None,
) -> _Above:
    """Read the labels above the values in the columns ``places``; kept, since the rows of a table share them.

    Where the labels tell several years apart, only values under ``year``, or under none, count.
    """
    allowed = {c.id for c in columns}
    labels = dict(stacks)
    over = [labels.get(place, ()) for place in places]
    kept = tuple(range(len(places)))
    if year is not None:
        years = [_years_above(s, year) for s in over]
        if len({y for y in years if y}) > 1 and any(year in y for y in years):
            kept = tuple(k for k, y in enumerate(years) if year in y or not y)
    leaves = tuple(_leaf(over[k], table, allowed) for k in kept)
    repeats = any(a is not None and b is not None and a.key == b.key for a, b in pairwise(leaves))
    named = frozenset(i for stack in labels.values() for info in stack for i in info.ids("column", table.id))
    return _Above(kept, leaves, repeats, named & allowed)


def _anchored(
    row: RawRow, table: TableDef, columns: tuple[ColumnDef, ...], year: int | None
) -> tuple[Slots | None, bool]:
    """Tokens by grid column, and whether their places alone tell; None where the header is unclear.

    It is also None where the header names columns that the row does not reach.
    """
    if row.header_columns is None or not row.header_columns:
        return None, True
    stacks = tuple([(column, tuple([t.info for t in stack])) for column, stack in row.header_columns.items()])
    above = _above(stacks, tuple([t.column for t in row.values]), table, columns, year)
    tokens: Sequence[Token] = [row.values[k] for k in above.kept]
    leaves: Sequence[TextInfo | None] = above.leaves
    if above.repeats and _parts_under_one_cell(tokens, leaves, row.header_columns):
        return None, False
    if above.repeats:
        merged = _merge_repeated(tokens, leaves, table, {c.id for c in columns})
        if merged is None:
            return None, False
        tokens, leaves = merged
    resolved = resolve_header(tuple(leaves), table, columns)
    by_place = not above.repeats
    if resolved is None:
        return None, by_place
    by_place = by_place and None not in resolved
    words = alignment_words()
    for column_id, token, leaf in zip(resolved, tokens, leaves, strict=True):
        if (
            column_id is None
            and token.info.has_digits
            and (leaf is None or leaf.key not in words.ignored_columns | words.subtotal)
        ):
            return None, False
    by_id = {i: t for i, t in zip(resolved, tokens, strict=True) if i}
    if not above.named <= by_id.keys():
        return None, by_place
    return tuple([by_id.get(c.id) for c in columns]), by_place


def _parts_under_one_cell(
    tokens: Sequence[Token], leaves: Sequence[TextInfo | None], above: Mapping[int, Sequence[Token]]
) -> bool:
    """Whether two printed values stand under one header cell: a grid that repeats merged cells would repeat it, too."""
    heads = [
        next((h for h in above.get(t.column, ()) if h.info is leaf), None)
        for t, leaf in zip(tokens, leaves, strict=True)
    ]
    return any(
        a is not None and a is b and not one.info.is_blank and not other.info.is_blank
        for (a, b), (one, other) in zip(pairwise(heads), pairwise(tokens), strict=True)
    )


def _merge_repeated(
    tokens: Sequence[Token], leaves: Sequence[TextInfo | None], table: TableDef, allowed: set[str]
) -> tuple[list[Token], list[TextInfo | None]] | None:
    """One token for each header cell that lies over several or is repeated; None when two of them differ."""
    kept_tokens: list[Token] = []
    kept_leaves: list[TextInfo | None] = []
    for token, leaf in zip(tokens, leaves, strict=True):
        known = leaf is not None and any(i in allowed for i in leaf.ids("column", table.id))
        if known and kept_leaves and kept_leaves[-1] is not None and kept_leaves[-1].key == leaf.key:  # type: ignore[union-attr]
            if kept_tokens[-1].info.is_blank:
                kept_tokens[-1] = token
            elif not token.info.is_blank and token.info.text != kept_tokens[-1].info.text:
                return None
            continue
        kept_tokens.append(token)
        kept_leaves.append(leaf)
    return kept_tokens, kept_leaves


def _header_order(
    header: tuple[TextInfo, ...], table: TableDef, columns: tuple[ColumnDef, ...]
) -> tuple[str, ...] | None:
    """The order of columns that a header prints, children where their parent stands; None when unclear.

    A column that the form does not have (a subtotal, a remark) stands in the order as an empty id.
    """
    allowed = {c.id for c in columns}
    parents = {c.id for c in columns if c.parent}
    words = alignment_words()
    strange = words.subtotal | words.ignored_columns
    top: list[TextInfo] = []
    children: list[TextInfo] = []
    place: int | None = None
    for info in header:
        known = [i for i in info.ids("column", table.id) if i in allowed]
        begun = bool(top or children or place is not None)
        if begun and not known and not info.senses and info.key not in strange and len(info.key) >= _MIN_DAMAGED:
            known = [i for i in (_most_similar(info.key, columns),) if i]
        if parents and info.ids("parent", table.id):
            place = len(top) if place is None else place
        elif len(known) == 1:
            (children if known[0] in parents and place is not None else top).append(info)
        elif begun and (info.key in strange or not info.senses):
            (children if children else top).append(info)
    leaves = top[:place] + children + top[place:] if place is not None else top
    resolved = resolve_header(tuple(leaves), table, columns)
    if resolved is None or not allowed <= set(resolved):
        return _last_line_order(header, table, allowed)
    in_form_order = [i for i in resolved if i] == [c.id for c in columns]
    if not in_form_order and any(
        i is None and leaf.key and leaf.key not in strange for i, leaf in zip(resolved, leaves, strict=True)
    ):
        return None
    return tuple(i or "" for i, leaf in zip(resolved, leaves, strict=True) if i or leaf.key in strange)


def _last_line_order(header: Sequence[TextInfo], table: TableDef, allowed: set[str]) -> tuple[str, ...] | None:
    """The order of the last header line where it names all columns, as it does where merged cells are repeated."""
    words = alignment_words()
    order: list[str] = []
    for info in reversed(header):
        named = [i for i in info.ids("column", table.id) if i in allowed]
        if len(named) == 1 and named[0] not in order:
            order.insert(0, named[0])
        elif not named and (info.key in words.subtotal or info.key in words.ignored_columns or not info.senses):
            order.insert(0, "")
        elif any(order) or info.has("column"):
            return None
        if allowed <= set(order):
            return tuple(order)
    return None


def _disordered(header: Sequence[TextInfo], table: TableDef, columns: tuple[ColumnDef, ...]) -> bool:
    """Whether an incomplete header contradicts the form's own order."""
    rank = {c.id: k for k, c in enumerate(columns)}
    parents = {c.id for c in columns if c.parent}
    named = [i for info in header for i in info.ids("column", table.id) if i in rank]
    below = [rank[i] for i in named if i in parents]
    top = [rank[i] for i in named if i not in parents]
    return below != sorted(below) or top != sorted(top)


def _children_first(order: Sequence[str], columns: tuple[ColumnDef, ...]) -> bool:
    """Whether all columns with a common parent stand first, in order: flat text may have moved their heading."""
    children = [c.id for c in columns if c.parent]
    own_first = not columns[0].parent
    return own_first and bool(children) and list(order[: len(children)]) == children


def trimmed(values: Sequence[Token], width: int, exact: bool, lead: int | None = None) -> tuple[Token, ...] | None:
    """The row's values where their number settles their columns, else None.

    In a grid, filling stands at the end only.  In flat text, empty cells may be filling: exactly ``width`` printed
    values are the row; so are the ``width`` cells after ``lead`` filling ones, if no printed value stands outside.
    """
    if exact:
        if len(values) == width:
            return tuple(values)
        filled = len(values) > width and all(t.info.is_blank for t in values[width:])
        return tuple(values[:width]) if filled and not values[0].info.is_blank else None
    printed = tuple(t for t in values if not t.info.is_blank)
    if len(printed) == width:
        return printed
    if (len(values) == width and not lead) or (not printed and len(values) >= width):
        return tuple(values[:width])
    if lead is None or len(values) < lead + width:
        return None
    outside = [*values[:lead], *values[lead + width :]]
    return tuple(values[lead : lead + width]) if all(t.info.is_blank for t in outside) else None


def common_columns(rows: Sequence[RawRow], width: int) -> frozenset[int]:
    """The grid columns that hold the values of most rows with exactly ``width`` cells; empty when no two rows agree."""
    counts = Counter(tuple(t.column for t in row.values) for row in rows if len(row.values) == width)
    best = counts.most_common(1)
    return frozenset(best[0][0]) if best and best[0][1] > 1 else frozenset()


def without_filling(row: RawRow, columns: frozenset[int]) -> RawRow:
    """The row without the empty cells that lie outside the columns of its neighbours' values."""
    if not columns or any(t.column not in columns and not t.info.is_blank for t in row.values):
        return row
    values = [t for t in row.values if t.column in columns]
    return row.with_values(values) if len(values) == len(columns) else row


def without_repeats(row: RawRow, header: Sequence[Token], table: TableDef, columns: tuple[ColumnDef, ...]) -> RawRow:
    """A row of flat text that repeats merged cells, each with its header, with one value for each column."""
    allowed = {c.id for c in columns}
    over = [t.info for t in header if any(i in allowed for i in t.info.ids("column", table.id))]
    printed = [t for t in row.values if not t.info.is_blank]
    values = row.values if len({info.key for info in over[-len(row.values) :]}) == len(columns) else printed
    nearest = over[-len(values) :]
    if len(nearest) != len(values) or len({info.key for info in nearest}) != len(columns):
        return row
    merged = _merge_repeated(values, nearest, table, allowed)
    return row.with_values(merged[0]) if merged is not None and len(merged[0]) == len(columns) else row


def _is_usual(order: Sequence[str], columns: tuple[ColumnDef, ...]) -> bool:
    return [i for i in order if i] == [c.id for c in columns]


def _is_printed_whole(header: Sequence[Token], table: TableDef, columns: tuple[ColumnDef, ...]) -> bool:
    """Whether a header can be believed that prints another order than the form's.

    Labels that are wrapped over several lines of a page come in any order, and in pieces.
    """
    named = {i: t for t in header for i in t.info.ids("column", table.id)}
    leaves = [named[c.id] for c in columns if c.id in named and (c.parent or not any(d.parent for d in columns))]
    lines = {(id(t.source), t.cell.row) for t in leaves if t.cell is not None}
    if 1 < len(lines) < len(leaves):
        return False
    in_pieces = any(t.info.key and len(t.info.key) < _MIN_DAMAGED and not t.info.senses for t in header)
    return not in_pieces or all(t.info.exact for t in leaves)


@lru_cache(maxsize=1 << 10)
def _printed_order(
    header: tuple[TextInfo, ...], table: TableDef, columns: tuple[ColumnDef, ...], exact: bool
) -> tuple[tuple[str, ...], bool]:
    """The order of columns that a header prints, and whether it is damaged and out of order; the rows share it."""
    order = _header_order(header, table, columns)
    if order is not None:
        return order, not exact and _children_first(order, columns)
    labels = tuple(info for info in header if not any(info.has(k) for k in ("corner", "band", "title", "parent")))
    resolved = resolve_header(labels, table, columns) if len(labels) >= len(columns) else None
    if resolved is not None and all(c.id in resolved for c in columns):
        return tuple(i for i in resolved if i), False
    named = {i for info in header for i in info.ids("column", table.id)} & {c.id for c in columns}
    foreign = len([info for info in labels if info.key and not info.senses]) >= len(columns) > 1 and not named
    contradicted = _disordered(header, table, columns) or 0 < len(named) < len(columns) or foreign
    return tuple(c.id for c in columns), contradicted


def read_columns(
    row: RawRow,
    header: Sequence[Token],
    table: TableDef,
    columns: tuple[ColumnDef, ...],
    year: int | None,
    lead: int | None,
) -> ColumnReading:
    """The readings of one row.

    ``header`` is the last header seen for its table (its own, or that of a row before); ``lead`` is the number of
    filling cells that stand before the values of the table in flat text, if known.
    """
    anchored, by_place = _anchored(row, table, columns, year)
    exact = row.header_columns is not None
    order, contradicted = _printed_order(tuple([t.info for t in header]), table, columns, exact)
    if not exact and not contradicted and not _is_usual(order, columns):
        contradicted = not _is_printed_whole(header, table, columns)
    ordered: Slots | None = None
    canonical: Slots | None = None
    values = None if contradicted else trimmed(row.values, len(order), exact, lead)
    by_place = by_place and exact and (contradicted or len(row.values) <= len(order))
    if values is not None and len(order) > len(columns):
        values = tuple(t for i, t in zip(order, values, strict=True) if i)
    contradicted = contradicted or (values is None and len(order) > len(columns))
    order = tuple(i for i in order if i)
    if values is not None:
        by_id = dict(zip(order, values, strict=True))
        ordered = tuple(by_id[c.id] for c in columns)
        canonical = None if values == ordered else values
    return ColumnReading(anchored, ordered, canonical, order, contradicted, by_place)
