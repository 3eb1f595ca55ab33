"""Lines of text become blocks: pipe-delimited rows, one cell a line, plain prose.

Shapes of serialised tables that are met: a row a line (``a | b |``, spans lost, runs of pipes for blanks); a cell a
line closed by a pipe, blanks as ``|||``; a cell on one line and a lone pipe on the next; a cell a line with no pipe.
"""

from __future__ import annotations

import csv
import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count, groupby, pairwise, repeat

from extract.formats.aligned import aligned_cells
from extract.formats.lines import Line, in_pieces, is_pipe_line
from extract.formats.tabbed import is_tab_row, tab_fields, tab_of
from extract.page import Block, Cell, Grid, Paragraph

_BARS = str.maketrans("｜│┃║￨", "|||||")
_OTHER_BAR = re.compile("[｜│┃║￨]")
_BORDER = re.compile(r"\s*[+┌├└┏┣┗╔╠╚][\s+\-=|─━═┬┐┼┤┴┘┳┓╋┫┻┛╦╗╬╣╩╝]*[\-=─━═][\s+\-=|─━═┬┐┼┤┴┘┳┓╋┫┻┛╦╗╬╣╩╝]*")
_DELIMITER_CELL = re.compile(r"\s*:?-+:?\s*")
_SURE_DELIMITER = re.compile(r"---|:-|-:")
_UNESCAPED_PIPE = re.compile(r"(?<!\\)\|")
_LEAST_FRAMED = 3
_LEAST_WITHOUT_PIPE = 3
_DELIMITERS = ",;，；"
_LABELLED_FIELD = re.compile(r"\s*([^:：]*[^\d:：\s])[:：]\s*(\d*)\s*")
_LEAST_DELIMITED_LINES = 8
_VALUE = re.compile(r"\W?\s*[\d〇○◯零无]\D{0,4}|\W?\s*\d[\d.\s]{0,12}\D{0,4}|[/／—－-]{0,2}")
_WITHIN_NUMBER = r"\S\s+\d{1,3}%s\d{3}(?!\d)|%s\d{3}\s+\d"
_SENTENCE_END = "。"
_OPENING = re.compile("[(（]")
_CLOSING = re.compile("[)）]")
_LONGEST_BARE_VALUE = 12
_LONGEST_CELL = 200
_MOST_LINES_OF_PROSE = 4
_LETTER = re.compile(r"[^\W\d_]")

_new_cell: Callable[[tuple[str, int, int, int, int]], Cell] = partial(tuple.__new__, Cell)


@dataclass(slots=True)
class _Row:
    number: int
    cells: list[str]
    leading: bool = False
    bare_pipes: int = 0
    closes: bool = True
    ends_in_pipe: bool = False


@dataclass(slots=True)
class _Run:
    rows: list[_Row] = field(default_factory=list)
    delimiters: list[int] = field(default_factory=list)


def is_delimiter_row(text: str) -> bool:
    """Whether the line is the row of dashes under the header of a Markdown table: ``|---|:--:|``."""
    stripped = text.strip()
    if "|" not in stripped or not _SURE_DELIMITER.search(stripped):
        return False
    cells = stripped.strip("|").split("|")
    return all(_DELIMITER_CELL.fullmatch(cell) for cell in cells)


def read_lines(
    lines: Iterable[Line], *, markdown: bool = False, reduce: Callable[[str], str] | None = None
) -> list[Block]:
    r"""The blocks that lines of text hold, in order; blank lines are counted, locators are ``line N``.

    Consecutive lines with pipes, with three and more tab-separated fields, or with fields of a delimiter that many
    lines share, make one grid.  Its columns are exact where pipes frame rows of equal length; where that length
    changes, another grid begins.  ``markdown`` honours ``\|``; ``reduce`` turns the text of a line or a cell into what
    is read (by default character references are resolved and white space is collapsed).
    """
    reduce = reduce or _collapse
    written = in_pieces([line for line in lines if line.text and not line.text.isspace()])
    texts = [line.text for line in written]
    whole = "\n".join(texts)
    if _OTHER_BAR.search(whole):
        texts = [text.translate(_BARS) for text in texts]
    delimiter = _delimiter(written, whole)
    tab = tab_of(written) if "\t" in whole else None
    aligned = aligned_cells(written) if "  " in whole else {}
    blocks: list[Block] = []
    run = _Run()
    for position, line in enumerate(written):
        if delimiter and not line.heading and (fields := _delimited(line.text, delimiter)):
            run.rows.append(_Row(line.number, fields))
        elif position in aligned:
            run.rows.append(_Row(line.number, aligned[position]))
        elif not _extends(run, written, texts, position, tab, markdown):
            if run.rows:
                _close(run, blocks, reduce)
                run = _Run()
            text = reduce(line.text)
            if text:
                above = written[position - 1].number if position else line.number - 1
                blocks.append(Paragraph(text, line.locator, line.heading, max(0, line.number - above - 1)))
    _close(run, blocks, reduce)
    return blocks


def read_text(text: str) -> tuple[list[Block], str]:
    """The blocks of a plain text or a pipe-delimited scrape, and its format: ``pipe`` with a grid, else ``text``."""
    blocks = read_lines(Line(number, line) for number, line in enumerate(text.splitlines(), start=1))
    return blocks, "pipe" if any(isinstance(block, Grid) for block in blocks) else "text"


def _collapse(text: str) -> str:
    if "&" in text:
        text = html.unescape(text)
    return " ".join(text.split())


def _delimiter(lines: Sequence[Line], whole: str) -> str | None:
    """The delimiter of a text in which many lines are fields that end in a number, as in CSV; None where none is.

    ``whole`` is the text of all lines.
    """
    printed = [delimiter for delimiter in _DELIMITERS if whole.count(delimiter) >= _LEAST_DELIMITED_LINES]
    counts = {delimiter: _count_delimited(lines, delimiter) for delimiter in printed}
    best = max(printed, key=lambda delimiter: counts[delimiter], default=None)
    return best if best is not None and counts[best] >= _LEAST_DELIMITED_LINES else None


def _count_delimited(lines: Sequence[Line], delimiter: str) -> int:
    """How many lines are words and then a value or nothing; 0 where the delimiter also stands inside of numbers.

    The number of the row may stand before the words.
    Where too few lines hold it at all, that is 0 too.
    """
    if sum([delimiter in line.text for line in lines]) < _LEAST_DELIMITED_LINES:
        return 0
    within_number = re.compile(_WITHIN_NUMBER % (delimiter, delimiter))
    count = 0
    for line in lines:
        fields = _delimited(line.text, delimiter)
        if not fields:
            continue
        if within_number.search(line.text):
            return 0
        if fields[0].isdigit():
            fields = fields[1:]
        first = next((field for field in fields if field), "")
        if _LETTER.search(first) and not first[-1].isdigit():
            last = next((field for field in reversed(fields) if field and field is not first), "")
            count += _VALUE.fullmatch(last) is not None
    return count


def _delimited(text: str, delimiter: str) -> list[str]:
    """The fields of a line of delimited text; none for prose and for lines without the delimiter.

    Quotes are honoured, and a delimiter inside brackets ends no field.  A colon parts the first field from its label.
    """
    if delimiter not in text or _SENTENCE_END in text or is_pipe_line(text):
        return []
    (pieces,) = csv.reader([text], delimiter=delimiter, skipinitialspace=True)
    fields: list[str] = []
    while pieces:
        ends = (n for n in range(1, len(pieces) + 1) if _is_balanced(delimiter.join(pieces[:n])))
        end = next(ends, 1)
        fields.append(delimiter.join(pieces[:end]))
        del pieces[:end]
    label = _LABELLED_FIELD.fullmatch(fields[0])
    if label is not None and not any(":" in field or "：" in field for field in fields[1:]):
        fields[:1] = label.groups()
    return [field.strip() for field in fields]


def _is_balanced(text: str) -> bool:
    return len(_OPENING.findall(text)) <= len(_CLOSING.findall(text))


def _extends(
    run: _Run, lines: Sequence[Line], texts: Sequence[str], position: int, tab: str | None, markdown: bool
) -> bool:
    """Add the line at ``position`` to the run of table rows if it belongs there.

    ``texts`` are the lines with pipes for the bars that stand for them; ``tab`` is None where no line holds one.
    """
    number, line, heading, _ = lines[position]
    if heading:
        return False
    text = texts[position]
    if _BORDER.fullmatch(text):
        return True
    if "|" in text:
        _add_pipe_line(run, number, text, markdown)
        return True
    if tab is not None and (fields := tab_fields(line, tab)):
        above = run.rows[-1].cells if run.rows else []
        below = texts[position + 1] if position + 1 < len(texts) else ""
        if is_tab_row(fields, above, below, tab):
            run.rows.append(_Row(number, fields))
            return True
    if _bars_only(texts, position + 1) and _is_closed_below(text.strip(), texts, position):
        run.rows.append(_Row(number, [text.strip()], closes=False))
        return True
    if _awaits_value(run) and len(text.strip()) <= _LONGEST_BARE_VALUE and not _LETTER.search(text.strip()):
        run.rows.append(_Row(number, [text.strip()]))
        return True
    return False


def _add_pipe_line(run: _Run, number: int, text: str, markdown: bool) -> None:
    stripped = text.strip()
    if run.rows and is_delimiter_row(stripped):
        run.delimiters.append(len(run.rows))
        return
    if not stripped.strip("| \t\u3000\xa0"):
        run.rows.append(_Row(number, [], bare_pipes=stripped.count("|")))
        return
    cells = _UNESCAPED_PIPE.split(stripped) if markdown and "\\|" in stripped else stripped.split("|")
    leading, ends_in_pipe = cells[0] == "", cells[-1] == ""
    if ends_in_pipe:
        cells.pop()
    run.rows.append(_Row(number, [cell.strip() for cell in cells], leading=leading, ends_in_pipe=ends_in_pipe))


def _is_closed_below(text: str, texts: Sequence[str], position: int) -> bool:
    """Whether the next line, which is pipes, closes this cell: a lone one, or a run before no row of several cells."""
    if len(text) > _LONGEST_CELL or text.endswith(_SENTENCE_END):
        return False
    if _bars_only(texts, position + 1) == 1:
        return True
    after = position + 2
    while _bars_only(texts, after):
        after += 1
    return after >= len(texts) or texts[after].strip().strip("|").count("|") == 0


def _bars_only(texts: Sequence[str], position: int) -> int:
    """The number of pipes on a line that holds nothing else, otherwise 0."""
    if position >= len(texts) or "|" not in (text := texts[position]):
        return 0
    return 0 if text.strip().strip("| \t\u3000\xa0") else text.count("|")


def _awaits_value(run: _Run) -> bool:
    """Whether the last lines were a cell and its lone pipe, so that a further cell may have lost its own."""
    return len(run.rows) > 1 and run.rows[-1].bare_pipes > 0 and not run.rows[-2].closes


def _close(run: _Run, blocks: list[Block], reduce: Callable[[str], str]) -> None:
    starts = [0, *(at - 1 for at in run.delimiters if at > 1), len(run.rows)]
    for start, end in pairwise(starts):
        if start < end:
            _close_table(run.rows[start:end], start + 1 in run.delimiters, blocks, reduce)


def _close_table(rows: list[_Row], has_delimiter: bool, blocks: list[Block], reduce: Callable[[str], str]) -> None:
    if _is_prose(rows):
        blocks.extend(Paragraph(reduce(cell), f"line {row.number}") for row in rows for cell in row.cells if cell)
        return
    if len(rows) == 1 and len(rows[0].cells) == 2 and all(rows[0].cells):
        blocks.append(Paragraph(reduce(" | ".join(rows[0].cells)), f"line {rows[0].number}"))
        return
    _restore_last_cells(rows)
    is_framed = all(row.leading or row.bare_pipes for row in rows) and any(row.leading for row in rows)
    if is_framed:
        _drop_frame(rows)
    parts = [list(part) for _, part in groupby(rows, key=lambda row: len(row.cells))]
    exact = is_framed and all(
        len(part) >= _LEAST_FRAMED or (has_delimiter and part is parts[0] is parts[-1]) for part in parts
    )
    for part in parts if exact else [rows]:
        numbered = _numbered_rows(part)
        if any(cell for _, cells in numbered for cell in cells):
            blocks.append(_grid(numbered, exact, reduce))


def _is_prose(rows: Sequence[_Row]) -> bool:
    """Whether lines between lone pipes are no cells: a few, none of which is a value (a layout table's title)."""
    cells = [cell for row in rows for cell in row.cells if cell]
    if len(cells) > _MOST_LINES_OF_PROSE or any(sum(map(bool, row.cells)) > 1 for row in rows):
        return False
    return not any(_VALUE.fullmatch(cell) for cell in cells)


def _restore_last_cells(rows: list[_Row]) -> None:
    """Where pipes stand between cells only, a line that ends in one ends in an empty cell.

    That is so where most lines end in none, or where some do and the lines are then more alike in width.
    """
    wide = [row for row in rows if len(row.cells) > 2]
    ending = [row for row in wide if row.ends_in_pipe]
    between = Counter(len(row.cells) + row.ends_in_pipe for row in wide)
    after = Counter(len(row.cells) for row in wide)
    others = len(wide) - len(ending)
    are_more_alike = others >= _LEAST_WITHOUT_PIPE and _likeness(between) > _likeness(after)
    is_rectangular = 0 < others < len(wide) and len(between) == 1
    if 2 * len(ending) < len(wide) or is_rectangular or (are_more_alike and not any(row.leading for row in wide)):
        for row in ending:
            row.cells.append("")


def _likeness(widths: Counter[int]) -> int:
    """How many pairs of lines have the same width."""
    return sum(count * count for count in widths.values())


def _drop_frame(rows: list[_Row]) -> None:
    """Take the leading pipe of every row for a border, not for the end of an empty cell."""
    several = any(len(row.cells) > 2 for row in rows)
    for row in rows:
        if row.bare_pipes:
            row.cells = [""] * (row.bare_pipes - 1 if several else row.bare_pipes)
            row.bare_pipes = 0
        else:
            del row.cells[0]


def _numbered_rows(rows: list[_Row]) -> list[tuple[int, list[str]]]:
    """Each row's line and cells; where no line holds two cells, every cell is a row of its own."""
    result: list[tuple[int, list[str]]] = []
    cell_a_line = all(len(row.cells) <= 1 for row in rows)
    is_open = False
    for row in rows:
        cells = row.cells
        if row.bare_pipes:
            cells = [""] * (row.bare_pipes - is_open)
        is_open = not row.closes
        if cell_a_line:
            result.extend((row.number, [cell]) for cell in cells)
        elif cells:
            result.append((row.number, cells))
    return result


def _grid(rows: Sequence[tuple[int, list[str]]], exact: bool, reduce: Callable[[str], str]) -> Grid:
    width = max((len(cells) for _, cells in rows), default=0)
    slots = []
    for row, (_, cells) in enumerate(rows):
        words = [reduce(cell) if cell else "" for cell in cells]
        filled = map(_new_cell, zip(words, repeat(row), count(), repeat(1), repeat(1), strict=False))
        slots.append((*filled, *repeat(None, width - len(cells))))
    numbers = tuple(number for number, _ in rows)
    return Grid(tuple(slots), f"line {numbers[0]}" if numbers else "line 0", exact, numbers)
