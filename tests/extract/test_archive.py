"""The WARC files and the index that is derived from them; what a crash may leave, and that nothing is lost by it."""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from extract.archive import Archive, ArchiveError
from extract.archive.records import Change, RunEvent, Visit, from_lines, to_lines
from extract.web.answer import FetchError, Outcome, Response

NOW = "2026-01-31T02:30:00+00:00"
LATER = "2026-02-01T02:30:00+00:00"
PAGE = "http://lingyuan.example/2020.html"
OTHER = "http://lingyuan.example/copy.html"


def answer(data: bytes, url: str = PAGE, at: str = NOW, **more: object) -> Response:
    headers = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Content-Length", "7"), ("ETag", '"1"'))
    plain = Response(
        url,
        url,
        200,
        "text/html",
        data,
        at,
        etag='"1"',
        headers=headers,
        request_headers=(("User-Agent", "nianbao/1 (mail@example.org)"),),
        seconds=0.25,
        requests=2,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def not_modified(url: str = PAGE, at: str = LATER) -> Response:
    return answer(b"", url, at, status=304, reason="Not Modified", headers=(("ETag", '"1"'),))


def warcs(root: Path) -> list[Path]:
    return sorted(root.glob("*.warc.gz"))


def records(root: Path) -> list[tuple[str, str | None]]:
    """Kind and address of every record that any reader of WARC files finds."""
    found = []
    for path in warcs(root):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                record.content_stream().read()
                found.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI")))
    return found


def assert_passes_warcio_check(root: Path) -> None:
    command = [sys.executable, "-m", "warcio.cli", "check", "-v", *map(str, warcs(root))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "digest pass" in done.stdout


def snapshot(archive: Archive) -> list[object]:
    """All that the index says."""
    return [
        *archive.everything(),
        *archive.unended(),
        *(v for run in archive.unended() for v in archive.visits(run.run)),
    ]


def test_bytes_come_back_under_their_hash(tmp_path: Path) -> None:
    data = "三道河子镇".encode("gb18030")
    kept = Archive(tmp_path).keep(answer(data)).kept
    assert kept is not None
    assert kept.sha256 == hashlib.sha256(data).hexdigest()
    assert Archive(tmp_path).get(kept.sha256) == data
    assert Archive(tmp_path).latest(PAGE) == kept


def test_an_exchange_is_a_response_a_request_and_metadata(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.keep(answer(b"<html>page</html>"))
    assert records(tmp_path) == [("warcinfo", None), ("response", PAGE), ("request", PAGE), ("metadata", PAGE)]
    with warcs(tmp_path)[0].open("rb") as file:
        _, response, request, about = [(r.http_headers, r.content_stream().read()) for r in ArchiveIterator(file)]
    assert response[1] == b"<html>page</html>"
    assert response[0].get_header("X-Archive-Orig-Content-Encoding") == "gzip"
    assert response[0].get_header("Content-Length") == "17"
    assert request[0].get_header("User-Agent") == "nianbao/1 (mail@example.org)"
    assert (request[0].get_header("Host"), request[0].statusline) == ("lingyuan.example", "/2020.html HTTP/1.1")
    assert b"seconds: 0.25\r\nrequests: 2\r\n" in about[1]


def test_warcio_s_own_checker_finds_nothing_wrong(tmp_path: Path) -> None:
    archive = Archive(tmp_path, most_bytes=2000)
    archive.begin("night")
    for number in range(6):
        archive.keep(answer(os.urandom(700) if number % 2 else b"the same", f"{PAGE}?{number}"))
    archive.keep(not_modified(f"{PAGE}?0"))
    archive.keep(FetchError("http://x.example/a b|镇", "gone\nfor ever", 404, Outcome.GONE))
    archive.keep_file(b"saved", "报告/一 二.html")
    archive.end()
    assert len(warcs(tmp_path)) > 1
    assert_passes_warcio_check(tmp_path)


def test_file_and_offset_point_at_the_record_with_the_bytes(tmp_path: Path) -> None:
    archive = Archive(tmp_path, most_bytes=1500)
    for number in range(5):
        kept = archive.keep(answer(b"page %d" % number, f"{PAGE}?{number}")).kept
        assert kept is not None
        assert kept.file is not None
        with (tmp_path / kept.file).open("rb") as file:
            file.seek(kept.offset or 0)
            record = next(iter(ArchiveIterator(file)))
            assert (record.rec_type, record.content_stream().read()) == ("response", b"page %d" % number)


def test_unchanged_bytes_are_kept_once_and_their_visits_are_revisits(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first = archive.keep(answer(b"page"))
    same = archive.keep(answer(b"page", at=LATER))
    told = archive.keep(not_modified())
    copy = archive.keep(answer(b"page", OTHER))
    assert [kind for kind, _ in records(tmp_path)].count("response") == 1
    assert [kind for kind, _ in records(tmp_path)].count("revisit") == 3
    assert [visit.change for visit in (first, same, told, copy)] == ["new", "unchanged", "unchanged", "new"]
    assert told.kept is not None
    assert (told.kept.fetched_at, told.kept.seen_at, told.kept.status) == (NOW, LATER, 200)
    with warcs(tmp_path)[0].open("rb") as file:
        revisits = [record.rec_headers for record in ArchiveIterator(file) if record.rec_type == "revisit"]
    assert [r.get_header("WARC-Profile").rpartition("/")[2] for r in revisits] == [
        "identical-payload-digest",
        "server-not-modified",
        "identical-payload-digest",
    ]
    assert {r.get_header("WARC-Refers-To-Target-URI") for r in revisits} == {PAGE}


def test_all_versions_of_a_changed_page_are_kept_in_their_order(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for number, data in enumerate((b"old", b"new", b"new", b"old")):
        archive.keep(answer(data, at=f"2026-01-0{number + 1}T00:00:00+00:00"))
    versions = archive.versions(PAGE)
    assert [archive.get(version.sha256) for version in versions] == [b"old", b"new", b"old"]
    assert [(v.fetched_at[:10], v.seen_at[:10]) for v in versions] == [
        ("2026-01-01", "2026-01-01"),
        ("2026-01-02", "2026-01-03"),
        ("2026-01-04", "2026-01-04"),
    ]
    assert archive.latest(PAGE) == versions[-1]


def test_a_304_for_bytes_that_are_not_kept_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="304"):
        Archive(tmp_path).keep(not_modified())


def test_a_saved_file_is_kept_under_its_path(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    visit = archive.keep_file(b"saved", "报告/一 二.html")
    assert visit.kept is not None
    assert (visit.kept.path, visit.kept.url, visit.change) == ("报告/一 二.html", None, Change.NEW)
    assert archive.keep_file(b"saved", "报告/一 二.html").change == Change.UNCHANGED
    assert archive.keep_file(b"saved", "other.html").change == Change.NEW
    assert [kind for kind, _ in records(tmp_path)].count("resource") == 1
    assert archive.get(visit.kept.sha256) == b"saved"


def test_a_failure_is_a_visit_without_bytes(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.begin("night")
    archive.keep(FetchError(PAGE, "the server answered 404", 404, Outcome.GONE))
    (visit,) = archive.visits("night")
    assert (visit.outcome, visit.status, visit.reason, visit.kept) == (
        Outcome.GONE,
        404,
        "the server answered 404",
        None,
    )
    assert archive.latest(PAGE) is None


def test_the_visits_of_a_run_are_known_until_it_ends(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.begin("night 1", {"kind": "nightly"})
    archive.keep(answer(b"page"))
    again = Archive(tmp_path)
    assert again.unended() == archive.unended()
    assert [event.facts for event in again.unended()] == [(("kind", "nightly"),)]
    assert [(visit.url, visit.change) for visit in again.visits("night 1")] == [(PAGE, Change.NEW)]
    archive.end({"new": "1"})
    assert (again.unended(), again.visits("night 1")) == ([], [])


def test_events_tell_everything_again_in_order(tmp_path: Path) -> None:
    archive = Archive(tmp_path, most_bytes=1000)
    archive.begin("night")
    visits = [archive.keep(answer(b"page %d" % number, f"{PAGE}?{number}")) for number in range(4)]
    archive.end({"new": "4"})
    events = list(Archive(tmp_path).events())
    assert [event.ended for event in events if isinstance(event, RunEvent)] == [False, True]
    assert [event for event in events if isinstance(event, Visit)] == [replace(visit, kept=None) for visit in visits]


@pytest.mark.parametrize("reason", ["plain", "two\nlines", "colon: inside", ""])
def test_what_a_record_says_is_read_back(reason: str) -> None:
    visit = Visit("", NOW, Outcome.BLOCKED, PAGE, status=412, reason=reason, seconds=1.5, requests=3)
    assert from_lines(to_lines(visit)) == replace(visit, reason=reason.replace("\n", " "))


def test_reindex_gives_the_same_index(tmp_path: Path) -> None:
    archive = Archive(tmp_path, most_bytes=3000)
    archive.begin("night")
    for number in range(12):
        archive.keep(answer(b"page %d" % (number % 5), f"{PAGE}?{number % 4}"))
    archive.keep(not_modified(f"{PAGE}?3"))
    archive.keep(FetchError(OTHER, "blocked", 412, Outcome.BLOCKED))
    archive.keep_file(b"saved", "a.html")
    before = snapshot(archive)
    archive.reindex()
    assert snapshot(archive) == before
    archive.close()
    (tmp_path / "index.sqlite").unlink()
    assert snapshot(Archive(tmp_path)) == before
    (tmp_path / "index.sqlite").write_bytes(b"no database at all" * 1000)
    assert snapshot(Archive(tmp_path)) == before


def test_a_torn_tail_is_ignored_by_readers_and_cut_off_by_the_next_writer(tmp_path: Path) -> None:
    whole = Archive(tmp_path)
    whole.begin("night")
    first = whole.keep(answer(os.urandom(300)))
    end = warcs(tmp_path)[0].stat().st_size
    whole.keep(answer(os.urandom(300), OTHER))
    whole.close()
    data = warcs(tmp_path)[0].read_bytes()
    for cut in sorted({end + 1, len(data) - 1, *random.Random(1).sample(range(end, len(data)), 12)}):
        torn = tmp_path / f"cut{cut}"
        torn.mkdir()
        (torn / warcs(tmp_path)[0].name).write_bytes(data[:cut])
        archive = Archive(torn)
        assert archive.latest(PAGE) == first.kept
        assert [visit.url for visit in archive.visits("night")] == [PAGE]
        archive.begin("night")
        archive.keep(answer(b"after the crash", OTHER, LATER))
        assert [visit.url for visit in Archive(torn).visits("night")] == [PAGE, OTHER]
        assert [kind for kind, _ in records(torn)].count("response") == 2
    assert_passes_warcio_check(torn)


def test_what_stands_behind_a_damaged_record_is_never_cut_off(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.begin("night")
    archive.keep(answer(os.urandom(300)))
    end = warcs(tmp_path)[0].stat().st_size
    archive.keep(answer(os.urandom(300), OTHER))
    archive.keep(answer(os.urandom(300), f"{OTHER}?2"))
    archive.close()
    damaged = bytearray(warcs(tmp_path)[0].read_bytes())
    damaged[end + 40] ^= 0xFF
    warcs(tmp_path)[0].write_bytes(damaged)
    for ending in ("", "-wal", "-shm"):
        (tmp_path / f"index.sqlite{ending}").unlink(missing_ok=True)
    again = Archive(tmp_path)
    again.begin("another night")
    again.keep(answer(b"after the damage", OTHER, LATER))
    again.close()
    assert warcs(tmp_path)[0].read_bytes() == bytes(damaged)
    assert len(warcs(tmp_path)) == 2


def test_an_index_that_somebody_writes_is_not_taken_for_a_damaged_one(tmp_path: Path) -> None:
    Archive(tmp_path).close()
    writer = sqlite3.connect(tmp_path / "index.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    opening = sqlite3.connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", lambda *args, **more: opening(*args, **{**more, "timeout": 0.1}))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            Archive(tmp_path)
    writer.execute("ROLLBACK")
    assert writer.execute("SELECT count(*) FROM version").fetchone() == (0,)


def test_a_file_that_was_only_begun_is_begun_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.keep(answer(b"page"))
    archive.close()
    (path,) = warcs(tmp_path)
    for torn in (b"", path.read_bytes()[:20]):
        path.write_bytes(torn)
        archive = Archive(tmp_path)
        archive.keep(answer(b"page"))
        archive.close()
        assert records(tmp_path)[0] == ("warcinfo", None)
        assert len(records(tmp_path)) == 4


def test_an_index_that_lags_or_leads_is_brought_in_line(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.keep(answer(b"one"))
    archive.close()
    index = (tmp_path / "index.sqlite").read_bytes()
    short = warcs(tmp_path)[0].read_bytes()
    archive = Archive(tmp_path)
    archive.keep(answer(b"two", OTHER))
    archive.close()
    (tmp_path / "index.sqlite").write_bytes(index)
    assert Archive(tmp_path).latest(OTHER) is not None
    warcs(tmp_path)[0].write_bytes(short)
    assert Archive(tmp_path).latest(OTHER) is None
    assert Archive(tmp_path).latest(PAGE) is not None


def test_a_file_that_is_gone_takes_only_its_own_bytes_with_it(tmp_path: Path) -> None:
    archive = Archive(tmp_path, most_bytes=500)
    for number in range(3):
        archive.keep(answer(os.urandom(500), f"{PAGE}?{number}"))
    archive.keep(not_modified(f"{PAGE}?0"))
    archive.close()
    warcs(tmp_path)[0].unlink()
    archive = Archive(tmp_path)
    kept = archive.latest(f"{PAGE}?0")
    assert kept is not None
    assert (kept.file, kept.offset) == (None, None)
    with pytest.raises(ArchiveError, match="has no bytes"):
        archive.get(kept.sha256)
    other = archive.latest(f"{PAGE}?1")
    assert other is not None
    assert archive.get(other.sha256)


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path)
    archive.keep(answer(b"page"))
    before = warcs(tmp_path)[0].read_bytes()
    write = os.write

    def no_space(handle: int, data: bytes) -> int:
        if len(data) < 300:
            raise OSError(28, "No space left on device")
        return write(handle, data[:200])

    with monkeypatch.context() as patch:
        patch.setattr("os.write", no_space)
        with pytest.raises(OSError, match="No space"):
            archive.keep(answer(b"more", OTHER))
    assert warcs(tmp_path)[0].read_bytes() == before
    archive.keep(answer(b"more", OTHER))
    assert_passes_warcio_check(tmp_path)


def test_damaged_bytes_are_never_handed_out(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    kept = archive.keep(answer(os.urandom(3000))).kept
    assert kept is not None
    path = tmp_path / str(kept.file)
    data = bytearray(path.read_bytes())
    data[(kept.offset or 0) + 1500] ^= 255
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="cannot be read"):
        archive.get(kept.sha256)


@pytest.mark.parametrize("sha256", ["0" * 64, "../../etc/passwd", ""])
def test_unknown_bytes_are_an_error(tmp_path: Path, sha256: str) -> None:
    with pytest.raises(ArchiveError):
        Archive(tmp_path).get(sha256)


def test_a_new_file_is_begun_when_one_is_full(tmp_path: Path) -> None:
    archive = Archive(tmp_path, most_bytes=4000)
    for number in range(6):
        archive.keep(answer(os.urandom(1500), f"{PAGE}?{number}"))
    sizes = [path.stat().st_size for path in warcs(tmp_path)]
    assert len(sizes) == 3
    assert all(4000 <= size < 8000 for size in sizes[:-1])


def test_many_threads_and_two_writers_lose_no_visit(tmp_path: Path) -> None:
    archives = [Archive(tmp_path), Archive(tmp_path)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: archives[n % 2].keep(answer(b"%d" % (n % 7), f"{PAGE}?{n}")), range(80)))
    assert {kept.url for kept in Archive(tmp_path).everything()} == {f"{PAGE}?{n}" for n in range(80)}
    assert len(warcs(tmp_path)) == 2
    assert_passes_warcio_check(tmp_path)
