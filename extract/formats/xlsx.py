"""Excel workbooks (OOXML) become a Page: a grid for each visible sheet, straight from the sheets' XML.

Element names: ECMA-376 part 1, chapter 18 (SpreadsheetML), both in the transitional and in the strict namespace.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from extract.formats.assemble import Item, Table, Text, assemble, lay_out
from extract.formats.grid import MAX_SLOTS, Slots
from extract.formats.zipped import Archive
from extract.page import Cell, Page, UnreadableError

_WHAT = "the Excel workbook"
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_UNPRINTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DIGITS = re.compile(r"[#0?,]+(?:\.([#0?]*))?")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DATE_SIGNS = frozenset("ymdhs")
_BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0", 38: "#,##0", 39: "#,##0.00"}
_BUILT_IN |= {40: "#,##0.00", 41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00"}
_BUILT_IN |= dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "yyyy-mm-dd")
_MAX_SHEETS = 100
_MAX_CELLS = 200_000
_EXCEL_DIGITS = 15
_LONG_LABEL = 60
_EPOCH = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)
_LAST_DAY = 2_958_465
_META = {"title": "dc:title", "creator": "dc:creator", "created": "dcterms:created", "modified": "dcterms:modified"}


class Merge(NamedTuple):
    """A merged range of a sheet, from 0, ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class SheetCells:
    """What a sheet holds: texts by row and column, merged ranges, and what is hidden; all from 0.

    A blank cell is in ``texts`` where it is known to be drawn, by its borders.
    """

    name: str
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


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


def sheets_page(
    sheets: Sequence[SheetCells],
    source_format: str,
    url: str | None,
    *,
    meta: Mapping[str, str] | None = None,
    images: int = 0,
) -> Page:
    """The page of the sheets that hold text: their tables, without what is empty around them, and their lines of text."""
    blocks = assemble(item for sheet in sheets for item in _items(sheet))
    if not blocks and not images:
        raise UnreadableError("the workbook holds no visible cell with text")
    return Page(blocks, source_format, "utf-8", url, dict(meta or {}), images)


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
    book = _Book(archive, _shared_texts(archive), formats, bordered, _EPOCH_1904 if is_1904 else _EPOCH)
    for number, sheet in enumerate(root.iter(prefix + "sheet")):
        if number >= _MAX_SHEETS:
            raise UnreadableError(f"the workbook has more than {_MAX_SHEETS} sheets; it is not read")
        identifier = next((value for name, value in sheet.items() if name.endswith("/relationships}id")), "")
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
    codes = dict(_BUILT_IN)
    codes |= {_whole(own.get("numFmtId")): own.get("formatCode", "") for own in root.iter(prefix + "numFmt")}
    drawn = [
        any(side.get("style", "none") != "none" for side in border) for border in root.iterfind(f"{prefix}borders/{prefix}border")
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


def printed(value: str, number_format: str, epoch: datetime = _EPOCH) -> str:
    """A stored number as its format prints it: decimals and percent sign kept, thousands separators left out.

    A format that prints no digits at all for the number gives the number itself.
    """
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > 30:
        return value
    number = Decimal(f"{number:.{_EXCEL_DIGITS}g}")
    is_date, decimals, percent = _read_format(number_format)
    if is_date and 0 <= number <= _LAST_DAY:
        return _date(float(number), epoch)
    if percent:
        number *= 100
    if decimals is not None:
        number = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        number = abs(number) if number == 0 else number
        return f"{number:f}" + ("%" if percent else "")
    whole = number == number.to_integral_value()
    return (f"{number.to_integral_value():f}" if whole else f"{number.normalize():f}") + ("%" if percent else "")


@lru_cache(maxsize=1024)
def _read_format(code: str) -> tuple[bool, int | None, bool]:
    """Whether a format prints a date, how many decimals it prints (None for as many as there are), and percent."""
    section = _UNPRINTED.sub("", code.split(";")[0])
    if section.strip().lower() in ("", "general", "@"):
        return False, None, False
    if any(sign in _DATE_SIGNS for sign in section.lower()):
        return True, None, False
    digits = _DIGITS.search(section)
    percent = "%" in section
    if digits is None or digits[0].endswith(",") or "e+" in section.lower() or "/" in section:
        return False, None, percent
    fraction = digits[1] or ""
    return False, len(fraction) if set(fraction) <= {"0"} else None, percent


def _date(days: float, epoch: datetime) -> str:
    moment = epoch + timedelta(days=days)
    if days < 1:
        return moment.strftime("%H:%M")
    return moment.date().isoformat()


def _items(sheet: SheetCells) -> Iterator[Item]:
    """The parts of a sheet from top to bottom: a grid for each table, a text for each row that is only a line of text.

    A blank row ends a table where a line of text follows it.  Lines of text are the rows above a table with a single
    cell, a wide or long one below it, and any that is longer than a label.
    """
    texts, merges = _visible(sheet)
    rows: dict[int, list[int]] = {}
    for row, column in sorted(texts):
        rows.setdefault(row, []).append(column)
    part: list[int] = []
    for row, columns in rows.items():
        written = [column for column in columns if texts[row, column]]
        merge = merges.get((row, columns[0]))
        is_alone = len(written) == 1 and all(merge is not None and column <= merge.right for column in columns[1:])
        words = texts[row, written[0]] if written else ""
        starts_anew = not part or not _is_joined(part[-1], row, rows, merges, sheet)
        if is_alone and (starts_anew or len(words) > _LONG_LABEL):
            yield from _table(sheet, texts, merges, part)
            part = []
            yield Text(words)
        else:
            part.append(row)
    yield from _table(sheet, texts, merges, part)


def _is_joined(
    above: int, row: int, rows: Mapping[int, Sequence[int]], merges: Mapping[tuple[int, int], Merge], sheet: SheetCells
) -> bool:
    """Whether no blank row that is visible lies between two rows with text, or only one that a merged range covers."""
    reach = max((merges[above, column].bottom for column in rows[above] if (above, column) in merges), default=above)
    return all(between in sheet.hidden_rows for between in range(max(above, reach) + 1, row))


def _table(
    sheet: SheetCells,
    texts: Mapping[tuple[int, int], str],
    merges: Mapping[tuple[int, int], Merge],
    part: Sequence[int],
) -> Iterator[Item]:
    """The grid of some rows of a sheet, merged ranges as one cell, and the lines of text that end it."""
    notes: list[Item] = []
    wanted = set(part)
    own = sorted(place for place in texts if place[0] in wanted)
    while len(part) > 1:
        columns = [column for row, column in own if row == part[-1] and texts[row, column]]
        merge = merges.get((part[-1], columns[0])) if columns else None
        if len(columns) != 1 or merge is None or merge.right == merge.left or merge.bottom > merge.top:
            break
        notes.insert(0, Text(texts[part[-1], columns[0]]))
        own = [place for place in own if place[0] < part[-1]]
        part = part[:-1]
    if not any(texts[place] for place in own):
        return
    top, bottom = own[0][0], own[-1][0]
    left, right = min(column for _, column in own), max(column for _, column in own)
    for place in own:
        if place in merges:
            bottom, right = max(bottom, merges[place].bottom), max(right, merges[place].right)
    rows, columns_kept = _kept(top, bottom, sheet.hidden_rows), _kept(left, right, sheet.hidden_columns)
    if len(rows) * len(columns_kept) > MAX_SLOTS:
        rows = {row: number for number, row in enumerate(sorted({row for row, _ in own}))}
        columns_kept = {column: number for number, column in enumerate(sorted({column for _, column in own}))}
    if len(rows) * len(columns_kept) > MAX_SLOTS:
        slots: Slots = tuple((Cell(texts[place], number, 0),) for number, place in enumerate(own))
        yield Table(slots, False, _locator(sheet, top, left))
    else:
        slots, exact = lay_out(list(_cells(texts, merges, rows, columns_kept)), len(rows))
        yield Table(slots, exact, _locator(sheet, top, left))
    yield from notes


def _locator(sheet: SheetCells, top: int, left: int) -> str:
    start = "" if (top, left) == (0, 0) else f" from {_letters(left)}{top + 1}"
    return f"sheet {' '.join(sheet.name.split()) or '1'}{start}"


def _visible(sheet: SheetCells) -> tuple[dict[tuple[int, int], str], dict[tuple[int, int], Merge]]:
    """The texts that show, and the merged ranges by their first visible cell, which shows the text of the corner.

    What a merged range covers does not show.  Ranges that together cover more than 2,000,000 cells are not honoured.
    """
    hidden_rows, hidden_columns = sheet.hidden_rows, sheet.hidden_columns
    texts = {
        (row, column): words
        for (row, column), words in sheet.texts.items()
        if row not in hidden_rows and column not in hidden_columns
    }
    merges: dict[tuple[int, int], Merge] = {}
    budget = MAX_SLOTS * 10
    for merge in sheet.merges:
        budget -= (merge.bottom - merge.top + 1) * (merge.right - merge.left + 1)
        if budget < 0:
            break
        rows = [row for row in range(merge.top, merge.bottom + 1) if row not in hidden_rows]
        columns = [column for column in range(merge.left, merge.right + 1) if column not in hidden_columns]
        if not rows or not columns:
            continue
        for row in rows:
            for column in columns:
                texts.pop((row, column), None)
        words = sheet.texts.get((merge.top, merge.left))
        if words:
            texts[rows[0], columns[0]] = words
        merges[rows[0], columns[0]] = merge
    return texts, merges


def _kept(first: int, last: int, hidden: frozenset[int]) -> dict[int, int]:
    kept = (at for at in range(first, last + 1) if at not in hidden)
    return {at: number for number, at in enumerate(kept)}


def _cells(
    texts: Mapping[tuple[int, int], str],
    merges: Mapping[tuple[int, int], Merge],
    rows: Mapping[int, int],
    columns: Mapping[int, int],
) -> Iterator[Cell]:
    """Every cell of the range in order, blank ones too; those that a merged range covers are left to it."""
    covered: set[tuple[int, int]] = set()
    for row, y in rows.items():
        for column, x in columns.items():
            if (y, x) in covered:
                continue
            merge = merges.get((row, column))
            if merge is None:
                yield Cell(texts.get((row, column), ""), y, x)
                continue
            height = sum(1 for at in range(merge.top, merge.bottom + 1) if at in rows)
            width = sum(1 for at in range(merge.left, merge.right + 1) if at in columns)
            covered.update((y + down, x + right) for down in range(height) for right in range(width))
            yield Cell(texts.get((row, column), ""), y, x, height, width)


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
