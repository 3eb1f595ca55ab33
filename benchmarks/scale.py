"""A rebuild of archives of 1,000 and 10,000 pages (``--pages 100000`` for more), with one process and with two.

The pages are those of the sample site, each under the name of another town of the gazetteer, in an archive of one run.
Every rebuild is a process of its own.  Printed are pages a second by the wall, processor time a page of all processes
together and, with several, of the one that loads, the peak of the resident memory of the one that loads and of the
largest one that reads, and how many times as fast several processes are as one.  ``--dask`` rebuilds once more with as
many workers of a Dask cluster on this machine, and says how many times as long that takes as the pool of processes; its
bar is 1.3.  See ``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from distributed import LocalCluster

from data import __file__ as _data
from extract.archive import Archive
from extract.archive.replay import Partition
from extract.web.answer import Response
from flows.engine import engine_of
from flows.partition import PartsRead
from flows.rebuild import rebuild_warehouse
from flows.settings import Settings
from load.query import run_query
from transform.metadata.gazetteer import gazetteer

SAMPLE_SITE = Path(_data).parent / "sample_site"
_SUFFIXES = "镇乡"
_TITLES = (
    "pages",
    "processes",
    "seconds",
    "pages/s",
    "cpu ms/page",
    "of it loading",
    "parent MB",
    "worker MB",
    "times one",
)
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
    places = gazetteer().divisions()
    names = [d.name for d in places if str(d.level) == "town" and d.name[-1] in _SUFFIXES and len(d.name) > 2]
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


def rebuild_once(home: Path, jobs: int, cluster: str | None = None) -> dict[str, float]:
    """What one rebuild in this process costs, read by so many jobs or by a cluster."""
    reading, peaks = [0.0], [0.0]
    read_all = engine_of(cluster, jobs)

    def engine(work: Callable[[Partition], PartsRead], partitions: Sequence[Partition]) -> Iterator[PartsRead]:
        for read, seconds, peak in read_all(partial(peaked, work), partitions):
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
        "loading": own if jobs > 1 else 0,
        "parent": peak_megabytes(),
        "worker": max(peaks) if jobs > 1 else 0,
    }


@contextmanager
def cluster_of(workers: int) -> Iterator[str]:
    """The address of a Dask scheduler in this process, with so many worker processes of one thread."""
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=logging.ERROR
    ) as cluster:
        yield cluster.scheduler_address.replace("tcp://", "dask://")


def measured(home: Path, jobs: int, cluster: str | None = None) -> dict[str, Any]:
    """What one rebuild in a process of its own costs, where there is nothing to compare with."""
    (home / "nianbao.duckdb").unlink(missing_ok=True)
    command = [sys.executable, "-m", "benchmarks.scale", "--home", str(home), "--jobs", str(jobs)]
    command += ["--cluster", cluster] if cluster else []
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _exported(home: Path) -> list[tuple[Any, ...]]:
    return list(run_query(home / "nianbao.duckdb", "SELECT count(*), sum(hash(figure)) FROM figure")[1])


def _print_row(count: int, readers: str, cost: dict[str, Any], times: str) -> None:
    cells = (
        f"{count:,}",
        readers,
        f"{cost['seconds']:.1f}",
        f"{count / cost['seconds']:.1f}",
        f"{cost['processor'] * 1000 / count:.1f}",
        f"{cost['loading'] * 1000 / count:.2f}",
        f"{cost['parent']:.0f}",
        f"{cost['worker']:.0f}",
        times,
    )
    print("".join(f"{cell:>14}" for cell in cells), flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--folder", type=Path, help="where to build; a temporary folder by default")
    parser.add_argument("--dask", action="store_true", help="measure a Dask cluster beside each pool of processes")
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--cluster", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.home:
        print(json.dumps(rebuild_once(options.home, options.jobs[0], options.cluster)))
        return 0
    print("".join(f"{title:>14}" for title in _TITLES))
    for count in options.pages:
        with tempfile.TemporaryDirectory(prefix="bench-scale-", dir=options.folder) as folder:
            home, exports, first = Path(folder), [], 0.0
            fill(home / "archive", count)
            for jobs in options.jobs:
                cost = measured(home, jobs)
                first = first or cost["seconds"]
                _print_row(count, str(jobs), cost, f"{first / cost['seconds']:.2f}")
                exports.append(_exported(home))
                if options.dask and jobs > 1:
                    with cluster_of(jobs) as cluster:
                        on_cluster = measured(home, jobs, cluster)
                    _print_row(count, f"dask {jobs}", on_cluster, f"{first / on_cluster['seconds']:.2f}")
                    print(
                        f"dask to the pool of processes: {on_cluster['seconds'] / cost['seconds']:.2f}; the bar is 1.3"
                    )
                    exports.append(_exported(home))
            assert exports.count(exports[0]) == len(exports), exports  # noqa: S101
    return 0


if __name__ == "__main__":
    sys.exit(main())
