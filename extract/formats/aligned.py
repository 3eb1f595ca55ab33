"""Tables that stand in columns of a text by blanks alone: what a line leaves empty shows by where its words begin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from unicodedata import east_asian_width

from extract.formats.lines import Line, is_pipe_line

_PIECE = re.compile(r"\S+(?: \S+)*")
_GAP = re.compile(r"(?<=\S)\s{2,}(?=\S)")
_LEAST_LINES = 3
_LEAST_COLUMNS, _MOST_COLUMNS = 3, 24
_MOST_UNSHARED = 1 / 8

Cells = dict[int, list[str]]
"""The cells of lines, by the position of the line."""


def aligned_cells(lines: Sequence[Line]) -> Cells:
    """The cells of the lines of tables in which all cells begin in the same columns.

    A column is told by characters, or by their width on a terminal, where a Han character is as wide as two others.
    """
    found: Cells = {}
    for is_spaced, run in groupby(range(len(lines)), key=lambda at: _is_spaced(lines[at].text)):
        positions = list(run)
        if is_spaced and len(positions) >= _LEAST_LINES:
            texts = [lines[at].text for at in positions]
            measures = (len, _width) if _is_padded(texts) else ()
            cells = next((cells for measure in measures if (cells := _cells(texts, measure))), ())
            found.update(zip(positions, cells, strict=False))
    return found


def _is_spaced(text: str) -> bool:
    """Whether nothing but blanks parts the cells of a line."""
    return "  " in text and "\t" not in text and not is_pipe_line(text)


def _is_padded(texts: Sequence[str]) -> bool:
    """Whether cells stand at different distances; where all do at one, blanks only part them, and none is empty."""
    gaps = {len(gap) for text in texts for gap in _GAP.findall(text)}
    return len(gaps) > 1


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _cells(texts: Sequence[str], measure: Callable[[str], int]) -> list[list[str]]:
    pieces = [list(_pieces(text, measure)) for text in texts]
    starts = Counter(start for row in pieces for start, _ in row)
    columns = sorted(starts)
    if not _LEAST_COLUMNS <= len(columns) <= _MOST_COLUMNS or columns[0]:
        return []
    unshared = sum(count == 1 for count in starts.values())
    if unshared > _MOST_UNSHARED * len(columns) and all(len(row) < len(columns) for row in pieces):
        return []
    if not any(len(row) < len(columns) for row in pieces):
        return []
    rows = []
    for text, row in zip(texts, pieces, strict=True):
        length = measure(text)
        own = dict(row)
        rows.append([own.get(column, "") for column in columns if column < length])
    return rows


def _pieces(text: str, measure: Callable[[str], int]) -> Iterator[tuple[int, str]]:
    """The pieces of a line with where they begin; every character is measured once."""
    begin = at = 0
    for match in _PIECE.finditer(text):
        begin, at = begin + measure(text[at : match.start()]), match.start()
        yield begin, match[0]
