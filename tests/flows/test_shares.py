"""Several places crawl at once, and each host is asked from one of them only: with a real server and two workers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from conftest import PAGES, ROOT, SAMPLE_SITE, SEED, command_environment, run_nianbao
from hypothesis import given
from hypothesis import strategies as st
from test_nightly import Api, ask, wait_for
from test_prefect import delete, prefect
from web.server import Web, send, serving

from flows.errors import UserError
from flows.fetching import registered_towns
from flows.limits import CRAWL, crawl_limit
from flows.night import run_night
from flows.rebuild import rebuild_warehouse
from flows.settings import Settings
from flows.shares import Share, divided, in_share
from flows.sources import Town, group_towns, parse_registry
from load.query import run_query

HEADER = "issuer,issuer_kind,year,url,division_code,hosts"
HOSTS = [f"h{number}.example" for number in range(12)]
TIED = "h3.example"
"""A host that the first town may be led to: both are of one share."""


def towns_on(*hosts: tuple[str, ...]) -> tuple[Town, ...]:
    lines = [f"town {n},town,2020,http://{one[0]}/{n},,{' '.join(one[1:])}" for n, one in enumerate(hosts)]
    rows, problems = parse_registry("\n".join([HEADER, *lines]))
    assert problems == []
    return group_towns(rows)


@given(
    st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=3, unique=True), min_size=1, max_size=40),
    st.integers(1, 6),
)
def test_no_host_is_of_two_shares_and_no_town_is_lost(hosts: list[list[int]], count: int) -> None:
    towns = towns_on(*(tuple(f"h{number}.example" for number in one) for one in hosts))
    shares = divided(towns, count).shares
    assert sorted(town.key for share in shares for town in share) == sorted(town.key for town in towns)
    seen: set[str] = set()
    for share in shares:
        own = {host for town in share for host in town.hosts}
        assert not own & seen
        seen |= own


def test_towns_that_share_a_host_over_others_are_of_one_share() -> None:
    chain = towns_on(("a.example", "b.example"), ("c.example",), ("www.b.example", "d.example"), ("d.example",))
    shares = divided(chain, 2).shares
    assert [[town.name for town in share] for share in shares] == [["town 0", "town 2", "town 3"], ["town 1"]]


def test_shares_are_about_as_large_as_each_other() -> None:
    shares = divided(towns_on(*((f"h{number % 20}.example",) for number in range(200))), 4).shares
    assert [len(share) for share in shares] == [50, 50, 50, 50]


def test_the_limit_of_a_share_follows_from_the_hosts_of_the_registry() -> None:
    half = Settings(share="1/2")
    towns = towns_on(*((host,) for host in HOSTS))
    limit = crawl_limit(half, towns)
    assert limit == crawl_limit(half, towns_on(*((host,) for host in HOSTS)))
    assert limit.startswith(f"{CRAWL}-1-of-2-")
    assert crawl_limit(half, towns[1:]) != limit
    assert crawl_limit(Settings(), towns) == CRAWL


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/", "/2", "a/b", "1/2/3", "٣/٤"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="not a share such as 2/4"):
        Share.parse(text)


def test_more_shares_than_hosts_is_one_line() -> None:
    with pytest.raises(UserError, match="fewer than 3 shares"):
        in_share(Settings(share="3/3"), towns_on(("a.example",), ("b.example",)))


@pytest.fixture
def web() -> Iterator[Web]:
    """Twelve hosts with two reports each that take their time."""
    bodies = [(SAMPLE_SITE / page).read_bytes() for page in list(PAGES)[:2]]
    with serving() as server:
        for host in HOSTS:
            for number, body in enumerate(bodies):
                server.page(host, f"/{number}.html", body)
        yield server


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    named = {HOSTS[0]: f"{HOSTS[0]} {TIED}"}
    rows = [
        f"{host},town,{2019 + number},http://{host}/{number}.html,,{named.get(host, host)}"
        for host in HOSTS
        for number in range(2)
    ]
    path = tmp_path / "sources.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_the_archives_of_all_shares_make_one_warehouse(web: Web, registry: Path, tmp_path: Path) -> None:
    whole = Settings(home=tmp_path / "whole", sources=registry, hosts=web.hosts, delay=0.0)
    run_night(whole)
    gathered = Settings(home=tmp_path / "gathered")
    gathered.archive.mkdir(parents=True)
    for share in ("1/2", "2/2"):
        settings, towns = in_share(whole.model_copy(update={"share": share}), registered_towns(whole))
        sources = tmp_path / "share.csv"
        lines = [
            f"{row.issuer},town,{row.year},{row.url},,{' '.join(row.named_hosts)}" for t in towns for row in t.rows
        ]
        sources.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
        run_night(settings.model_copy(update={"sources": sources}))
        for file in settings.archive.glob("*.warc.gz"):
            os.link(file, gathered.archive / f"{file.name.removesuffix('.warc.gz')}-{settings.home.name}.warc.gz")
    assert rebuild_warehouse(gathered).readings == 2 * len(HOSTS)
    kinds = run_query(gathered.published, "SELECT DISTINCT kind FROM run ORDER BY kind")[1]
    assert kinds == [("nightly-1-of-2",), ("nightly-2-of-2",)]
    told = "SELECT address, year, verdict, figure, value FROM report JOIN figure USING (report_id) ORDER BY ALL"
    assert run_query(gathered.published, told) == run_query(whole.published, told)


def limit_names(api: Api) -> list[str]:
    found = ask(api, "v2/concurrency_limits/filter", limit=200)
    return sorted(limit["name"] for limit in found if limit["name"].startswith(CRAWL))


@pytest.fixture
def two_shares(prefect_api: Api, registry: Path) -> Iterator[Api]:
    """The server with its hosts divided in two, and undivided again after the test."""
    folder = registry.parent
    done = run_nianbao(folder, "limits", "--shares", "2", "--sources", str(registry), **prefect_api[1])
    assert done.returncode == 0, done.stderr
    yield prefect_api
    done = run_nianbao(folder, "limits", **prefect_api[1])
    assert done.returncode == 0, done.stderr


def test_a_divided_server_refuses_a_night_over_all_hosts_and_another_division(
    two_shares: Api, registry: Path, web: Web
) -> None:
    other = registry.with_name("other.csv")
    other.write_text(registry.read_text(encoding="utf-8").replace(HOSTS[5], "h5.other.example"), encoding="utf-8")
    for sources, share, missing in (
        (registry, {}, f"{CRAWL}; create it with nianbao limits\n"),
        (registry, {"NIANBAO_SHARE": "1/3"}, "; create it with nianbao limits --shares 3\n"),
        (other, {"NIANBAO_SHARE": "1/2"}, "; create it with nianbao limits --shares 2\n"),
    ):
        hosts = {"NIANBAO_HOSTS": json.dumps(web.hosts), **share}
        call = ("crawl", "--home", str(registry.parent / "home"), "--sources", str(sources))
        done = run_nianbao(registry.parent, *call, **two_shares[1], **hosts)
        assert done.stderr.startswith("nianbao: the Prefect server has no concurrency limit nianbao-crawl"), done.stderr
        assert done.stderr.endswith(missing)
        assert done.returncode == 3
    assert web.asked() == []


def test_the_hosts_are_not_divided_anew_while_a_share_is_crawled(two_shares: Api, registry: Path) -> None:
    names = limit_names(two_shares)
    assert [name[: len(CRAWL) + 7] for name in names] == [f"{CRAWL}-1-of-2", f"{CRAWL}-2-of-2"]
    ask(two_shares, "v2/concurrency_limits/increment", names=[names[1]], slots=1, mode="concurrency")
    done = run_nianbao(registry.parent, "limits", **two_shares[1])
    assert done.stderr == f"nianbao: a crawl holds {names[1]}; divide the hosts anew when it has ended\n"
    assert (done.returncode, limit_names(two_shares)) == (3, names)
    ask(two_shares, "v2/concurrency_limits/decrement", names=[names[1]], slots=1)


def worker(api: Api, place: str, registry: Path, web: Web) -> subprocess.Popen[bytes]:
    """A worker at a place of its own, which web servers know by its contact."""
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "prefect",
            "worker",
            "start",
            "--pool",
            "nianbao",
            "--work-queue",
            place,
            "--limit",
            "2",
        ],
        cwd=ROOT,
        env=command_environment(
            **api[1],
            NIANBAO_HOME=str(registry.parent / place),
            NIANBAO_SOURCES=str(registry),
            NIANBAO_HOSTS=json.dumps(web.hosts),
            NIANBAO_CONTACT=place,
            NIANBAO_READ_TIMEOUT="200",
            NIANBAO_TOTAL_TIMEOUT="200",
            PREFECT_WORKER_QUERY_SECONDS="1",
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_two_workers_crawl_at_once_and_no_host_is_asked_from_both(
    two_shares: Api, registry: Path, web: Web, request: pytest.FixtureRequest
) -> None:
    """Both places are told to crawl both shares, and have begun while the first page of each share is still on its way:
    the shares go on side by side, and who comes second to one waits until the first has ended."""
    api = two_shares
    shares = divided(registered_towns(Settings(sources=registry)), 2).shares
    first_hosts = {share[0].addresses[0].split("/")[2] for share in shares}
    held: list[str] = []
    go_on = threading.Event()

    def hold(handler: Any, before: int) -> None:
        if before == 0:
            held.append(handler.headers["Host"])
            go_on.wait(400)
        send(handler, 200, (SAMPLE_SITE / SEED).read_bytes())

    for host in first_hosts:
        web.page(host, "/0.html", hold)
    prefect(api, "work-pool", "create", "nianbao", "--type", "process", "--overwrite")
    prefect(api, "deploy", "--name", "shares")
    (deployed,) = ask(api, "deployments/filter", deployments={"name": {"any_": ["shares"]}})
    request.addfinalizer(lambda: delete(api, f"deployments/{deployed['id']}"))
    runs = []
    for place in ("west", "east"):
        ask(api, "work_pools/nianbao/queues", name=place)
        for share in ("1/2", "2/2") if place == "west" else ("2/2", "1/2"):
            told = {"parameters": {"share": share}, "work_queue_name": place}
            runs.append(ask(api, f"deployments/{deployed['id']}/create_flow_run", **told)["id"])
    with ExitStack() as stack:
        for place in ("west", "east"):
            process = stack.enter_context(worker(api, place, registry, web))
            stack.callback(process.terminate)

        stack.callback(go_on.set)

        def all_are(*wanted: str) -> list[str] | None:
            found = ask(api, "flow_runs/filter", flow_runs={"id": {"any_": runs}})
            states = [run["state_type"] for run in found]
            return states if all(state in wanted for state in states) else None

        wait_for(lambda: all_are("RUNNING") and len(held) == len(shares), 300)
        time.sleep(10)
        assert set(held) == first_hosts
        go_on.set()
        assert wait_for(lambda: all_are("COMPLETED", "FAILED", "CRASHED"), 300) == ["COMPLETED"] * 4
    asked: dict[str, list[str]] = defaultdict(list)
    for one in web.requests:
        asked[one.host].append(one.headers["User-Agent"].rpartition("; ")[2].rstrip(")"))
    assert asked.keys() == set(HOSTS)
    for host, places in asked.items():
        assert sorted(place for place, _ in groupby(places)) == ["east", "west"], host
