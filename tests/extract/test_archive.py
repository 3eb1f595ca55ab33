from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from extract.archive import Archive, ArchiveError

NOW = "2026-01-31T02:30:00+00:00"
LATER = "2026-02-01T02:30:00+00:00"
PAGE = "http://lingyuan.example/2020.html"


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_bytes_come_back_under_their_hash(tmp_path: Path) -> None:
    data = "三道河子镇".encode("gb18030")
    visit = Archive(tmp_path).put(data, url=PAGE, fetched_at=NOW, status=200, content_type="text/html")
    assert visit.sha256 == hashlib.sha256(data).hexdigest()
    assert Archive(tmp_path).get(visit.sha256) == data
    assert Archive(tmp_path).has(visit.sha256)


def test_objects_lie_in_folders_of_their_first_digits(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.put(b"x", url=PAGE, fetched_at=NOW).sha256
    assert archive.file(sha256) == f"objects/{sha256[:2]}/{sha256[2:4]}/{sha256}.gz"
    assert (tmp_path / archive.file(sha256)).is_file()


def test_the_same_bytes_make_the_same_file_in_any_archive(tmp_path: Path) -> None:
    first, second = Archive(tmp_path / "a"), Archive(tmp_path / "b")
    sha256 = first.put(b"same" * 1000, url=PAGE, fetched_at=NOW).sha256
    second.put(b"same" * 1000, url=None, fetched_at=LATER)
    assert (tmp_path / "a" / first.file(sha256)).read_bytes() == (tmp_path / "b" / second.file(sha256)).read_bytes()


def test_unchanged_bytes_are_kept_once_and_logged_twice(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put(b"page", url=PAGE, fetched_at=NOW)
    archive.put(b"page", url=PAGE, fetched_at=LATER)
    assert len(files(tmp_path / "objects")) == 1
    assert [visit.fetched_at for visit in archive.visits()] == [NOW, LATER]


def test_the_latest_visit_wins_and_older_bytes_stay(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    old = archive.put(b"old", url=PAGE, fetched_at=NOW)
    assert archive.latest(PAGE) == old
    new = archive.put(b"new", url=PAGE, fetched_at=LATER, status=200, content_type="text/html", etag='"2"')
    assert archive.latest(PAGE) == new == Archive(tmp_path).latest(PAGE)
    assert archive.get(old.sha256) == b"old"
    assert archive.latest("http://other.example/") is None


def test_bytes_of_a_file_are_found_by_their_hash_only(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    visit = archive.put(b"saved", url=None, fetched_at=NOW)
    assert archive.visit_of(visit.sha256) == visit
    assert archive.visit_of("0" * 64) is None


def test_a_torn_last_line_is_passed_over_and_never_glued_to_the_next(tmp_path: Path) -> None:
    first = Archive(tmp_path).put(b"one", url=PAGE, fetched_at=NOW)
    Archive(tmp_path).put(b"two", url=PAGE, fetched_at=LATER)
    index = tmp_path / "index.jsonl"
    index.write_bytes(index.read_bytes()[:-20])
    archive = Archive(tmp_path)
    assert archive.latest(PAGE) == first
    third = archive.put(b"three", url=PAGE, fetched_at=LATER)
    assert archive.latest(PAGE) == third
    assert [visit.sha256 for visit in Archive(tmp_path).visits()] == [first.sha256, third.sha256]


def test_a_write_that_fails_leaves_no_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        Archive(tmp_path).put(b"page", url=PAGE, fetched_at=NOW)
    assert files(tmp_path) == []


def test_damaged_bytes_are_never_handed_out(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.put(b"page", url=PAGE, fetched_at=NOW).sha256
    other = archive.put(b"other page", url=PAGE, fetched_at=NOW).sha256
    path = tmp_path / archive.file(sha256)
    path.write_bytes((tmp_path / archive.file(other)).read_bytes())
    with pytest.raises(ArchiveError, match="no longer"):
        archive.get(sha256)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ArchiveError, match="cannot be read"):
        archive.get(sha256)


@pytest.mark.parametrize("sha256", ["0" * 64, "../../etc/passwd", ""])
def test_unknown_bytes_are_an_error(tmp_path: Path, sha256: str) -> None:
    with pytest.raises(ArchiveError):
        Archive(tmp_path).get(sha256)


def test_many_threads_lose_no_visit(tmp_path: Path) -> None:
    archives = [Archive(tmp_path), Archive(tmp_path)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: archives[n % 2].put(b"%d" % (n % 7), url=f"{PAGE}?{n}", fetched_at=NOW), range(80)))
    assert {visit.url for visit in Archive(tmp_path).visits()} == {f"{PAGE}?{n}" for n in range(80)}
