"""Nights without an orchestrator over the web of ``tests/web``: nothing is done twice, every visit is written down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import PAGES, SAMPLE_SITE, SEED
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from web.server import Page, Web, kept, redirect, serving, status

from extract.archive import Archive
from flows.fetching import registered_towns
from flows.lock import RunInProgressError, single_run
from flows.night import Night, run_night
from flows.settings import Settings
from flows.suspicion import Thresholds, doubts_about
from load.ledger import Run
from load.query import run_query

HOSTS = ("lingyuan.example", "lintao.example", "shengzhou.example")
ADDRESSES = {f"http://{page.split('/')[0]}.example/{page}": told for page, told in PAGES.items()}
REPORT_TABLES = ("report", "figure", "finding", "section", "snapshot")


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as server:
        for page in PAGES:
            host, data = f"{page.split('/')[0]}.example", (SAMPLE_SITE / page).read_bytes()
            server.page(host, f"/{page}", kept(data, f'"{len(data)}"'))
        yield server


@pytest.fixture
def home(tmp_path: Path, web: Web, home_folder: Path) -> Settings:
    """Settings of an installation that asks the web of the test."""
    rows = [f"{issuer},town,{year},{url},{code}" for url, (issuer, year, code) in ADDRESSES.items()]
    sources = tmp_path / "sources.csv"
    sources.write_text("\n".join(["issuer,issuer_kind,year,url,division_code", *rows]) + "\n", encoding="utf-8")
    return Settings(
        home=home_folder, sources=sources, hosts=web.hosts, delay=0.0, backoff=0.0, attempts=1, read_timeout=5
    )


def rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    return run_query(settings.published, sql)[1]


def tables(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    return {name: rows(settings, f"FROM {name} ORDER BY ALL") for name in REPORT_TABLES}


def test_the_same_night_twice_changes_nothing(home: Settings, web: Web) -> None:
    run_night(home)
    before, asked = tables(home), len(web.asked())
    run, summary = run_night(home)
    assert tables(home) == before
    assert len(web.asked()) == asked + len(PAGES)
    assert (run.pages_unchanged, run.pages_new, run.pages_changed, run.pages_failed) == (4, 0, 0, 0)
    assert (summary.unchanged, summary.reports, run.reports) == (4, 0, 4)
    pages = [request for request in web.requests if "robots" not in request.path]
    assert all("If-None-Match" in request.headers for request in pages[len(PAGES) :])


def test_a_page_that_is_unchanged_but_read_by_another_program_is_read_again(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_night(home)
    monkeypatch.setattr("flows.night.parser_version", lambda: "another")
    _, summary = run_night(home)
    assert (summary.unchanged, summary.reports) == (4, 4)


def test_all_is_read_again_when_the_corrections_have_changed(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    run_night(home)
    monkeypatch.setattr("flows.night.corrections_fingerprint", lambda: "another")
    assert run_night(home)[1].reports == 4
    assert run_night(home)[1].reports == 0


def test_a_changed_page_is_read_and_its_old_bytes_stay(home: Settings, web: Web) -> None:
    run_night(home)
    page = "lintao/art/2022/1/21/art_6924_1509973.html"
    text = (SAMPLE_SITE / page).read_text(encoding="utf-8")
    web.page("lintao.example", f"/{page}", text.replace(">7</p>", ">8</p>").encode())
    run, summary = run_night(home)
    assert (run.pages_changed, run.pages_unchanged, summary.reports) == (1, 3, 1)
    figure = "disclosure.normative_documents.in_force"
    assert (8.0,) in rows(home, f"SELECT value FROM figure WHERE figure = '{figure}'")  # noqa: S608
    archive = Archive(home.archive)
    old, new = archive.versions(f"http://lintao.example/{page}")
    assert (archive.get(old.sha256), archive.get(new.sha256)) == (text.encode(), text.replace(">7<", ">8<").encode())
    assert rows(home, "SELECT DISTINCT snapshot_sha256 FROM report WHERE url LIKE '%1509973%'") == [(new.sha256,)]
    assert len(rows(home, "SELECT 1 FROM snapshot WHERE url LIKE '%1509973%'")) == 2


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        (status(404, "<html><p>您访问的页面不存在</p></html>".encode()), "gone"),
        (status(200, b"<html><script>$_ts={}</script><body></body></html>"), "blocked"),
        (status(500, (SAMPLE_SITE / SEED).read_bytes()), "server_error"),
    ],
)
def test_what_comes_in_place_of_a_report_is_kept_and_never_read(
    home: Settings, web: Web, page: Page, outcome: str
) -> None:
    run_night(home)
    before = tables(home)
    web.page("lingyuan.example", f"/{SEED}", page)
    _, summary = run_night(home)
    assert [(failure.address, failure.outcome) for failure in summary.failures] == [
        (f"http://lingyuan.example/{SEED}", outcome)
    ]
    assert tables(home) == before
    assert sum(record.rec_type in ("response", "revisit") for record in warc_records(home)) == 2 * (
        len(PAGES) + len(web.hosts)
    )
    with closing(Archive(home.archive)) as archive:
        known = archive.everything()
        archive.reindex()
        assert archive.everything() == known
        assert len(known) == len(PAGES)


def test_a_report_that_moved_is_read_at_its_new_place_and_the_redirect_is_kept(home: Settings, web: Web) -> None:
    web.page("lingyuan.example", "/new.txt", (SAMPLE_SITE / SEED).read_bytes())
    web.page("lingyuan.example", f"/{SEED}", redirect("/new.txt", 301))
    _, summary = run_night(home)
    assert (summary.reports, summary.failures) == (4, ())
    hops = [r.http_headers.get_header("Location") for r in warc_records(home) if r.rec_type == "response"]
    assert [hop for hop in hops if hop] == ["/new.txt"]
    source = f"http://lingyuan.example/{SEED}"
    assert rows(home, f"SELECT requests, change FROM visit WHERE source = '{source}'") == [(2, "new")]  # noqa: S608


def warc_records(settings: Settings) -> list[ArcWarcRecord]:
    found: list[ArcWarcRecord] = []
    for path in sorted(settings.archive.glob("*.warc.gz")):
        with path.open("rb") as file:
            found += ArchiveIterator(file, check_digests="raise")
    return found


def test_the_ledger_says_what_was_asked_when_and_what_came_of_it(home: Settings, web: Web) -> None:
    gone = next(iter(ADDRESSES))
    web.page("lingyuan.example", gone.removeprefix("http://lingyuan.example"), status(410))
    run, _ = run_night(home)
    found = rows(home, "SELECT source, outcome, change, status, requests, seconds > 0, sha256 IS NULL FROM visit")
    assert len(found) == 4
    assert (gone, "gone", None, 410, 1, True, True) in found
    assert {row[1:] for row in found if row[0] != gone} == {("answered", "new", 200, 1, True, False)}
    ((run_id, kind, state, towns, failed, reports, ended),) = rows(
        home, "SELECT run_id, kind, state, towns, pages_failed, reports, ended_at >= started_at FROM run"
    )
    assert (run_id, kind, state, towns, failed, reports, ended) == (
        run.run_id,
        "nightly",
        "completed",
        3,
        1,
        3,
        True,
    )


def test_a_night_that_was_cut_off_goes_on_where_it_stopped(home: Settings, web: Web) -> None:
    with single_run(home.home):
        night = Night(home, registered_towns(home))
        fetched = night.fetched()
        night.load([night.read(next(fetched))])
        next(fetched)
        fetched.close()
        visited = [visit.source for visit in night.archive.visits(night.run.run_id)]
        night.leave()
    run, summary = run_night(home)
    assert run.run_id == night.run.run_id
    assert len(visited) in (2, 3)
    assert {url: web.asked().count(url.split(".example")[1]) for url in visited} == dict.fromkeys(visited, 1)
    assert (run.pages_new, run.reports, summary.new) == (4, 4, 4)
    assert rows(home, "SELECT count(*), count(DISTINCT source) FROM visit") == [(4, 4)]
    run_night(home)
    assert rows(home, "SELECT state FROM run") == [("completed",), ("completed",)]


def test_a_night_that_was_cut_off_long_ago_is_written_off(home: Settings) -> None:
    with single_run(home.home):
        Night(home, registered_towns(home)).leave()
    run_night(home.model_copy(update={"resume_hours": 0.0}))
    assert rows(home, "SELECT state FROM run ORDER BY run_id") == [("interrupted",), ("completed",)]
    assert Archive(home.archive).unended() == []


def test_two_nights_at_once_the_second_says_so_and_leaves(home: Settings, web: Web) -> None:
    with single_run(home.home), pytest.raises(RunInProgressError, match="another run"):
        run_night(home)
    assert web.asked() == []


def test_a_host_that_gives_nothing_any_more_makes_the_night_suspicious(home: Settings, web: Web) -> None:
    run_night(home)
    for page in PAGES:
        if page.startswith("lintao"):
            web.page("lintao.example", f"/{page}", status(404))
    run, _ = run_night(home)
    assert run.state == "suspicious"
    assert run.message == "2 documents came, 4 the time before; hosts that gave nothing any more: lintao.example"
    assert rows(home, "SELECT state, message FROM run ORDER BY run_id DESC LIMIT 1") == [(run.state, run.message)]
    assert rows(home, "SELECT count(*) FROM report") == [(4,)]


NOW = datetime(2026, 2, 1, tzinfo=UTC)
LAST = Run("a", "nightly", NOW, NOW, pages_unchanged=100, reports=100, verified=90, flagged=10)


@pytest.mark.parametrize(
    ("now", "gone", "doubts"),
    [
        (replace(LAST, pages_unchanged=80), [], 0),
        (replace(LAST, pages_unchanged=79), [], 1),
        (replace(LAST, flagged=12), [], 0),
        (replace(LAST, flagged=13), [], 1),
        (replace(LAST, empty=5), [], 1),
        (LAST, ["a.example"], 1),
        (replace(LAST, pages_unchanged=0, pages_failed=9), ["a.example"], 1),
    ],
)
def test_what_is_much_worse_than_last_time_is_suspicious(now: Run, gone: list[str], doubts: int) -> None:
    assert len(doubts_about(now, LAST, gone, Thresholds())) == doubts


def test_the_first_night_is_suspicious_only_when_nothing_came() -> None:
    assert doubts_about(replace(LAST, flagged=100), None, [], Thresholds()) == ()
    assert doubts_about(replace(LAST, pages_unchanged=0, pages_failed=3), None, [], Thresholds()) == (
        "none of 3 addresses gave a document",
    )
