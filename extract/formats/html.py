"""HTML becomes a Page: paragraphs and grids in reading order, hidden parts left out, layout tables taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile, groupby, takewhile
from typing import NamedTuple

from lxml import etree

from extract.formats import content, text
from extract.formats.grid import Slots
from extract.formats.markup import BLOCKS, BREAK, drop_unseen, keep_blocks, parse
from extract.formats.survey import survey
from extract.formats.tables import DataTable, read_tables
from extract.page import Block, Grid, Page, Paragraph

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_PREFORMATTED = frozenset({"pre", "listing", "xmp", "plaintext"})
_STRUCTURE = BLOCKS - _PREFORMATTED - {"html", "body", "p", "head"}
_LEAST_PIPE_LINES = 2
_LEAST_CELLS = 3
_LONGEST_COUNT = 8
_MAX_BEFORE = 4000
_MAX_AFTER = 2000


class _Text(NamedTuple):
    text: str
    heading: int = 0


class _Table(NamedTuple):
    rows: Slots
    exact: bool


_Item = _Text | _Table


@dataclass(slots=True)
class _Walk:
    """The items of a page in reading order, and the range of them inside each candidate for the content root."""

    tables: dict[etree._Element, DataTable]
    roots: dict[etree._Element, tuple[int, int]]
    lines_are_paragraphs: bool = False
    items: list[_Item] = field(default_factory=list)

    def add(self, raw: str | None, heading: int, preformatted: bool) -> None:
        if not raw or raw.isspace():
            return
        if "\n" in raw and (preformatted or self.lines_are_paragraphs or _holds_pipe_lines(raw)):
            raw = raw.replace("\n", BREAK)
        if BREAK not in raw and not preformatted:
            self.items.append(_Text(" ".join(raw.split()), heading))
            return
        for piece in raw.split(BREAK):
            line = " ".join(piece.split()) if "\t" not in piece or not preformatted else piece
            if line and not line.isspace():
                self.items.append(_Text(line, heading))


def read_html(source: str, *, encoding: str = "utf-8", url: str | None = None) -> Page:
    """The page that an HTML document or fragment makes; a page with nothing to read has no blocks.

    Blocks are those of the content root (``data/content_selectors.toml``) where it is certain that no table is left
    outside of it, otherwise of the whole body; the text around the root stays in ``html:before`` and ``html:after``.
    """
    root = parse(source)
    if root is None:
        return Page((), "html", encoding, url)
    seen = survey(root)
    meta = content.read_meta(seen)
    roots = content.find_roots(seen)
    drop_unseen(root, seen)
    pictures = content.count_pictures(root, roots)
    keep_blocks(root, seen, keep=roots)
    items, ranges = _walk(root, roots, seen.tags)
    title = _first_title(items)
    if title:
        meta["html:h1"] = title
    chosen, (start, end) = _choose(items, [(node, ranges[node]) for node in roots if node in ranges])
    for name, outside in (("html:before", items[:start]), ("html:after", items[end:])):
        joined = _joined_text(outside)
        if joined:
            meta[name] = joined[-_MAX_BEFORE:] if name == "html:before" else joined[:_MAX_AFTER]
    blocks = _blocks(items[start:end])
    return Page(blocks, "html", encoding, url, meta, pictures[chosen])


def _first_title(items: Sequence[_Item]) -> str:
    titles = dropwhile(lambda item: not _is_title(item), items)
    return " ".join(item.text for item in takewhile(_is_title, titles) if isinstance(item, _Text))


def _is_title(item: _Item) -> bool:
    return isinstance(item, _Text) and item.heading == 1


def _holds_pipe_lines(raw: str) -> bool:
    if "|" not in raw and not text.is_pipe_line(raw):
        return False
    return sum(1 for line in raw.splitlines() if text.is_pipe_line(line)) >= _LEAST_PIPE_LINES


def _walk(
    root: etree._Element, roots: Sequence[etree._Element], tags: set[str]
) -> tuple[list[_Item], dict[etree._Element, tuple[int, int]]]:
    """Read the simplified tree from top to bottom without recursion; the ranges are half-open, in items."""
    body = root.find("body")
    if body is None:
        body = root
    walk = _Walk(read_tables(body), {}, lines_are_paragraphs=_is_bare_text(body, tags))
    wanted = set(roots)
    stack: list[tuple[etree._Element, Iterator[etree._Element], int, bool, int]] = [(body, iter(body), 0, False, 0)]
    walk.add(body.text, 0, False)
    while stack:
        element, children, heading, preformatted, start = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if element in wanted:
                walk.roots[element] = (start, len(walk.items))
            if stack:
                walk.add(element.tail, stack[-1][2], stack[-1][3])
            continue
        if len(child) == 0 and child not in wanted and child not in walk.tables:
            tag = child.tag
            walk.add(child.text, _HEADINGS.get(tag, heading), preformatted or tag in _PREFORMATTED)
            walk.add(child.tail, heading, preformatted)
            continue
        start = len(walk.items)
        table = walk.tables.get(child)
        if table is not None:
            walk.items.extend(_Text(words) for words in table.around)
            if table.rows:
                walk.items.append(_Table(table.rows, table.exact))
            for nested in table.nested:
                nested.tail = None
            stack.append((child, iter(table.nested), 0, False, start))
            continue
        heading = _HEADINGS.get(child.tag, heading)
        preformatted = preformatted or child.tag in _PREFORMATTED
        walk.add(child.text, heading, preformatted)
        stack.append((child, iter(child), heading, preformatted, start))
    return walk.items, walk.roots


def _is_bare_text(body: etree._Element, tags: set[str]) -> bool:
    """Whether the page has no structure but at most one paragraph or preformatted block around all of its lines."""
    return not tags & _STRUCTURE and sum(1 for _ in body.iter("p")) <= 1


def _choose(
    items: list[_Item], candidates: Sequence[tuple[etree._Element, tuple[int, int]]]
) -> tuple[etree._Element | None, tuple[int, int]]:
    """The first candidate that holds every table with numbers, or else half of the text; None stands for the body."""
    tables = [position for position, item in enumerate(items) if isinstance(item, _Table) and _holds_numbers(item)]
    length = sum(len(item.text) for item in items if isinstance(item, _Text))
    for root, (start, end) in candidates:
        if any(not start <= position < end for position in tables):
            continue
        inside = sum(len(item.text) for item in items[start:end] if isinstance(item, _Text))
        if tables or inside * 2 >= length > 0:
            return root, (start, end)
    return None, (0, len(items))


def _holds_numbers(table: _Table) -> bool:
    """Whether some cell is a bare number; a menu or an info box in table form has none but its long index number."""
    return any(
        cell is not None and cell.text.isdigit() and len(cell.text) <= _LONGEST_COUNT
        for row in table.rows
        for cell in row
    )


def _joined_text(items: Sequence[_Item]) -> str:
    lines: list[str] = []
    for item in items:
        if isinstance(item, _Text):
            lines.append(item.text)
        else:
            lines.extend("|".join({id(cell): cell.text for cell in row if cell}.values()) for row in item.rows)
    return "\n".join(lines)


def _blocks(items: Sequence[_Item]) -> tuple[Block, ...]:
    """The items with their locators, once runs of paragraphs that hold pipe rows are read as rows."""
    if _may_hold_cells(items) and (
        sum(1 for item in items if isinstance(item, _Text) and _holds_cells(item.text)) >= _LEAST_PIPE_LINES
    ):
        items = [resolved for run in _runs(items) for resolved in _resolved(run)]
    paragraphs = grids = 0
    blocks: list[Block] = []
    for item in items:
        if isinstance(item, _Text):
            paragraphs += 1
            words = " ".join(item.text.split()) if "\t" in item.text else item.text
            blocks.append(Paragraph(words, f"paragraph {paragraphs}", item.heading))
        else:
            grids += 1
            blocks.append(Grid(item.rows, f"table {grids}", item.exact))
    return tuple(blocks)


def _may_hold_cells(items: Sequence[_Item]) -> bool:
    joined = "\n".join([item.text for item in items if isinstance(item, _Text)])
    return "\t" in joined or text.is_pipe_line(joined)


def _holds_cells(words: str) -> bool:
    return text.is_pipe_line(words) or words.count("\t") > 1


def _runs(items: Sequence[_Item]) -> Iterator[list[_Item]]:
    for _, run in groupby(items, key=lambda item: isinstance(item, _Text)):
        yield list(run)


def _resolved(run: Sequence[_Item]) -> Sequence[_Item]:
    """A run of paragraphs with its pipe rows as tables; a lone row of two cells stays a paragraph."""
    words = [item for item in run if isinstance(item, _Text)]
    if sum(1 for item in words if _holds_cells(item.text)) < _LEAST_PIPE_LINES:
        return run
    resolved: list[_Item] = []
    for block in text.read_lines(text.Line(number, *item) for number, item in enumerate(words)):
        if isinstance(block, Paragraph):
            resolved.append(_Text(block.text, block.heading))
        elif len(block.rows) < _LEAST_PIPE_LINES and len(block.rows[0]) < _LEAST_CELLS:
            resolved.append(_Text(words[block.row_lines[0]].text))
        else:
            resolved.append(_Table(block.rows, exact=False))
    return resolved
