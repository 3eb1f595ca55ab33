"""Office files as one XML document: Word and Excel of 2003, and Word's flat package (Flat OPC).

Element names: Microsoft Office 2003 XML Reference Schemas; ECMA-376 part 2 and [MS-OFFXML] for the package.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from lxml import etree

from extract.formats.docx import read_docx
from extract.formats.number_format import printed
from extract.formats.sheets import Merge, SheetCells, sheets_page
from extract.formats.zipped import MAX_PART, parse_xml
from extract.page import Page, UnreadableError

_SHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
_PACKAGE = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_WORD = "{http://schemas.microsoft.com/office/word/2003/wordml}"
_ANNOTATION = "{http://schemas.microsoft.com/aml/2001/core}annotation"
_HOLDERS = (
    _ANNOTATION,
    "{http://schemas.microsoft.com/aml/2001/core}content",
    "{http://schemas.microsoft.com/office/word/2003/auxHint}sect",
    "{http://schemas.microsoft.com/office/word/2003/auxHint}sub-section",
    "{http://schemas.microsoft.com/office/word/2003/auxHint}pBdrGroup",
)
_HIDDEN = "{urn:schemas-microsoft-com:office:excel}WorksheetOptions/{urn:schemas-microsoft-com:office:excel}Visible"
_NAMED_FORMATS = {"Percent": "0.00%", "Fixed": "0.00", "Standard": "#,##0.00"}
_WHAT = "the Office XML document"
_GENERAL = "General"
_MAX_CELLS = 200_000
_MOST = 20_000
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})T00:00:00(?:\.0+)?")


def read_office_xml(data: bytes, url: str | None = None) -> Page:
    """The page of an Office file as one XML document; ``UnreadableError`` where it is damaged, empty or another."""
    if len(data) > MAX_PART:
        raise UnreadableError(f"{_WHAT} has more than {MAX_PART >> 20} MiB; it is not read")
    root = parse_xml(data.lstrip(), _WHAT)
    if root.tag == f"{_SHEET}Workbook":
        formats = {style.get(f"{_SHEET}ID", ""): _format(style) for style in root.iter(f"{_SHEET}Style")}
        sheets = [sheet for sheet in root.iter(f"{_SHEET}Worksheet") if sheet.find(_HIDDEN) is None]
        return sheets_page([_sheet(sheet, formats) for sheet in sheets], "xml", url)
    if root.tag == f"{_PACKAGE}package":
        return read_docx(_packed({_name(part): part for part in root.iter(f"{_PACKAGE}part")}), url)
    if root.tag == f"{_WORD}wordDocument":
        _rename(root)
        return read_docx(_packed({"word/document.xml": root}), url)
    raise UnreadableError(f"{_WHAT} is neither a text of Word nor a workbook of Excel; save it as .docx or .xlsx")


def _rename(root: etree._Element) -> None:
    """Give elements of Word 2003 the names of today: those that only hold others, and vertical merges."""
    for element in root.iter(*_HOLDERS, f"{_WORD}vmerge"):
        if element.tag == f"{_WORD}vmerge":
            element.tag = f"{_WORD}vMerge"
        elif element.tag != _ANNOTATION or element.get(f"{_WORD}type") == "Word.Insertion":
            element.tag = f"{_WORD}sdtContent"


def _name(part: etree._Element) -> str:
    return part.get(f"{_PACKAGE}name", "").lstrip("/")


def _packed(parts: dict[str, etree._Element]) -> bytes:
    """A package as its reader wants it, of parts that are XML; pictures are left out."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            held = part.find(f"{_PACKAGE}xmlData")
            content = part if held is None else next(iter(held), None)
            if content is not None and (held is not None or not part.tag.startswith(_PACKAGE)):
                archive.writestr(name, etree.tostring(content, encoding="UTF-8"))
    return packed.getvalue()


def _sheet(sheet: etree._Element, formats: Mapping[str, str]) -> SheetCells:
    """The cells of a worksheet; rows and cells stand where their index says, else behind the one before."""
    texts: dict[tuple[int, int], str] = {}
    merges: list[Merge] = []
    hidden: set[int] = set()
    row = -1
    for line in sheet.iterfind(f"{_SHEET}Table/{_SHEET}Row"):
        row = _index(line, row)
        if line.get(f"{_SHEET}Hidden") == "1":
            hidden.add(row)
        column = -1
        for cell in line.iterfind(f"{_SHEET}Cell"):
            column = _index(cell, column)
            across, down = _count(cell, "MergeAcross"), _count(cell, "MergeDown")
            if across or down:
                merges.append(Merge(row, column, row + down, column + across))
            style = cell.get(f"{_SHEET}StyleID") or line.get(f"{_SHEET}StyleID") or ""
            texts[row, column] = _text(cell.find(f"{_SHEET}Data"), formats.get(style, _GENERAL))
            column += across
            if len(texts) > _MAX_CELLS:
                raise UnreadableError(f"the workbook has more than {_MAX_CELLS} cells; it is not read")
        row += _count(line, "Span")
    return SheetCells(sheet.get(f"{_SHEET}Name", ""), texts, merges, frozenset(hidden), frozenset(_hidden(sheet)))


def _format(style: etree._Element) -> str:
    number = style.find(f"{_SHEET}NumberFormat")
    name = number.get(f"{_SHEET}Format", _GENERAL) if number is not None else _GENERAL
    return _NAMED_FORMATS.get(name, name)


def _hidden(sheet: etree._Element) -> set[int]:
    hidden: set[int] = set()
    place = -1
    for column in sheet.iterfind(f"{_SHEET}Table/{_SHEET}Column"):
        place = _index(column, place)
        span = _count(column, "Span")
        if column.get(f"{_SHEET}Hidden") == "1":
            hidden.update(range(place, place + span + 1))
        place += span
    return hidden


def _index(element: etree._Element, before: int) -> int:
    index = element.get(f"{_SHEET}Index", "")
    return min(int(index) - 1, _MOST) if index.isdecimal() and len(index) < 8 and index != "0" else before + 1


def _count(element: etree._Element, name: str) -> int:
    count = element.get(f"{_SHEET}{name}", "")
    return min(int(count), _MOST) if count.isdecimal() and len(count) < 8 else 0


def _text(data: etree._Element | None, number_format: str) -> str:
    if data is None:
        return ""
    text = " ".join("".join(str(piece) for piece in data.itertext()).split())
    match data.get(f"{_SHEET}Type"):
        case "Number":
            return printed(text, number_format)
        case "DateTime" if day := _DAY.fullmatch(text):
            return day[1]
        case "Boolean":
            return "TRUE" if text == "1" else "FALSE"
    return text
