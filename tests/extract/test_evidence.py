"""What is no document is kept as evidence: failures with their bodies, and every redirect on the way."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from test_archive import assert_passes_warcio_check, snapshot, warcs
from test_web import HOST, crawler
from warcio.archiveiterator import ArchiveIterator
from web.server import Web, cut, heals, redirect, status

from extract.archive import Archive, Visit
from extract.web.answer import Ask, FetchLimits, Outcome
from extract.web.crawler import hosts_of

GONE = "<html><body><p>您访问的页面不存在</p></body></html>".encode()
CHALLENGE = b"<html><script>$_ts={}; $_ts.cd='';</script><body></body></html>"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with closing(Archive(tmp_path)) as opened:
        opened.begin("night")
        yield opened


def visit(web: Web, archive: Archive, *urls: str, **manners: Any) -> list[Visit]:
    asks = [Ask(url, hosts=hosts_of(url)) for url in urls]
    return [archive.keep(found) for _, found in crawler(web, **manners).ask_all(asks)]


def records(root: Path, *, robots: bool = False) -> list[tuple[str, str, str, bytes]]:
    """Kind, path, status line and payload of every record of answers, as any reader of WARC files finds them.

    Without those of robots.txt unless ``robots``.
    """
    found = []
    for path in warcs(root):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                data = record.content_stream().read()
                if record.rec_type in ("response", "revisit"):
                    target = record.rec_headers.get_header("WARC-Target-URI").partition(HOST)[2]
                    if robots or target != "/robots.txt":
                        found.append((record.rec_type, target, record.http_headers.statusline, data))
    return found


def indexed(root: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the index."""
    with closing(sqlite3.connect(root / "index.sqlite")) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in names}  # noqa: S608


def test_a_page_that_is_gone_is_kept_with_its_body_and_is_no_version(
    web: Web, archive: Archive, tmp_path: Path
) -> None:
    url = web.page(HOST, "/gone.html", status(404, GONE, Content_Type="text/html"))
    (gone,) = visit(web, archive, url)
    assert (gone.outcome, gone.status, gone.sha256, gone.kept) == (Outcome.GONE, 404, None, None)
    assert (archive.latest(url), archive.versions(url), archive.everything()) == (None, [], [])
    visit(web, archive, url)
    assert records(tmp_path) == [
        ("response", "/gone.html", "404 Not Found", GONE),
        ("revisit", "/gone.html", "404 Not Found", b""),
    ]
    assert_passes_warcio_check(tmp_path)


def test_a_challenge_and_every_attempt_at_a_server_that_is_ill_are_kept(
    web: Web, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extract.web.crawler.what_is_wrong", lambda _: (Outcome.BLOCKED, "a challenge"))
    (blocked,) = visit(web, archive, web.page(HOST, "/a", CHALLENGE))
    (ill,) = visit(web, archive, web.page(HOST, "/b", status(500, b"out of memory")))
    assert (blocked.outcome, ill.outcome, ill.requests) == (Outcome.BLOCKED, Outcome.SERVER_ERROR, 3)
    assert records(tmp_path) == [
        ("response", "/a", "200 OK", CHALLENGE),
        ("response", "/b", "500 Internal Server Error", b"out of memory"),
        ("revisit", "/b", "500 Internal Server Error", b""),
        ("revisit", "/b", "500 Internal Server Error", b""),
    ]
    assert archive.everything() == []


def test_an_attempt_that_failed_before_the_document_came_is_kept_behind_it(
    web: Web, archive: Archive, tmp_path: Path
) -> None:
    (healed,) = visit(web, archive, web.page(HOST, "/a", heals(1, 503, b"the document")))
    assert healed.kept is not None
    assert archive.get(healed.kept.sha256) == b"the document"
    assert records(tmp_path) == [
        ("response", "/a", "200 OK", b"the document"),
        ("response", "/a", "503 Service Unavailable", b""),
    ]


def test_every_redirect_is_a_record_of_its_own(web: Web, archive: Archive, tmp_path: Path) -> None:
    web.page(HOST, "/b", redirect("/c", 301))
    web.page(HOST, "/c", b"the document")
    (found,) = visit(web, archive, web.page(HOST, "/a", redirect("/b")))
    assert (found.url, found.final_url, found.requests) == (f"http://{HOST}/a", f"http://{HOST}/c", 3)
    assert records(tmp_path) == [
        ("response", "/c", "200 OK", b"the document"),
        ("response", "/a", "302 Found", b""),
        ("response", "/b", "301 Moved Permanently", b""),
    ]
    with warcs(tmp_path)[0].open("rb") as file:
        hops = [r.http_headers.get_header("Location") for r in ArchiveIterator(file) if r.rec_type == "response"]
    assert hops == [None, None, "/b", "/c"]


def test_the_body_of_a_redirect_is_kept_within_bounds(web: Web, archive: Archive, tmp_path: Path) -> None:
    web.page(HOST, "/c", b"the document")
    packed = gzip.compress(b"0" * 5_000_000)
    web.page(HOST, "/b", status(302, packed, Location="/c", Content_Encoding="gzip"))
    visit(web, archive, web.page(HOST, "/a", status(301, b"<p>moved</p>", Location="/b")))
    assert records(tmp_path)[1:] == [
        ("response", "/a", "301 Moved Permanently", b"<p>moved</p>"),
        ("response", "/b", "302 Found", b""),
    ]
    with warcs(tmp_path)[0].open("rb") as file:
        told = [record.rec_headers.get_header("WARC-Truncated") for record in ArchiveIterator(file)]
    assert [mark for mark in told if mark] == ["unspecified"]


def test_a_redirect_to_where_nobody_may_go_is_kept_and_leads_nowhere(
    web: Web, archive: Archive, tmp_path: Path
) -> None:
    (refused,) = visit(web, archive, web.page(HOST, "/a", redirect("http://spam.example/")))
    assert (refused.outcome, refused.requests) == (Outcome.OFF_LIST, 1)
    assert [record[:3] for record in records(tmp_path)] == [("response", "/a", "302 Found")]


def test_a_failure_whose_body_breaks_off_is_the_same_failure(web: Web, archive: Archive, tmp_path: Path) -> None:
    url = web.page(HOST, "/a", half_a_404)
    (gone,) = visit(web, archive, url)
    assert (gone.outcome, gone.requests) == (Outcome.GONE, 1)
    assert records(tmp_path) == [("response", "/a", "404 Not Found", b"")]
    with warcs(tmp_path)[0].open("rb") as file:
        told = [r.rec_headers.get_header("WARC-Truncated") for r in ArchiveIterator(file) if r.rec_type == "response"]
    assert told == ["unspecified", None]


def half_a_404(handler: Any, _: int) -> None:
    handler.send_response(404)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"half a page")


def test_bytes_that_came_with_a_failure_first_are_a_version_when_they_come_as_a_document(
    web: Web, archive: Archive
) -> None:
    url = web.page(HOST, "/a", status(404, GONE))
    visit(web, archive, url)
    web.page(HOST, "/a", GONE)
    (found,) = visit(web, archive, url)
    assert found.kept is not None
    assert (archive.get(found.kept.sha256), len(archive.versions(url))) == (GONE, 1)


def test_the_index_made_anew_is_the_index_that_was_written(web: Web, archive: Archive, tmp_path: Path) -> None:
    web.page(HOST, "/c", b"the document")
    urls = [
        web.page(HOST, "/gone", status(404, GONE)),
        web.page(HOST, "/moved", redirect("/c")),
        web.page(HOST, "/ill", status(500, b"out of memory")),
        web.page(HOST, "/off", redirect("http://spam.example/")),
        web.page(HOST, "/cut", cut(b"x", 100)),
    ]
    for _ in range(2):
        visit(web, archive, *urls)
    before, rows = snapshot(archive), indexed(tmp_path)
    archive.reindex()
    assert snapshot(archive) == before
    assert indexed(tmp_path) == rows
    outcomes = {event.source: event.outcome for event in archive.events() if isinstance(event, Visit)}
    assert outcomes == {v.source: v.outcome for v in archive.visits("night")}


RULES = b"User-agent: *\nDisallow: /secret\n"


def test_robots_are_kept_once_a_run_and_referred_to_when_they_have_not_changed(
    web: Web, archive: Archive, tmp_path: Path
) -> None:
    web.page(HOST, "/robots.txt", RULES)
    urls = [web.page(HOST, path, path.encode()) for path in ("/a", "/b")]
    for _ in range(2):
        found = visit(web, archive, *urls)
        assert [(v.requests, v.kept is not None) for v in found] == [(1, True), (1, True)]
    assert records(tmp_path, robots=True) == [
        ("response", "/a", "200 OK", b"/a"),
        ("response", "/robots.txt", "200 OK", RULES),
        ("response", "/b", "200 OK", b"/b"),
        ("revisit", "/a", "200 OK", b""),
        ("revisit", "/robots.txt", "200 OK", b""),
        ("revisit", "/b", "200 OK", b""),
    ]
    assert sorted(kept.url or "" for kept in archive.everything()) == urls
    assert_passes_warcio_check(tmp_path)


def test_robots_that_forbid_are_kept_with_the_address_that_was_not_asked(
    web: Web, archive: Archive, tmp_path: Path
) -> None:
    web.page(HOST, "/robots.txt", RULES)
    (forbidden,) = visit(web, archive, web.page(HOST, "/secret", b"secret"))
    assert (forbidden.outcome, forbidden.requests) == (Outcome.FORBIDDEN, 0)
    assert records(tmp_path, robots=True) == [("response", "/robots.txt", "200 OK", RULES)]


def test_every_answer_on_the_way_to_robots_is_kept(web: Web, archive: Archive, tmp_path: Path) -> None:
    web.page(HOST, "/robots.txt", redirect("/rules.txt"))
    web.page(HOST, "/rules.txt", heals(1, 503, RULES))
    visit(web, archive, web.page(HOST, "/a", b"the document"))
    assert [record[1:] for record in records(tmp_path, robots=True)] == [
        ("/a", "200 OK", b"the document"),
        ("/robots.txt", "302 Found", b""),
        ("/rules.txt", "503 Service Unavailable", b""),
        ("/robots.txt", "302 Found", b""),
        ("/rules.txt", "200 OK", RULES),
    ]


def test_robots_that_cannot_be_had_are_kept_with_what_is_not_asked_because_of_them(
    web: Web, archive: Archive, tmp_path: Path
) -> None:
    web.page(HOST, "/robots.txt", status(500, b"out of memory"))
    found = visit(web, archive, *(web.page(HOST, path, b"x") for path in ("/a", "/b")))
    assert [v.outcome for v in found] == [Outcome.HOST_DOWN] * 2
    assert [record[:3] for record in records(tmp_path, robots=True)] == [
        (kind, "/robots.txt", "500 Internal Server Error") for kind in ("response", "revisit", "revisit")
    ]


def test_what_failures_weigh_counts_in_the_budget(web: Web, archive: Archive) -> None:
    urls = [web.page(HOST, f"/{n}", status(404, b"x" * 700_000)) for n in range(3)]
    found = visit(web, archive, *urls, megabytes=1, limits=FetchLimits(max_bytes=1_000_000))
    assert [v.outcome for v in found] == [Outcome.GONE, Outcome.GONE, Outcome.OVER_BUDGET]
