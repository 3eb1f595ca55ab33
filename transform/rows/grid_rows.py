"""Raw rows of grids whose columns are known: labels on the left, a header above, values by column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from extract.page import Cell, Grid
from transform.rows.listings import names_row_and_column
from transform.rows.tokens import (
    Caption,
    RawRow,
    Token,
    alignment_words,
    describe_cell,
    heads_blank_row,
    is_unit,
    is_value_word,
)
from transform.rows.vocabulary import Sense, SenseKind, TextInfo

_MIN_BLANK_STRIP = 5
_WIDEST_CORNER = 3
_MIN_TURNED_ROWS = {"requests": 8, "statistics": 8, "disclosure": 4}
_TURNED_IF_WHOLE = frozenset({"disclosure"})
_MIN_TURNED_OUTCOMES = 4
_MAX_TURNED_ROWS = 10
_ANYWHERE = frozenset({"handled", "total"})

Describing = Callable[[str, bool], TextInfo]
"""Tells what the text of a cell can mean, see :func:`transform.rows.tokens.describe_cell`."""


@dataclass(slots=True)
class _Header:
    """The labels above the rows of a grid, by column, nearest first; columns that hold no figure; where lists begin.

    ``totals`` are those of the ignored columns that hold running totals; ``starts`` are the columns in which a list
    begins that is printed in halves side by side.
    """

    columns: dict[int, list[Token]] = field(default_factory=dict)
    ignored: set[int] = field(default_factory=set)
    totals: set[int] = field(default_factory=set)
    starts: list[int] = field(default_factory=list)

    def add(self, tokens: Sequence[Token]) -> None:
        """Take in the labels of one row."""
        words = alignment_words()
        corners = [t for t in tokens if t.info.has("corner") and t.width <= _WIDEST_CORNER]
        alike = [t.column for t in corners if t.info.key == corners[0].info.key]
        if len(alike) > 1 and all(b - a > 1 for a, b in pairwise(alike)):
            self.starts = alike
        for token in tokens:
            places = range(token.column, token.column + token.width)
            if token.info.has("column"):
                self.ignored.difference_update(places)
                self.totals.difference_update(places)
            if token.info.key in words.ignored_columns:
                self.ignored.update(places)
                if token.info.key in words.total_columns:
                    self.totals.update(places)
            for column in places:
                self.columns.setdefault(column, []).insert(0, token)


def grid_rows(
    grid: Grid,
    block: int,
    lead: tuple[Caption, ...],
    above: list[Token],
    pinyin: bool,
    describing: Describing = describe_cell,
) -> Iterator[RawRow]:
    """The rows of one grid; ``above`` holds, and takes, a header printed as a grid of its own."""
    pending: list[Token] = list(above)
    above.clear()
    header = _Header()
    for token in pending:
        header.add([token])
    fresh = True
    blank_strip: RawRow | None = None
    beside: dict[int, list[RawRow]] = {}
    for r, row in enumerate(grid.rows):
        tokens = _row_tokens(grid, row, r, block, pinyin, describing)
        aside: list[Token] = []
        if header.ignored:
            aside = [t for t in tokens if t.column in header.totals and t.info.is_value]
            tokens = [t for t in tokens if t.column not in header.ignored or not t.info.is_value]
        if not tokens:
            continue
        zone = _plain_zone(tokens)
        if zone is not None and not header.starts:
            data = [(0, tokens, zone)]
        else:
            parts = _split_at(tokens, header.starts) if header.starts else _split_repeated(tokens)
            zones = [(place, part, _label_zone(part)) for place, part in enumerate(parts)]
            data = [(place, part, zone) for place, part, zone in zones if _is_data(part, zone, header.columns)]
            zone = zones[0][2]
        if fresh and not data and _is_blank_strip(tokens[zone:], header.columns):
            blank_strip = RawRow(list(pending), tokens[:zone], tokens[zone:], block, header.columns, lead)
            continue
        if not data:
            if not fresh and any(t.info.has(kind) for t in tokens for kind in ("column", "corner", "band")):
                header, fresh = _Header(), True
                header.add(pending)
            own = [t for t in tokens if not t.info.is_blank and not t.inherited]
            pending.extend(own)
            header.add(own)
            continue
        first = True
        for place, part, zone in data:
            own_aside = tuple(t for t in aside if _lies_beside(t, parts, place))
            found = RawRow(pending if first else [], part[:zone], part[zone:], block, header.columns, lead, own_aside)
            first = False
            if place and header.starts:
                beside.setdefault(place, []).append(found)
            else:
                yield found
        fresh, blank_strip = False, None
        pending = []
    for _, rows in sorted(beside.items()):
        yield from rows
    if blank_strip is not None:
        yield blank_strip
    elif fresh and any(t.info.has("column") for t in pending):
        above.extend(pending)


def _row_tokens(
    grid: Grid, row: Sequence[Cell | None], r: int, block: int, pinyin: bool, describing: Describing
) -> list[Token]:
    tokens: list[Token] = []
    previous: Cell | None = None
    above = grid.rows[r - 1] if r else (None,) * len(row)
    for column, (cell, upper) in enumerate(zip(row, above, strict=False)):
        if cell is previous or cell is None:
            if cell is not None and tokens:
                tokens[-1].width += 1
            continue
        tokens.append(Token(describing(cell.text, pinyin), grid, cell, column, 1, upper is cell, block))
        previous = cell
    return tokens


def _plain_zone(tokens: list[Token]) -> int | None:
    """The number of labels of a row that is nothing but labels and then numbers, as most rows are; None for others."""
    printed = [t.info.has_digits for t in tokens]
    zone = printed.index(True) if True in printed else len(tokens)
    if zone == len(tokens) or False in printed[zone:] or any(t.info.is_value for t in tokens[:zone]):
        return None
    return None if zone and is_value_word(tokens[zone - 1].info) else zone


def _label_zone(tokens: list[Token]) -> int:
    """How many of a row's tokens belong to its labels: up to the last label, or words before the first value."""
    zone = 0
    seen_value = False
    for position, token in enumerate(tokens):
        info = token.info
        if info.senses and not info.is_value:
            if not seen_value or not any(t.info.has_digits for t in tokens[zone:position]) or info.has("row"):
                zone, seen_value = position + 1, False
        elif info.is_value:
            seen_value = seen_value or not info.is_blank
        elif not seen_value and not is_value_word(info):
            zone = position + 1
    return zone


def _lies_beside(token: Token, parts: Sequence[Sequence[Token]], place: int) -> bool:
    """Whether a cell that was left out stands after the beginning of that part of its line and before the next."""
    after = parts[place + 1 :]
    return parts[place][0].column < token.column and not any(part[0].column < token.column for part in after)


def _split_at(tokens: list[Token], starts: Sequence[int]) -> list[list[Token]]:
    """A line of a list printed in halves, cut where these begin; values before a label are of the half before."""
    bounds = [*starts, tokens[-1].column + 1]
    parts = [[t for t in tokens if t.column < starts[0]]]
    for begin, end in pairwise(bounds):
        part = [t for t in tokens if begin <= t.column < end]
        surplus = next((k for k, t in enumerate(part) if not t.info.is_value), 0)
        parts[-1].extend(part[:surplus])
        parts.append(part[surplus:])
    return [part for part in parts if part]


def _split_repeated(tokens: list[Token]) -> list[list[Token]]:
    """A line that holds several label-value pairs side by side, cut before each row label that follows a value."""
    labels = [k for k, t in enumerate(tokens) if t.info.senses and not t.info.is_value and t.info.has("row")]
    cuts = [label for before, label in pairwise(labels) if any(t.info.has_digits for t in tokens[before + 1 : label])]
    return [tokens[start:end] for start, end in pairwise([0, *cuts, len(tokens)])] if cuts else [tokens]


def _is_blank_strip(tokens: list[Token], columns: dict[int, list[Token]]) -> bool:
    """Whether a row of empty cells is the one row of a table that has all its labels in the header."""
    if len(tokens) < _MIN_BLANK_STRIP or any(not t.info.is_blank or t.inherited for t in tokens):
        return False
    return all(any(h.info.ids("column", "disputes") for h in columns.get(t.column, ())) for t in tokens)


def _is_data(tokens: list[Token], zone: int, columns: dict[int, list[Token]]) -> bool:
    values = tokens[zone:]
    if not values:
        return False
    for token in values:
        if token.info.has_digits or token.info.value.status == "dash":
            return True
    labels = [t for t in tokens[:zone] if t.info.key and not is_unit(t.info)]
    if not labels or labels[-1].inherited:
        return False
    info = labels[-1].info
    if heads_blank_row(info) or (len(values) == 1 and names_row_and_column(labels)):
        return True
    if info.ids("row", "disputes"):
        return _is_blank_strip(values, columns)
    named = any(t.info.has("column") and t.info.key != info.key for t in labels[:-1])
    return info.has("row") and len(values) >= _MIN_BLANK_STRIP and not named


def upright(grid: Grid, pinyin: bool, describing: Describing = describe_cell) -> Grid:
    """The grid, turned when its rows and columns are exchanged (cells keep their place in the source).

    Exchanged are a table of disclosure, requests or statistics whose rows run across, and one of disputes whose
    outcomes run down, but not its cases: a listing names both on each line.
    """
    width = len(grid.rows[0]) if grid.rows else 0
    if len(grid.rows) < 2 or width < 2:
        return grid
    columns = tuple(zip(*grid.rows, strict=True))

    def down(kind: SenseKind, table: str) -> int:
        return max(_senses_along(column, kind, table, pinyin, describing) for column in columns[:4])

    def across(kind: SenseKind, table: str) -> int:
        return max(_senses_along(row, kind, table, pinyin, describing) for row in grid.rows[:5])

    is_whole = grid.exact or all(cell is not None for row in grid.rows for cell in row)
    turned = any(
        (outcomes := across("row", table)) >= least and outcomes > down("row", table)
        for table, least in _MIN_TURNED_ROWS.items()
        if is_whole or table not in _TURNED_IF_WHOLE
    )
    if not turned and len(grid.rows) <= _MAX_TURNED_ROWS:
        outcomes = down("column", "disputes")
        turned = outcomes >= _MIN_TURNED_OUTCOMES and outcomes > across("column", "disputes")
        turned = turned and down("row", "disputes") <= across("row", "disputes")
    return Grid(columns, grid.locator, grid.exact, grid.row_lines) if turned else grid


def _senses_along(
    cells: Sequence[Cell | None], kind: SenseKind, table: str, pinyin: bool, describing: Describing
) -> int:
    labels = frozenset([describing(cell.text, pinyin).senses for cell in cells if cell is not None])
    return _number_named(labels, kind, table)


@lru_cache(maxsize=1 << 12)
def _number_named(labels: frozenset[frozenset[Sense]], kind: SenseKind, table: str) -> int:
    named = {sense.id for senses in labels for sense in senses if sense.kind == kind and sense.table == table}
    return len(named - _ANYWHERE)
