"""The pieces that tables are made of for the aligner: tokens, and raw rows of labels and values."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from extract.page import Cell, Grid, Paragraph
from transform.rows.vocabulary import TextInfo, describe
from transform.wording.fold import fold

LONGEST_LABEL = 70
LONGEST_STREAM_LABEL = 60
_LONGEST_NOISY_LABEL = 240


@dataclass(frozen=True, slots=True)
class _Words:
    subtotal: frozenset[str]
    ignored_columns: frozenset[str]
    total_columns: frozenset[str]
    this_year: frozenset[str]
    last_year: frozenset[str]
    value_words: frozenset[str]
    cell_errors: frozenset[str]
    units: frozenset[str]
    foot: frozenset[str]
    page_numbers: re.Pattern[str]


@lru_cache(maxsize=1)
def alignment_words() -> _Words:
    """The word lists of ``data/alignment.toml``."""
    raw = tomllib.loads(resources.files("data").joinpath("alignment.toml").read_text(encoding="utf-8"))
    pattern = re.compile(raw.pop("page_numbers"))
    return _Words(page_numbers=pattern, **{name: frozenset(words) for name, words in raw.items()})


@dataclass(slots=True, eq=False)
class Token:
    """One cell or piece of a line, with what it can mean and where it stands.

    ``starts_line`` marks the first cell of a line that holds a row, ``alone`` a piece that is a whole paragraph,
    ``glued`` digits that nothing parts from their label, so that other cells may have run into them.
    """

    info: TextInfo
    source: Grid | Paragraph
    cell: Cell | None = None
    column: int = 0
    width: int = 1
    inherited: bool = False
    block: int = 0
    starts_line: bool = False
    alone: bool = False
    glued: bool = False

    @property
    def locator(self) -> str:
        """The place of the token in the source, for people."""
        source, cell = self.source, self.cell
        return source.locator if cell is None or isinstance(source, Paragraph) else source.cell_locator(cell)


@dataclass(frozen=True, slots=True)
class Caption:
    """A short paragraph before a grid, which is described only where somebody asks."""

    text: str
    pinyin: bool

    @property
    def info(self) -> TextInfo:
        """What the paragraph can mean."""
        return describe_cell(self.text, self.pinyin)


@dataclass(slots=True, eq=False)
class RawRow:
    """The values that follow one another, with the labels of their row and the header above.

    ``header`` holds the label tokens between the data row before and this one; ``header_columns`` maps a grid column
    to the labels above it, nearest first, and is None where columns are not known; ``lead`` are the short paragraphs
    right before the row's grid; ``aside`` are cells of the row that hold running totals and no figures.
    """

    header: list[Token]
    labels: list[Token]
    values: list[Token]
    block: int
    header_columns: dict[int, list[Token]] | None = None
    lead: tuple[Caption, ...] = ()
    aside: tuple[Token, ...] = ()

    def with_values(self, values: list[Token]) -> RawRow:
        """The row with other values."""
        return RawRow(self.header, self.labels, values, self.block, self.header_columns, self.lead, self.aside)


@lru_cache(maxsize=1 << 15)
def describe_cell(text: str, pinyin: bool) -> TextInfo:
    """What a cell or line can mean; similar labels are admitted where it is short enough to be a label."""
    return describe(text, pinyin, length_without_noise(text, pinyin) <= LONGEST_LABEL)


def length_without_noise(text: str, pinyin: bool) -> int:
    """The number of characters of a text, noise left out (a text of several lines' length is measured as it stands)."""
    if not LONGEST_STREAM_LABEL < len(text) <= _LONGEST_NOISY_LABEL:
        return len(text)
    return len(fold(text, pinyin=pinyin))


def is_value_word(info: TextInfo) -> bool:
    """Whether words stand in the place of a number (见附件, 略); what introduces something (附件：) does not."""
    words = alignment_words()
    if not info.key:
        return info.text in words.cell_errors
    return info.key in words.value_words and not info.text.endswith((":", "："))


def is_unit(info: TextInfo) -> bool:
    """Whether a text is a unit printed in a cell of its own."""
    return info.key in alignment_words().units


def heads_blank_row(info: TextInfo) -> bool:
    """Whether empty cells after a label are its row, and not the filling of a header line."""
    return any(s.kind == "row" and s.table != "disputes" for s in info.senses) and not info.has("column")
