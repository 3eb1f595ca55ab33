"""Tables that go on over a page break: a row that the break has cut in two becomes one again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from extract.formats.pdf.grid import Box, RuledTable
from extract.formats.pdf.rows import is_value
from extract.formats.pdf.text import PADDING, lines_of

_ORDINAL = re.compile(r"[\d（(]|[一二三四五六七八九十]+、")
_SAME_EDGE = 3.0
_BELOW = 10_000.0


def mend_seams(pages: Sequence[Sequence[RuledTable]]) -> None:
    """Put together the rows that page breaks have cut: the last words of such a row join its label above.

    ``pages`` are the ruled tables of each page.  A row is cut where the last row of one page and the first of the next
    (after a header that is printed again) have the same columns, the upper one alone holds values, its label breaks
    off at the end of a full line, and the words below do not begin with a number of their own.  Where the lower one
    holds the values, the upper may be a row of blanks, and both stay as they are.
    """
    for above, below in pairwise(pages):
        if above and below:
            _mend(above[-1], below[0])


def _mend(above: RuledTable, below: RuledTable) -> None:
    upper = _row(above, len(above.slots) - 1)
    lower = _row(below, _repeated_rows(above, below))
    if not lower or [box.column for box in upper] != [box.column for box in lower] or not _fit(above, below):
        return
    words = [(a, b) for a, b in zip(upper, lower, strict=True) if a.row_span == 1 and b.row_span == 1]
    values = [any(is_value(table.text(box)) for box in half) for table, half in ((above, upper), (below, lower))]
    labels = [(a, b) for a, b in words if a.glyphs and b.glyphs]
    if values != [True, False] or len(labels) != 1 or not _breaks_off(above, *labels[0]):
        return
    if _ORDINAL.match(below.text(labels[0][1])):
        return
    for a, b in words:
        a.glyphs.extend(g._replace(top=g.top + _BELOW, bottom=g.bottom + _BELOW) for g in b.glyphs)
        b.glyphs.clear()


def _row(table: RuledTable, row: int) -> list[Box]:
    """The cells that a row of the table touches, from left to right."""
    if row >= len(table.slots):
        return []
    return list({id(box): box for box in table.slots[row]}.values())


def _fit(above: RuledTable, below: RuledTable) -> bool:
    same = len(above.xs) == len(below.xs)
    return same and all(abs(a - b) <= _SAME_EDGE for a, b in zip(above.xs, below.xs, strict=True))


def _repeated_rows(above: RuledTable, below: RuledTable) -> int:
    """How many rows at the top of a table say the same as the top of the table before it."""
    count = 0
    for first, second in zip(above.slots, below.slots, strict=False):
        words = [above.text(box) for box in first]
        if words != [below.text(box) for box in second] or not any(words) or any(map(is_value, filter(None, words))):
            break
        count += 1
    return count


def _breaks_off(table: RuledTable, upper: Box, lower: Box) -> bool:
    """Whether the first character below would not have fitted on the last line above."""
    last, following = lines_of(upper.glyphs)[-1], lines_of(lower.glyphs)[0].glyphs[0]
    width = table.xs[upper.column + upper.column_span] - table.xs[upper.column]
    return last.x1 - last.x0 + following.x1 - following.x0 > width - PADDING
