"""Ruling lines become grids: a cell is a rectangle that no line crosses, whatever slots of the table it covers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extract.formats.grid import MAX_SLOTS
from extract.formats.pdf.model import Glyph, Rule
from extract.formats.pdf.text import cell_text
from extract.page import Cell

_SAME_PLACE = 2.5
_GAP = 3.5
_TOUCH = 3.5
_LEAST_SIDE = 4.0
_COVER = 0.5
_LEAST_CELLS = 2
_MAX_RULES = 4000
_FLOW = 0.12
_BACK = -0.6
_SHIFT = 0.2

_Border = list[list[bool]]


@dataclass(slots=True)
class Box:
    """A cell as drawn: its first row and column, its spans, and the glyphs inside it in drawing order."""

    row: int
    column: int
    row_span: int
    column_span: int
    glyphs: list[Glyph] = field(default_factory=list)


@dataclass(slots=True)
class RuledTable:
    """A table of ruling lines: edges of its columns and rows, its cells, and for each slot the cell that covers it."""

    xs: list[float]
    ys: list[float]
    boxes: list[Box]
    slots: list[list[Box]]

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.ys[0]

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.ys[-1]

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside the table."""
        return self.xs[0] <= x <= self.xs[-1] and self.ys[0] <= y <= self.ys[-1]

    def box_at(self, x: float, y: float) -> Box:
        """The cell around a point inside the table."""
        column = min(max(bisect_right(self.xs, x) - 1, 0), len(self.xs) - 2)
        row = min(max(bisect_right(self.ys, y) - 1, 0), len(self.ys) - 2)
        return self.slots[row][column]

    def text(self, box: Box) -> str:
        """What a cell prints."""
        if not box.glyphs:
            return ""
        width = self.xs[box.column + box.column_span] - self.xs[box.column]
        height = self.ys[box.row + box.row_span] - self.ys[box.row]
        return cell_text(box.glyphs, width, height)

    def rows(self) -> tuple[tuple[Cell | None, ...], ...]:
        """The slots as rows of a :class:`extract.page.Grid`."""
        cells = {
            id(box): Cell(self.text(box), box.row, box.column, box.row_span, box.column_span) for box in self.boxes
        }
        return tuple(tuple(cells[id(box)] for box in line) for line in self.slots)


def merge_rules(rules: Iterable[Rule]) -> list[Rule]:
    """The rules with the pieces of each line put together; lines closer than 2.5 points count as one."""
    ordered = sorted(rules)
    merged: list[Rule] = []
    first = 0
    for position in range(1, len(ordered) + 1):
        if position < len(ordered) and ordered[position].at - ordered[position - 1].at <= _SAME_PLACE:
            continue
        cluster = ordered[first:position]
        first = position
        at = (cluster[0].at + cluster[-1].at) / 2
        spans: list[list[float]] = []
        for _, start, end in sorted(cluster, key=_start):
            if spans and start - spans[-1][1] <= _GAP:
                spans[-1][1] = max(spans[-1][1], end)
            else:
                spans.append([start, end])
        merged.extend(Rule(at, start, end) for start, end in spans)
    return merged


def _start(rule: Rule) -> float:
    return rule.start


def find_tables(across: Sequence[Rule], down: Sequence[Rule]) -> list[RuledTable]:
    """The tables that horizontal and vertical rules draw, from top to bottom; frames with one cell are none."""
    across = [rule for rule in merge_rules(across) if rule.end - rule.start > _LEAST_SIDE]
    down = [rule for rule in merge_rules(down) if rule.end - rule.start > _LEAST_SIDE]
    if not across or not down or len(across) + len(down) > _MAX_RULES:
        return []
    tables = []
    for rows, columns in _connected(across, down):
        table = _table(rows, columns)
        if table is not None and len(table.boxes) >= _LEAST_CELLS:
            tables.append(table)
    tables.sort(key=lambda table: (table.top, table.xs[0]))
    return tables


def _connected(across: Sequence[Rule], down: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Groups of rules that touch one another."""
    group = list(range(len(across)))
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {k: ([rule], []) for k, rule in enumerate(across)}
    for line in down:
        met = {
            group[k]
            for k, rule in enumerate(across)
            if line.start - _TOUCH <= rule.at <= line.end + _TOUCH
            and rule.start - _TOUCH <= line.at <= rule.end + _TOUCH
        }
        if not met:
            continue
        home = min(met)
        for other in met - {home}:
            rows, columns = groups.pop(other)
            groups[home][0].extend(rows)
            groups[home][1].extend(columns)
            group = [home if g == other else g for g in group]
        groups[home][1].append(line)
    return [found for found in groups.values() if found[1]]


def _edges(places: Iterable[float]) -> list[float]:
    """Places in order, without those that leave no room for a character."""
    edges: list[float] = []
    for place in sorted(places):
        if not edges or place - edges[-1] >= _LEAST_SIDE:
            edges.append(place)
    return edges


def _table(across: list[Rule], down: list[Rule]) -> RuledTable | None:
    ends_across = [min(r.start for r in across), max(r.end for r in across)]
    ends_down = [min(r.start for r in down), max(r.end for r in down)]
    xs = _edges([*(rule.at for rule in down), *ends_across])
    ys = _edges([*(rule.at for rule in across), *ends_down])
    if len(xs) < 2 or len(ys) < 2 or (len(xs) - 1) * (len(ys) - 1) > MAX_SLOTS:
        return None
    right = _borders(down, xs, ys)
    below = _borders(across, ys, xs)
    boxes, slots = _cells(right, below, len(xs) - 1, len(ys) - 1)
    return RuledTable(xs, ys, boxes, slots)


def _borders(rules: list[Rule], edges: list[float], steps: list[float]) -> _Border:
    """For each edge and each step along it, whether a rule is drawn there; the outermost edges count as drawn."""
    drawn = [[place in (0, len(edges) - 1)] * (len(steps) - 1) for place in range(len(edges))]
    for at, start, end in rules:
        place = min(range(len(edges)), key=lambda k: abs(edges[k] - at))
        for step, (low, high) in enumerate(pairwise(steps)):
            if min(end, high) - max(start, low) > _COVER * (high - low):
                drawn[place][step] = True
    return drawn


def _cells(right: _Border, below: _Border, width: int, height: int) -> tuple[list[Box], list[list[Box]]]:
    """Rectangles of slots with no rule inside, found from the top left corner."""
    boxes: list[Box] = []
    slots: list[list[Box | None]] = [[None] * width for _ in range(height)]
    for row in range(height):
        for column in range(width):
            if slots[row][column] is not None:
                continue
            last = column
            while last + 1 < width and not right[last + 1][row] and slots[row][last + 1] is None:
                last += 1
            end = row
            while end + 1 < height and _goes_on(right, below, slots, end, column, last):
                end += 1
            box = Box(row, column, end - row + 1, last - column + 1)
            boxes.append(box)
            for y in range(row, end + 1):
                slots[y][column : last + 1] = [box] * (last - column + 1)
    return boxes, [[box for box in line if box is not None] for line in slots]


def _goes_on(right: _Border, below: _Border, slots: list[list[Box | None]], row: int, column: int, last: int) -> bool:
    """Whether a cell that covers some columns of a row covers them in the next row too."""
    if any(below[row + 1][c] or slots[row + 1][c] is not None for c in range(column, last + 1)):
        return False
    return not any(right[c][row + 1] for c in range(column + 1, last + 1))


def fill_tables(tables: Sequence[RuledTable], glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Put each glyph into its cell; returns the glyphs that stand outside of all tables.

    Characters drawn one right after another stay together, in the cell where the middle of their run lies.
    """
    if not tables:
        return list(glyphs)
    outside: list[Glyph] = []
    for run in _runs(glyphs):
        x = (run[0].x0 + run[-1].x1) / 2
        y = (run[0].top + run[0].bottom) / 2
        table = next((table for table in tables if table.holds(x, y)), None)
        if table is None:
            outside.extend(run)
        else:
            table.box_at(x, y).glyphs.extend(run)
    return outside


def _runs(glyphs: Sequence[Glyph]) -> Iterable[list[Glyph]]:
    run: list[Glyph] = []
    for glyph in glyphs:
        if run:
            before = run[-1]
            size = glyph.bottom - glyph.top
            gap = glyph.x0 - before.x1
            level = abs(glyph.bottom - before.bottom) < _SHIFT * size
            if glyph.turn == before.turn == 0 and level and _BACK * size < gap < _FLOW * size:
                run.append(glyph)
                continue
            yield run
        run = [glyph]
    if run:
        yield run
