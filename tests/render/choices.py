"""Dice that remember: one pick for each axis of a layout, limited by a ceiling of hostility."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Literal

Level = Literal["clean", "noisy", "damaged"]
LEVELS: tuple[Level, ...] = ("clean", "noisy", "damaged")


def worst(*levels: Level) -> Level:
    """The most hostile of some levels."""
    return max(levels, key=LEVELS.index)


class Dice:
    """Draws one option for each axis and records it; options above the ceiling are never drawn unless pinned.

    Calm dice take the first option of every axis that is not pinned, so that one choice can be tried by itself.
    """

    def __init__(
        self, rng: random.Random, ceiling: Level, pins: Mapping[str, str] | None = None, *, calm: bool = False
    ) -> None:
        self.rng = rng
        self.ceiling = ceiling
        self.pins = dict(pins or {})
        self.calm = calm
        self.taken: dict[str, str] = {}
        self.offered: dict[str, tuple[str, ...]] = {}
        self.level: Level = "clean"

    def pick(self, axis: str, options: Mapping[str, tuple[float, Level]]) -> str:
        """One option name of ``axis``; ``options`` maps a name to its weight and the level that it brings."""
        allowed = {name: weight for name, (weight, level) in options.items() if weight > 0 and self._within(level)}
        self.offered[axis] = tuple(name for name, (weight, _) in options.items() if weight > 0)
        name = self.pins.get(axis, "")
        if name not in options:
            name = next(iter(allowed)) if self.calm else self.rng.choices(list(allowed), list(allowed.values()))[0]
        self.taken[axis] = name
        self.level = worst(self.level, options[name][1])
        return name

    def flag(self, axis: str, chance: float, level: Level = "clean") -> bool:
        """A yes-or-no axis."""
        return self.pick(axis, {"no": (1 - chance, "clean"), "yes": (chance, level)}) == "yes"

    def _within(self, level: Level) -> bool:
        return LEVELS.index(level) <= LEVELS.index(self.ceiling)
