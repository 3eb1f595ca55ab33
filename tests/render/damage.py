"""Damage: cells and borders lost, rows and columns dropped, doubled or shifted; what is still printed is known."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from .choices import Dice, Level
from .sheets import Box, Paper, Paragraph, Row, Sheet

Hit = Callable[[Paper, random.Random], None]


def damage(paper: Paper, dice: Dice, *, arithmetic: bool) -> None:
    """Spoil a paper in place by one or two kinds; ``arithmetic`` allows those that only sums can mend."""
    options: dict[str, tuple[float, Level]] = {"none": (0.5, "clean")}
    for name, (weight, _, sums) in _KINDS.items():
        options[name] = (weight if arithmetic or not sums else 0, "damaged")
    kind = dice.pick("damage.kind", options)
    if kind != "none":
        _KINDS[kind][1](paper, dice.rng)


def _value_rows(paper: Paper, minimum: int = 1) -> list[tuple[Sheet, int]]:
    return [
        (s, y)
        for s in paper.sheets()
        for y, row in enumerate(s.rows)
        if sum(b.figure is not None for b in row) >= minimum
    ]


def _places(row: Row) -> list[int]:
    return [x for x, box in enumerate(row) if box.figure]


def _lose(paper: Paper, *figures: str | None) -> None:
    for figure in figures:
        if figure in paper.expected:
            paper.expected[figure] = paper.expected[figure].lost()


def _obscure(paper: Paper, *figures: str | None) -> None:
    for figure in figures:
        if figure in paper.expected and paper.expected[figure].value is not None:
            paper.expected[figure] = paper.expected[figure].obscured()


def _drop_cell(paper: Paper, rng: random.Random) -> None:
    for sheet, y in _some(_value_rows(paper), rng):
        row = sheet.rows[y]
        lost = row.pop(rng.choice(_places(row)))
        _lose(paper, lost.figure)


def _some(rows: list[tuple[Sheet, int]], rng: random.Random, most: int = 3) -> list[tuple[Sheet, int]]:
    return rng.sample(rows, min(len(rows), rng.randint(1, most)))


def _glue(paper: Paper, rng: random.Random, *, whole: bool) -> None:
    rows = [(s, y) for s, y in _value_rows(paper, 2) if all(s.rows[y][x].text for x in _places(s.rows[y]))]
    for sheet, y in _some(rows, rng, 4):
        row = sheet.rows[y]
        places = _places(row)
        if not whole:
            at = rng.randrange(len(places) - 1)
            places = places[at : at + 2]
        if places != list(range(places[0], places[-1] + 1)):
            continue
        boxes = [row[x] for x in places]
        _obscure(paper, *(box.figure for box in boxes))
        spanned = rng.random() < 0.5
        row[places[0] : places[-1] + 1] = [
            Box("".join(b.text for b in boxes), cs=sum(b.cs for b in boxes) if spanned else 1)
        ]


def _glue_row(paper: Paper, rng: random.Random) -> None:
    _glue(paper, rng, whole=True)


def _glue_pair(paper: Paper, rng: random.Random) -> None:
    _glue(paper, rng, whole=False)


def _glue_table(paper: Paper, rng: random.Random) -> None:
    """Every row of the requests table loses the borders between its numbers."""
    for sheet in paper.sheets(rng.choice(("requests", "disputes"))):
        for row in sheet.rows:
            places = _places(row)
            if len(places) > 1 and places == list(range(places[0], places[-1] + 1)):
                boxes = [row[x] for x in places]
                _obscure(paper, *(b.figure for b in boxes))
                row[places[0] : places[-1] + 1] = [Box("".join(b.text for b in boxes))]


def _split_number(paper: Paper, rng: random.Random) -> None:
    wide = [(s, y, x) for s, y in _value_rows(paper) for x in _places(s.rows[y]) if len(s.rows[y][x].text) > 1]
    for sheet, y, x in rng.sample(wide, min(len(wide), 1)):
        row = sheet.rows[y]
        text = row[x].text
        at = rng.randint(1, len(text) - 1)
        _obscure(paper, *(b.figure for b in row))
        row[x : x + 1] = [Box(text[:at]), Box(text[at:])]


def _drop_row(paper: Paper, rng: random.Random) -> None:
    rows = [(s, y) for s, y in _value_rows(paper) if all(b.rs == 1 for b in s.rows[y])]
    for sheet, y in sorted(_some(rows, rng, 2), key=lambda hit: -hit[1]):
        _shrink_spans(sheet, y)
        _lose(paper, *(b.figure for b in sheet.rows.pop(y)))


def _shrink_spans(sheet: Sheet, y: int) -> None:
    for above, row in enumerate(sheet.rows[:y]):
        for box in row:
            if above + box.rs > y:
                box.rs -= 1


def _drop_row_cells(paper: Paper, rng: random.Random) -> None:
    """A row keeps its label and loses all its numbers."""
    for sheet, y in _some(_value_rows(paper), rng, 2):
        row = sheet.rows[y]
        _lose(paper, *(b.figure for b in row))
        sheet.rows[y] = [box for box in row if not box.figure]


def _drop_column(paper: Paper, rng: random.Random) -> None:
    """A column of the requests table is gone from every row; its header stays or goes."""
    sheets = paper.sheets("requests", "disputes")
    if not sheets:
        return
    table = rng.choice(sheets).table
    columns = sorted({_column(b.figure) for s in paper.sheets(table) for row in s.rows for b in row if b.figure})
    column = rng.choice(columns)
    for sheet in paper.sheets(table):
        for row in sheet.rows:
            for box in [b for b in row if b.figure and _column(b.figure) == column]:
                _lose(paper, box.figure)
                row.remove(box)


def _column(figure: str) -> str:
    return figure.split(".", 1)[1].rsplit(".", 1)[-1] if figure.startswith("requests.") else figure.split(".", 1)[1]


def _shift_row(paper: Paper, rng: random.Random) -> None:
    """An empty cell pushes the numbers of some rows one to the right, or an empty label cell is lost."""
    for sheet, y in _some(_value_rows(paper, 2), rng, 4):
        row = sheet.rows[y]
        _obscure(paper, *(b.figure for b in row))
        row.insert(_places(row)[0], Box(""))


def _shift_table(paper: Paper, rng: random.Random) -> None:
    for sheet in rng.sample(paper.sheets(), 1):
        for row in sheet.rows:
            if _places(row):
                _obscure(paper, *(b.figure for b in row))
                row.insert(_places(row)[0], Box(""))


def _double_row(paper: Paper, rng: random.Random) -> None:
    for sheet, y in _some(_value_rows(paper), rng, 1):
        if all(b.rs == 1 for b in sheet.rows[y]):
            _grow_spans(sheet, y)
            sheet.rows.insert(y, [replace(b) for b in sheet.rows[y]])


def _grow_spans(sheet: Sheet, y: int) -> None:
    for above, row in enumerate(sheet.rows[:y]):
        for box in row:
            if above + box.rs > y:
                box.rs += 1


def _extra_column(paper: Paper, rng: random.Random) -> None:
    """A column of other numbers at the end, with a header that no form has."""
    sheet = rng.choice(paper.sheets())
    for y, row in enumerate(sheet.rows):
        row.append(Box("备注" if not y else str(rng.randint(0, 30)) if _places(row) else ""))


def _cut_off(paper: Paper, rng: random.Random) -> None:
    """The page ends in the middle of a table (a "read more" that nobody pressed)."""
    sheet, y = rng.choice(_value_rows(paper))
    at = paper.items.index(sheet)
    for later in [sheet, *(i for i in paper.items[at + 1 :] if isinstance(i, Sheet))]:
        kept = y if later is sheet else 0
        _lose(paper, *(b.figure for row in later.rows[kept:] for b in row))
        del later.rows[kept:]
    paper.items[:] = [*paper.items[: at + 1], Paragraph("展开全文")]
    if not sheet.rows:
        paper.items.remove(sheet)


def _drop_table(paper: Paper, rng: random.Random) -> None:
    sheet = rng.choice(paper.sheets())
    _lose(paper, *(b.figure for row in sheet.rows for b in row))
    paper.items.remove(sheet)


def _garble_labels(paper: Paper, rng: random.Random) -> None:
    """Labels become unreadable in one table."""
    sheet = rng.choice(paper.sheets())
    _obscure(paper, *(b.figure for row in sheet.rows for b in row))
    for row in sheet.rows:
        for box in row:
            if not box.figure and rng.random() < 0.5:
                box.text = "".join(rng.choice("□?\ufffd") if rng.random() < 0.6 else c for c in box.text)


def _swap_rows(paper: Paper, rng: random.Random) -> None:
    """Two rows of a group change places, labels and all."""
    sheets = [s for s in paper.sheets("requests") if len(s.rows) > 10]
    for sheet in sheets[:1]:
        plain = [
            y
            for y, row in enumerate(sheet.rows)
            if _places(row) and len(row) == len(_places(row)) + 1 and all(b.rs == 1 for b in row)
        ]
        if len(plain) > 1:
            one, other = rng.sample(plain, 2)
            if row_depth(sheet.rows[one]) == row_depth(sheet.rows[other]):
                sheet.rows[one], sheet.rows[other] = sheet.rows[other], sheet.rows[one]


def row_depth(row: Row) -> int:
    """Columns that a row covers by itself."""
    return sum(box.cs for box in row)


def _merged_zero_rows(paper: Paper, rng: random.Random) -> None:
    """A row whose numbers are all alike prints one of them across all its columns."""
    for sheet, y in _some(_value_rows(paper, 3), rng, 5):
        row = sheet.rows[y]
        places = _places(row)
        boxes = [row[x] for x in places]
        if len({b.text for b in boxes}) == 1 and places == list(range(places[0], places[-1] + 1)):
            _obscure(paper, *(b.figure for b in boxes))
            row[places[0] : places[-1] + 1] = [Box(boxes[0].text, cs=sum(b.cs for b in boxes))]


def _merged_down(paper: Paper, rng: random.Random) -> None:
    """Equal numbers one above the other in a column share one cell."""
    sheets = paper.sheets("requests")
    rows = [(s, y) for s in sheets for y in range(len(s.rows) - 1) if _places(s.rows[y]) and _places(s.rows[y + 1])]
    for sheet, y in _some(rows, rng, 2):
        column = rng.choice(["natural_person", "research_institution", "total"])
        pair = [
            next((b for b in row if b.figure and _column(b.figure) == column), None) for row in sheet.rows[y : y + 2]
        ]
        upper, lower = pair
        if upper and lower and upper.text == lower.text and upper.rs == lower.rs == 1:
            _obscure(paper, upper.figure, lower.figure)
            upper.rs = 2
            sheet.rows[y + 1].remove(lower)


def _zero_rows_left_out(paper: Paper, rng: random.Random) -> None:
    """Rows that hold only zeros are not printed."""
    for sheet in paper.sheets("requests"):
        for y in range(len(sheet.rows) - 1, -1, -1):
            row = sheet.rows[y]
            boxes = [row[x] for x in _places(row)]
            plain = all(b.rs == 1 for b in row)
            if boxes and plain and all(b.text in {"0", "０", "〇"} for b in boxes) and rng.random() < 0.9:
                _shrink_spans(sheet, y)
                _lose(paper, *(b.figure for b in boxes))
                del sheet.rows[y]


def _two_years(paper: Paper, rng: random.Random) -> None:
    """Beside every number stands last year's."""
    for sheet in paper.sheets("requests", "disclosure"):
        for row in sheet.rows:
            old = [Box(str(max(0, rng.randint(-3, 40)))) for _ in _places(row)]
            row += old
        width = sheet.width
        sheet.rows.insert(0, [Box("项目"), Box("本年", cs=width // 2), Box("上年", cs=width - width // 2 - 1)])


def _text_cells(paper: Paper, rng: random.Random) -> None:
    """Cells that say something else than a number."""
    for sheet, y in _some(_value_rows(paper), rng, 3):
        row = sheet.rows[y]
        box = row[rng.choice(_places(row))]
        box.text = rng.choice(("见附件", "详见附表", "略", "#REF!", "待定", "共计"))
        if box.figure in paper.expected:
            old = paper.expected[box.figure]
            paper.expected[box.figure] = replace(old, raw=box.text, value=None, statuses=frozenset({"text"}))


def _remarks(paper: Paper, rng: random.Random) -> None:
    """Numbers with a remark that itself holds a number."""
    for sheet, y in _some(_value_rows(paper), rng, 3):
        row = sheet.rows[y]
        box = row[rng.choice(_places(row))]
        if box.text.isascii() and box.text.isdigit():
            box.text += rng.choice(("（其中修订16件）", "（含上年2件）", " [1]", "①", "（注2）"))
            _obscure(paper, box.figure)


_KINDS: dict[str, tuple[float, Hit, bool]] = {
    "drop_cell": (2, _drop_cell, True),
    "glue_row": (2, _glue_row, True),
    "glue_pair": (1.5, _glue_pair, True),
    "glue_table": (1, _glue_table, True),
    "split_number": (1.5, _split_number, True),
    "drop_row": (1.5, _drop_row, True),
    "drop_row_cells": (1, _drop_row_cells, True),
    "drop_column": (1, _drop_column, True),
    "shift_row": (1.5, _shift_row, True),
    "shift_table": (1, _shift_table, True),
    "double_row": (0.7, _double_row, False),
    "extra_column": (0.7, _extra_column, True),
    "cut_off": (1, _cut_off, True),
    "drop_table": (0.7, _drop_table, True),
    "garble_labels": (0.7, _garble_labels, True),
    "swap_rows": (0.7, _swap_rows, False),
    "zero_rows_left_out": (0.7, _zero_rows_left_out, True),
    "merged_zero_rows": (0.8, _merged_zero_rows, True),
    "merged_down": (0.6, _merged_down, True),
    "two_years": (0.5, _two_years, True),
    "text_cells": (1, _text_cells, True),
    "remarks": (1, _remarks, True),
}
