"""What a night's asking costs, against a local server in a process of its own.

``python -m benchmarks.night hosts`` asks 1,000 hosts with a pause of one second each, one of them with ten times the
reports of the others, and says how the night compares with its slowest host and with the sum of all.
``python -m benchmarks.night unchanged`` asks an unchanged site of 2,000 pages a second time, and compares requests,
bytes and processor time with a bare loop of ``requests`` over the same pages.  See ``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from web.listings import HTML, items
from web.server import Web, kept, serving

from extract.archive import Archive
from extract.web.crawler import Crawler
from flows.fetching import fetch_towns
from flows.settings import Settings
from flows.sources import SourceRow, Town, group_towns

TITLE = "凌源市三道河子镇人民政府{}年政府信息公开工作年度报告"
PADDING = "<p>" + "本报告根据条例编制。" * 1500 + "</p>"
PER_HOST = 3
HOSTS = "h{}.gov.cn"


@dataclass(frozen=True, slots=True)
class Cost:
    """What some asking took: seconds by the clock and of this process's processor time, requests, bytes of bodies."""

    seconds: float
    cpu: float
    requests: int
    bytes: int


def _fill(web: Web, sizes: Sequence[int]) -> None:
    """A listing on each host, with as many reports as its size says; everything has an ETag."""
    for host, size in enumerate(sizes):
        name = HOSTS.format(host)
        links = [(f"/nb/202401/t20240118_{number}.html", TITLE.format(2009 + number % 15)) for number in range(size)]
        web.page(name, "/nb/", kept(HTML.format(items(links)).encode(), '"1"'))
        for path, title in links:
            web.page(name, path, kept(HTML.format(f"<h1>{title}</h1>{PADDING}").encode(), '"1"'))


def _serve(sizes: Sequence[int], pipe: Connection) -> None:
    with serving() as web:
        _fill(web, sizes)
        pipe.send(web.port)
        while pipe.recv() != "stop":
            pipe.send((len(web.requests), web.sent))


class Site:
    """The server, from outside: its port, how many requests it has had, and how many bytes it has sent."""

    def __init__(self, port: int, pipe: Connection) -> None:
        """Take the port, and the pipe to ask the server by."""
        self.port = port
        self._pipe = pipe

    def counts(self) -> tuple[int, int]:
        """Requests, and bytes of bodies, until now."""
        self._pipe.send("counts")
        found: tuple[int, int] = self._pipe.recv()
        return found


@contextmanager
def served(sizes: Sequence[int]) -> Iterator[Site]:
    """A site with one host for each size, served while the context lasts."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(sizes, there), daemon=True)
    server.start()
    try:
        yield Site(here.recv(), here)
    finally:
        here.send("stop")
        server.join(10)


def towns(count: int) -> tuple[Town, ...]:
    """A town for each host, known by its listing."""
    return group_towns(
        SourceRow(f"{host}镇", "town", None, None, None, listing_url=f"http://{HOSTS.format(host)}/nb/")
        for host in range(count)
    )


def settings(home: Path, site: Site, count: int, delay: float) -> Settings:
    """Settings under which every host is the local server."""
    hosts = {HOSTS.format(host): f"127.0.0.1:{site.port}" for host in range(count)}
    return Settings(home=home, hosts=hosts, delay=delay, workers=32, attempts=3)


def ask_all(found: Settings, count: int) -> int:
    """Ask every town once, and keep what comes; the number of visits."""
    archive, crawler = Archive(found.archive), Crawler(found.manners)
    visits = [v for town in fetch_towns(towns(count), crawler=crawler, archive=archive) for v in town.visits]
    archive.close()
    failed = [visit for visit in visits if visit.kept is None]
    if failed:
        raise SystemExit(f"{len(failed)} addresses gave nothing, the first: {failed[0].url}: {failed[0].reason}")
    return len(visits)


def measured(site: Site, work: Callable[[], object]) -> Cost:
    """What some asking took."""
    requests_before, bytes_before = site.counts()
    usage, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    work()
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    requests_after, bytes_after = site.counts()
    cpu = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime
    return Cost(seconds, cpu, requests_after - requests_before, bytes_after - bytes_before)


def many_hosts(count: int, delay: float, slowest: int) -> tuple[float, float, float]:
    """Seconds that a night over many hosts takes, that its slowest host takes alone, and that all take in a row.

    Each host has robots.txt, a listing and ``PER_HOST`` reports, one of them ``slowest`` reports.
    """
    sizes = [slowest, *[PER_HOST] * (count - 1)]
    with served(sizes) as site, tempfile.TemporaryDirectory() as home:
        cost = measured(site, lambda: ask_all(settings(Path(home), site, count, delay), count))
    waits = [(size + 1) * delay for size in sizes]
    return cost.seconds, max(waits), sum(waits)


def unchanged_site(hosts: int, pages: int) -> tuple[Cost, Cost, Cost]:
    """The costs of a first night, of a second one over the unchanged site, and of a bare loop over the same pages."""
    sizes = [pages // hosts] * hosts
    with served(sizes) as site, tempfile.TemporaryDirectory() as home:
        found = settings(Path(home), site, hosts, 0.0)
        first = measured(site, lambda: ask_all(found, hosts))
        second = measured(site, lambda: ask_all(found, hosts))
        bare = measured(site, lambda: _bare_loop(site, sizes))
    return first, second, bare


def _bare_loop(site: Site, sizes: Sequence[int]) -> None:
    for host, size in enumerate(sizes):
        with requests.Session() as session:
            for number in range(size):
                url = f"http://127.0.0.1:{site.port}/nb/202401/t20240118_{number}.html"
                headers = {"Host": HOSTS.format(host), "If-None-Match": '"1"'}
                session.get(url, headers=headers, timeout=10).raise_for_status()


def _print_hosts(count: int, delay: float) -> int:
    took, slowest, row = many_hosts(count, delay, 10 * PER_HOST)
    sys.stdout.write(
        f"hosts: {count}; pause: {delay:g} s; the night: {took:.1f} s; its slowest host alone: {slowest:.1f} s; "
        f"all in a row: {row:.0f} s\n"
    )
    return 0 if took < 2 * slowest else 1


def _print_unchanged(hosts: int, pages: int) -> int:
    rows = zip(("first night", "second night", "bare requests loop"), unchanged_site(hosts, pages), strict=True)
    costs = dict(rows)
    for name, cost in costs.items():
        sys.stdout.write(
            f"{name:20} {cost.requests:6} requests {cost.bytes:11,} bytes {1000 * cost.cpu / pages:7.2f} ms CPU a page "
            f"{cost.seconds:6.1f} s\n"
        )
    night, bare = costs["second night"], costs["bare requests loop"]
    sys.stdout.write(
        f"second night to bare loop: requests {night.requests / bare.requests:.2f}, CPU {night.cpu / bare.cpu:.2f}\n"
    )
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run one of the measurements; the exit status is 1 where a night of many hosts is not bounded by its slowest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["hosts", "unchanged"])
    parser.add_argument("--hosts", type=int, default=None)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two requests to one of many hosts")
    options = parser.parse_args(arguments)
    if options.what == "hosts":
        return _print_hosts(options.hosts or 1000, options.pause)
    return _print_unchanged(options.hosts or 20, options.pages)


if __name__ == "__main__":
    sys.exit(main())
