"""The archive on object storage: as safe as in a folder, whenever the writer is killed or the storage is away."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import fsspec
import object_store
import pytest
from object_store import ObjectStore
from test_archive import OTHER, PAGE, answer, assert_passes_warcio_check, not_modified, records, snapshot, warcs

from extract.archive import Archive, ArchiveError, Place
from extract.archive.replay import partitions, visits_in

KILLS = 6
KILLS_A_NIGHT = 4
PAGES = 6
A_CHECKPOINT = 2
LOST = 9

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["s3fs", "extract.archive"])


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    with object_store.running() as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> Place:
    store.use(monkeypatch)
    bucket = store.bucket("bucket")
    return Place(tmp_path / "spool", f"{bucket}/{tmp_path.name}")


def fetched(place: Place, folder: Path) -> Path:
    """All that the storage has, in a folder."""
    folder.mkdir()
    files, _ = fsspec.core.url_to_fs(place.storage)
    for name in Place(folder / "nothing", place.storage).sizes():
        files.get_file(f"{place.storage}/{name}", str(folder / name))
    return folder


def test_what_was_kept_is_in_the_storage_from_each_checkpoint_on(place: Place, tmp_path: Path) -> None:
    data = [os.urandom(3000), os.urandom(3000)]
    archive = Archive(place)
    archive.begin("night")
    first = archive.keep(answer(data[0])).kept
    assert first is not None
    assert archive.get(first.sha256) == data[0]
    archive.sync()
    assert warcs(place.folder) == []
    second = archive.keep(answer(data[1], OTHER)).kept
    archive.keep(not_modified())
    archive.end()
    archive.sync()
    archive.close()
    assert second is not None
    assert first.file != second.file
    elsewhere = Place(tmp_path / "another machine", place.storage)
    with closing(Archive(elsewhere)) as again:
        assert [again.get(kept.sha256) for kept in (first, second)] == data
        assert again.lost() == {}
        assert [event.run for event, ended in again.runs() if ended] == ["night"]
        told = [visit.url for part in partitions(again) for visit in visits_in(elsewhere, part)]
        assert told == [PAGE, OTHER, PAGE]
        before = snapshot(again)
        again.reindex()
        assert snapshot(again) == before
    assert_passes_warcio_check(fetched(place, tmp_path / "fetched"))


def test_storage_that_is_away_costs_only_the_checkpoint(store: ObjectStore, place: Place) -> None:
    missing = Place(place.folder, "s3://later/archive")
    archive = Archive(missing)
    kept = archive.keep(answer(b"page")).kept
    with pytest.raises(ArchiveError, match=r"^s3://later/.*: the storage cannot be used: ") as refused:
        archive.sync()
    assert "\n" not in str(refused.value)
    archive.close()
    assert len(warcs(place.folder)) == 1
    store.bucket("later")
    with closing(Archive(missing)) as again:
        again.keep(answer(b"more", OTHER))
        again.sync()
        assert warcs(place.folder) == []
        assert kept is not None
        assert again.get(kept.sha256) == b"page"


def test_file_that_may_have_been_put_away_is_never_written_on(place: Place, tmp_path: Path) -> None:
    with closing(Archive(place)) as archive:
        archive.keep(answer(b"page"))
        (path,) = warcs(place.folder)
        data = path.read_bytes()
        archive.sync()
    path.write_bytes(data + b"\x1f\x8b\x08 a write that was cut off")
    with closing(Archive(place)) as archive:
        archive.keep(answer(b"more", OTHER))
        archive.sync()
    whole = fetched(place, tmp_path / "fetched")
    assert (whole / path.name).read_bytes() == data
    assert len(warcs(whole)) == 2
    assert [kind for kind, _ in records(whole)].count("response") == 2


def test_many_threads_and_two_writers_lose_no_visit(place: Place, tmp_path: Path) -> None:
    archives = [Archive(place), Archive(place)]

    def work(number: int) -> None:
        archives[number % 2].keep(answer(b"%d" % (number % 7), f"{PAGE}?{number}"))
        if number % 10 == 0:
            archives[number % 2].sync()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(40)))
    for archive in archives:
        archive.sync()
        archive.close()
    assert warcs(place.folder) == []
    with closing(Archive(Place(tmp_path / "elsewhere", place.storage))) as again:
        assert {kept.url for kept in again.everything()} == {f"{PAGE}?{n}" for n in range(40)}
    assert_passes_warcio_check(fetched(place, tmp_path / "fetched"))


def _page(run: str, url: str) -> bytes:
    return f"{run} {url}".encode() * 50


def _is_kept(archive: Archive, run: str, url: str) -> bool:
    """Whether the archive has the page as it was in a run, and its bytes can be had."""
    return _page(run, url) in [archive.get(kept.sha256) for kept in archive.versions(url)]


def _night(place: Place, run: str, begun: Event) -> None:
    """Keep what is still to be had, with a checkpoint after some pages; all that was kept before has to be there.

    A page that was lost would be asked again, and in the end nobody would see it: so what was kept is written down.
    """
    told = place.folder.with_name(f"{place.folder.name} {run}")
    archive = Archive(place)
    begun.set()
    if told.exists() and not all(_is_kept(archive, run, url) for url in told.read_text().splitlines()):
        sys.exit(LOST)
    if run in {event.run for event, ended in archive.runs() if ended}:
        archive.sync()
        return
    archive.begin(run)
    done = {visit.url for visit in archive.visits(run)}
    for number in range(PAGES):
        if (url := f"{PAGE}?{number}") not in done:
            archive.keep(answer(_page(run, url), url))
            with told.open("a") as file:
                file.write(f"{url}\n")
        if number % A_CHECKPOINT == A_CHECKPOINT - 1:
            archive.sync()
    archive.end()
    archive.sync()
    archive.close()


def _run_night(place: Place, run: str, seconds: float | None) -> tuple[bool, float]:
    """Whether the night was killed so many seconds after it began to write, and how long it wrote."""
    begun = _processes.Event()
    process = _processes.Process(target=_night, args=(place, run, begun))
    process.start()
    assert begun.wait(60)
    started = time.monotonic()
    process.join(seconds)
    lasted = time.monotonic() - started
    process.kill()
    process.join()
    assert process.exitcode != LOST, "what was kept is not there any more"
    assert process.exitcode in (0, -signal.SIGKILL), "a night has failed by itself"
    return process.exitcode != 0, lasted


class _Mortal:
    """The storage, until some calls have been made of it: the next one kills the process before it is made."""

    def __init__(self, files: Any, calls: list[int]) -> None:
        self._files = files
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._files, name)

        def called(*arguments: Any, **options: Any) -> Any:
            if self._calls[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            self._calls[0] -= 1
            return method(*arguments, **options)

        return called


def _mortal_night(place: Place, run: str, begun: Event, calls: int) -> None:
    left, files = [calls], Place._files
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Place, "_files", lambda self: _Mortal(files(self), left))
        _night(place, run, begun)


def test_killed_before_any_call_of_the_storage_nothing_is_lost(place: Place) -> None:
    begun, calls, killed = _processes.Event(), 0, True
    while killed:
        process = _processes.Process(target=_mortal_night, args=(place, f"night {calls}", begun, calls))
        process.start()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL)
        killed = process.exitcode != 0
        _run_night(place, f"night {calls}", None)
        calls += 1
    assert calls > 3 * PAGES // A_CHECKPOINT
    assert warcs(place.folder) == []


def test_killed_at_any_moment_nothing_is_lost_nothing_is_there_twice(place: Place, tmp_path: Path) -> None:
    chance, kills, nights = random.Random(20260131), 0, 0
    _, longest = _run_night(Place(tmp_path / "undisturbed", f"{place.storage}-undisturbed"), "night", None)
    while kills < KILLS:
        nights += 1
        for _ in range(KILLS_A_NIGHT):
            killed, _ = _run_night(place, f"night {nights}", chance.uniform(0, longest / 2))
            kills += killed
        _run_night(place, f"night {nights}", None)
    assert warcs(place.folder) == []
    with closing(Archive(Place(tmp_path / "elsewhere", place.storage))) as archive:
        pages = [(night, number) for night in range(1, nights + 1) for number in range(PAGES)]
        wanted = {(url := f"{PAGE}?{number}", _page(f"night {night}", url)) for night, number in pages}
        found = Counter((str(kept.url), archive.get(kept.sha256)) for kept in archive.everything())
        assert found == dict.fromkeys(wanted, 1)
        assert (archive.unended(), archive.lost()) == ([], {})
    whole = fetched(place, tmp_path / "fetched")
    assert Counter(kind for kind, _ in records(whole))["response"] == len(pages)
    assert_passes_warcio_check(whole)


def test_missing_extra_is_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(ArchiveError, match=r"pip install 'nianbao\[s3\]'"):
        Archive(place)
