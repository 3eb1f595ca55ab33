"""Opening DuckDB files and lakehouses, with every way it can fail said in one clear line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from load.lake import NAME, LakeError, NoLakeError, attach_lake, data_place, moment_of, version_of
from load.lake_address import Database, Lake
from load.sql import literal, one_line

Connection = duckdb.DuckDBPyConnection

_HOLDER = re.compile(r"lock is held in (?P<program>.*?) ?\(PID (?P<pid>\d+)\)")
_OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
_LOCKED = {"enable_external_access": "false", "python_enable_replacements": "false", "lock_configuration": "true"}
FORMAT = "v1.4.0"
"""The oldest DuckDB that opens a file which is made here: its strings take a quarter less time to write, and half as
long to read, as those of the format that DuckDB writes unless told otherwise.  Older files keep theirs."""
_WRITER = {"wal_autocheckpoint": "256MB", "storage_compatibility_version": FORMAT}
"""A batch of reports writes more than the 16 MB after which DuckDB would rewrite the file at each commit."""


class WarehouseError(ValueError):
    """The warehouse cannot be opened or loaded; the message is one line that says why and what to do."""


@contextmanager
def registered(con: Connection, name: str, rows: pa.Table | pa.RecordBatchReader) -> Iterator[None]:
    """Queries may name Arrow rows as a table, as long as this lasts."""
    con.register(name, rows)
    try:
        yield
    finally:
        con.unregister(name)


def open_database(database: Database, *, read_only: bool = False, locked: bool = False) -> Connection:
    """A connection to a DuckDB file or a lake, made when new unless ``read_only``; never downloads an extension.

    With ``locked`` nothing that is asked can reach other files, or change the configuration.  Raises WarehouseError
    when the file or the lake is missing, locked by another process, no database of this kind, damaged, or written by
    a newer DuckDB, and when the catalogue of a lake cannot be reached.
    """
    if isinstance(database, Lake):
        return _open_lake(database, read_only=read_only, locked=locked)
    if read_only and not database.exists():
        raise WarehouseError(f"{database}: no such file; `nianbao crawl` or `nianbao load` makes it")
    settings = {**_OFFLINE, **({} if read_only else _WRITER), **(_LOCKED if locked else {})}
    try:
        return duckdb.connect(str(database), read_only=read_only, config={**settings})
    except duckdb.Error as error:
        raise WarehouseError(_why_not_opened(database, str(error), one_line(error))) from None


def exists(database: Database) -> bool:
    """Whether there is a file, or a lake; raises WarehouseError when the catalogue of a lake cannot be reached."""
    if isinstance(database, Path):
        return database.exists()
    with _told_of(database), duckdb.connect(config=dict(_OFFLINE)) as con:
        try:
            attach_lake(con, database, NAME, read_only=True)
        except NoLakeError:
            return False
    return True


def attach(con: Connection, database: Database, name: str) -> None:
    """Let queries name the tables of another database as ``name.…``, read-only; raises WarehouseError."""
    if isinstance(database, Lake):
        with _told_of(database):
            attach_lake(con, database, name, read_only=True)
    else:
        con.execute(f"ATTACH {literal(str(database.resolve()))} AS {name} (READ_ONLY)")


def as_it_is(database: Database) -> Database:
    """A database that stays as it is now: of a lake its last snapshot, a DuckDB file itself."""
    if isinstance(database, Path) or database.is_past:
        return database
    with closing(open_database(database, read_only=True)) as con:
        return replace(database, version=version_of(con))


def changed_at(database: Database) -> datetime:
    """When a file was last replaced, or a lake last written; aware."""
    if isinstance(database, Path):
        return datetime.fromtimestamp(database.stat().st_mtime, UTC)
    with closing(open_database(database, read_only=True)) as con:
        return moment_of(con)


def _open_lake(lake: Lake, *, read_only: bool, locked: bool) -> Connection:
    con = duckdb.connect(config=dict(_OFFLINE))
    try:
        with _told_of(lake):
            attach_lake(con, lake, NAME, read_only=read_only)
        con.execute(f"USE {NAME}")
        if locked:
            con.execute(f"SET allowed_directories = [{literal(data_place(con, NAME))}]")
            for name, value in _LOCKED.items():
                con.execute(f"SET {name} = {value}")
    except BaseException:
        con.close()
        raise
    return con


@contextmanager
def _told_of(lake: Lake) -> Iterator[None]:
    try:
        yield
    except LakeError as error:
        raise WarehouseError(f"{lake}: {error}") from None


def _why_not_opened(path: Path, message: str, first_line: str) -> str:
    if "Could not set lock" in message:
        holder = _HOLDER.search(message)
        who = f"{holder['program']}, process {holder['pid']}" if holder else "another process"
        return f"{path}: locked by {who}; wait until it ends, or query the published copy"
    if "not a valid DuckDB database" in message:
        return f"{path}: not a DuckDB database; name another file"
    if "newer version of DuckDB" in message or "newer DuckDB version" in message:
        return (
            f"{path}: written by a newer DuckDB than {duckdb.__version__}; upgrade the package duckdb, or load it anew"
        )
    if "Corrupt" in message or "Could not read enough bytes" in message:
        return f"{path}: damaged DuckDB file ({first_line}); restore a copy, or load it anew"
    if "No such file or directory" in message:
        return f"{path}: the folder {path.parent} does not exist"
    return f"{path}: cannot be opened: {first_line}"
