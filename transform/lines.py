"""From a Page to raw rows: which words stand before which values, in reading order, with the header above them.

Grids whose columns are known and flat streams of cells (a scrape with one cell a line, a table whose spans were
lost) end in the same :class:`RawRow`; only ``header_columns`` tells that the column of each value is known.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

from extract.page import Cell, Grid, Page, Paragraph
from transform.fold import fold
from transform.vocabulary import SenseKind, TextInfo, describe, known_label, label_keys

_LONGEST_LABEL = 70
_LONGEST_STREAM_LABEL = 60
_MAX_JOINED = 5
_LEAD = 3
_MIN_BLANK_STRIP = 5
_MIN_NUMBERED = 6
_MIN_HEADER = 3
_NUMBERED_SHARE = 0.7
_SENTENCE_END = "。"
_SHORTEST_SENTENCE = 8
_MIN_TURNED_ROWS = 8
_MIN_TURNED_OUTCOMES = 4
_MAX_TURNED_ROWS = 10
_ANYWHERE = frozenset({"handled", "total"})


@dataclass(frozen=True, slots=True)
class _Words:
    subtotal: frozenset[str]
    ignored_columns: frozenset[str]
    value_words: frozenset[str]
    units: frozenset[str]


@lru_cache(maxsize=1)
def alignment_words() -> _Words:
    """The word lists of ``data/alignment.toml``."""
    raw = tomllib.loads(resources.files("data").joinpath("alignment.toml").read_text(encoding="utf-8"))
    return _Words(**{name: frozenset(words) for name, words in raw.items()})


@dataclass(slots=True, eq=False)
class Token:
    """One cell or piece of a line, with what it can mean and where it stands."""

    info: TextInfo
    source: Grid | Paragraph
    cell: Cell | None = None
    column: int = 0
    width: int = 1
    inherited: bool = False
    block: int = 0
    starts_line: bool = False

    @property
    def locator(self) -> str:
        """The place of the token in the source, for people."""
        if isinstance(self.source, Grid) and self.cell is not None:
            return self.source.cell_locator(self.cell)
        return self.source.locator


@dataclass(slots=True, eq=False)
class RawRow:
    """The values that follow one another, with the labels of their row and the header above.

    ``header`` holds the label tokens between the data row before and this one; ``header_columns`` maps a grid column
    to the labels above it, nearest first, and is None where columns are not known; ``lead`` are the short paragraphs
    right before the row's grid.
    """

    header: list[Token]
    labels: list[Token]
    values: list[Token]
    block: int
    header_columns: dict[int, list[Token]] | None = None
    lead: tuple[Token, ...] = ()


def _describe(text: str, pinyin: bool) -> TextInfo:
    return describe(text, pinyin, len(text) <= _LONGEST_LABEL)


def is_value_word(info: TextInfo) -> bool:
    """Whether words stand in the place of a number (见附件, 略)."""
    return info.key in alignment_words().value_words


def _is_unit(info: TextInfo) -> bool:
    return info.key in alignment_words().units


def _row_tokens(grid: Grid, row: Sequence[Cell | None], r: int, block: int, pinyin: bool) -> list[Token]:
    tokens: list[Token] = []
    previous: Cell | None = None
    above = grid.rows[r - 1] if r else (None,) * len(row)
    for column, cell in enumerate(row):
        if cell is None or cell is previous:
            if cell is not None and tokens:
                tokens[-1].width += 1
            continue
        tokens.append(Token(_describe(cell.text, pinyin), grid, cell, column, 1, above[column] is cell, block))
        previous = cell
    return tokens


def _label_zone(tokens: list[Token]) -> int:
    """How many of a row's tokens belong to its labels: up to the last label, or words before the first printed value."""
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


def _split_repeated(tokens: list[Token]) -> Iterator[list[Token]]:
    """A line that holds several label-value pairs side by side, cut before each row label that follows a value."""
    start, seen_label, seen_value = 0, False, False
    for position, token in enumerate(tokens):
        info = token.info
        labels_row = info.has("row") and not info.is_value
        if info.has_digits:
            seen_value = seen_label
        elif seen_value and labels_row:
            yield tokens[start:position]
            start, seen_value = position, False
        seen_label = seen_label or labels_row
    yield tokens[start:]


def _exact_rows(grid: Grid, block: int, lead: tuple[Token, ...], above: list[Token], pinyin: bool) -> Iterator[RawRow]:
    """The rows of one grid; ``above`` is a header printed as a grid of its own, and takes up the header of this one when it has no rows."""
    pending: list[Token] = list(above)
    above.clear()
    columns: dict[int, list[Token]] = {}
    for token in pending:
        for column in range(token.column, token.column + token.width):
            columns.setdefault(column, []).insert(0, token)
    fresh = True
    for r, row in enumerate(grid.rows):
        tokens = _row_tokens(grid, row, r, block, pinyin)
        if not tokens:
            continue
        parts = list(_split_repeated(tokens))
        data = [(part, _label_zone(part)) for part in parts]
        is_data = any(_is_data(part, zone) for part, zone in data)
        if not is_data and _is_blank_strip(tokens, columns):
            yield RawRow(pending, [], tokens, block, columns, lead)
            pending, fresh = [], False
            continue
        if not is_data:
            if not fresh:
                if any(t.info.has("column") or t.info.has("corner") or t.info.has("band") for t in tokens):
                    pending, columns = [], {}
                    fresh = True
            own = [t for t in tokens if not t.info.is_blank and not t.inherited]
            pending.extend(own)
            for token in own:
                for column in range(token.column, token.column + token.width):
                    columns.setdefault(column, []).insert(0, token)
            continue
        first = True
        for part, zone in data:
            if not _is_data(part, zone):
                continue
            yield RawRow(pending if first else [], part[:zone], part[zone:], block, columns, lead)
            first = False
        fresh = False
        pending = []
    if fresh and any(t.info.has("column") for t in pending):
        above.extend(pending)


def _is_blank_strip(tokens: list[Token], columns: dict[int, list[Token]]) -> bool:
    """Whether a row of empty cells is the one row of a table that has all its labels in the header."""
    if len(tokens) < _MIN_BLANK_STRIP or any(not t.info.is_blank or t.inherited for t in tokens):
        return False
    return all(any(h.info.ids("column", "disputes") for h in columns.get(t.column, ())) for t in tokens)


def _is_data(tokens: list[Token], zone: int) -> bool:
    values = tokens[zone:]
    if not values:
        return False
    if any(t.info.has_digits or t.info.value.status == "dash" for t in values):
        return True
    labels = [t for t in tokens[:zone] if t.info.key and not _is_unit(t.info)]
    return bool(labels) and _heads_blank_row(labels[-1].info) and not labels[-1].inherited


def _fields(text: str, pinyin: bool) -> list[str]:
    """A line cut into cells at blanks: trailing values apart from their label, labels apart where each is known."""
    parts = text.split(" ")
    if len(parts) == 1 or describe(text, False, False).value.status == "reported":
        return [text]
    end = len(parts)
    while end and _is_plain_value(parts[end - 1]):
        end -= 1
    head = parts[:end]
    if len(head) > 1 and end < len(parts) and describe(head[-1], pinyin, False).key in alignment_words().units:
        head.pop()
    if end == len(parts) or (len(parts) - end == 1 and end and not head[-1]):
        values: list[str] = []
    else:
        values = parts[end:]
    if not values and len(text) > _LONGEST_STREAM_LABEL:
        return [text]
    if len(values) == 1 and head and not describe(" ".join(head), pinyin, True).senses:
        return [text]
    labels = sum(_is_label(part, pinyin) for part in head)
    if len(head) > 1 and (labels == len(head) or (labels >= 2 and 2 * labels >= len(head) and not values)):
        return [*head, *values]
    return ([" ".join(head)] if head else []) + values


@lru_cache(maxsize=1 << 14)
def _is_plain_value(text: str) -> bool:
    info = describe(text, False, False)
    printed = any(c.isdigit() for c in text) or len(text) == 1
    return info.is_value and (info.value.status == "dash" or (info.has_digits and printed))


def _is_label(text: str, pinyin: bool) -> bool:
    info = describe(text, pinyin, False)
    words = alignment_words()
    return bool(info.senses) or info.key in words.units or info.key in words.ignored_columns


def _stream_tokens(blocks: Sequence[tuple[int, Grid | Paragraph]], pinyin: bool) -> Iterator[Token | None]:
    """The cells of flat text in order; None where running prose interrupts the stream."""
    for index, block in blocks:
        if isinstance(block, Paragraph):
            if len(block.text) > 4 * _LONGEST_STREAM_LABEL or (_SENTENCE_END in block.text and len(block.text) > _SHORTEST_SENTENCE):
                yield None
                continue
            fields = _fields(block.text, pinyin)
            if len(fields) == 1 and len(fields[0]) > _LONGEST_STREAM_LABEL:
                yield None
                continue
            for text in fields:
                yield Token(_describe(text, pinyin), block, block=index)
            continue
        lines = [list({id(cell): cell for cell in row if cell is not None}.values()) for row in block.rows]
        in_rows = any(sum(bool(cell.text) for cell in line) > 1 for line in lines)
        for cells in lines:
            starts = in_rows and len(cells) > 1
            if starts:
                cells = _without_row_number(cells, pinyin)
            for cell in cells:
                for text in _fields(cell.text, pinyin):
                    yield Token(_describe(text, pinyin), block, cell, cell.column, block=index, starts_line=starts)
                    starts = False


def join_labels(tokens: Sequence[Token], pinyin: bool) -> list[Token]:
    """Labels cut over several cells put together again: neighbours become one token where only their whole is known."""
    joined: list[Token] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        best = 1
        if not (token.info.senses and token.info.exact):
            for width in range(2, min(_MAX_JOINED, len(tokens) - i) + 1):
                text = "".join(t.info.text for t in tokens[i : i + width])
                if len(text) > _LONGEST_LABEL:
                    break
                if any(known_label(key) for key in label_keys(fold(text, pinyin=pinyin))):
                    best = width
                    break
        if best > 1:
            text = "".join(t.info.text for t in tokens[i : i + best])
            joined.append(Token(_describe(text, pinyin), token.source, token.cell, token.column, best, False, token.block))
        else:
            joined.append(token)
        i += best
    return joined


def _without_row_number(cells: list[Cell], pinyin: bool) -> list[Cell]:
    """The cells of a line from its first label on, where nothing but one number stands before it."""
    first, *others = cells
    second = next((cell.text for cell in others if cell.text), "")
    return others if first.text.isdigit() and describe(second, pinyin, False).senses else cells


def without_row_numbers(rows: list[RawRow]) -> list[RawRow]:
    """Flat rows without the numbers of the rows that follow them, which end each row and count up by one."""
    last = [next((t for t in reversed(row.values) if not t.info.is_blank), None) for row in rows]
    numbers = [t.info.value.value if t is not None else None for t in last]
    steps = sum(
        isinstance(a, int) and isinstance(b, int) and b == a + 1 for a, b in zip(numbers, numbers[1:], strict=False)
    )
    if len(rows) < _MIN_NUMBERED or steps < _NUMBERED_SHARE * (len(rows) - 1):
        return rows
    return [
        replace(row, values=[t for t in row.values if t is not end])
        for row, end, before in zip(rows, last, [None, *numbers], strict=False)
        if end is not None or before is not None or row.values
    ]


def _numbers_first_row(words: list[Token], values: list[Token]) -> bool:
    """Whether a number after the last label of a header is the number of the row that follows."""
    if len(values) != 1 or not words or not words[-1].info.has("column"):
        return False
    return sum(t.info.has("column") for t in words) >= _MIN_HEADER and values[0].info.value.value == 1


def _heads_blank_row(info: TextInfo) -> bool:
    """Whether empty cells after a label are its row, and not the filling of a header line."""
    return any(s.kind == "row" and s.table != "disputes" for s in info.senses) and not info.has("column")


def _stream_rows(blocks: Sequence[tuple[int, Grid | Paragraph]], pinyin: bool) -> Iterator[RawRow]:
    labels: list[Token] = []
    values: list[Token] = []

    def flush() -> Iterator[RawRow]:
        nonlocal labels, values
        printed = any(not t.info.is_blank for t in values)
        words = join_labels(labels, pinyin)
        if _numbers_first_row(words, values):
            values = []
            return
        if values and (printed or (words and _heads_blank_row(words[-1].info))):
            yield RawRow(words[:-1], words[-1:], values, values[0].block)
            labels = []
        values = []

    for token in _stream_tokens(blocks, pinyin):
        if token is None:
            yield from flush()
            labels = []
            continue
        if token.starts_line and values:
            yield from flush()
        if token.info.is_value or (is_value_word(token.info) and labels):
            values.append(token)
        elif _is_unit(token.info):
            continue
        else:
            if values:
                yield from flush()
            labels.append(token)
    yield from flush()


def _senses_along(cells: Sequence[Cell | None], kind: SenseKind, table: str, pinyin: bool) -> int:
    distinct = {id(c): c for c in cells if c is not None}
    return len({i for c in distinct.values() for i in _describe(c.text, pinyin).ids(kind, table) if i not in _ANYWHERE})


def _upright(grid: Grid, pinyin: bool) -> Grid:
    """The grid, turned when its rows and columns are exchanged (cells keep their place in the source).

    Exchanged are a requests table whose outcomes run across, and a disputes table whose outcomes run down.
    """
    width = len(grid.rows[0]) if grid.rows else 0
    if len(grid.rows) < 2 or width < 2:
        return grid
    columns = list(zip(*grid.rows, strict=True))
    for kind, table, least in (("row", "requests", _MIN_TURNED_ROWS), ("column", "disputes", _MIN_TURNED_OUTCOMES)):
        down = max(_senses_along(column, kind, table, pinyin) for column in columns[:4])  # type: ignore[arg-type]
        across = max(_senses_along(row, kind, table, pinyin) for row in grid.rows[:5])  # type: ignore[arg-type]
        turned = across > down if table == "requests" else down > across
        if turned and max(across, down) >= least and not (table == "disputes" and len(grid.rows) > _MAX_TURNED_ROWS):
            return Grid(tuple(columns), grid.locator, grid.exact, grid.row_lines)
    return grid


def read_rows(page: Page, pinyin: bool) -> list[RawRow]:
    """All raw rows of the page, in reading order."""
    rows: list[RawRow] = []
    above: list[Token] = []
    stream: list[tuple[int, Grid | Paragraph]] = []
    for index, block in enumerate(page.blocks):
        if isinstance(block, Grid) and block.exact and len(block.rows[0] if block.rows else ()) > 1:
            rows.extend(without_row_numbers(list(_stream_rows(stream, pinyin))))
            lead = tuple(
                Token(_describe(b.text, pinyin), b, block=i)
                for i, b in stream[-_LEAD:]
                if isinstance(b, Paragraph) and len(b.text) <= _LONGEST_STREAM_LABEL
            )
            stream = []
            rows.extend(_exact_rows(_upright(block, pinyin), index, lead, above, pinyin))
        else:
            stream.append((index, _upright(block, pinyin) if isinstance(block, Grid) else block))
    rows.extend(without_row_numbers(list(_stream_rows(stream, pinyin))))
    return rows
