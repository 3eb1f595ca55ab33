"""Text formats: how a sheet comes out once a page has been scraped, copied, or turned into Markdown."""

from __future__ import annotations

import random
from collections.abc import Callable

from .choices import Dice, Level
from .sheets import Box, Paper, Sheet

Lines = list[str]


def _pipe_rows(sheet: Sheet, rng: random.Random) -> Lines:
    """S1: one row a line, spans lost, a stray pipe for each lost column."""
    row_end = rng.random() < 0.7
    lines = []
    for number, row in enumerate(sheet.rows):
        text = " | ".join(_one_line(box) for box in row)
        extra = sum(box.cs - 1 for box in row) + int(row_end and number < len(sheet.rows) - 1)
        lines.append(f"{text} |{'|' * extra}")
    return lines


def _cell_pipe_lines(sheet: Sheet, _: random.Random) -> Lines:
    """S2: one cell a line that ends in a pipe, blank cells run on as pipes alone."""
    lines: Lines = []
    for row in sheet.rows:
        for box in row:
            if box.text:
                lines.append(f"{_one_line(box)} |")
            elif lines:
                lines[-1] += "|"
            else:
                lines.append("|")
    return lines


def _cell_then_pipe(sheet: Sheet, _: random.Random) -> Lines:
    """S3: a cell on one line, a lone pipe on the next."""
    return [line for row in sheet.rows for box in row for line in ([_one_line(box), "|"] if box.text else ["|"])]


def _cell_lines(sheet: Sheet, rng: random.Random) -> Lines:
    """S4: one cell a line, blank lines between, no pipes; an empty cell leaves nothing."""
    gap = rng.random() < 0.6
    return [
        line
        for row in sheet.rows
        for box in row
        if box.text
        for line in ([_one_line(box), ""] if gap else [_one_line(box)])
    ]


def _cell_blank_lines(sheet: Sheet, rng: random.Random) -> Lines:
    """One cell a line without gaps, so that an empty cell is an empty line; some leave lines between rows, too."""
    between = [""] * rng.choice((0, 0, 1, 2))
    return [line for row in sheet.rows for line in (*(_one_line(box) for box in row), *between)]


def _flat_runs(sheet: Sheet, _: random.Random) -> Lines:
    """S6: the words and numbers of a row on one line, single blanks between."""
    return [" ".join(_one_line(box).replace(" ", "") for box in row if box.text) for row in sheet.rows]


def _wrapped(sheet: Sheet, rng: random.Random) -> Lines:
    """As a PDF's text comes out: long labels broken over lines, the numbers on the line where the label ends."""
    lines: Lines = []
    for row in sheet.rows:
        words = [_one_line(box).replace(" ", "") for box in row if box.text]
        if words and len(words[0]) > 9 and len(words) > 3 and rng.random() < 0.6:
            at = rng.randint(4, len(words[0]) - 3)
            lines.append(words[0][:at])
            words[0] = words[0][at:]
        lines.append(" ".join(words))
    return lines


def _beside(sheet: Sheet, rng: random.Random) -> Lines:
    """A PDF's text where the values stand beside the first piece of a broken label, or between its pieces."""
    lines: Lines = []
    for row in sheet.rows:
        words = [_one_line(box).replace(" ", "") for box in row if box.text]
        at = next((place for place, word in enumerate(words) if place and word.isdigit()), 0)
        label = words[at - 1] if at else ""
        if len(label) > 9 and rng.random() < 0.6:
            cut = rng.randint(4, len(label) - 3)
            above, values, below = [*words[: at - 1], label[:cut]], words[at:], [label[cut:]]
            pieces = [above + values, below] if rng.random() < 0.5 else [above, values, below]
            lines += [" ".join(piece) for piece in pieces]
        else:
            lines.append(" ".join(words))
    return lines


def _stacked(sheet: Sheet, _: random.Random) -> Lines:
    """A PDF's text where the words of a header are broken one below the other."""
    lines: Lines = []
    for row in sheet.rows:
        words = [_one_line(box).replace(" ", "") for box in row if box.text]
        if len(words) > 3 and all(1 < len(word) < 7 and not any(c.isdigit() for c in word) for word in words):
            lines += [" ".join(word[:2] for word in words), " ".join(word[2:] for word in words if word[2:])]
        else:
            lines.append(" ".join(words))
    return [line for line in lines if line]


def _paged(sheet: Sheet, rng: random.Random) -> Lines:
    """A PDF's text with page numbers between the rows."""
    lines = _flat_runs(sheet, rng)
    for _ in range(rng.randint(1, 2)):
        lines[(at := rng.randrange(len(lines) + 1)) : at] = [rng.choice(("— 3 —", "- 4 -", "5", "第 2 页 共 6 页"))]
    return lines


def _aligned(sheet: Sheet, rng: random.Random) -> Lines:
    """Columns set apart by runs of blanks, padded by width on the screen."""
    widths = [
        max((_screen(_one_line(row[x])) for row in sheet.rows if x < len(row)), default=0) for x in range(sheet.width)
    ]
    gap = " " * rng.randint(2, 4)
    return [gap.join(_padded(_one_line(box), widths[x]) for x, box in enumerate(row)).rstrip() for row in sheet.rows]


def _tabs(sheet: Sheet, _: random.Random) -> Lines:
    return ["\t".join(_one_line(box) for box in row) for row in sheet.rows]


def _tabs_exact(sheet: Sheet, _: random.Random) -> Lines:
    """Tab-separated, as a spreadsheet copies it: spans give empty cells."""
    return ["\t".join(_one_line(box) if first else "" for box, first in slots) for slots in sheet.slots()]


def _tabs_stripped(sheet: Sheet, rng: random.Random) -> Lines:
    """As a spreadsheet copies it, each line then stripped at its end."""
    return [line.rstrip() for line in _tabs_exact(sheet, rng)]


def _markdown(sheet: Sheet, rng: random.Random, *, fill: str = "blank") -> Lines:
    rows = [
        [_one_line(b).replace("|", "\\|") if first or fill == "repeat" else "" for b, first in slots]
        for slots in sheet.slots()
    ]
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    rule = "|" + "|".join(rng.choice((" --- ", " :---: ", "---")) for _ in range(width)) + "|"
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return ["", lines[0], rule, *lines[1:], ""]


def _markdown_repeat(sheet: Sheet, rng: random.Random) -> Lines:
    return _markdown(sheet, rng, fill="repeat")


def _markdownify(sheet: Sheet, rng: random.Random) -> Lines:
    """As converters write it: an empty header row, spans lost, rows of differing length."""
    rows = ["| " + " | ".join(_one_line(box) for box in row) + " |" for row in sheet.rows]
    width = sheet.width if rng.random() < 0.5 else len(sheet.rows[0])
    if rng.random() < 0.5:
        return [
            "",
            "| " + " | ".join("" for _ in range(width)) + " |",
            "| " + " | ".join(["---"] * width) + " |",
            *rows,
            "",
        ]
    return ["", rows[0], "| " + " | ".join(["---"] * width) + " |", *rows[1:], ""]


def _csv_like(sheet: Sheet, rng: random.Random, mark: str = ",") -> Lines:
    """Fields between delimiters; all in quotes, or only those that need them."""
    quotes_all = rng.random() < 0.5

    def field(text: str) -> str:
        return f'"{text}"' if quotes_all or mark in text else text

    return [mark.join(field(_one_line(b)) if first else "" for b, first in slots) for slots in sheet.slots()]


def _semicolons(sheet: Sheet, rng: random.Random) -> Lines:
    return _csv_like(sheet, rng, ";")


def _rows_repeated(sheet: Sheet, rng: random.Random) -> Lines:
    """One row a line, each merged cell printed again in every place that it covers."""
    mark = rng.choice((" | ", "\t", " │ "))
    return [mark.join(_one_line(box) for box, _ in slots) for slots in sheet.slots()]


def _boxes(sheet: Sheet, _: random.Random) -> Lines:
    """Tables drawn with box characters, as a terminal prints them."""
    return ["│" + "│".join(f" {_one_line(b) if first else ''} " for b, first in slots) + "│" for slots in sheet.slots()]


def _broken_rows(sheet: Sheet, rng: random.Random) -> Lines:
    """Columns set apart by bars, with labels broken over lines whose other cells are empty."""
    lines: Lines = []
    for slots in sheet.slots():
        cells = [_broken(_one_line(box), rng) if first else [""] for box, first in slots] or [[""]]
        for line in range(max(map(len, cells))):
            lines.append("| " + " | ".join(cell[line] if line < len(cell) else "" for cell in cells) + " |")
    return lines


def _broken(words: str, rng: random.Random) -> Lines:
    if len(words) < 5 or any(c.isdigit() or not c.isalpha() for c in words) or rng.random() < 0.6:
        return [words]
    at = rng.randint(2, len(words) - 2)
    return [words[:at], words[at:]]


def _running(sheet: Sheet, rng: random.Random) -> Lines:
    """Cells that run on behind one another, with a new line only where the line is full."""
    width = rng.choice((72, 80, 100))
    lines = [""]
    for row in sheet.rows:
        for box in row:
            word = _one_line(box).replace(" ", "")
            if lines[-1] and _screen(lines[-1]) + _screen(word) >= width:
                lines.append("")
            lines[-1] += f" {word}" if lines[-1] and word else word
    return lines


def _glued(sheet: Sheet, _: random.Random) -> Lines:
    """The cells of a row with nothing between them, as markup leaves them when its tags are cut out."""
    return ["".join(_one_line(box).replace(" ", "") for box in row) for row in sheet.rows]


Writer = Callable[[Sheet, random.Random], Lines]
# name → (writer, keeps the column of a cell, keeps blank cells, weight, level)
WRITERS: dict[str, tuple[Writer, bool, bool, float, Level]] = {
    "pipe_rows": (_pipe_rows, False, True, 4, "noisy"),
    "cell_pipe_lines": (_cell_pipe_lines, False, True, 2, "noisy"),
    "cell_then_pipe": (_cell_then_pipe, False, True, 2, "noisy"),
    "cell_lines": (_cell_lines, False, False, 2, "noisy"),
    "cell_blank_lines": (_cell_blank_lines, False, False, 0.5, "noisy"),
    "flat_runs": (_flat_runs, False, False, 1.5, "noisy"),
    "wrapped": (_wrapped, False, False, 0.6, "noisy"),
    "beside": (_beside, False, False, 0.4, "noisy"),
    "stacked": (_stacked, False, False, 0.3, "noisy"),
    "paged": (_paged, False, False, 0.4, "damaged"),
    "aligned": (_aligned, False, False, 0.7, "noisy"),
    "tabs": (_tabs, False, True, 0.7, "noisy"),
    "tabs_exact": (_tabs_exact, True, True, 0.7, "noisy"),
    "tabs_stripped": (_tabs_stripped, True, False, 0.3, "noisy"),
    "markdown": (_markdown, True, True, 1.5, "clean"),
    "markdown_repeat": (_markdown_repeat, True, True, 1, "noisy"),
    "markdownify": (_markdownify, False, True, 0.8, "noisy"),
    "csv_like": (_csv_like, True, True, 0.5, "noisy"),
    "semicolons": (_semicolons, True, True, 0.3, "noisy"),
    "rows_repeated": (_rows_repeated, True, True, 0.3, "noisy"),
    "boxes": (_boxes, True, True, 0.2, "damaged"),
    "broken_rows": (_broken_rows, True, True, 0.4, "noisy"),
    "running": (_running, False, False, 0.4, "noisy"),
    "glued": (_glued, False, False, 0.3, "damaged"),
}


def write(paper: Paper, dice: Dice, name: str) -> str:
    """The paper as plain text in one of the writers; headings as Markdown marks where the writer is Markdown."""
    writer = WRITERS[name][0]
    marked = name.startswith("markdown")
    gap = dice.rng.random() < 0.3
    lines: Lines = []
    for item in paper.items:
        if isinstance(item, Sheet):
            lines += [item.caption] if item.caption else []
            lines += writer(item, dice.rng) if item.rows else []
            lines += [item.note] if item.note else []
        else:
            lines.append("#" * item.heading + " " + item.text if marked and item.heading else item.text)
        if gap or marked:
            lines.append("")
    end = dice.rng.choices(("\n", "\r\n", "\r"), (16, 4, 1))[0]
    return end.join(lines) + end


def _one_line(box: Box) -> str:
    return " ".join(box.text.replace("\n", "").split())


def _screen(text: str) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _screen(text))
