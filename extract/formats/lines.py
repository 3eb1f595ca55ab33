"""Lines of text as they stand in a source; a line that holds a whole report comes apart at what parts its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_LEAST_LENGTH = 1000
_LEAST_PIECES = 60
_LEAST_VALUES, _LEAST_VALUES_AT_BLANKS = 12, 40
_VALUE = re.compile(r"[-+]?\d[\d,.]*\D{0,2}|[-/／—－]{1,2}|无|nan", re.IGNORECASE)
_SENTENCE_END = "。"
_MARKS = ("|", "｜", "\t")
_ANY_BAR = "|｜│┃║￨"


class Line(NamedTuple):
    """A line of the source: its number from 1, its text as it stands, and its heading level (0 for none).

    Of a line that holds a whole report, ``piece`` counts the pieces from 1 that are read as lines.
    """

    number: int
    text: str
    heading: int = 0
    piece: int = 0

    @property
    def locator(self) -> str:
        """The place of the line in the source."""
        return f"line {self.number}, piece {self.piece}" if self.piece else f"line {self.number}"


def is_pipe_line(text: str) -> bool:
    """Whether the line holds a pipe or a bar that stands for one (full-width, box drawing)."""
    return any(map(text.__contains__, _ANY_BAR))


def in_pieces(lines: Sequence[Line]) -> list[Line]:
    """The lines, with the cells and paragraphs of a report that was put on one line in its place.

    They are parted by a mark of which no two follow one another (between them would be an empty cell of a row), or by
    single blanks.
    """
    found: list[Line] = []
    for line in lines:
        pieces = _pieces(line.text) if len(line.text) >= _LEAST_LENGTH else ()
        if pieces:
            found.extend(Line(line.number, piece, 0, number) for number, piece in enumerate(pieces, start=1))
        else:
            found.append(line)
    return found


def _pieces(text: str) -> Sequence[str]:
    for mark in _MARKS:
        if text.count(mark) >= _LEAST_PIECES:
            pieces = text.strip().strip(mark).split(mark)
            holds_prose = any(_SENTENCE_END in piece for piece in pieces)
            are_cells = holds_prose and all(map(str.strip, pieces)) and _holds_values(pieces, _LEAST_VALUES)
            return pieces if are_cells else ()
    pieces = text.split()
    return pieces if _holds_values(pieces, _LEAST_VALUES_AT_BLANKS) else ()


def _holds_values(pieces: Sequence[str], least: int) -> bool:
    if len(pieces) < _LEAST_PIECES:
        return False
    return sum(_VALUE.fullmatch(piece.strip()) is not None for piece in pieces) >= least
