"""Nights in processes that can be killed, each forked from one that has imported and read what every night needs."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from flows.night import run_night
from flows.parse import read_document
from flows.settings import Settings
from transform.frames import Reading, Source, to_frames


class Nursery:
    """Runs one night at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, settings: Settings, seconds: float | None = None) -> None:
        """Begin a night, which is killed after so many seconds, if any."""
        self._connection.send((settings, seconds))

    def is_busy(self) -> bool:
        """Whether the night that was begun goes on."""
        return not self._connection.poll()

    def end(self) -> int:
        """Wait for the night that was begun; its exit code, -SIGKILL for one that was killed."""
        return int(self._connection.recv())

    def night(self, settings: Settings, seconds: float | None = None) -> int:
        """A night from its beginning to its end."""
        self.begin(settings, seconds)
        return self.end()


@contextmanager
def nursery(report: Path) -> Iterator[Nursery]:
    """A nursery of its own process, as long as this lasts; it reads a ``report`` beforehand."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("forkserver").Process(target=_serve, args=(theirs, report))
    process.start()
    theirs.close()
    with ours:
        yield Nursery(ours)
        ours.send(None)
    process.join()


def _serve(connection: Connection, report: Path) -> None:
    _make_ready(report)
    forks = multiprocessing.get_context("fork")
    while told := connection.recv():
        settings, seconds = told
        process = forks.Process(target=run_night, args=(settings,))
        process.start()
        process.join(seconds)
        process.kill()
        process.join()
        connection.send(process.exitcode)


def _make_ready(report: Path) -> None:
    """Read the report, so that no night reads the forms and the gazetteer, or sets the validation of frames up."""
    _, read = read_document(report.read_bytes())
    to_frames([Reading(read, Source("http://h.example/", "none"))])
