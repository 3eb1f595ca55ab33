"""Rows of a grid that are printed on several lines, each a row of cells of its own: put together again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from extract.page import Cell, Grid
from transform.rows.fields import ORDINAL, is_known
from transform.rows.vocabulary import describe
from transform.wording.numbers import is_mere_words, is_plain

_MOST_LINES = 4

_Row = Sequence[Cell | None]


def with_whole_rows(grid: Grid, pinyin: bool) -> Grid:
    """The grid with each row whole whose labels were broken over lines of cells that are empty elsewhere.

    Lines are put together where the pieces that stand one below the other make known labels, in every column that
    has several, and no column has two values.  Cells keep their place in the source.
    """
    wordy = [_is_wordy(row) for row in grid.rows]
    if len(grid.rows) < 2 or True not in wordy:
        return grid
    rows: list[tuple[Cell | None, ...]] = []
    at = 0
    while at < len(grid.rows):
        row, lines = grid.rows[at], 1
        if True in wordy[at : at + 2]:
            row, lines = _whole_row(grid.rows[at : at + _MOST_LINES], wordy[at : at + _MOST_LINES], pinyin)
        rows.append(row)
        at += lines
    if len(rows) == len(grid.rows):
        return grid
    return Grid(tuple(rows), grid.locator, grid.exact, grid.row_lines, grid.doubt)


def _whole_row(
    rows: Sequence[tuple[Cell | None, ...]], wordy: Sequence[bool], pinyin: bool
) -> tuple[tuple[Cell | None, ...], int]:
    """The row that the first lines make, and how many these are."""
    for lines in range(2, len(rows) + 1):
        if wordy[:lines].count(False) > 1:
            break
        if (whole := _joined(rows[:lines], pinyin)) is not None:
            return whole, lines
    return rows[0], 1


def _is_wordy(row: _Row) -> bool:
    """Whether a row holds words in some of its cells and nothing in the others."""
    if len(row) < 2:
        return False
    texts = [cell.text for cell in row if cell is not None and cell.text]
    return 0 < len(texts) < len(row) and not any(map(_is_value, texts))


def _joined(rows: Sequence[_Row], pinyin: bool) -> tuple[Cell | None, ...] | None:
    """The one row that lines make; None where they are rows of their own."""
    broken = False
    whole: list[Cell | None] = []
    for column in zip(*rows, strict=True):
        printed = [cell for cell in column if cell is not None and cell.text]
        if len(printed) > 1:
            pieces = [cell.text for cell in printed]
            if any(map(_is_value, pieces)) or not _make_label(pieces, pinyin):
                return None
            whole.append(printed[0]._replace(text="".join(pieces)))
            broken = True
        else:
            whole.append(printed[0] if printed else column[0])
    if not broken or any(c is not None and (c.row_span > 1 or c.column_span > 1) for row in rows for c in row):
        return None
    return tuple(whole) if all(any(c is not None and c.text for c in row) for row in rows) else None


def _make_label(pieces: Sequence[str], pinyin: bool) -> bool:
    """Whether pieces are a known label together, or a path of labels of which none is a label by itself."""
    text = "".join(pieces)
    return is_known(text, pinyin) or (not any(_is_path(p, pinyin) for p in pieces) and _is_path(text, pinyin))


@lru_cache(maxsize=1 << 12)
def _is_value(text: str) -> bool:
    if is_plain(text) or is_mere_words(text):
        return is_plain(text)
    return describe(text, False, False).is_value and not ORDINAL.fullmatch(text)


@lru_cache(maxsize=1 << 12)
def _is_path(text: str, pinyin: bool) -> bool:
    info = describe(text, pinyin, False)
    return bool(info.senses) and info.exact
