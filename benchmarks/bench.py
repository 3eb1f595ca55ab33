"""How long the reading of a page takes, beside bare ``lxml.html`` parsing and ``pandas.read_html`` on the same pages.

``python -m benchmarks.bench`` prints two tables and ends with exit status 1 when the whole reading of HTML pages of any
size takes longer than ``pandas.read_html``.  What is measured, and how, is told in ``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import io
import platform
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import lxml.html
import pandas as pd
from lxml import etree

from benchmarks.pages import TEXT_CONTAINERS, html_pages, text_reports
from extract.decode import decode
from extract.formats import read_page
from transform.read import read_report

SIZES = (40_000, 100_000, 200_000, 400_000)
BAR = 1.0
AIM = 0.5
TEXT_AIM = 2.0
_WARM_UP = 8
_FIRST = """
import sys, time
start = time.perf_counter()
from extract.formats import read_page
from transform.read import read_report
imported = time.perf_counter()
read_report(read_page(sys.stdin.buffer.read()))
print(imported - start, time.perf_counter() - imported)
"""

Clock = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds that one page took in one round: the two rulers, and the two halves of the reading."""

    lxml: float
    pandas: float
    page: float
    report: float

    @property
    def whole(self) -> float:
        """From the bytes to the Report."""
        return self.page + self.report


def _timed(clock: Clock, work: Callable[[], Any]) -> tuple[float, Any]:
    start = clock()
    result = work()
    return (clock() - start) / 1e6, result


def _time_page(data: bytes, clock: Clock) -> Timing:
    text, _ = decode(data)
    lxml_time, tree = _timed(clock, lambda: lxml.html.fromstring(text))
    del tree
    pandas_time, frames = _timed(clock, lambda: pd.read_html(io.StringIO(text)))
    del frames
    return Timing(lxml_time, pandas_time, *_time_halves(data, clock))


def _time_halves(data: bytes, clock: Clock) -> tuple[float, float]:
    page_time, page = _timed(clock, lambda: read_page(data))
    report_time, report = _timed(clock, lambda: read_report(page))
    if report.verdict == "empty":
        raise SystemExit("bench: a generated report was not read as one; mend the reader before measuring it")
    return page_time, report_time


def measure(pages: Sequence[bytes], rounds: int, clock: Clock) -> tuple[list[Timing], list[Timing]]:
    """Timings of pages on their first reading, and on ``rounds`` further readings with every cache of texts warm.

    For each page the four measurements follow each other directly, so that a slow moment of the machine hits all.
    """
    first = [_time_page(data, clock) for data in pages]
    again = [_time_page(data, clock) for _ in range(rounds) for data in pages]
    return first, again


def _row(name: str, timings: Sequence[Timing], size: float) -> str:
    def middle(value: Callable[[Timing], float]) -> float:
        return median(value(timing) for timing in timings)

    whole = middle(lambda t: t.whole)
    return (
        f"{name:<8}{size / 1000:>6.0f}{middle(lambda t: t.lxml):>9.2f}{middle(lambda t: t.pandas):>9.2f}"
        f"{middle(lambda t: t.page):>11.2f}{middle(lambda t: t.report):>13.2f}{whole:>8.2f}{1000 / whole:>9.0f}"
        f"{middle(lambda t: t.whole / t.lxml):>12.2f}{middle(lambda t: t.whole / t.pandas):>14.2f}"
    )


_HEAD = (
    f"{'reading':<8}{'kB':>6}{'lxml':>9}{'pandas':>9}{'read_page':>11}{'read_report':>13}{'whole':>8}{'pages/s':>9}"
    f"{'whole/lxml':>12}{'whole/pandas':>14}"
)


def html_table(count: int, rounds: int, clock: Clock) -> tuple[list[str], float]:
    """The lines of the table on HTML pages, and the worst ratio of a whole first reading to ``pandas.read_html``."""
    lines, worst = [_HEAD], 0.0
    for size in SIZES:
        pages = html_pages(size, count)
        first, again = measure(pages, rounds, clock)
        weight = median(len(data) for data in pages)
        lines += [_row("first", first, weight), _row("again", again, weight)]
        worst = max(worst, median(timing.whole / timing.pandas for timing in first))
    return lines, worst


def text_table(count: int, clock: Clock) -> list[str]:
    """The lines of the table on text formats: milliseconds a report on first reading."""
    lines = [
        f"{'format':<18}{'kB':>6}{'read_page':>11}{'read_report':>13}{'whole':>8}{'slowest 5%':>12}{'reports/s':>11}"
    ]
    for container in TEXT_CONTAINERS:
        reports = text_reports(container, count)
        halves = [_time_halves(data, clock) for data in reports]
        wholes = sorted(map(sum, halves))
        middle, slow = median(wholes), wholes[int(len(wholes) * 0.95)]
        lines.append(
            f"{container:<18}{median(map(len, reports)) / 1000:>6.1f}{median(p for p, _ in halves):>11.2f}"
            f"{median(r for _, r in halves):>13.2f}{middle:>8.2f}{slow:>12.2f}{1000 / middle:>11.0f}"
        )
    return lines


def first_of_all(data: bytes) -> str:
    """What a new process pays once: its imports, and its first page with every table of wording still on disk."""
    done = subprocess.run([sys.executable, "-c", _FIRST], input=data, capture_output=True, check=True)  # noqa: S603
    imports, page = map(float, done.stdout.split())
    return f"new process: imports {imports * 1000:.0f} ms, first page {page * 1000:.0f} ms"


def main(arguments: list[str] | None = None) -> int:
    """The command; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=64, help="distinct pages of each size (default 64)")
    parser.add_argument("--rounds", type=int, default=5, help="further readings of each page (default 5)")
    parser.add_argument("--wall", action="store_true", help="wall clock instead of processor time")
    options = parser.parse_args(arguments)
    if options.pages < 1 or options.rounds < 1:
        parser.error("--pages and --rounds want a number of 1 or more")
    clock = time.perf_counter_ns if options.wall else time.process_time_ns
    warnings.simplefilter("ignore")
    print(
        f"Python {platform.python_version()}, lxml {etree.__version__}, pandas {pd.__version__}, {platform.machine()}; "
        f"{options.pages} pages of each size, {options.rounds} rounds, medians, milliseconds of "
        f"{'wall' if options.wall else 'processor'} time"
    )
    warm_up = html_pages(SIZES[0], _WARM_UP, seed=1)
    print(first_of_all(warm_up[0]), end="\n\n")
    for data in warm_up:
        _time_page(data, clock)
    lines, worst = html_table(options.pages, options.rounds, clock)
    print("\n".join(lines), end="\n\n")
    print("\n".join(text_table(options.pages, clock)), end="\n\n")
    print(
        f"bar: whole/pandas on first reading at most {BAR:.1f}, aim {AIM:.1f} - worst {worst:.2f}, "
        f"{'met' if worst <= BAR else 'MISSED'}; text reports: aim {TEXT_AIM:.0f} ms"
    )
    return int(worst > BAR)


if __name__ == "__main__":
    sys.exit(main())
