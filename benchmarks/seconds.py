"""Time by two clocks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple


class Seconds(NamedTuple):
    """Time by the clock on the wall, and of all cores together (other programs on the machine disturb it less)."""

    wall: float = 0.0
    processor: float = 0.0

    def plus(self, other: Seconds) -> Seconds:
        """Both one after the other."""
        return Seconds(self.wall + other.wall, self.processor + other.processor)

    def __str__(self) -> str:
        """As the report of the benchmark prints it."""
        return f"{self.wall:.1f} s ({self.processor:.1f} s of processor time)"


def timed(run: Callable[[], object]) -> Seconds:
    """How long it takes."""
    wall, processor = time.perf_counter(), time.process_time()
    run()
    return Seconds(time.perf_counter() - wall, time.process_time() - processor)
