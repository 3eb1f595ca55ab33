"""What so many reports take: the tables of ``docs/scale.md``, computed from unit costs that were measured.

``python -m benchmarks.capacity`` prints them, ``--write`` puts them into the page.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "scale.md"
SIZES = (10_000, 100_000, 2_000_000)
CORES = (2, 32, 320)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit cost, what it is a cost of, and the command that measured it."""

    cost: float
    unit: str
    about: str
    measured_by: str


NIGHT = "python -m benchmarks.night unchanged"
HOSTS = "python -m benchmarks.night hosts"
SCALE = "python -m benchmarks.scale"
PACE = Unit(32.6 / 32, "s", "from one request to a host to the next, with a pause of 1 s", HOSTS)
ASKING = Unit(2.45, "ms", "processor time of a request that brings nothing new", NIGHT)
EXTRA = Unit(40 / 2000, "requests", "for robots.txt and listings, a report", NIGHT)
NEW = Unit(4.7, "kB", "of WARC files, a new page of 26 kB", SCALE)
UNCHANGED = Unit(
    1.55, "kB", "of WARC files, a page that has not changed (the sample site a second time)", "nianbao crawl"
)
STORED = Unit(5.8, "kB", "of nianbao.duckdb, a report: the difference of 10,000 and 1,000", SCALE)
EMPTY = Unit(9.2, "MB", "of nianbao.duckdb without reports: what remains of that difference", SCALE)
REBUILDING = Unit(10.2, "ms", "processor time of a page in a rebuild, read and loaded", SCALE)
LOADING = Unit(0.97, "ms", "of it loading a report, which is one process", SCALE)
UNITS = (PACE, ASKING, EXTRA, NEW, UNCHANGED, STORED, EMPTY, REBUILDING, LOADING)
REPORTS_A_HOST = 700
"""An assumption: the organs of a county with 17 to 20 years each on one host."""
NIGHTS_A_YEAR = 365


def requests(reports: int) -> float:
    """Requests of a night over so many reports that are all known."""
    return reports * (1 + EXTRA.cost)


def slowest_host(reports: int, a_host: int) -> float:
    """Hours of the slowest host, where each has at most so many reports."""
    return requests(min(reports, a_host)) * PACE.cost / 3600


def asking(reports: int) -> float:
    """Hours of processor time of a night's asking, which is one process for each share."""
    return requests(reports) * ASKING.cost / 1000 / 3600


def archived_first(reports: int) -> float:
    """Gigabytes that the first night archives."""
    return reports * NEW.cost / 1e6


def archived_a_night(reports: int) -> float:
    """Gigabytes that a night archives on which nothing has changed."""
    return requests(reports) * UNCHANGED.cost / 1e6


def warehouse(reports: int) -> float:
    """Gigabytes of a database."""
    return reports * STORED.cost / 1e6 + EMPTY.cost / 1e3


def rebuild(reports: int, cores: int) -> float:
    """Hours of a rebuild: pages are read on all cores, and what was read is loaded by one process."""
    return reports * max(LOADING.cost, REBUILDING.cost / cores) / 1000 / 3600


ROWS: tuple[tuple[str, Callable[[int], float], str], ...] = (
    ("requests a night", requests, ""),
    (f"hours, {REPORTS_A_HOST} reports a host", lambda n: slowest_host(n, REPORTS_A_HOST), "h"),
    (f"hours, one host with {10 * REPORTS_A_HOST:,}", lambda n: slowest_host(n, 10 * REPORTS_A_HOST), "h"),
    ("hours, all on one host", lambda n: slowest_host(n, n), "h"),
    ("processor time of asking", asking, "h"),
    ("archived by the first night", archived_first, "GB"),
    ("archived by a night without news", archived_a_night, "GB"),
    ("archived by a year of such nights", lambda n: NIGHTS_A_YEAR * archived_a_night(n), "GB"),
    ("database", warehouse, "GB"),
    *((f"rebuild on {cores} cores", lambda n, cores=cores: rebuild(n, cores), "h") for cores in CORES),
)


def shown(number: float, unit: str) -> str:
    """Two digits that count, in a unit that reads well."""
    if unit == "h" and number < 1:
        number, unit = (number * 60, "min") if number >= 1 / 60 else (number * 3600, "s")
    if unit == "GB" and number < 1:
        number, unit = number * 1000, "MB"
    if unit == "GB" and number >= 1000:
        number, unit = number / 1000, "TB"
    digits = f"{number:.1f}" if number < 10 else f"{float(f'{number:.2g}'):,.0f}"
    return f"{digits} {unit}".strip()


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def units_table() -> str:
    """The unit costs and how they were measured, in Markdown."""
    rows = [(f"{unit.cost:.3g} {unit.unit}", unit.about, f"`{unit.measured_by}`") for unit in UNITS]
    return _table(("", "of what", "measured by"), rows)


def sizes_table() -> str:
    """What each number of reports takes, in Markdown."""
    rows = [(name, *(shown(row(size), unit) for size in SIZES)) for name, row, unit in ROWS]
    return _table(("reports", *(f"{size:,}" for size in SIZES)), rows)


def filled(text: str) -> str:
    """The page with both tables anew, between the marks that it has for them."""
    for name, table in (("units", units_table()), ("sizes", sizes_table())):
        begin, end = f"<!-- begin: {name} -->\n", f"<!-- end: {name} -->"
        before, _, rest = text.partition(begin)
        text = before + begin + table + "\n" + end + rest.partition(end)[2]
    return text


def main() -> int:
    """Print both tables, or write them into the page."""
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(units_table(), sizes_table(), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
