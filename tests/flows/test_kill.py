"""Nights that are killed (``kill -9``) at random moments and started again, beside nights that nobody disturbs.

``CHAOS_KILLS`` sets how many kills; ``make chaos`` asks for 300.  They come in series, each with an installation of its
own, so that the series can go on side by side.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import SAMPLE_SITE
from nursery import Nursery
from warcio.archiveiterator import ArchiveIterator
from web.server import Web, kept, serving, status

from extract.archive import Archive
from flows.engine import in_order
from flows.rebuild import rebuild_warehouse
from flows.settings import Settings
from load.audit import audit
from load.database import open_database
from load.query import run_query

KILLS = int(os.environ.get("CHAOS_KILLS", "30"))
KILLS_A_SERIES = 10
KILLS_AN_EPOCH = 4
SERIES = -(-KILLS // KILLS_A_SERIES)
TOWNS = ("三道河子", "甘霖", "練塘", "三道河子")
PAGES = 4
SEED = (SAMPLE_SITE / "lingyuan/sandaohezi/2020.txt").read_text(encoding="utf-8")
"""Comparable parts of the tables: two runs differ in when they asked, and so in where the bytes lie."""
TABLES = {
    "report": "* EXCLUDE fetched_at",
    "figure": "*",
    "finding": "*",
    "section": "*",
    "snapshot": "* EXCLUDE (fetched_at, file, file_offset)",
}


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as server:
        yield server


def settle(web: Web, epoch: int) -> list[str]:
    """Put the pages of an epoch on the web: every page is new in the first, and every third one changes in each.

    Each host has the reports of one town on years that follow each other; two hosts have the same town, and which of
    two reports on one year counts does not follow from when they were asked.  The last report of a host lies where
    another address redirects to, and one address of a host is gone.
    """
    urls = []
    for host, town in enumerate(TOWNS):
        name = f"h{host}.example"
        web.page(name, "/robots.txt", f"User-agent: *\nDisallow: /secret/{host}\n".encode())
        urls.append(web.page(name, "/gone.html", status(404, f"<p>{name}: 页面不存在</p>".encode())))
        for page in range(PAGES):
            version = epoch if (page + epoch) % 3 == 0 else 0
            data = SEED.replace("2020年", f"{2018 + page}年").replace("三道河子", town)
            data = data.replace("行政許可 | 0 |", f"行政許可 | {version} |", 1)
            body = f"{data}\n<!-- {host} {page} {version} -->".encode()
            urls.append(web.page(name, f"/{page}.html", kept(body, f'"{host}.{page}.{version}"')))
        urls[-1] = web.page(name, "/moved.html", status(301, b"<p>moved</p>", Location=f"/{PAGES - 1}.html"))
    return urls


def installation(folder: Path, web: Web, urls: list[str], prepared: Path) -> Settings:
    folder.mkdir()
    shutil.copy(prepared, folder / "working.duckdb")
    sources = folder / "sources.csv"
    lines = [f"镇{number % 7},town,,{url}," for number, url in enumerate(urls)]
    sources.write_text("\n".join(["issuer,issuer_kind,year,url,division_code", *lines]) + "\n", encoding="utf-8")
    return Settings(home=folder, sources=sources, hosts=web.hosts, delay=0.0, batch=4, workers=2)


def whole_night(nights: Nursery, settings: Settings) -> float:
    started = time.monotonic()
    assert nights.night(settings) == 0
    return time.monotonic() - started


def content(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    return {
        name: run_query(settings.published, f"SELECT {columns} FROM {name} ORDER BY ALL")[1]  # noqa: S608
        for name, columns in TABLES.items()
    }


def versions(settings: Settings) -> dict[str | None, list[str]]:
    found: dict[str | None, list[str]] = {}
    with closing(Archive(settings.archive)) as archive:
        for kept_version in archive.everything():
            found.setdefault(kept_version.url, []).append(kept_version.sha256)
    return found


def responses(folder: Path) -> Iterator[tuple[str, str]]:
    """Address and hash of every response record, as any reader of WARC files finds them."""
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                record.content_stream().read()
                if record.rec_type == "response":
                    headers = record.rec_headers
                    yield headers.get_header("WARC-Target-URI"), headers.get_header("WARC-Payload-Digest")


def assert_whole(settings: Settings) -> None:
    """The published database, once there is one, opens, and everything in it fits together."""
    if settings.published.exists():
        with closing(open_database(settings.published, read_only=True)) as connection:
            assert audit(connection, settings.archive) == []


@pytest.mark.parametrize("series", range(SERIES))
def test_killed_at_any_moment_nothing_is_lost_nothing_is_there_twice(
    series: int, web: Web, tmp_path: Path, prepared: Path, nights: Nursery
) -> None:
    chance = random.Random(20260131 + series)
    urls = settle(web, 0)
    undisturbed = installation(tmp_path / "undisturbed", web, urls, prepared)
    killed = installation(tmp_path / "killed", web, urls, prepared)
    kills = epoch = 0
    while kills < KILLS_A_SERIES:
        settle(web, epoch)
        longest = whole_night(nights, undisturbed)
        for _ in range(KILLS_AN_EPOCH):
            ended = nights.night(killed, chance.uniform(0, longest))
            assert ended in (0, -signal.SIGKILL)
            assert_whole(killed)
            kills += ended == -signal.SIGKILL
            if ended == 0:
                break
        whole_night(nights, killed)
        assert content(killed) == content(undisturbed)
        assert versions(killed) == versions(undisturbed)
        epoch += 1
    before = content(killed)
    assert any(row[2] == "years.items" for row in before["finding"])
    rebuilt = rebuild_warehouse(killed, engine=partial(in_order, jobs=1))
    assert (rebuilt.changes, rebuilt.failures, content(killed)) == ((), (), before)
    kept_once = Counter(responses(killed.archive))
    assert [found for found, count in kept_once.items() if count > 1] == []
    assert sum(url.endswith("/robots.txt") for url, _ in kept_once) == len(TOWNS)
    assert run_query(killed.published, "SELECT count(*) FROM run WHERE state = 'running'")[1] == [(0,)]
