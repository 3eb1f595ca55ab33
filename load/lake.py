"""A DuckLake as a database of this program: opened with the extensions that Python packages bring, and locked to write.

It has no keys and no CHECK constraints; two writers that do not see each other's rows could put in the same report
twice.  So who writes holds a lock of the catalogue from before its transaction sees anything until it has ended.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
from duckdb import DuckDBPyConnection as Connection

from load.lake_address import Lake
from load.sql import literal

NAME = "lake"
"""What the lake is called in a connection that is opened for it."""
_S3 = "://"
_LOCK = 7_110_401
"""The advisory lock in PostgreSQL that writers of this program hold."""
_TAKE_LOCK = f"SELECT 1 AS taken FROM pg_advisory_xact_lock({_LOCK})"  # noqa: S608
_CATALOGUE = "SELECT path FROM duckdb_databases() WHERE type = 'ducklake' AND database_name = current_database()"
_ADDED = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE database_name = 'system'"
_SECRET = {
    "KEY_ID": ("AWS_ACCESS_KEY_ID",),
    "SECRET": ("AWS_SECRET_ACCESS_KEY",),
    "SESSION_TOKEN": ("AWS_SESSION_TOKEN",),
    "REGION": ("AWS_REGION", "AWS_DEFAULT_REGION"),
}
_ENDPOINT = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


class LakeError(ValueError):
    """A lake cannot be opened; the message says why and what to do."""


class NoLakeError(LakeError):
    """There is no lake at the address yet."""


def attach_lake(con: Connection, lake: Lake, name: str, *, read_only: bool) -> None:
    """Attach a lake as ``name``, made when new unless ``read_only``; never downloads an extension.

    Raises LakeError when that cannot be done, NoLakeError when there is none.
    """
    if lake.is_past and not read_only:
        raise LakeError("is the lake as it was; nothing can be written there")
    new = lake.file is not None and not lake.file.exists()
    if read_only and new:
        raise NoLakeError("there is no lake yet; `nianbao crawl` or `nianbao load` makes it")
    load_extensions(con, lake)
    place = lake.data or (f"{lake.file}.files" if new else None)
    if place and _S3 in place:
        _reach_s3(con)
    options = {
        "READ_ONLY": "true" if read_only else None,
        "DATA_PATH": place and literal(place),
        "SNAPSHOT_VERSION": None if lake.version is None else str(lake.version),
        "SNAPSHOT_TIME": lake.at and literal(lake.at.isoformat(sep=" ")),
    }
    given = ", ".join(f"{option} {value}" for option, value in options.items() if value)
    try:
        con.execute(f"ATTACH {literal(f'ducklake:{lake.catalogue}')} AS {name} {f'({given})' if given else ''}")
        if _S3 in data_place(con, name):
            _reach_s3(con)
    except duckdb.Error as error:
        raise _explained(error) from None


def data_place(con: Connection, name: str) -> str:
    """The folder, or the prefix on S3, of the data of an attached lake."""
    query = f"SELECT value FROM __ducklake_metadata_{name}.ducklake_metadata WHERE key = 'data_path'"  # noqa: S608
    return str(con.execute(query).fetchall()[0][0])


def version_of(con: Connection) -> int:
    """The number of the last snapshot of the lake that a connection is opened for."""
    return int(con.execute("SELECT max(snapshot_id) FROM ducklake_snapshots(current_database())").fetchall()[0][0])


def moment_of(con: Connection) -> datetime:
    """When the last snapshot of the lake that a connection is opened for was committed; aware."""
    query = "SELECT epoch_us(max(snapshot_time)) FROM ducklake_snapshots(current_database())"
    return datetime.fromtimestamp(con.execute(query).fetchall()[0][0] / 1e6, UTC)


def is_lake(con: Connection) -> bool:
    """Whether a connection is opened for a lake, and not for a DuckDB file."""
    return _catalogue_of(con) is not None


def _catalogue_of(con: Connection) -> str | None:
    if con.execute("SELECT current_database()").fetchall() != [(NAME,)]:
        return None
    found = con.execute(_CATALOGUE).fetchall()
    return str(found[0][0]) if found else None


@contextmanager
def writing(con: Connection) -> Iterator[None]:
    """Hold the lock of writers as long as this lasts, where the connection is opened for a lake.

    It is free again when its holder ends, however it ends.
    """
    catalogue = _catalogue_of(con)
    if catalogue is None:
        yield
    elif catalogue.startswith("postgres:"):
        with con.cursor() as holder:
            holder.begin()
            holder.execute(f"FROM postgres_query('__ducklake_metadata_{NAME}', {literal(_TAKE_LOCK)})")
            yield
    else:
        path = Path(catalogue.removeprefix("sqlite:"))
        with path.with_name(f"{path.name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def tidy(con: Connection) -> None:
    """Put the small files of many loads together, and remove those that this left behind more than a day ago.

    Every snapshot stays as it is.
    """
    with writing(con):
        con.execute(f"CALL ducklake_merge_adjacent_files({literal(NAME)})")
        con.execute(f"CALL ducklake_cleanup_old_files({literal(NAME)}, older_than => now() - INTERVAL 1 DAY)")


def reaching_functions(con: Connection) -> frozenset[str]:
    """The functions that reach past the tables of a lake, into its catalogue, its files or other servers."""
    with duckdb.connect() as bare:
        known = {name for (name,) in bare.execute(_ADDED).fetchall()}
    return frozenset(name for (name,) in con.execute(_ADDED).fetchall() if name not in known) | {"query", "query_table"}


def load_extensions(con: Connection, lake: Lake) -> None:
    """Load what a connection needs for a lake; raises LakeError where the extra is missing."""
    kinds = ("postgres_scanner",) if lake.in_postgres else ("sqlite_scanner",)
    for name in ("ducklake", *(kinds if ":" in lake.catalogue else ())):
        _load(con, name)


def _load(con: Connection, name: str) -> None:
    try:
        file = resources.files(f"duckdb_extension_{name}").joinpath(
            "extensions", f"v{duckdb.__version__}", f"{name}.duckdb_extension"
        )
    except ModuleNotFoundError:
        raise LakeError("a lake needs an extra: pip install 'nianbao[lake]'") from None
    if not file.is_file():
        package = f"duckdb-extension-{name.replace('_', '-')}"
        raise LakeError(f"the package {package} is for another DuckDB; install its version {duckdb.__version__}")
    con.execute(f"LOAD {literal(str(file))}")


def _reach_s3(con: Connection) -> None:
    """Load what reads and writes S3, with the key, region and endpoint of the environment."""
    _load(con, "httpfs")
    given: Mapping[str, str | None] = {option: _environment(*names) for option, names in _SECRET.items()}
    options = {option: literal(value) for option, value in given.items() if value}
    if endpoint := _environment(*_ENDPOINT):
        parts = urlsplit(endpoint)
        options |= {"ENDPOINT": literal(parts.netloc), "URL_STYLE": "'path'"}
        options["USE_SSL"] = "false" if parts.scheme == "http" else "true"
    listed = "".join(f", {option} {value}" for option, value in options.items())
    con.execute(f"CREATE OR REPLACE TEMPORARY SECRET nianbao (TYPE s3{listed})")


def _environment(*names: str) -> str | None:
    return next((os.environ[name] for name in names if os.environ.get(name)), None)


def _explained(error: duckdb.Error) -> LakeError:
    text = " ".join(str(error).split())
    if "creating a new DuckLake is explicitly disabled" in text:
        return NoLakeError("there is no lake yet; `nianbao crawl` or `nianbao load` makes it")
    if "data_path is not set" in text:
        return LakeError("is new: add where its files shall lie, ?data=FOLDER or ?data=s3://BUCKET/PREFIX")
    if "Could not set lock" in text:
        return LakeError("its catalogue is a DuckDB file that another process has open; PostgreSQL or SQLite share it")
    return LakeError(f"cannot be opened: {text.split(' Error: ', 1)[-1]}")
