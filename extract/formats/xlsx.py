"""Excel workbooks (OOXML) become a Page: a grid for each visible sheet, straight from the sheets' XML.

Element names: ECMA-376 part 1, chapter 18 (SpreadsheetML), both in the transitional and in the strict namespace.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from extract.formats.number_format import BUILT_IN_FORMATS, EPOCH, EPOCH_1904, printed
from extract.formats.sheets import Merge, SheetCells, sheets_page
from extract.formats.zipped import Archive
from extract.page import Page, UnreadableError

_WHAT = "the Excel workbook (xlsx)"
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MAX_SHEETS = 100
_MAX_CELLS = 200_000
_META = {"title": "dc:title", "creator": "dc:creator", "created": "dcterms:created", "modified": "dcterms:modified"}


class _Book(NamedTuple):
    archive: Archive
    shared: Sequence[str]
    formats: Sequence[str]
    bordered: Sequence[bool]
    epoch: datetime


def read_xlsx(data: bytes, url: str | None = None) -> Page:
    """The page of an Excel workbook (xlsx, xlsm, and WPS tables saved as such): one grid for each visible sheet.

    Numbers are printed with the decimals and the percent sign of their format, without thousands separators; dates as
    ISO 8601.  Hidden sheets, rows and columns are not read.  Raises ``UnreadableError`` where the file is damaged,
    locked, or empty.
    """
    archive = Archive(data, _WHAT)
    root = archive.parse("xl/workbook.xml")
    if root is None:
        if "xl/workbook.bin" in archive.names:
            raise UnreadableError("the file is a binary Excel workbook (.xlsb); save it as .xlsx")
        raise UnreadableError("the file is packed like an Excel workbook but holds no workbook")
    sheets = [_read_sheet(book, path, name) for book, path, name in _visible_sheets(archive, root)]
    images = sum(1 for name in archive.names if name.startswith("xl/media/"))
    return sheets_page(sheets, "xlsx", url, meta=_read_meta(archive), images=images)


def _visible_sheets(archive: Archive, root: etree._Element) -> Iterator[tuple[_Book, str, str]]:
    prefix = _prefix(root)
    targets = {}
    relations = archive.parse("xl/_rels/workbook.xml.rels")
    for relation in relations if relations is not None else ():
        target = relation.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        targets[relation.get("Id", "")] = (path, relation.get("Type", ""))
    properties = root.find(prefix + "workbookPr")
    is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    formats, bordered = _styles(archive)
    book = _Book(archive, _shared_texts(archive), formats, bordered, EPOCH_1904 if is_1904 else EPOCH)
    for number, sheet in enumerate(root.iter(prefix + "sheet")):
        if number >= _MAX_SHEETS:
            raise UnreadableError(f"the workbook has more than {_MAX_SHEETS} sheets; it is not read")
        identifier = next((str(value) for name, value in sheet.items() if str(name).endswith("/relationships}id")), "")
        path, kind = targets.get(identifier, ("", ""))
        if sheet.get("state", "visible") == "visible" and not kind.endswith("/chartsheet"):
            yield book, path, sheet.get("name", "")


def _prefix(root: etree._Element) -> str:
    space = etree.QName(root).namespace
    return "{" + space + "}" if space else ""


def _shared_texts(archive: Archive) -> list[str]:
    root = archive.parse("xl/sharedStrings.xml")
    return [] if root is None else [_rich_text(item, _prefix(root)) for item in root.iter(_prefix(root) + "si")]


def _rich_text(item: etree._Element, prefix: str) -> str:
    """The text of a string item; phonetic readings (``rPh``) are not part of it."""
    pieces = [piece.text or "" for piece in item.findall(prefix + "t")]
    pieces += [piece.text or "" for piece in item.findall(f"{prefix}r/{prefix}t")]
    words = "".join(pieces)
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), words) if "_x" in words else words


def _styles(archive: Archive) -> tuple[list[str], list[bool]]:
    """The number format of every cell style, by its place, and whether the style draws a border."""
    root = archive.parse("xl/styles.xml")
    styles = root.find(_prefix(root) + "cellXfs") if root is not None else None
    if root is None or styles is None:
        return [], []
    prefix = _prefix(root)
    codes = dict(BUILT_IN_FORMATS)
    codes |= {_whole(own.get("numFmtId")): own.get("formatCode", "") for own in root.iter(prefix + "numFmt")}
    drawn = [
        any(side.get("style", "none") != "none" for side in border)
        for border in root.iterfind(f"{prefix}borders/{prefix}border")
    ]
    formats = [codes.get(_whole(own.get("numFmtId")), "") for own in styles]
    borders = [_whole(own.get("borderId")) for own in styles]
    return formats, [drawn[border] if border < len(drawn) else False for border in borders]


def _whole(value: str | None, default: int = 0) -> int:
    return int(value) if value and len(value) < 10 and value.isascii() and value.isdigit() else default


def _read_meta(archive: Archive) -> dict[str, str]:
    root = archive.parse("docProps/core.xml")
    meta: dict[str, str] = {}
    for element in root if root is not None else ():
        name = _META.get(etree.QName(element).localname)
        words = " ".join((element.text or "").split())
        if name and words:
            meta.setdefault(name, words)
    return meta


def _read_sheet(book: _Book, path: str, name: str) -> SheetCells:
    sheet = SheetCells(name)
    root = book.archive.parse(path)
    if root is None:
        return sheet
    prefix = _prefix(root)
    hidden_columns: set[int] = set()
    for columns in root.iterfind(f"{prefix}cols/{prefix}col"):
        if columns.get("hidden") in ("1", "true"):
            first, last = _whole(columns.get("min"), 1), _whole(columns.get("max"), 1)
            hidden_columns.update(range(first - 1, min(last, 16_384)))
    hidden_rows: set[int] = set()
    at = -1
    for row in root.iterfind(f"{prefix}sheetData/{prefix}row"):
        at = _whole(row.get("r"), at + 2) - 1
        if row.get("hidden") in ("1", "true"):
            hidden_rows.add(at)
        column = -1
        for cell in row.iterfind(prefix + "c"):
            place = _REFERENCE.fullmatch(cell.get("r", ""))
            column = _column(place[1]) if place else column + 1
            words = " ".join(_cell_text(book, cell, prefix).split())
            if words or _is_bordered(book, cell):
                sheet.texts[at, column] = words
                if len(sheet.texts) > _MAX_CELLS:
                    raise UnreadableError(f"the workbook has a sheet of more than {_MAX_CELLS} cells; it is not read")
    sheet.hidden_rows, sheet.hidden_columns = frozenset(hidden_rows), frozenset(hidden_columns)
    for merged in root.iterfind(f"{prefix}mergeCells/{prefix}mergeCell"):
        ends = [_REFERENCE.fullmatch(end) for end in merged.get("ref", "").split(":")]
        if len(ends) == 2 and ends[0] and ends[1]:
            (left, top), (right, bottom) = ((_column(end[1]), int(end[2]) - 1) for end in ends if end)
            sheet.merges.append(Merge(min(top, bottom), min(left, right), max(top, bottom), max(left, right)))
    return sheet


def _is_bordered(book: _Book, cell: etree._Element) -> bool:
    style = _whole(cell.get("s"))
    return style < len(book.bordered) and book.bordered[style]


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _cell_text(book: _Book, cell: etree._Element, prefix: str) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(prefix + "is")
        return _rich_text(inline, prefix) if inline is not None else ""
    stored = cell.find(prefix + "v")
    value = (stored.text or "").strip() if stored is not None else ""
    if not value:
        return ""
    if kind == "s":
        place = _whole(value, -1)
        return book.shared[place] if 0 <= place < len(book.shared) else ""
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind != "n":
        return value
    style = _whole(cell.get("s"))
    return printed(value, book.formats[style] if style < len(book.formats) else "", book.epoch)
