"""PDF documents: ruled tables with their spans, unruled tables, re-flowed paragraphs, in reading order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extract.formats.pdf.columns import read_columns, table_spans
from extract.formats.pdf.drawing import Document, page_pictures, read_document
from extract.formats.pdf.edges import edge_glyphs
from extract.formats.pdf.flow import Measure, Passage, goes_on, heading_level, measure
from extract.formats.pdf.grid import RuledTable, fill_tables, find_tables
from extract.formats.pdf.model import Drawing
from extract.formats.pdf.seam import mend_seams
from extract.formats.pdf.text import Line, lines_of
from extract.formats.recognition import can_recognise
from extract.page import Block, Cell, Doubt, Grid, Page, Paragraph, UnreadableError

_LEAST_COLUMNS = 2


@dataclass(slots=True)
class _Sheet:
    """One page on its way: its ruled tables and the lines outside of them."""

    number: int
    tables: list[RuledTable]
    lines: list[Line]


def read_pdf(data: bytes, url: str | None = None) -> Page:
    """Read a PDF document with text as a page.

    Locators are ``page 3, table 2``, ``page 3, line 7``.  A page that is only a picture gives no blocks and is counted
    in ``images``.  Raises :class:`extract.page.UnreadableError` for a file that is broken, encrypted,
    too long or blank.
    """
    document = read_document(data)
    scans = [number for number, page in enumerate(document.pages) if page.pictures and not page.glyphs]
    return fixed_layout_page(document, "pdf", url, _recognised(data, scans) if scans and can_recognise() else {})


def _recognised(data: bytes, scans: Sequence[int]) -> dict[int, list[Block]]:
    """What the extra ``ocr`` reads on the pages that are only pictures, by the number of the page from 0."""
    from extract.formats.picture import read_pixels

    return {number: list(read_pixels(pixels, f"page {number + 1}")) for number, pixels in page_pictures(data, scans)}


def fixed_layout_page(
    document: Document, source_format: str, url: str | None, recognised: Mapping[int, Sequence[Block]] | None = None
) -> Page:
    """The page of drawings; what was ``recognised`` on pages without text stands behind the text of the others.

    Raises ``UnreadableError`` where there is neither text nor a picture.
    """
    found = [block for number in sorted(recognised or {}) for block in (recognised or {})[number]]
    read = {number for number, blocks in (recognised or {}).items() if any(isinstance(b, Grid) for b in blocks)}
    images = sum(page.pictures > 0 and number not in read for number, page in enumerate(document.pages))
    blocks = (*_blocks(document), *found)
    if not blocks and not images:
        raise UnreadableError(f"the {source_format.upper()} holds neither text nor pictures that can be read")
    return Page(blocks, source_format, url=url, meta=_meta(document), images=images)


def _meta(document: Document) -> dict[str, str]:
    title = document.meta.get("title", "").strip()
    return {"html:title": title} if any(c > "\u2fff" for c in title) else {}


def _blocks(document: Document) -> Iterator[Block]:
    sheets = list(_sheets(document.pages))
    mend_seams([sheet.tables for sheet in sheets])
    text = measure([sheet.lines for sheet in sheets])
    open_passage: Passage | None = None
    named: int | None = None
    for sheet in sheets:
        tables = 0
        for item in _in_order(sheet, text):
            if isinstance(item, Line):
                if open_passage and goes_on(open_passage, item, sheet.number, text):
                    open_passage.lines.append(item)
                    open_passage.last_page = sheet.number
                    continue
                yield from _close(open_passage, sheets, text)
                open_passage = Passage([item], sheet.number, sheet.number)
                continue
            is_sure = True
            if isinstance(item, RuledTable):
                rows, named = _ruled(item), None
            else:
                texts, is_sure, named = read_columns(item, named)
                rows = _unruled(texts)
            if not rows:
                continue
            yield from _close(open_passage, sheets, text)
            open_passage = None
            tables += 1
            locator = f"page {sheet.number}, table {tables}"
            doubt: Doubt = "" if is_sure else "columns"
            yield Grid(rows, locator, exact=isinstance(item, RuledTable), doubt=doubt)
    yield from _close(open_passage, sheets, text)


def _sheets(pages: Sequence[Drawing]) -> Iterator[_Sheet]:
    tables = [[t for t in find_tables(p.across, p.down) if len(t.xs) > _LEAST_COLUMNS] for p in pages]
    edges = edge_glyphs(pages, tables)
    for number, (page, ruled, edge) in enumerate(zip(pages, tables, edges, strict=True), start=1):
        glyphs = [g for g in page.glyphs if g not in edge] if edge else page.glyphs
        outside = fill_tables(ruled, glyphs)
        yield _Sheet(number, ruled, lines_of(g for g in outside if not g.turn))


def _in_order(sheet: _Sheet, text: Measure) -> Iterator[Line | RuledTable | list[Line]]:
    """Lines, ruled tables and runs of lines that are unruled tables, from top to bottom."""
    start = 0
    for table in [*sheet.tables, None]:
        end = start
        while end < len(sheet.lines) and (table is None or sheet.lines[end].middle < table.top):
            end += 1
        yield from _with_columns(sheet.lines[start:end], text)
        start = end
        if table is not None:
            yield table


def _with_columns(lines: list[Line], text: Measure) -> Iterator[Line | list[Line]]:
    start = 0
    for first, end in table_spans(lines, text.width):
        yield from lines[start:first]
        yield lines[first:end]
        start = end
    yield from lines[start:]


def _ruled(table: RuledTable) -> tuple[tuple[Cell | None, ...], ...]:
    return table.rows() if any(box.glyphs for box in table.boxes) else ()


def _unruled(rows: Sequence[Sequence[str]]) -> tuple[tuple[Cell | None, ...], ...]:
    width = max(map(len, rows), default=0)
    return tuple(
        tuple(Cell(cells[c], r, c) if c < len(cells) else None for c in range(width)) for r, cells in enumerate(rows)
    )


def _close(passage: Passage | None, sheets: Sequence[_Sheet], text: Measure) -> Iterator[Paragraph]:
    if passage is None:
        return
    first = passage.lines[0]
    number = 1 + next(i for i, line in enumerate(sheets[passage.page - 1].lines) if line is first)
    yield Paragraph(passage.text, f"page {passage.page}, line {number}", heading_level(first, text))
