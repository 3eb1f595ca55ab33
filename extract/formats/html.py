"""HTML becomes a Page: paragraphs and grids in reading order, hidden parts left out, layout tables taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import count, groupby, repeat, takewhile

from extract.formats import content, text
from extract.formats.embedded import embedded_markup
from extract.formats.lines import Line, is_pipe_line
from extract.formats.markup import parse
from extract.formats.prepare import prepare
from extract.formats.stream import ROOT_OPENS
from extract.formats.survey import survey
from extract.formats.walk import LEAST_PIPE_LINES, Item, PlacedTable, Range, Walk, walk_through
from extract.page import Block, Grid, Page, Paragraph, cells_once

_LEAST_CELLS = 3
_LONGEST_COUNT = 8
_LEAST_NUMBERS = 3
_LEAST_SHOWN = 20
_LEAST_CELLS_ALONE = 20
_MAX_BEFORE = 4000
_MAX_AFTER = 2000

_new_paragraph = partial(tuple.__new__, Paragraph)


def read_html(source: str, *, encoding: str = "utf-8", url: str | None = None, utf8: bytes | None = None) -> Page:
    """The page that an HTML document or fragment makes; a page with nothing to read has no blocks.

    Blocks are those of the content root (``data/content_selectors.toml``) where it is certain that no table is left
    outside of it, otherwise of the whole body; the text around the root stays in ``html:before`` and ``html:after``.
    Where the page shows no cells of its own, what it carries for a frame or a script to show is read, or what it hides.
    ``utf8`` are the bytes of ``source`` in UTF-8, where they are at hand.
    """
    page = _read_shown(source, encoding, url, utf8)
    if _shows_cells(page):
        return page
    carried, fields = embedded_markup(source) or ("", {})
    inner = _read_shown(carried, encoding, url) if carried else None
    if inner is None or not inner.blocks:
        hidden = _read_shown(source, encoding, url, utf8, with_hidden=True)
        return hidden if _shows_cells(hidden) else page
    shown = "\n".join(b.text for b in page.blocks if isinstance(b, Paragraph) and "<" not in b.text)
    return replace(inner, meta={**fields, **inner.meta, **page.meta, "html:before": shown[-_MAX_BEFORE:]})


def _shows_cells(page: Page) -> bool:
    """Whether the page has a table of some size, or a few paragraphs that are numbers or end in one set apart."""
    if any(isinstance(block, Grid) and len(block.rows) * len(block.rows[0]) >= _LEAST_SHOWN for block in page.blocks):
        return True
    return sum(isinstance(b, Paragraph) and _ends_in_count(b.text) for b in page.blocks) >= _LEAST_NUMBERS


def _ends_in_count(words: str) -> bool:
    last = words.rsplit(maxsplit=1)[-1:]
    return _begins_as_count(words) or (bool(last) and len(last[0]) <= _LONGEST_COUNT and last[0][0].isnumeric())


def _begins_as_count(words: str) -> bool:
    return len(words) <= _LONGEST_COUNT and any(map(str.isdigit, words[:2]))


def _read_shown(
    source: str, encoding: str, url: str | None, utf8: bytes | None = None, *, with_hidden: bool = False
) -> Page:
    """What a page shows of itself, or could show."""
    root = parse(source, utf8)
    if root is None:
        return Page((), "html", encoding, url)
    seen = survey(root)
    meta = content.read_meta(seen)
    roots = content.find_roots(seen)
    former_tags = prepare(seen, roots, with_hidden=with_hidden)
    walk = walk_through(root, former_tags)
    title = _first_title(walk)
    if title:
        meta["html:h1"] = title
    start, end, pictures = _choose(walk, len(roots))
    for name, outside in (("html:before", walk.items[:start]), ("html:after", walk.items[end:])):
        joined = _joined_text(outside)
        if joined:
            meta[name] = joined[-_MAX_BEFORE:] if name == "html:before" else joined[:_MAX_AFTER]
    return Page(_blocks(walk, start, end), "html", encoding, url, meta, pictures)


def _first_title(walk: Walk) -> str:
    """The first items in a row that are headings of the first level."""
    titles = [position for position, level in walk.headings.items() if level == 1]
    first = takewhile(lambda pair: pair[0] - pair[1] == titles[0], zip(titles, count()))
    return " ".join(str(walk.items[position]) for position, _ in first)


def _choose(walk: Walk, candidates: int) -> Range:
    """The first candidate that holds every table with numbers, or else half of the text; otherwise the body."""
    tables = [
        position
        for position in (walk.tables if candidates else ())
        if isinstance(table := walk.items[position], PlacedTable) and _holds_numbers(table)
    ]
    for letter in ROOT_OPENS[:candidates]:
        found = walk.roots.get(letter)
        if found is None or not all(found.start <= position < found.end for position in tables):
            continue
        if tables or _length(walk.items[found.start : found.end]) * 2 >= _length(walk.items) > 0:
            return found
    return Range(0, len(walk.items), walk.pictures)


def _length(items: Sequence[Item]) -> int:
    return sum(len(item) for item in items if isinstance(item, str))


def _holds_numbers(table: PlacedTable) -> bool:
    """Whether some cell is a bare number; a menu or an info box in table form has none but its long index number."""
    return any(cell is not None and _begins_as_count(cell.text) for row in table.rows for cell in row)


def _joined_text(items: Sequence[Item]) -> str:
    lines: list[str] = []
    for item in items:
        if isinstance(item, str):
            lines.append(item)
        else:
            lines.extend("|".join(cell.text for cell in cells_once(row)) for row in item.rows)
    return "\n".join(lines)


def _blocks(walk: Walk, start: int, end: int) -> tuple[Block, ...]:
    """The items of a range with their locators, once runs of paragraphs that hold pipe rows are read as rows."""
    items: Sequence[Item] = walk.items[start:end]
    levels = {position - start: level for position, level in walk.headings.items() if start <= position < end}
    if walk.by_line or walk.holds_tabs:
        if sum(1 for item in items if isinstance(item, str) and _holds_cells(item)) >= LEAST_PIPE_LINES:
            items, levels = _with_pipe_rows(items, levels)
        items = [" ".join(item.split()) if isinstance(item, str) else item for item in items]
    paragraphs = grids = position = 0
    empty = walk.empty_before() if not walk.by_line and _are_cells(items) else {}
    blocks: list[Block] = []
    for kind, run in groupby(items, key=type):
        if kind is str:
            texts = list(run)
            locators = map("paragraph {}".format, count(paragraphs + 1))
            headings = map(levels.get, count(position), repeat(0)) if levels else repeat(0)
            gaps = map(empty.get, count(start + position), repeat(0)) if empty else repeat(0)
            blocks.extend(map(_new_paragraph, zip(texts, locators, headings, gaps, strict=False)))
            paragraphs += len(texts)
            position += len(texts)
            continue
        for table in run:
            grids += 1
            position += 1
            if isinstance(table, PlacedTable):
                blocks.append(Grid(table.rows, f"table {grids}", table.exact))
    return tuple(blocks)


def _are_cells(items: Sequence[Item]) -> bool:
    """Whether a page without tables prints so many numbers by themselves that its paragraphs are cells."""
    if any(isinstance(item, PlacedTable) for item in items):
        return False
    return sum([item.isdecimal() for item in items if isinstance(item, str)]) >= _LEAST_CELLS_ALONE


def _holds_cells(words: str) -> bool:
    return is_pipe_line(words) or words.count("\t") > 1


def _with_pipe_rows(items: Sequence[Item], levels: dict[int, int]) -> tuple[list[Item], dict[int, int]]:
    """Items and the levels of headings among them, with pipe rows as tables; a lone row of two stays a paragraph."""
    found: list[Item] = []
    found_levels: dict[int, int] = {}
    position = 0
    for kind, run in groupby(items, key=type):
        members = list(run)
        lines = [Line(at, str(words), levels.get(position + at, 0)) for at, words in enumerate(members)]
        if kind is not str or sum(1 for line in lines if _holds_cells(line.text)) < LEAST_PIPE_LINES:
            found_levels.update({len(found) + line.number: line.heading for line in lines if line.heading})
            found += members
        else:
            for block in text.read_lines(lines):
                if isinstance(block, Paragraph):
                    if block.heading:
                        found_levels[len(found)] = block.heading
                    found.append(block.text)
                elif len(block.rows) < LEAST_PIPE_LINES and len(block.rows[0]) < _LEAST_CELLS:
                    found.append(lines[block.row_lines[0]].text)
                else:
                    found.append(PlacedTable(block.rows, exact=False))
        position += len(members)
    return found, found_levels
