"""Tables under the heading of another report or year: they may fill the place of one that the report itself lacks."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from extract.page import Grid, Page, Paragraph
from transform.alignment.outcome import Alignment
from transform.alignment.place import union_rows
from transform.forms import Form
from transform.metadata.gazetteer import gazetteer, wording
from transform.metadata.titles import read_title, with_years, year_number
from transform.model import Finding, Metadata
from transform.rows.tokens import LONGEST_STREAM_LABEL, describe_cell
from transform.wording.fold import clean, fold

_LONGEST_HEADING = 80
_LONGEST_CAPTION = 40
_LEAST_SECTIONS = 2


@dataclass(frozen=True, slots=True)
class _Heading:
    """A line that tells whose figures follow, or of which year: from ``block`` on; ``is_title`` if it is no caption."""

    block: int
    text: str
    organ: str | None
    year: int | None
    is_title: bool

    def is_of(self, other: _Heading) -> bool:
        """Whether both can head one report: what either leaves open, the other may say."""
        return (self.year is None or other.year is None or self.year == other.year) and (
            self.organ is None or other.organ is None or _same_organ(self.organ, other.organ)
        )


class Headings:
    """The headings of reports and years on a page, and which of them stands over what."""

    def __init__(self, page: Page, metadata: Metadata, pinyin: bool) -> None:
        """Find them; the report itself is the one that ``metadata`` describes."""
        self._page, self._pinyin = page, pinyin
        self._found = [*_headings(page, pinyin)]
        self._blocks = [heading.block for heading in self._found]
        self._own = _own(metadata, self._found)

    @cached_property
    def _sections(self) -> list[tuple[int, int]]:
        return [*_sections(self._page, self._pinyin, len(self._page.blocks))] if self._found else []

    def divide_tables(self) -> bool:
        """Whether a heading stands between two grids of the page, or another report's between the report and a grid."""
        grids = [index for index, block in enumerate(self._page.blocks) if isinstance(block, Grid)]
        if not grids:
            return False
        return any(
            grids[0] < heading.block or (not heading.is_of(self._own) and self._follows_sections(heading.block))
            for heading in self._found
            if heading.block < grids[-1]
        )

    def foreign(self, block: int) -> bool:
        """Whether a block stands under the whole title of another organ's or year's report."""
        over = self._over(block)
        return over >= 0 and self._found[over].is_title and not self._found[over].is_of(self._own)

    def foreign_tables(self, form: Form, alignment: Alignment) -> Iterator[Finding]:
        """Findings ``<table>.other_report`` for figures below the heading of another organ's or year's report (error).

        They come up only where tables stand below different headings, or all below another than the report's title.
        A title that is printed once more may begin another report, too (warning); one that is printed again and again
        stands at the head of every page.
        """
        if not self._found:
            return
        found, own = self._found, self._own
        below: dict[int, list[str]] = defaultdict(list)
        for figure, placement in alignment.placements.items():
            if placement.token is not None:
                below[self._over(placement.token.block)].append(figure)
        standing = {*below, *map(self._over, alignment.blocks)}
        if len(standing) < 2 and not self._follow_own_report(max(below, default=0)):
            return
        titled = _titled(own, found, sorted(below))
        for k, figures in sorted(below.items()):
            again = titled[1:] == [k]
            if k < 0 or (found[k].is_of(own) and not again):
                continue
            message = f"this table stands under '{found[k].text}', others of the report do not"
            for table in dict.fromkeys(form.figures[figure].table for figure in figures):
                of_table = tuple(figure for figure in figures if form.figures[figure].table == table)
                yield Finding(f"{table}.other_report", "warning" if again else "error", of_table, message, "source")

    def _follow_own_report(self, heading: int) -> bool:
        """Whether the report itself, or its own year, stands before a heading: by name, or sections without tables."""
        if any(h.is_of(self._own) and (h.is_title or h.year == self._own.year) for h in self._found[:heading]):
            return True
        return heading >= 0 and self._follows_sections(self._blocks[heading])

    def _follows_sections(self, block: int) -> bool:
        return len({rank for _, rank in _sections(self._page, self._pinyin, block)}) >= _LEAST_SECTIONS

    def _over(self, block: int) -> int:
        """The number of the heading that stands over a block; -1 where none does."""
        k = bisect_left(self._blocks, block) - 1
        while k >= 0 and not self._found[k].is_title and self._is_over(self._blocks[k], block):
            k -= 1
        return k

    def _is_over(self, caption: int, block: int) -> bool:
        """Whether a caption inside a section of the report ends with it, before a block: the next section began."""
        inside = next((rank for at, rank in reversed(self._sections) if at < caption), None)
        return inside is not None and any(rank > inside for at, rank in self._sections if caption < at < block)


def _sections(page: Page, pinyin: bool, end: int) -> Iterator[tuple[int, int]]:
    """The headings of sections with statutory tables before block ``end``: their blocks, their order in the form."""
    ranks = {table: rank for rank, table in enumerate(union_rows())}
    for index, block in enumerate(page.blocks[:end]):
        if isinstance(block, Paragraph) and len(block.text) <= LONGEST_STREAM_LABEL:
            titles = [s.table for s in describe_cell(block.text, pinyin).senses if s.kind == "title"]
            if titles:
                yield index, ranks[titles[0]]


def _titled(own: _Heading, headings: Sequence[_Heading], last: Sequence[int]) -> list[int]:
    """Of the ``last`` headings before figures those of the report itself with its title printed for these figures."""
    begins = [0, *(k + 1 for k in last)]
    return [
        k
        for begin, k in zip(begins, last, strict=False)
        if k >= 0 and headings[k].is_of(own) and any(h.is_title and h.is_of(own) for h in headings[begin : k + 1])
    ]


def _own(metadata: Metadata, headings: Sequence[_Heading]) -> _Heading:
    """Organ and year of the report: as its metadata say, else as the first title does."""
    title = next((heading for heading in headings if heading.is_title), None)
    organ, year = (title.organ, title.year) if title else (None, None)
    return _Heading(-1, "", metadata.issuer or organ, metadata.year or year, is_title=False)


def _headings(page: Page, pinyin: bool) -> Iterator[_Heading]:
    hint: str = wording()["titles"]["hint"]
    for index, block in enumerate(page.blocks):
        if not isinstance(block, Paragraph) or len(block.text) > 2 * _LONGEST_HEADING:
            continue
        if hint not in block.text and "年" not in block.text:
            continue
        text = clean(block.text, pinyin=pinyin)
        if len(text) > _LONGEST_HEADING:
            continue
        title = read_title(text)
        if title is not None:
            if title.fit > 0 and (title.organ or title.year):
                yield _Heading(index, text, title.organ, title.year, title.is_whole)
        elif len(text) <= _LONGEST_CAPTION and (year := _captioned_year(fold(text))):
            yield _Heading(index, text, None, year, is_title=False)


@lru_cache(maxsize=1 << 10)
def _captioned_year(folded: str) -> int | None:
    match = with_years(wording()["titles"]["year_caption"]).match(folded)
    return year_number(match["year"]) if match else None


@lru_cache(maxsize=1 << 8)
def _same_organ(a: str, b: str) -> bool:
    """Whether two names can be one organ's: 凌源市三道河子镇 may be printed as 三道河子镇人民政府."""
    mine, theirs = fold(a), fold(b)
    if mine in theirs or theirs in mine:
        return True
    if gazetteer().core(mine) != gazetteer().core(theirs):
        return False
    readings = gazetteer().read(mine), gazetteer().read(theirs)
    return all(r is not None for r in readings) and bool(set(readings[0].codes) & set(readings[1].codes))  # type: ignore[union-attr]
