"""OpenDocument texts and spreadsheets (ODT, ODS, their templates and flat forms) become a Page.

Element names: OpenDocument 1.3 part 3 (ISO/IEC 26300).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from extract.formats.assemble import Item, Table, Text, assemble, lay_out
from extract.formats.numbering import whole
from extract.formats.sheets import Merge, SheetCells, sheets_page
from extract.formats.zipped import Archive, parse_xml
from extract.page import Cell, Page, UnreadableError

_WHAT = "the OpenDocument file"
_SPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE, _OFFICE, _DRAW, _STYLE = (
    f"{{{_SPACE}{name}:1.0}}" for name in ("text", "table", "office", "drawing", "style")
)
_META = {"title": "dc:title", "creator": "dc:creator", "subject": "dc:subject", "date": "dcterms:modified"}
_UNREAD = frozenset(
    {
        *(_TEXT + name for name in ("tracked-changes", "note", "ruby-text", "sequence-decls", "user-field-decls")),
        *(_TEXT + name for name in ("hidden-text", "hidden-paragraph", "index-title-template")),
        *(_OFFICE + name for name in ("annotation", "annotation-end", "forms", "scripts")),
    }
)
_MAX_REPEATED = 1000
_MAX_CELLS = 200_000
_MAX_DEPTH = 200
_SMALLEST = 2.5
_HIDDEN = ("collapse", "filter")


@dataclass(slots=True)
class _Reading:
    """What hangs on the cells and paragraphs as they are read, and the pictures large enough to hold a table."""

    loose: list[Item] = field(default_factory=list)
    images: int = 0
    cells: int = 0


def read_opendocument(data: bytes, url: str | None = None) -> Page:
    """The page of an OpenDocument text or spreadsheet, packed or as one flat XML file.

    Raises ``UnreadableError`` where the file is damaged, locked, of another kind, or holds no text.
    """
    if data.startswith(b"PK"):
        archive = Archive(data, _WHAT)
        manifest = archive.read("META-INF/manifest.xml") or b""
        if b"encryption-data" in manifest:
            raise UnreadableError(f"{_WHAT} is protected by a password; save it without one")
        root, about = archive.parse("content.xml"), archive.parse("meta.xml")
    else:
        root = about = parse_xml(data, _WHAT)
    body = root.find(f"{_OFFICE}body") if root is not None else None
    if root is None or body is None:
        raise UnreadableError(f"{_WHAT} holds no content")
    meta = _read_meta(about)
    sheet = body.find(f"{_OFFICE}spreadsheet")
    if sheet is not None:
        return sheets_page(list(_sheets(root, sheet)), "ods", url, meta=meta, images=_large_frames(sheet))
    text = body.find(f"{_OFFICE}text")
    if text is None:
        raise UnreadableError(f"{_WHAT} is neither a text nor a spreadsheet; give the report as one of them")
    reading = _Reading()
    blocks = assemble(list(_items(text, reading, 0)))
    if not blocks and not reading.images:
        raise UnreadableError("the OpenDocument text holds no text")
    return Page(blocks, "odt", "utf-8", url, meta, reading.images)


def _read_meta(root: etree._Element | None) -> dict[str, str]:
    meta: dict[str, str] = {}
    for element in root.iter("{http://purl.org/dc/elements/1.1/}*") if root is not None else ():
        name = _META.get(etree.QName(element).localname)
        words = " ".join((element.text or "").split())
        if name and words:
            meta.setdefault(name, words)
    return meta


def _items(holder: etree._Element, reading: _Reading, depth: int, *, in_cell: bool = False) -> Iterator[Item]:
    """The paragraphs and tables of a text, a section, a list, a cell or a text box, in order."""
    if depth > _MAX_DEPTH:
        raise UnreadableError(f"{_WHAT} is nested too deeply; it is not read")
    for child in holder:
        tag = child.tag
        if tag in _UNREAD or _is_hidden_section(child):
            continue
        if tag in (_TEXT + "p", _TEXT + "h"):
            level = min(6, max(1, whole(child.get(_TEXT + "outline-level"), 1))) if tag == _TEXT + "h" else 0
            words = _words(child, reading, depth)
            lines = (words.replace("\n", " "),) if in_cell else words.split("\n")
            yield from (Text(line, level) for line in lines if line.strip())
            if not in_cell:
                yield from reading.loose
                reading.loose = []
        elif tag == _TABLE + "table":
            yield from _table(child, reading, depth)
        elif tag == _DRAW + "frame":
            _look_at_frame(child, reading, depth)
        elif isinstance(tag, str) and tag.startswith(_TEXT):
            yield from _items(child, reading, depth + 1, in_cell=in_cell)


def _is_hidden_section(element: etree._Element) -> bool:
    return element.tag == _TEXT + "section" and element.get(_TEXT + "display") == "none"


def _words(holder: etree._Element, reading: _Reading, depth: int) -> str:
    """The text of a paragraph; the text boxes that hang on it go to ``reading.loose``."""
    if depth > _MAX_DEPTH:
        raise UnreadableError(f"{_WHAT} is nested too deeply; it is not read")
    pieces = [holder.text or ""]
    for child in holder:
        tag = child.tag
        if tag == _TEXT + "s":
            pieces.append(" " * min(whole(child.get(_TEXT + "c"), 1), _MAX_REPEATED))
        elif tag == _TEXT + "tab":
            pieces.append("\t")
        elif tag == _TEXT + "line-break":
            pieces.append("\n")
        elif tag == _DRAW + "frame":
            _look_at_frame(child, reading, depth)
        elif tag not in _UNREAD and isinstance(tag, str) and not tag.startswith(_DRAW):
            pieces.append(_words(child, reading, depth + 1))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _look_at_frame(frame: etree._Element, reading: _Reading, depth: int) -> None:
    reading.images += _is_large(frame)
    for box in frame.findall(_DRAW + "text-box"):
        held, reading.loose = reading.loose, []
        inside = list(_items(box, reading, depth + 1))
        reading.loose = [*held, *inside, *reading.loose]


def _is_large(frame: etree._Element) -> bool:
    if frame.find(_DRAW + "image") is None:
        return False
    svg = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
    return all(_centimetres(frame.get(svg + side)) >= _SMALLEST for side in ("width", "height"))


def _large_frames(holder: etree._Element) -> int:
    return sum(map(_is_large, holder.iter(_DRAW + "frame")))


def _centimetres(length: str | None) -> float:
    """A length such as ``2.5cm``; one that cannot be read is long."""
    for unit, factor in (("cm", 1.0), ("mm", 0.1), ("in", 2.54), ("pt", 2.54 / 72)):
        if length and length.endswith(unit):
            try:
                return float(length.removesuffix(unit)) * factor
            except ValueError:
                return _SMALLEST
    return _SMALLEST


def _table(table: etree._Element, reading: _Reading, depth: int) -> Iterator[Item]:
    """The grid of a table and behind it what hangs in its cells; a frame of one cell gives what is in it."""
    cells: list[Cell] = []
    contents: list[list[Item]] = []
    held, reading.loose = reading.loose, []
    height = 0
    for row, repeated in _rows(table):
        for _ in range(0 if row.get(_TABLE + "visibility") in _HIDDEN else repeated):
            for column, cell in _row_cells(row):
                items = list(_items(cell, reading, depth + 1, in_cell=True))
                contents.append(items)
                words = " ".join(" ".join(item.text for item in items if isinstance(item, Text)).split())
                cells.append(Cell(words, height, column, *_spans(cell)))
                reading.cells += 1
            height += 1
            if reading.cells > _MAX_CELLS:
                raise UnreadableError(f"{_WHAT} has more than {_MAX_CELLS} cells; it is not read")
    loose, reading.loose = reading.loose, held
    inner = [item for items in contents for item in items if isinstance(item, Table)]
    if len(cells) == 1 or sum(len(table.rows) for table in inner) > height:
        yield from (item for items in contents for item in items)
    elif cells:
        slots, exact = lay_out([_within(cell, height) for cell in cells], height)
        yield Table(slots, exact)
        yield from inner
    yield from loose


def _within(cell: Cell, height: int) -> Cell:
    return cell._replace(row_span=min(cell.row_span, height - cell.row))


def _rows(table: etree._Element) -> Iterator[tuple[etree._Element, int]]:
    """The rows of a table, those of groups in their place, and how often each is repeated."""
    for child in table:
        if child.tag == _TABLE + "table-row":
            yield child, _repeated(child, "number-rows-repeated")
        elif child.tag in (_TABLE + "table-header-rows", _TABLE + "table-rows", _TABLE + "table-row-group"):
            yield from _rows(child)


def _row_cells(row: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """The cells of a row with their columns; what a span covers only takes up its place."""
    column = 0
    for cell in row:
        if cell.tag not in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            continue
        repeated = _repeated(cell, "number-columns-repeated")
        if cell.tag == _TABLE + "table-cell":
            yield from ((column + at, cell) for at in range(repeated))
        column += repeated


def _repeated(element: etree._Element, name: str) -> int:
    return max(1, min(whole(element.get(_TABLE + name), 1), _MAX_REPEATED))


def _spans(cell: etree._Element) -> tuple[int, int]:
    rows, columns = (whole(cell.get(f"{_TABLE}number-{name}-spanned"), 1) for name in ("rows", "columns"))
    return max(1, min(rows, _MAX_REPEATED)), max(1, min(columns, _MAX_REPEATED))


def _sheets(root: etree._Element, spreadsheet: etree._Element) -> Iterator[SheetCells]:
    hidden = {
        style.get(_STYLE + "name")
        for style in root.iter(_STYLE + "style")
        if any(p.get(_TABLE + "display") == "false" for p in style.findall(_STYLE + "table-properties"))
    }
    for table in spreadsheet.findall(_TABLE + "table"):
        if table.get(_TABLE + "style-name") not in hidden:
            yield _sheet(table)


def _sheet(table: etree._Element) -> SheetCells:
    sheet = SheetCells(table.get(_TABLE + "name", ""))
    reading = _Reading()
    hidden_columns: set[int] = set()
    column = 0
    for about in table.iter(_TABLE + "table-column"):
        repeated = whole(about.get(_TABLE + "number-columns-repeated"), 1)
        if about.get(_TABLE + "visibility") in _HIDDEN:
            hidden_columns.update(range(column, column + min(repeated, _MAX_REPEATED)))
        column += max(1, repeated)
    sheet.hidden_columns = frozenset(hidden_columns)
    row = 0
    hidden_rows: set[int] = set()
    for line, repeated in _rows(table):
        cells = _sheet_cells(line, reading)
        if line.get(_TABLE + "visibility") in _HIDDEN:
            hidden_rows.update(range(row, row + repeated))
        for at in range(row, row + (repeated if cells else 0)):
            for place, words, (down, right) in cells:
                sheet.texts[at, place] = words
                if down > 1 or right > 1:
                    sheet.merges.append(Merge(at, place, at + down - 1, place + right - 1))
            if len(sheet.texts) > _MAX_CELLS:
                raise UnreadableError(f"the workbook has a sheet of more than {_MAX_CELLS} cells; it is not read")
        row += max(1, whole(line.get(_TABLE + "number-rows-repeated"), 1))
    sheet.hidden_rows = frozenset(hidden_rows)
    return sheet


def _sheet_cells(line: etree._Element, reading: _Reading) -> list[tuple[int, str, tuple[int, int]]]:
    """Column, text and spans of the cells of a row that hold text or are merged."""
    found: list[tuple[int, str, tuple[int, int]]] = []
    column = 0
    for cell in line:
        if cell.tag not in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            continue
        count = whole(cell.get(_TABLE + "number-columns-repeated"), 1)
        if cell.tag == _TABLE + "table-cell":
            paragraphs = (_words(p, reading, 0) for p in cell.findall(_TEXT + "p"))
            words = " ".join(" ".join(paragraphs).split())
            spans = _spans(cell)
            if words or spans != (1, 1):
                found += [(column + at, words, spans) for at in range(max(1, min(count, _MAX_REPEATED)))]
        column += max(1, count)
    return found
