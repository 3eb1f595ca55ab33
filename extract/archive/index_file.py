"""The file of the index: its tables, made anew where the file is missing, damaged, or of another version."""

from __future__ import annotations

import sqlite3
from pathlib import Path

TABLES = ("volume", "mark", "content", "version", "run", "visit")
_SCHEMA_VERSION = 3
_SCHEMA = """
CREATE TABLE volume (file TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE mark (file TEXT NOT NULL, offset INTEGER NOT NULL, PRIMARY KEY (file, offset)) WITHOUT ROWID;
CREATE TABLE content (
  sha256 TEXT PRIMARY KEY, file TEXT NOT NULL, offset INTEGER NOT NULL, uri TEXT NOT NULL, at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE version (
  number INTEGER PRIMARY KEY, source TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, url TEXT, path TEXT,
  fetched_at TEXT NOT NULL, seen_at TEXT NOT NULL, status INTEGER, content_type TEXT, final_url TEXT, etag TEXT,
  last_modified TEXT, role TEXT NOT NULL, division TEXT
);
CREATE INDEX version_source ON version (source, number);
CREATE TABLE run (
  run TEXT PRIMARY KEY, number INTEGER NOT NULL, event BLOB NOT NULL, ended BLOB, version INTEGER
) WITHOUT ROWID;
CREATE TABLE visit (
  run TEXT NOT NULL, source TEXT NOT NULL, event BLOB NOT NULL, version INTEGER, PRIMARY KEY (run, source)
) WITHOUT ROWID;
"""


def fixed(path: Path) -> sqlite3.Connection:
    """A connection to the index at ``path``, into which nobody writes: without locks, from any machine that sees it."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True, check_same_thread=False)


def opened(path: Path) -> sqlite3.Connection:
    """A connection to the index at ``path`` for several threads, with all its tables."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _opened(path)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        for ending in ("", "-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
        return _opened(path)


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("BEGIN IMMEDIATE")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version != _SCHEMA_VERSION:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            db.execute(f"DROP TABLE {name}")
        for statement in filter(str.strip, _SCHEMA.split(";")):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
    db.execute("COMMIT")
    return db
