"""Publishing a finished warehouse: readers keep the file that they have open, and never see a half-written one."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from load.database import WarehouseError
from load.warehouse import open_warehouse


def publish(working: Path, published: Path) -> Path:
    """Put a copy of the working file in the place of the published one, at once and durably; returns ``published``.

    The working file is checkpointed and closed, copied beside the published file, synced to disk, and renamed over it:
    a reader that has the old file open keeps it, a reader that opens next gets the new one.  Nobody may have the
    working file open.  Raises WarehouseError when there is no working file, it is locked, or cannot be copied.
    """
    if not working.is_file():
        raise WarehouseError(f"{working}: no such file; there is nothing to publish")
    with open_warehouse(working) as con:
        con.execute("CHECKPOINT")
    try:
        published.parent.mkdir(parents=True, exist_ok=True)
        copy = _synced_copy(working, published)
    except OSError as error:
        raise WarehouseError(f"{published}: cannot be published: {error.strerror or error}") from None
    try:
        _log(published).unlink(missing_ok=True)
        copy.replace(published)
        _sync_folder(published.parent)
    except OSError as error:
        copy.unlink(missing_ok=True)
        raise WarehouseError(f"{published}: cannot be published: {error.strerror or error}") from None
    return published


def begin_working_copy(published: Path, working: Path) -> Path:
    """The private working file, begun as a copy of the published one where there is none yet; returns ``working``.

    With neither there, nothing is made: the first load makes the file.
    """
    working.parent.mkdir(parents=True, exist_ok=True)
    if not working.exists() and published.is_file():
        try:
            _synced_copy(published, working).replace(working)
        except OSError as error:
            raise WarehouseError(f"{working}: cannot be begun from {published}: {error.strerror or error}") from None
    return working


def _log(database: Path) -> Path:
    return database.with_name(f"{database.name}.wal")


def _synced_copy(source: Path, beside: Path) -> Path:
    """A copy of ``source`` on disk, under a name of its own in the folder of ``beside``, readable by all."""
    handle, name = tempfile.mkstemp(prefix=f".{beside.name}.", suffix=".tmp", dir=beside.parent)
    copy = Path(name)
    try:
        with os.fdopen(handle, "wb") as target, source.open("rb") as origin:
            shutil.copyfileobj(origin, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
        copy.chmod(0o644)
    except OSError:
        copy.unlink(missing_ok=True)
        raise
    return copy


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
