"""Sheets of workbooks become blocks: tables as grids with their merged ranges, lines of text as paragraphs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from extract.formats.assemble import Item, Table, Text, assemble, lay_out
from extract.formats.grid import MAX_SLOTS, Slots
from extract.page import Cell, Page, UnreadableError

_LONG_LABEL = 60


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


def sheets_page(
    sheets: Sequence[SheetCells],
    source_format: str,
    url: str | None,
    *,
    meta: Mapping[str, str] | None = None,
    images: int = 0,
) -> Page:
    """The page of sheets with text: their lines of text, and their tables without what is empty around them."""
    blocks = assemble(item for sheet in sheets for item in _items(sheet))
    if not blocks and not images:
        raise UnreadableError("the workbook holds no visible cell with text")
    return Page(blocks, source_format, "utf-8", url, dict(meta or {}), images)


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
    """The grid of some rows of a sheet, merged ranges as one cell, and the lines of text that end it.

    One blank row below the last text is kept where its borders are drawn: it may hold blank values.
    """
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
    written = [row for row, column in own if texts[row, column]]
    if not written:
        return
    blank_below = min((row for row in part if row > written[-1]), default=written[-1])
    own = [place for place in own if place[0] <= blank_below]
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
        if words is not None:
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
