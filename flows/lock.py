"""One writer at a time: a lock file that the system releases when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.errors import ExitCode, UserError


class RunInProgressError(UserError):
    """Another run holds the lock of this home folder."""

    def __init__(self, home: Path) -> None:
        """Name the home folder that is in use."""
        super().__init__(
            f"another run is going on in {home}; wait until it has ended, or set NIANBAO_HOME to another folder",
            ExitCode.NOTHING_DONE,
        )


@contextmanager
def single_run(home: Path) -> Iterator[None]:
    """Hold the lock of a home folder; raises :class:`RunInProgressError` at once when another run holds it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunInProgressError(home) from None
        yield
