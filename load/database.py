"""Opening DuckDB files, with every way it can fail said in one clear line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

Connection = duckdb.DuckDBPyConnection

_HOLDER = re.compile(r"lock is held in (?P<program>.*?) ?\(PID (?P<pid>\d+)\)")
_OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
_WRITER = {"wal_autocheckpoint": "256MB"}
"""A batch of reports writes more than the 16 MB after which DuckDB would rewrite the file at each commit."""


class WarehouseError(ValueError):
    """The warehouse cannot be opened or loaded; the message is one line that says why and what to do."""


def literal(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def registered(con: Connection, name: str, rows: pa.Table | pa.RecordBatchReader) -> Iterator[None]:
    """Queries may name Arrow rows as a table, as long as this lasts."""
    con.register(name, rows)
    try:
        yield
    finally:
        con.unregister(name)


def one_line(error: Exception) -> str:
    """The first line of what DuckDB says, without the kind of the error before it."""
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return first.split(" Error: ", 1)[-1]


def open_database(path: Path, *, read_only: bool = False, config: dict[str, str] | None = None) -> Connection:
    """A connection to the DuckDB file at ``path``, made when new unless ``read_only``; never downloads an extension.

    Raises WarehouseError when the file is missing, locked by another process, no DuckDB database, damaged, or
    written by a newer DuckDB.
    """
    if read_only and not path.exists():
        raise WarehouseError(f"{path}: no such file; `nianbao crawl` or `nianbao load` makes it")
    try:
        return duckdb.connect(
            str(path), read_only=read_only, config={**_OFFLINE, **({} if read_only else _WRITER), **(config or {})}
        )
    except duckdb.Error as error:
        raise WarehouseError(_why_not_opened(path, str(error), one_line(error))) from None


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
