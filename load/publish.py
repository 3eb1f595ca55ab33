"""Publishing a finished warehouse: readers keep what they have open, and never see a half-written one."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from extract.archive.volume import sync_folder
from load.database import WarehouseError, attach
from load.lake import tidy
from load.lake_address import Database, Lake
from load.warehouse import open_warehouse, transaction

_TABLES = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'new' AND NOT internal ORDER BY table_name"


def publish(working: Database, published: Database) -> Database:
    """Put a copy of the working file in the place of the published one, at once and durably; returns ``published``.

    The working file is checkpointed and closed, copied beside the published file, synced to disk, and renamed over it:
    a reader that has the old file open keeps it, a reader that opens next gets the new one.  Nobody may have the
    working file open.  In a lake each transaction is published when it is committed; here its small files are put
    together.  Raises WarehouseError when there is no working file, it is locked, or cannot be copied.
    """
    if isinstance(working, Lake) or isinstance(published, Lake):
        with open_warehouse(working) as con:
            tidy(con)
        return published
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
        sync_folder(published.parent)
    except OSError as error:
        copy.unlink(missing_ok=True)
        raise WarehouseError(f"{published}: cannot be published: {error.strerror or error}") from None
    return published


def begin_working_copy(published: Database, working: Database) -> Database:
    """The private working file, begun as a copy of the published one where there is none yet; returns ``working``.

    With neither there, nothing is made: the first load makes the file.  A lake is written as it is.
    """
    if isinstance(working, Lake) or isinstance(published, Lake):
        return working
    working.parent.mkdir(parents=True, exist_ok=True)
    if not working.exists() and published.is_file():
        try:
            _synced_copy(published, working).replace(working)
        except OSError as error:
            raise WarehouseError(f"{working}: cannot be begun from {published}: {error.strerror or error}") from None
    return working


def take_over(new: Database, working: Database) -> None:
    """Put a warehouse that was made anew in the place of the working one.

    In a lake all rows give way in one transaction.
    """
    if isinstance(working, Path) and isinstance(new, Path):
        _log(working).unlink(missing_ok=True)
        new.replace(working)
        return
    with open_warehouse(working) as con:
        attach(con, new, "new")
        tables = [name for (name,) in con.execute(_TABLES).fetchall()]
        with transaction(con):
            for name in tables:
                con.execute(f"DELETE FROM {name}")  # noqa: S608
                con.execute(f"INSERT INTO {name} BY NAME FROM new.{name}")


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
