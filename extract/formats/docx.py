"""Word documents (OOXML) become a Page, straight from ``word/document.xml``.

Element names: ECMA-376 part 1, chapter 17 (WordprocessingML), both in the transitional and in the strict namespace.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from extract.decode import decode
from extract.formats.assemble import Item, Table, Text, assemble, lay_out
from extract.formats.docx_styles import Style, Styles, heading_of, is_on, list_place
from extract.formats.html import read_html
from extract.formats.mhtml import read_mhtml
from extract.formats.numbering import Numbering, read_numbering, whole
from extract.formats.zipped import Archive
from extract.page import Cell, Grid, Page, UnreadableError

_WHAT = "the Word document (docx)"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_RELATIONSHIP = re.compile(r"\{[^}]*/relationships\}id")
_DRAWN_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_DRAWN_EXTENT = re.compile(r"\{[^}]*/wordprocessingDrawing\}extent")
_VML_IMAGE = "{urn:schemas-microsoft-com:vml}imagedata"
_VML_SHAPE = "{urn:schemas-microsoft-com:vml}shape"
_POINTS = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*([\d.]+)pt", re.IGNORECASE)
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SMALL_EMU = 952_500
_SMALL_POINTS = 75
_MAX_SPAN = 1000
_NARROW_COLUMN = 60
_LONG_CELL = 200
_HOLDERS = frozenset({"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"})
_PART_OF_TEXT = _HOLDERS | {"hyperlink", "fldSimple", "bdo", "dir", "ruby", "rubyBase"}
_STRUCTURE = frozenset({"p", "tbl", "tr", "tc", "altChunk", "txbxContent"})
_PIECES = frozenset({"r", "t", "sym", "noBreakHyphen"})
_BREAKS = frozenset(("br", "cr"))
_TABS = frozenset(("tab", "ptab"))
_DRAWINGS = frozenset(("drawing", "pict", "object"))
_META = {
    "title": "dc:title",
    "creator": "dc:creator",
    "created": "dcterms:created",
    "modified": "dcterms:modified",
    "subject": "dc:subject",
}


@dataclass(slots=True)
class _Document:
    """The names of the elements in use, and what the other parts of the document say."""

    kinds: dict[str, str]
    prefix: str
    archive: Archive
    styles: Styles = field(default_factory=Styles)
    numbering: Numbering = field(default_factory=Numbering)
    targets: dict[str, str] = field(default_factory=dict)
    images: int = 0


@dataclass(slots=True)
class _Words:
    """The text of a paragraph as it is collected, and the text boxes that hang on it."""

    pieces: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Content:
    """What a cell, a text box or the body holds, and whether a paragraph in it continues in the next one."""

    items: list[Item]
    loose: list[Item]


@dataclass(slots=True)
class _Reading:
    """A table as it is laid out: its cells, the merges that may go on below, and what hangs on its cells."""

    cells: list[Cell] = field(default_factory=list)
    merges: dict[int, int] = field(default_factory=dict)
    after: list[Item] = field(default_factory=list)
    contents: list[_Content] = field(default_factory=list)
    paragraphs: int = 0
    widest: int = 0


def read_docx(data: bytes, url: str | None = None) -> Page:
    """The page of a Word document: docx, docm, dotx or dotm, and WPS files saved as such.

    Deleted and hidden text is not read; of alternative contents the first is.  The numbers of automatic lists stand
    before their paragraphs.  Raises ``UnreadableError`` where the file is damaged, locked, or holds no document.
    """
    archive = Archive(data, _WHAT)
    path = _main_part(archive)
    root = archive.parse(path)
    if root is None:
        raise UnreadableError("the file is packed like a Word document but holds no document text")
    document = _open(archive, root, path)
    body = root.find(document.prefix + "body")
    items = list(_top_level(document, body)) if body is not None else []
    blocks = assemble(items)
    if not blocks and not document.images:
        raise UnreadableError("the Word document holds no text")
    return Page(blocks, "docx", "utf-8", url, _read_meta(archive), document.images)


def _main_part(archive: Archive) -> str:
    relations = archive.parse("_rels/.rels")
    for relation in relations if relations is not None else ():
        if relation.get("Type", "").endswith("/officeDocument"):
            return relation.get("Target", "").lstrip("/")
    return "word/document.xml"


def _open(archive: Archive, root: etree._Element, path: str) -> _Document:
    space = etree.QName(root).namespace or ""
    prefix = "{" + space + "}"
    names = _PART_OF_TEXT | _STRUCTURE | _PIECES | _BREAKS | _TABS | _DRAWINGS
    kinds = {prefix + name: name for name in names}
    kinds[_COMPATIBILITY + "AlternateContent"] = "AlternateContent"
    kinds[_MATHS + "oMath"] = kinds[_MATHS + "oMathPara"] = "oMath"
    document = _Document(kinds, prefix, archive)
    folder, name = posixpath.split(path)
    relations = archive.parse(f"{folder}/_rels/{name}.rels")
    for relation in relations if relations is not None else ():
        if relation.get("TargetMode") != "External":
            target = relation.get("Target", "")
            resolved = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            document.targets[relation.get("Id", "")] = resolved
    document.styles = Styles(archive.parse(f"{folder}/styles.xml"))
    document.numbering = read_numbering(archive.parse(f"{folder}/numbering.xml"))
    return document


def _read_meta(archive: Archive) -> dict[str, str]:
    root = archive.parse("docProps/core.xml")
    meta: dict[str, str] = {}
    for element in root if root is not None else ():
        name = _META.get(etree.QName(element).localname)
        words = " ".join((element.text or "").split())
        if name and words:
            meta.setdefault(name, words)
    return meta


def _top_level(document: _Document, body: etree._Element) -> Iterator[Item]:
    content = _content(document, body)
    yield from content.items
    yield from content.loose


def _content(document: _Document, holder: etree._Element, *, in_cell: bool = False) -> _Content:
    """The paragraphs and tables of a body, a cell or a text box; ``loose`` are the text boxes and tables in a cell.

    In a cell a paragraph is one text, elsewhere each of its lines is.
    """
    items: list[Item] = []
    loose: list[Item] = []
    carried: list[str] = []
    for child, kind in _children(document, holder, _HOLDERS):
        if kind == "p":
            words = _Words()
            heading, goes_on = _read_paragraph(document, child, words, numbered=not carried)
            carried += words.pieces
            if not goes_on:
                joined = "".join(carried)
                carried = []
                lines = (joined.replace("\n", " "),) if in_cell else joined.split("\n")
                items += [Text(line, heading) for line in lines if line and not line.isspace()]
            for box in words.boxes:
                inside = _content(document, box)
                (loose if in_cell else items).extend((*inside.items, *inside.loose))
        elif kind == "tbl":
            (loose if in_cell else items).extend(_read_table(document, child))
        elif kind == "altChunk":
            (loose if in_cell else items).extend(_read_chunk(document, child))
    if carried:
        items.append(Text("".join(carried).replace("\n", " ")))
    return _Content(items, loose)


def _children(
    document: _Document, holder: etree._Element, transparent: frozenset[str]
) -> Iterator[tuple[etree._Element, str]]:
    """The children of known kinds, those of wrappers in their place, and one branch of alternative contents."""
    for child in holder:
        kind = document.kinds.get(child.tag)
        if kind is None:
            continue
        if kind in transparent:
            yield from _children(document, child, transparent)
        elif kind == "AlternateContent":
            branch = _branch(child)
            if branch is not None:
                yield from _children(document, branch, transparent)
        else:
            yield child, kind


def _branch(alternatives: etree._Element) -> etree._Element | None:
    chosen = alternatives.find(_COMPATIBILITY + "Choice")
    return chosen if chosen is not None else alternatives.find(_COMPATIBILITY + "Fallback")


def _read_paragraph(
    document: _Document, paragraph: etree._Element, words: _Words, *, numbered: bool
) -> tuple[int, bool]:
    """Collect the words of a paragraph; returns its heading level and whether its end mark is deleted."""
    prefix = document.prefix
    properties = paragraph.find(prefix + "pPr")
    style = Style()
    heading = 0
    goes_on = False
    if properties is not None:
        named = properties.find(prefix + "pStyle")
        if named is not None:
            style = document.styles.get(named.get(prefix + "val", ""))
        heading = style.heading
        level = properties.find(prefix + "outlineLvl")
        if level is not None:
            heading = heading_of(whole(level.get(prefix + "val"), 9))
        goes_on = properties.find(f"{prefix}rPr/{prefix}del") is not None
    _collect(document, paragraph, words, style.hidden)
    if numbered and any(piece.strip() for piece in words.pieces):
        label = _label(document, properties, style)
        if label:
            words.pieces.insert(0, label)
    return heading, goes_on


def _label(document: _Document, properties: etree._Element | None, style: Style) -> str:
    numbers = properties.find(document.prefix + "numPr") if properties is not None else None
    place = (style.list_id, style.list_level) if numbers is None else list_place(numbers, document.prefix, style)
    list_id, level = place
    return document.numbering.label(list_id, level) if list_id and list_id != "0" else ""


def _collect(document: _Document, holder: etree._Element, words: _Words, hidden: bool) -> None:
    kinds = document.kinds
    for child in holder:
        kind = kinds.get(child.tag)
        if kind is None:
            continue
        if kind == "r":
            if len(child):
                _collect(document, child, words, _is_hidden(document, child, hidden))
        elif kind in _DRAWINGS:
            if not hidden:
                _look_at_drawing(document, child, words)
        elif kind in _PART_OF_TEXT:
            _collect(document, child, words, hidden)
        elif kind == "AlternateContent":
            branch = _branch(child)
            if branch is not None:
                _collect(document, branch, words, hidden)
        elif hidden:
            continue
        elif kind == "t":
            words.pieces.append(child.text or "")
        elif kind in _TABS:
            words.pieces.append("\t")
        elif kind in _BREAKS:
            words.pieces.append("\n")
        elif kind == "noBreakHyphen":
            words.pieces.append("-")
        elif kind == "sym":
            words.pieces.append(_symbol(child.get(document.prefix + "char")))
        elif kind == "oMath":
            words.pieces.extend(piece.text or "" for piece in child.iter(_MATHS + "t"))


def _is_hidden(document: _Document, run: etree._Element, hidden: bool) -> bool:
    prefix = document.prefix
    properties = run[0]
    if properties.tag != prefix + "rPr":
        return hidden
    own = properties.find(prefix + "vanish")
    if own is not None:
        return is_on(own, prefix)
    named = properties.find(prefix + "rStyle")
    if named is None:
        return hidden
    return hidden or document.styles.get(named.get(prefix + "val", "")).hidden


def _symbol(code: str | None) -> str:
    try:
        number = int(code or "", 16)
    except ValueError:
        return ""
    return chr(number) if 0x20 < number < 0x10000 and not 0xD800 <= number < 0xE000 else ""


def _look_at_drawing(document: _Document, drawing: etree._Element, words: _Words) -> None:
    """Count the picture if it is large, and note the text boxes that lie in no other."""
    pending = [drawing]
    while pending:
        element = pending.pop()
        tag = element.tag
        if document.kinds.get(tag) == "txbxContent":
            words.boxes.append(element)
            continue
        if tag == _COMPATIBILITY + "AlternateContent":
            branch = _branch(element)
            pending += [] if branch is None else [branch]
            continue
        if tag in (_DRAWN_BLIP, _VML_IMAGE):
            document.images += _is_large(drawing, element)
        pending += reversed(element)


def _is_large(drawing: etree._Element, picture: etree._Element) -> bool:
    if picture.tag == _VML_IMAGE:
        shape = next(picture.iterancestors(_VML_SHAPE), None)
        sizes = _POINTS.findall(shape.get("style") or "") if shape is not None else []
        return not any(whole(size.partition(".")[0], 0) < _SMALL_POINTS for size in sizes)
    for extent in drawing.iter(etree.Element):
        if _DRAWN_EXTENT.fullmatch(str(extent.tag)):
            return min(whole(extent.get(side), _SMALL_EMU) for side in ("cx", "cy")) >= _SMALL_EMU
    return True


def _read_table(document: _Document, table: etree._Element) -> list[Item]:
    """The grid of a table and after it what hangs in its cells; a layout table gives the blocks of its cells."""
    reading = _Reading()
    columns = _column_map(document, table)
    height = 0
    for row, kind in _children(document, table, _HOLDERS):
        if kind == "tr" and not _is_dropped(document, row):
            _read_row(document, row, height, columns, reading)
            height += 1
    own = sum(1 for cell in reading.cells if cell.text)
    inner = sum(_weight(item) for item in reading.after)
    if _is_layout(reading, own, inner):
        return [item for content in reading.contents for item in (*content.items, *content.loose)]
    if not own:
        return reading.after
    slots, exact = lay_out(reading.cells, height)
    return [Table(slots, exact), *reading.after]


def _is_layout(reading: _Reading, own: int, inner: int) -> bool:
    if len(reading.cells) == 1 or inner > own:
        return True
    if reading.widest > 1:
        return False
    return reading.paragraphs > 1 or any(len(cell.text) > _LONG_CELL for cell in reading.cells)


def _weight(item: Item) -> int:
    if isinstance(item, Text):
        return 0
    return len({id(cell) for row in item.rows for cell in row if cell is not None and cell.text})


def _is_dropped(document: _Document, row: etree._Element) -> bool:
    """Whether a row is hidden or was deleted under change tracking."""
    prefix = document.prefix
    properties = row.find(prefix + "trPr")
    if properties is None:
        return False
    hidden = properties.find(prefix + "hidden")
    return properties.find(prefix + "del") is not None or (hidden is not None and is_on(hidden, prefix))


def _column_map(document: _Document, table: etree._Element) -> list[int]:
    """The column for each column of the table's own grid, the end included.

    A grid column that is narrower than 3 points, too narrow for a digit, and that no cell has for itself, is only the
    trace of borders that do not quite meet; it is joined to its neighbour.
    """
    prefix = document.prefix
    grid = table.find(prefix + "tblGrid")
    widths = [] if grid is None else [whole(column.get(prefix + "w"), 0) for column in grid.iter(prefix + "gridCol")]
    narrow = {at for at, width in enumerate(widths) if 0 < width < _NARROW_COLUMN}
    if not narrow:
        return []
    for row, kind in _children(document, table, _HOLDERS):
        if kind == "tr":
            for start, end in _spans(document, row):
                within = set(range(start, min(end, len(widths))))
                if within <= narrow:
                    narrow -= within
    columns = [0]
    for at in range(len(widths)):
        columns.append(columns[-1] + (at not in narrow))
    return columns


def _spans(document: _Document, row: etree._Element) -> Iterator[tuple[int, int]]:
    column = _skipped(document, row)
    for cell, kind in _children(document, row, _HOLDERS):
        if kind == "tc":
            end = column + _column_span(document, cell)
            yield column, end
            column = end


def _skipped(document: _Document, row: etree._Element) -> int:
    prefix = document.prefix
    skipped = row.find(f"{prefix}trPr/{prefix}gridBefore")
    return 0 if skipped is None else max(0, min(whole(skipped.get(prefix + "val"), 0), _MAX_SPAN))


def _column_span(document: _Document, cell: etree._Element) -> int:
    prefix = document.prefix
    span = cell.find(f"{prefix}tcPr/{prefix}gridSpan")
    return 1 if span is None else max(1, min(whole(span.get(prefix + "val"), 1), _MAX_SPAN))


def _read_row(document: _Document, row: etree._Element, number: int, columns: list[int], reading: _Reading) -> None:
    """Place the cells of a row; ``reading.merges`` maps first columns to cells that a cell below may continue."""
    prefix = document.prefix
    column = _skipped(document, row)
    merges: dict[int, int] = {}
    in_row = 0
    for cell, kind in _children(document, row, _HOLDERS):
        if kind != "tc":
            continue
        end = column + _column_span(document, cell)
        first, after = _mapped(columns, column), _mapped(columns, end)
        column = end
        properties = cell.find(prefix + "tcPr")
        vertical = horizontal = None
        if properties is not None:
            if properties.find(prefix + "cellDel") is not None:
                continue
            vertical, horizontal = properties.find(prefix + "vMerge"), properties.find(prefix + "hMerge")
        in_row += 1
        if horizontal is not None and horizontal.get(prefix + "val") != "restart" and reading.cells:
            last = reading.cells[-1]
            if last.row == number and last.column + last.column_span == first:
                reading.cells[-1] = Cell(last.text, last.row, last.column, last.row_span, after - last.column)
                continue
        above = reading.merges.get(first)
        if vertical is not None and vertical.get(prefix + "val") != "restart" and above is not None:
            spanned = reading.cells[above]
            if spanned.column_span == after - first and spanned.row + spanned.row_span == number:
                reading.cells[above] = Cell(spanned.text, spanned.row, first, spanned.row_span + 1, spanned.column_span)
                merges[first] = above
                continue
        content = _content(document, cell, in_cell=True)
        texts = [item.text for item in content.items if isinstance(item, Text)]
        reading.contents.append(content)
        reading.after += content.loose
        reading.paragraphs = max(reading.paragraphs, len(texts))
        if vertical is not None:
            merges[first] = len(reading.cells)
        reading.cells.append(Cell(" ".join(" ".join(texts).split()), number, first, 1, after - first))
    reading.merges = merges
    reading.widest = max(reading.widest, in_row)


def _mapped(columns: list[int], at: int) -> int:
    if at < len(columns):
        return columns[at]
    return at if not columns else columns[-1] + at - len(columns) + 1


def _read_chunk(document: _Document, chunk: etree._Element) -> list[Item]:
    """The blocks of an HTML page that a converter packed into the document instead of text."""
    identifier = next((str(value) for name, value in chunk.items() if _RELATIONSHIP.fullmatch(str(name))), "")
    data = document.archive.read(document.targets.get(identifier, ""))
    if not data:
        return []
    start = data[:4096].lower()
    if b"multipart/" in start or b"mime-version:" in start:
        page = read_mhtml(data)
    elif b"<" in start and not start.startswith((b"pk", b"{\\rtf")):
        source, encoding = decode(data)
        page = read_html(source, encoding=encoding)
    else:
        return []
    document.images += page.images
    return [Table(b.rows, b.exact) if isinstance(b, Grid) else Text(b.text, b.heading) for b in page.blocks]
