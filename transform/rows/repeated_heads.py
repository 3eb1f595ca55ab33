"""Grids that print the head of its column again in each cell, before the value, as tables do on small screens."""

from __future__ import annotations

import re
from dataclasses import replace

from extract.page import Cell, Grid, cells_once

_REST = re.compile(r"\s*([:：]?)\s*(.*)", re.DOTALL)
_NUMBER = re.compile(r"[-+]?\d[\d,.]*\Z")
_LEAST_HEAD = 2
_LEAST_NUMBERS = 3


def without_repeated_heads(grid: Grid) -> Grid:
    """The grid with values alone in cells where the head of their column goes before them; itself where none does."""
    last = grid.rows[-1][-1] if grid.rows and grid.rows[-1] else None
    if last is None or not last.text[-1:].isdigit() or last.text[0].isdigit() or len(last.text) <= _LEAST_HEAD:
        return grid
    heads: list[list[str]] = [[] for _ in grid.rows[0]]
    values: dict[int, Cell] = {}
    numbers = 0
    for row in grid.rows:
        own = cells_once(row)
        rests = {id(cell): rest for cell in own if (rest := _after_head(cell.text, heads[cell.column])) is not None}
        found = sum(_NUMBER.match(rest) is not None for rest in rests.values())
        numbers += found
        if found:
            values.update({id(cell): cell._replace(text=rests[id(cell)]) for cell in own if id(cell) in rests})
            continue
        for column, cell in enumerate(row):
            if cell is not None and len(cell.text) >= _LEAST_HEAD and not cell.text[-1].isdigit():
                heads[column].append(cell.text)
    if numbers < _LEAST_NUMBERS:
        return grid
    rows = tuple(tuple(cell and values.get(id(cell), cell) for cell in row) for row in grid.rows)
    return replace(grid, rows=rows)


def _after_head(text: str, heads: list[str]) -> str | None:
    """What follows the longest of the heads in a text: anything after a colon, else a number or nothing."""
    for head in sorted(heads, key=len, reverse=True):
        match = _REST.match(text, len(head)) if text.startswith(head) else None
        if match is not None:
            colon, rest = match.groups()
            return str(rest) if colon or not rest or _NUMBER.match(rest) else None
    return None
