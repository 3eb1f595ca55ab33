"""The stream of an HTML page becomes its items in reading order: texts and grids, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat
from typing import NamedTuple

from lxml import etree

from extract.formats.grid import Slots
from extract.formats.lines import is_pipe_line
from extract.formats.markup import BREAK
from extract.formats.prepare import FormerTags, is_bare_text
from extract.formats.stream import (
    BORDER,
    HEADING_CLOSES,
    PICTURE,
    PREFORMATTED_CLOSES,
    PREFORMATTED_OPENS,
    ROOT_CLOSES,
    ROOT_OPENS,
    write_stream,
)
from extract.formats.tables import DataTable, Table, read_parts, without_frames

LEAST_PIPE_LINES = 2

_HEADING_OPENS = frozenset("123456")
_ROOT_OF_CLOSING = dict(zip(ROOT_CLOSES, ROOT_OPENS, strict=True))
_MOST_BORDERS_OF_BARE_TEXT = 6


def _paragraphs(piece: str) -> Iterator[str]:
    """The paragraphs of a piece of stream, empty ones too."""
    return map(str.strip, " ".join(piece.replace(BREAK, BORDER).split()).split(BORDER))


class PlacedTable(NamedTuple):
    """The slots of a data table, and whether their columns are exact."""

    rows: Slots
    exact: bool


Item = str | PlacedTable


class Range(NamedTuple):
    """Half-open, in items; and the pictures in it."""

    start: int
    end: int
    pictures: int


@dataclass(slots=True)
class Walk:
    """The items of a page in reading order, what is known of them, and the range of each candidate for its root.

    ``headings`` has the level of the items that are headings.  ``by_line`` tells that pieces of text must be looked at
    one by one, since line ends in them may weigh; ``pieces`` are those that need not be, each with its first item.
    """

    lines_are_paragraphs: bool
    by_line: bool
    items: list[Item] = field(default_factory=list)
    headings: dict[int, int] = field(default_factory=dict)
    tables: list[int] = field(default_factory=list)
    roots: dict[str, Range] = field(default_factory=dict)
    pictures: int = 0
    holds_tabs: bool = False
    pieces: list[tuple[int, str]] = field(default_factory=list)
    _opened: dict[str, tuple[int, int]] = field(default_factory=dict)

    def open_root(self, letter: str) -> None:
        """Begin the range of a candidate."""
        self._opened[letter] = (len(self.items), self.pictures)

    def close_root(self, letter: str) -> None:
        """End the range of a candidate."""
        start, pictures = self._opened.get(letter, (len(self.items), self.pictures))
        self.roots[letter] = Range(start, len(self.items), self.pictures - pictures)

    def count_pictures(self, piece: str) -> str:
        """The piece without its pictures, which are counted."""
        if PICTURE in piece:
            self.pictures += piece.count(PICTURE)
            piece = piece.replace(PICTURE, "")
        return piece

    def add(self, piece: str, heading: int, preformatted: int) -> None:
        """Add the paragraphs of a piece of stream that holds no table."""
        before = len(self.items)
        if preformatted or self.by_line:
            for raw in piece.split(BORDER):
                if raw and not raw.isspace():
                    self._add_lines(raw, preformatted)
        else:
            self.pieces.append((before, piece))
            self.items.extend(filter(None, _paragraphs(piece)))
        if heading:
            self.headings.update(zip(range(before, len(self.items)), repeat(heading), strict=False))

    def empty_before(self) -> dict[int, int]:
        """How many paragraphs stand empty before each item, where there are any."""
        empty: dict[int, int] = {}
        for position, piece in self.pieces:
            count = 0
            for words in _paragraphs(piece):
                if not words:
                    count += 1
                    continue
                if count:
                    empty[position] = count
                position += 1
                count = 0
        return empty

    def _add_lines(self, raw: str, preformatted: int) -> None:
        if "\n" in raw and (preformatted or self.lines_are_paragraphs or _holds_pipe_lines(raw)):
            raw = raw.replace("\n", BREAK)
        for line in raw.split(BREAK):
            if preformatted and "\t" in line:
                self.holds_tabs = True
            else:
                line = " ".join(line.split())
            if line and not line.isspace():
                self.items.append(line)

    def add_table(self, data: DataTable, pictures: int) -> None:
        """Add a data table; tables inside it are not looked at."""
        self.pictures += pictures
        self.items.extend(data.around)
        if data.rows:
            self.tables.append(len(self.items))
            self.items.append(PlacedTable(data.rows, data.exact))


@dataclass(slots=True)
class _Frame:
    """What is being walked through: the parts yet to come, the headings and preformatted blocks around the next one."""

    parts: Iterator[str | Table]
    headings: list[int]
    preformatted: int = 0
    root: str = ""


def walk_through(root: etree._Element, former_tags: FormerTags) -> Walk:
    """Read the stream of a prepared tree from its beginning to its end."""
    stream = write_stream(root)
    bare = "\n" in stream and stream.count(BORDER) <= _MOST_BORDERS_OF_BARE_TEXT and is_bare_text(root, former_tags)
    walk = Walk(bare, bare or is_pipe_line(stream))
    frames = [_Frame(iter(read_parts(stream)), [0])]
    while frames:
        frame = frames[-1]
        part = next(frame.parts, None)
        if part is None:
            frames.pop()
            if frame.root:
                walk.close_root(frame.root)
        elif isinstance(part, str):
            piece = _follow(walk, frame, part[:1], part[1:])
            if len(frames) > 1:
                piece = without_frames(piece)
            if piece:
                walk.add(piece, frame.headings[-1], frame.preformatted)
        else:
            if part.root:
                walk.open_root(part.root)
            if part.data is None:
                frames.append(_Frame(iter(part.parts), frame.headings[-1:], frame.preformatted, part.root))
            else:
                walk.add_table(part.data, part.pictures)
                frames.append(_Frame(iter(part.inner()), [0], 0, part.root))
    return walk


def _follow(walk: Walk, frame: _Frame, letter: str, piece: str) -> str:
    """Note an event; returns the piece of stream after it without its pictures."""
    if letter in _HEADING_OPENS:
        frame.headings.append(int(letter))
    elif letter == HEADING_CLOSES and len(frame.headings) > 1:
        frame.headings.pop()
    elif letter == PREFORMATTED_OPENS:
        frame.preformatted += 1
    elif letter == PREFORMATTED_CLOSES:
        frame.preformatted -= 1
    elif letter in _ROOT_OF_CLOSING:
        walk.close_root(_ROOT_OF_CLOSING[letter])
    elif letter in _ROOT_OF_CLOSING.values():
        walk.open_root(letter)
    return walk.count_pictures(piece)


def _holds_pipe_lines(raw: str) -> bool:
    if "|" not in raw and not is_pipe_line(raw):
        return False
    return sum(1 for line in raw.splitlines() if is_pipe_line(line)) >= LEAST_PIPE_LINES
