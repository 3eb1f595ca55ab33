"""Abstract tables: rows of boxes with spans, built from the labels of a form, before any format is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .printing import Expected


@dataclass
class Box:
    """One cell: what it prints, its spans, and the figure that it holds (None for labels and filling)."""

    text: str
    cs: int = 1
    rs: int = 1
    figure: str | None = None
    head: bool = False


Row = list[Box]


@dataclass
class Sheet:
    """One table as drawn: ``caption`` stands inside it on top, ``note`` beneath it; ``decoy`` holds no figure."""

    table: str
    rows: list[Row]
    caption: str = ""
    note: str = ""
    head_rows: int = 0
    decoy: bool = False

    @property
    def width(self) -> int:
        """Columns, spans counted."""
        return max((len(slots) for slots in self.slots()), default=0)

    def slots(self) -> list[list[tuple[Box, bool]]]:
        """Every slot with its box and whether the box begins there, by the table model of HTML."""
        grid: list[dict[int, tuple[Box, bool]]] = [{} for _ in self.rows]
        for y, row in enumerate(self.rows):
            x = 0
            for box in row:
                while x in grid[y]:
                    x += 1
                for dy in range(min(box.rs, len(self.rows) - y)):
                    for dx in range(box.cs):
                        grid[y + dy].setdefault(x + dx, (box, dx == dy == 0))
                x += box.cs
        return [[line.get(x, (Box(""), False)) for x in range(max(line, default=-1) + 1)] for line in grid]


@dataclass
class Paragraph:
    """Running text; ``heading`` 1 is the title, 2 a section heading, 0 text."""

    text: str
    heading: int = 0


@dataclass
class Paper:
    """A whole report before it is printed in a format: paragraphs and sheets in order, and what each figure prints."""

    items: list[Paragraph | Sheet]
    expected: dict[str, Expected]
    title: str = ""
    meta: dict[str, str] = field(default_factory=dict)

    def sheets(self, *tables: str) -> list[Sheet]:
        """The sheets of some tables (all when none is named), decoys left out."""
        return [i for i in self.items if isinstance(i, Sheet) and not i.decoy and (not tables or i.table in tables)]


def label(text: str, cs: int = 1, rs: int = 1, *, head: bool = False) -> Box:
    """A box that holds a label."""
    return Box(text, cs, rs, None, head)


def values(expected: Mapping[str, Expected], figures: Iterable[str]) -> Row:
    """The boxes of some figures, in that order; a figure that the form does not have gives an empty box."""
    return [Box(expected[f].raw or "", figure=f) if f in expected else Box("") for f in figures]
