"""What the dashboard reads: aggregates of the published database, made once after each publishing in their own file.

``load/board_tables`` has one SELECT a file, each a table of that file; ``place`` besides, which names are searched in.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from importlib import resources
from itertools import islice, product
from pathlib import Path

import duckdb
import pyarrow as pa

from load.database import Connection, WarehouseError, as_it_is, attach, open_database
from load.lake_address import Database, Lake
from load.schema import definitions_fingerprint, stored_version
from load.sql import one_line
from transform.wording.fold import fold

_TABLES = ("town_year", "reported", "existing", "judged", "found", "doubtful")
_MOST_READINGS = 12
_FILES = "dashboard-*.duckdb"
_DIVISIONS = "SELECT code, name, level, province, prefecture, county FROM published.division ORDER BY code"


def board_file(published: Database, folder: Path) -> Path:
    """The file in ``folder`` for the published database as it is now: another one after each publishing.

    Raises WarehouseError when there is no published database.
    """
    parts = (*_state(published), definitions_fingerprint(), *map(_select, _TABLES))
    return folder / f"dashboard-{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}.duckdb"


def prepare_board(published: Database, folder: Path) -> Path:
    """Make the aggregates unless they are there; those of an earlier state are removed.  Returns their file.

    Raises WarehouseError when the published database is none of this program's, or ``folder`` cannot be written.
    """
    published = as_it_is(published)
    target = board_file(published, folder)
    if target.exists():
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".dashboard-", dir=folder) as private:
            _make(published, Path(private) / "board.duckdb").replace(target)
        for other in folder.glob(_FILES):
            if other != target:
                other.unlink()
    except OSError as error:
        raise WarehouseError(f"{folder}: cannot be written: {error.strerror or error}") from None
    return target


def renew_board(published: Database, folder: Path) -> None:
    """Make the aggregates of a database that was just published where those of an earlier one are: a dashboard is used.

    Where that cannot be done nothing is said: the dashboard tries again when it is next looked at, and says why.
    """
    if any(folder.glob(_FILES)):
        with suppress(WarehouseError, ImportError):
            prepare_board(published, folder)


def open_board(published: Database, board: Path) -> Connection:
    """A read-only connection to the aggregates, with the database that they were made from as ``published``."""
    con = open_database(board, read_only=True)
    attach(con, published, "published")
    return con


def _state(published: Database) -> tuple[object, ...]:
    """What is another after each publishing."""
    if isinstance(published, Lake):
        return (str(as_it_is(published)),)
    try:
        stat = published.stat()
    except OSError:
        raise WarehouseError(f"{published}: no such file; `nianbao crawl` or `nianbao load` makes it") from None
    return published.resolve(), stat.st_size, stat.st_mtime_ns


def _make(published: Database, target: Path) -> Path:
    with closing(open_database(published, read_only=True)) as con:
        if stored_version(con, str(published)) is None:
            raise WarehouseError(f"{published}: an empty database; load a report first")
    with closing(open_database(target)) as con:
        attach(con, published, "published")
        try:
            for name in _TABLES:
                con.execute(f"CREATE TABLE {name} AS {_select(name)}")
            con.register("places", _places(con.execute(_DIVISIONS).fetchall()))
            con.execute("CREATE TABLE place AS FROM places ORDER BY code")
        except duckdb.Error as error:
            raise WarehouseError(
                f"{published}: made by another version of nianbao ({one_line(error)}); load something, or publish again"
            ) from None
    return target


def _select(name: str) -> str:
    return resources.files("load").joinpath("board_tables", f"{name}.sql").read_text(encoding="utf-8")


def _places(divisions: Iterable[tuple[str, str, str, str | None, str | None, str | None]]) -> pa.Table:
    """The divisions with what they are found by: ``folded`` names, and ``readings`` in pinyin, initials after them."""
    rows = [
        {
            "code": code,
            "name": name,
            "level": level,
            "place": " ".join(dict.fromkeys(part for part in (*above, name) if part)),
            "folded": fold(name),
            "readings": " ".join(_readings(name)),
        }
        for code, name, level, *above in divisions
    ]
    fields = ("code", "name", "level", "place", "folded", "readings")
    return pa.Table.from_pylist(rows, pa.schema([(field, pa.string()) for field in fields]))


def _readings(name: str) -> Iterator[str]:
    """The ways to read a name in pinyin without tones (ü is v), each also by its initials."""
    from pypinyin import Style, pinyin

    syllables = [list(dict.fromkeys(s)) for s in pinyin(name, style=Style.NORMAL, heteronym=True)]
    for reading in islice(product(*syllables), _MOST_READINGS):
        yield "".join(reading)
        yield "".join(syllable[:1] for syllable in reading)
