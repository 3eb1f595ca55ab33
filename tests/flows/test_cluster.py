"""A rebuild on a real Dask scheduler with two worker processes over TCP, of which one is killed in the middle."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from conftest import ROOT, command_environment
from test_night import home, web
from test_rebuild import exported, lived

from extract.archive import Archive
from extract.archive.replay import Partition
from flows.engine import engine_of
from flows.errors import UserError
from flows.partition import PartsRead, read_partition
from flows.rebuild import Engine, rebuild_warehouse
from flows.settings import Settings
from load.database import WarehouseError
from load.parts import read_part

__all__ = ["home", "lived", "web"]
WORKERS = 2
WAIT = 120


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A ``dask`` command that runs while the context lasts, with its log in the folder."""
    with (folder / f"{'-'.join(arguments[:1])}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            cwd=ROOT,
            env=command_environment(DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="60s"),
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler, and its workers, each with one thread and without a nanny that would restart it."""
    found = folder / "scheduler.json"
    with ExitStack() as stack:
        listening = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(found))
        stack.enter_context(running(folder, "scheduler", *listening))
        _wait_for(found.exists)
        one = ("--scheduler-file", str(found), "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard")
        local = ("--local-directory", str(folder))
        workers = [stack.enter_context(running(folder, "worker", *one, *local)) for _ in range(WORKERS)]
        yield json.loads(found.read_text())["address"].replace("tcp://", "dask://"), workers


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail("waited in vain")
        time.sleep(0.1)


def losing_one(workers: list[subprocess.Popen[bytes]], engine: Engine) -> Engine:
    """The engine, one of whose workers is killed when the first partitions are there."""

    def run(work: Callable[[Partition], PartsRead], partitions: Sequence[Partition]) -> Iterator[PartsRead]:
        for number, read in enumerate(engine(work, partitions)):
            if number == WORKERS:
                workers[0].kill()
            yield read

    return run


def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(
    lived: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = exported(lived, tmp_path / "before")
    monkeypatch.setattr("extract.archive.index.MARK_EVERY", 1)
    (lived.archive / "index.sqlite").unlink()
    assert len(Archive(lived.archive).stretches()) > 20
    with cluster(tmp_path) as (address, workers):
        engine = losing_one(workers, engine_of(address))
        rebuilt = rebuild_warehouse(lived, engine=engine)
        assert [worker.poll() is None for worker in workers] == [False, True]
    assert (rebuilt.changes, rebuilt.failures) == ((), ())
    assert exported(lived, tmp_path / "after") == before


def test_no_scheduler_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.engine._SECONDS_TO_CONNECT", 1)
    with pytest.raises(UserError, match="no Dask scheduler answers there"):
        list(engine_of("dask://127.0.0.1:9")(len, ["a", "b"]))
    with pytest.raises(UserError, match="not an address such as dask://"):
        engine_of("ray://127.0.0.1:9")


def test_a_worker_that_reads_otherwise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="install the same everywhere"):
        read_partition(Partition(0, "a.warc.gz", 0, 1), tmp_path, tmp_path, "another")
    with pytest.raises(WarehouseError, match="share the home folder"):
        read_part(tmp_path / "nowhere")
