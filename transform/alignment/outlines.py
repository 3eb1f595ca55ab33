"""What a grid is apart from its numbers: labels, spans and the kinds of its values, as a key that other grids share.

A grid is placed in a form by its labels.  To prove that its numbers had no say, a model of the grid is placed whose
cells refuse to tell what they print (:class:`Untold`): what is found out about the model holds for every grid with
the same outline.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple, NoReturn

from extract.page import Cell, Grid
from transform.forms import load_forms
from transform.rows.tokens import alignment_words, describe_cell
from transform.rows.vocabulary import NO_SENSES, Sense, TextInfo, strip_tables
from transform.wording.numbers import is_plain, names_damaged_unit, unit_named

_Slot = TextInfo | int | None
Key = tuple[_Slot, ...]

_AS_BEFORE: Final = 1
_AS_ABOVE: Final = 2
_END_OF_ROW: Final = 3
_PRIVATE: Final = "\ue000"
_NO_UNIT: Final = "\ue001"
_DAMAGED_UNIT: Final = "(\ue001元)"
_FLAGS: Final = ("is_value", "has_digits", "is_blank")


class AskedError(Exception):
    """Somebody wanted to know what a cell prints, and not only what kind of cell it is."""


class _Alias(str):
    """A key that only tells a label apart from others: whoever looks into it raises :class:`AskedError`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True

    def _asked(self, *_: object) -> NoReturn:
        raise AskedError

    __len__ = __contains__ = __getitem__ = __iter__ = startswith = endswith = _asked


class Untold(TextInfo):
    """A label of which only its meaning is known; ``key`` only tells it apart from others.

    The header over an amount says in ``shown`` which unit it prints; ``named_years`` are those that the label names.
    """

    __slots__ = ("named_years", "shown")
    shown: str | None
    named_years: tuple[int, ...]

    def __init__(self, key: str, senses: frozenset[Sense], shown: str | None, named_years: tuple[int, ...]) -> None:
        """A label with these senses."""
        known = {"key": key, "senses": senses, "shown": shown, "named_years": named_years}
        for name, value in (*known.items(), *((flag, False) for flag in _FLAGS)):
            object.__setattr__(self, name, value)

    @property
    def text(self) -> str:
        """What the label shows; raises :class:`AskedError` where that is nobody's concern."""
        if self.shown is None:
            raise AskedError
        return self.shown

    @property
    def value(self) -> NoReturn:
        """Raises :class:`AskedError`."""
        raise AskedError

    @property
    def exact(self) -> NoReturn:
        """Raises :class:`AskedError`."""
        raise AskedError

    def years(self) -> tuple[int, ...]:
        """The years that the label names."""
        return self.named_years


class _Number(TextInfo):
    """A cell that holds a number, whichever."""

    __slots__ = ()

    def __init__(self) -> None:
        """Any number."""
        known = {"senses": NO_SENSES, "is_value": True, "is_blank": False, "has_digits": True}
        for name, value in known.items():
            object.__setattr__(self, name, value)

    def _asked(self) -> NoReturn:
        raise AskedError

    text = value = key = exact = property(_asked)

    def years(self) -> NoReturn:
        """Raises :class:`AskedError`."""
        raise AskedError


_NUMBER: Final = _Number()


class _Kind(NamedTuple):
    """What stands for a cell in a key; of a label, its own key, where others with the same meaning are worded else."""

    info: TextInfo
    worded: str | None = None


@lru_cache(maxsize=1 << 14)
def _kind(text: str, pinyin: bool) -> _Kind:
    """A cell's kind where its text matters no further; else (unknown words, odd values) the cell itself."""
    info = describe_cell(text, pinyin)
    if info.is_value:
        return _Kind(_NUMBER if info.value.status == "reported" and info.has_digits else info)
    if not info.senses:
        return _Kind(info)
    shown = None if info.senses.isdisjoint(_senses_of_amounts()) else _shown_unit(text)
    if _is_weighed(info):
        return _Kind(_label(info.key, info.senses, shown, info.years()))
    return _Kind(_label(_alias(info.senses, 0), info.senses, shown, info.years()), info.key)


def _shown_unit(text: str) -> str:
    """The unit that a header over an amount prints, or what reads like none or like a damaged one."""
    return unit_named(text) or (_DAMAGED_UNIT if names_damaged_unit(text) else _NO_UNIT)


def _is_weighed(info: TextInfo) -> bool:
    """Whether the wording of a label matters beside what it means: it stands in a list of words, or may name a case."""
    words = alignment_words()
    listed = words.subtotal | words.ignored_columns | words.total_columns | words.value_words | words.units
    return info.key in listed or any(s.kind == "column" and s.table in strip_tables() for s in info.senses)


def _alias(senses: frozenset[Sense], number: int) -> _Alias:
    """A key that no text has, one for each meaning and number."""
    return _Alias(f"{_PRIVATE}{sorted(senses)}{number}")


@lru_cache(maxsize=1 << 12)
def _label(key: str, senses: frozenset[Sense], shown: str | None, years: tuple[int, ...]) -> Untold:
    return Untold(key, senses, shown, years)


@lru_cache(maxsize=1)
def _senses_of_amounts() -> frozenset[Sense]:
    """The columns of amounts: their header may print the unit that the cells leave out."""
    return frozenset(
        Sense("column", table.id, column.id)
        for form in load_forms().values()
        for table in form.tables
        for column in table.columns
        if column.decimal
    )


def outline(grid: Grid, pinyin: bool) -> tuple[Key, list[Cell]]:
    """The key of a grid, which says all of it but what its cells print, and its cells in reading order.

    Labels of one meaning have one kind, so that all wordings have the same outline; where a grid words one meaning in
    two ways, the second has a kind of its own.
    """
    key: list[_Slot] = []
    cells: list[Cell] = []
    wordings: dict[frozenset[Sense], list[str]] = {}
    above: Sequence[Cell | None] = (None,) * len(grid.rows[0])
    for row in grid.rows:
        before: Cell | None = None
        for cell, upper in zip(row, above, strict=True):
            if cell is None:
                key.append(None)
            elif cell is before:
                key.append(_AS_BEFORE)
            elif cell is upper:
                key.append(_AS_ABOVE)
                before = cell
            else:
                text = cell.text
                cells.append(cell)
                key.append(_NUMBER if is_plain(text) else _stand_in(text, pinyin, wordings))
                before = cell
        key.append(_END_OF_ROW)
        above = row
    return tuple(key), cells


def _stand_in(text: str, pinyin: bool, wordings: dict[frozenset[Sense], list[str]]) -> TextInfo:
    """What stands for a cell that is no plain number; ``wordings`` holds those of each meaning in the grid so far."""
    info, worded = _kind(text, pinyin)
    if worded is None or not isinstance(info, Untold):
        return info
    same = wordings.setdefault(info.senses, [worded])
    if same[0] == worded:
        return info
    if worded not in same:
        same.append(worded)
    return _label(_alias(info.senses, same.index(worded)), info.senses, info.shown, info.named_years)


def model_of(key: Key) -> tuple[Grid, list[TextInfo]]:
    """A grid with that outline, and what each of its cells can mean; the text of a cell is its place in that list."""
    infos: list[TextInfo] = []
    rows: list[tuple[Cell | None, ...]] = []
    row: list[Cell | None] = []
    before: Cell | None = None
    for slot in key:
        if isinstance(slot, TextInfo):
            before = Cell(str(len(infos)), len(rows), len(row))
            infos.append(slot)
            row.append(before)
        elif slot == _END_OF_ROW:
            rows.append(tuple(row))
            row, before = [], None
        elif slot is None:
            row.append(None)
        else:
            before = rows[-1][len(row)] if slot == _AS_ABOVE else before
            row.append(before)
    return Grid(tuple(rows), ""), infos
