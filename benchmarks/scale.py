"""A rebuild of archives of 1,000 and 10,000 pages (``--pages 100000`` for more), with one process and with two.

The pages are those of the sample site, each under the name of another town of the gazetteer, in an archive of one run.
Every rebuild is a process of its own.  Printed are pages a second by the wall, processor time a page of all processes
together, the peak of the resident memory of the parent and of the largest reading process, and how many times as fast
several processes are as one.  See ``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from data import __file__ as _data
from extract.archive import Archive
from extract.archive.replay import Partition
from extract.web.answer import Response
from flows.engine import in_order
from flows.loading import all_divisions
from flows.partition import PartsRead
from flows.rebuild import rebuild_warehouse
from flows.settings import Settings
from load.query import run_query

SAMPLE_SITE = Path(_data).parent / "sample_site"
_SUFFIXES = "镇乡"
_TITLES = ("pages", "processes", "seconds", "pages/s", "cpu ms/page", "parent MB", "worker MB", "times one")
_STATUS = Path("/proc/self/status")


def town_pages() -> list[tuple[str, list[str]]]:
    """For each town of the sample site its name without 镇 or 乡, and its pages that print this name."""
    pages: dict[str, list[str]] = defaultdict(list)
    with (SAMPLE_SITE / "reports.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row["issuer"].removesuffix("人民政府")
            name = name[max(name.rfind(mark) for mark in "市县区旗") + 1 :].rstrip(_SUFFIXES)
            text = (SAMPLE_SITE / row["path"].lstrip("/")).read_bytes().decode("utf-8", "replace")
            if len(name) > 1 and name in text and "\ufffd" not in text:
                pages[name].append(text)
    return sorted(pages.items())


def fill(root: Path, count: int) -> None:
    """An archive of one night over so many pages."""
    archive = Archive(root)
    archive.begin("nightly-bench", {"kind": "nightly"})
    for number, body in zip(range(count), _bodies(), strict=False):
        url = f"http://h{number // 10}.example/{number}.html"
        now = datetime.now(UTC).isoformat(timespec="seconds")
        archive.keep(Response(url, url, 200, "text/html; charset=utf-8", body, now))
    archive.end({"state": "completed"})
    archive.close()


def _bodies() -> Iterator[bytes]:
    towns = town_pages()
    names = [d.name for d in all_divisions() if str(d.level) == "town" and d.name[-1] in _SUFFIXES and len(d.name) > 2]
    while True:
        for number, name in enumerate(names):
            own, pages = towns[number % len(towns)]
            for text in pages:
                yield text.replace(own, name[:-1]).encode()


def peak_megabytes() -> float:
    """The most memory that this process has held, in MB."""
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1000


def peaked(work: Callable[[Partition], PartsRead], partition: Partition) -> tuple[PartsRead, float, float]:
    """The work with its processor time in seconds, and the peak of the process until then in MB."""
    started = time.process_time()
    return work(partition), time.process_time() - started, peak_megabytes()


def rebuild_once(home: Path, jobs: int) -> dict[str, float]:
    """What one rebuild in this process costs."""
    reading, peaks = [0.0], [0.0]

    def engine(work: Callable[[Partition], PartsRead], partitions: Sequence[Partition]) -> Iterator[PartsRead]:
        for read, seconds, peak in in_order(partial(peaked, work), partitions, jobs):
            reading.append(seconds)
            peaks.append(peak)
            yield read

    started, own = time.perf_counter(), time.process_time()
    rebuilt = rebuild_warehouse(Settings(home=home), engine=engine)
    wall, own = time.perf_counter() - started, time.process_time() - own
    return {
        "seconds": wall,
        "reports": rebuilt.readings,
        "processor": own + (sum(reading) if jobs > 1 else 0),
        "parent": peak_megabytes(),
        "worker": max(peaks) if jobs > 1 else 0,
    }


def measured(home: Path, jobs: int) -> dict[str, Any]:
    """What one rebuild in a process of its own costs."""
    command = [sys.executable, "-m", "benchmarks.scale", "--home", str(home), "--jobs", str(jobs)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--folder", type=Path, help="where to build; a temporary folder by default")
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.home:
        print(json.dumps(rebuild_once(options.home, options.jobs[0])))
        return 0
    print("".join(f"{title:>13}" for title in _TITLES))
    for count in options.pages:
        with tempfile.TemporaryDirectory(prefix="bench-scale-", dir=options.folder) as folder:
            home, exports, first = Path(folder), [], 0.0
            fill(home / "archive", count)
            for jobs in options.jobs:
                cost = measured(home, jobs)
                first = first or cost["seconds"]
                cells = (
                    f"{count:,}",
                    jobs,
                    f"{cost['seconds']:.1f}",
                    f"{count / cost['seconds']:.1f}",
                    f"{cost['processor'] * 1000 / count:.1f}",
                    f"{cost['parent']:.0f}",
                    f"{cost['worker']:.0f}",
                    f"{first / cost['seconds']:.2f}",
                )
                print("".join(f"{cell:>13}" for cell in cells), flush=True)
                exports.append(run_query(home / "nianbao.duckdb", "SELECT count(*), sum(hash(figure)) FROM figure")[1])
            assert exports.count(exports[0]) == len(exports), exports  # noqa: S101
    return 0


if __name__ == "__main__":
    sys.exit(main())
