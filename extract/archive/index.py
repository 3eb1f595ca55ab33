"""What lies where in the WARC files, in ``index.sqlite``: derived from them record by record, and so never trusted.

It holds a row for each version of each source, for each content, for each run (with the last version that was kept
when it ended) and for each mark (where a stretch of records begins), and the visits of runs that have not ended.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from itertools import pairwise
from typing import TypeVar

from extract.archive import index_file
from extract.archive.place import Place
from extract.archive.records import Change, Event, Kept, RunEvent, Visit, from_lines, to_lines
from extract.archive.volume import Group, groups
from extract.archive.warc import Original, Stored, event_of, stored_in

_OWN = tuple(field.name for field in fields(Kept) if field.name not in ("file", "offset"))
_KEPT = f"SELECT {', '.join(f'version.{name}' for name in _OWN)}, content.file, content.offset"
_FROM = "FROM version LEFT JOIN content USING (sha256)"

MARK_EVERY = 1_000_000
"""Bytes from one mark to the next: some hundreds of pages, or some thousands of visits that found nothing new."""

E = TypeVar("E", Visit, RunEvent)


class Index:
    """The index of one archive; safe for threads and for processes."""

    def __init__(self, place: Place, *, fixed: bool = False) -> None:
        """Open the index, make it where there is none, and bring it up to what the WARC files hold.

        One that is ``fixed`` (see :meth:`settle`) is only read, as it is.
        """
        self._place = place
        self._lock = threading.RLock()
        path = place.folder / "index.sqlite"
        self._db = index_file.fixed(path) if fixed else index_file.opened(path)
        if not fixed:
            self.catch_up()

    def settle(self) -> None:
        """Put all into the one file, which others may open as ``fixed`` as long as nobody writes."""
        with self._lock:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def catch_up(self) -> None:
        """Read what the WARC files hold behind the place up to which they were read; all of it when a file has gone."""
        with self._writing():
            sizes = self._place.sizes()
            known: dict[str, int] = dict(self._db.execute("SELECT file, size FROM volume").fetchall())
            if any(size > sizes.get(file, 0) for file, size in known.items()):
                self._clear()
                known = {}
            for file, size in sizes.items():
                if size > known.get(file, 0):
                    for group in groups(self._place.volume(file), known.get(file, 0)):
                        self._add_group(file, group)

    def rebuild(self) -> None:
        """Forget everything and read all WARC files again."""
        with self._writing():
            self._clear()
            self.catch_up()

    def whole(self, file: str) -> int:
        """How far a WARC file holds whole groups of records."""
        self.catch_up()
        with self._lock:
            row = self._db.execute("SELECT size FROM volume WHERE file = ?", (file,)).fetchone()
        return int(row[0]) if row else 0

    def add(self, file: str, begin: int, end: int, event: E, stored: Sequence[tuple[int, Stored]]) -> E:
        """Note a group that was written, with the offset of each record that has bytes; the event with what is kept.

        A group that another process has noted in between is not noted twice.
        """
        with self._writing():
            if begin >= self._known_size(file):
                self._add(file, begin, end, event, stored)
            return (
                replace(event, kept=self.latest(event.source)) if isinstance(event, Visit) and event.sha256 else event
            )

    def latest(self, source: str) -> Kept | None:
        """The last version of a source, None when it never gave anything."""
        found = self._kept("WHERE source = ? ORDER BY number DESC LIMIT 1", source)
        return found[0] if found else None

    def as_of(self, source: str, run: str) -> Kept | None:
        """The last version of a source when a run ended; the last of all where the run has not, or is not known."""
        found = self._kept(
            "WHERE source = ? AND number <= coalesce((SELECT version FROM run WHERE run = ?), number) "
            "ORDER BY number DESC LIMIT 1",
            source,
            run,
        )
        return found[0] if found else None

    def versions(self, source: str) -> list[Kept]:
        """All versions of a source, oldest first."""
        return self._kept("WHERE source = ? ORDER BY number", source)

    def everything(self) -> list[Kept]:
        """All versions of all sources, oldest first."""
        return self._kept("ORDER BY number")

    def lost(self) -> dict[str, str]:
        """Why (one line) something that was kept can no longer be had, by source, or by WARC file."""
        gone = "SELECT DISTINCT source FROM version WHERE sha256 NOT IN (SELECT sha256 FROM content) ORDER BY source"
        with self._lock:
            found = {source: "its bytes are in no file any more" for (source,) in self._db.execute(gone)}
            sizes: dict[str, int] = dict(self._db.execute("SELECT file, size FROM volume").fetchall())
        for name, size in self._place.sizes().items():
            if rest := size - sizes.get(name, 0):
                found[name] = f"the last {rest} bytes cannot be read: a write was cut off, or they are damaged"
        return found

    def original(self, sha256: str) -> Original | None:
        """The record that has these bytes, None when none has."""
        with self._lock:
            row = self._db.execute("SELECT uri, at FROM content WHERE sha256 = ?", (sha256,)).fetchone()
        return Original(*row) if row else None

    def place(self, sha256: str) -> tuple[str, int] | None:
        """File and offset of the record that has these bytes."""
        with self._lock:
            row = self._db.execute("SELECT file, offset FROM content WHERE sha256 = ?", (sha256,)).fetchone()
        return (row[0], row[1]) if row else None

    def unended(self) -> list[RunEvent]:
        """The runs that began and have not ended, oldest first."""
        return [began for began, ended in self.runs() if ended is None]

    def runs(self) -> list[tuple[RunEvent, RunEvent | None]]:
        """The begin and the end of every run, oldest first; no end for one that was cut off, or goes on."""
        with self._lock:
            rows = self._db.execute("SELECT event, ended FROM run ORDER BY number").fetchall()
        events = [(from_lines(began), from_lines(ended) if ended else None) for began, ended in rows]
        return [(b, e if isinstance(e, RunEvent) else None) for b, e in events if isinstance(b, RunEvent)]

    def stretches(self) -> list[tuple[str, int, int]]:
        """File, begin and end of all that lies between two marks, in the order in which it was written."""
        with self._lock:
            marks = self._db.execute("SELECT file, offset FROM mark ORDER BY file, offset").fetchall()
            sizes = dict(self._db.execute("SELECT file, size FROM volume").fetchall())
        ends = [
            begin if file == before else sizes[before] for (before, _), (file, begin) in pairwise([*marks, ("", 0)])
        ]
        return [(file, begin, end) for (file, begin), end in zip(marks, ends, strict=True)]

    def visits(self, run: str) -> list[Visit]:
        """The visits of a run that has not ended; of several to one source the last."""
        with self._lock:
            rows = self._db.execute("SELECT event, version FROM visit WHERE run = ? ORDER BY source", (run,)).fetchall()
        found = []
        for block, number in rows:
            visit = from_lines(block)
            kept = self._kept("WHERE number = ?", number) if number is not None else []
            if isinstance(visit, Visit):
                found.append(replace(visit, kept=kept[0] if kept else None))
        return found

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction; one inside another is part of it."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def _clear(self) -> None:
        for table in index_file.TABLES:
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608

    def _known_size(self, file: str) -> int:
        row = self._db.execute("SELECT size FROM volume WHERE file = ?", (file,)).fetchone()
        return int(row[0]) if row else 0

    def _add_group(self, file: str, group: Group) -> None:
        event = event_of(group.records[-1][1])
        if event is None:
            self._db.execute("INSERT OR REPLACE INTO volume VALUES (?, ?)", (file, group.end))
            return
        found = [(offset, stored) for offset, record in group.records if (stored := stored_in(record))]
        self._add(file, group.begin, group.end, event, found)

    def _mark(self, file: str, begin: int) -> None:
        (last,) = self._db.execute("SELECT max(offset) FROM mark WHERE file = ?", (file,)).fetchone()
        if last is None or begin - last >= MARK_EVERY:
            self._db.execute("INSERT INTO mark VALUES (?, ?)", (file, begin))

    def _add(self, file: str, begin: int, end: int, event: Event, stored: Sequence[tuple[int, Stored]]) -> None:
        self._mark(file, begin)
        self._db.execute("INSERT OR REPLACE INTO volume VALUES (?, ?)", (file, end))
        if isinstance(event, RunEvent):
            self._add_run_event(event)
            return
        rows = [(found.sha256, file, offset, found.uri, found.at) for offset, found in stored]
        self._db.executemany("INSERT OR IGNORE INTO content VALUES (?, ?, ?, ?, ?)", rows)
        version = self._add_version(event) if event.sha256 else None
        going_on = "SELECT 1 FROM run WHERE run = ? AND ended IS NULL"
        if event.run and self._db.execute(going_on, (event.run,)).fetchone():
            row = (event.run, event.source, to_lines(event), version)
            self._db.execute("INSERT OR REPLACE INTO visit VALUES (?, ?, ?, ?)", row)

    def _add_run_event(self, event: RunEvent) -> None:
        if event.ended:
            self._db.execute(
                "UPDATE run SET ended = ?, version = (SELECT coalesce(max(number), 0) FROM version) WHERE run = ?",
                (to_lines(event), event.run),
            )
            self._db.execute("DELETE FROM visit WHERE run = ?", (event.run,))
        else:
            number = self._db.execute("SELECT coalesce(max(number), 0) + 1 FROM run").fetchone()[0]
            row = (event.run, number, to_lines(event))
            self._db.execute("INSERT OR REPLACE INTO run VALUES (?, ?, ?, NULL, NULL)", row)

    def _add_version(self, visit: Visit) -> int:
        """The number of the version that a visit saw, a new one unless it is that of the last visit to the source."""
        told = (visit.status, visit.content_type, visit.final_url, visit.etag, visit.last_modified, visit.role)
        if visit.change is Change.UNCHANGED:
            self._db.execute(
                "UPDATE version SET seen_at = ?, etag = coalesce(?, etag), last_modified = coalesce(?, last_modified), "
                "division = coalesce(?, division) "
                "WHERE number = (SELECT max(number) FROM version WHERE source = ?) AND sha256 = ?",
                (visit.at, visit.etag, visit.last_modified, visit.division, visit.source, visit.sha256),
            )
            row = self._db.execute("SELECT max(number) FROM version WHERE source = ?", (visit.source,)).fetchone()
            if row[0] is not None:
                return int(row[0])
        before = self.latest(visit.source)
        division = visit.division or (before.division if before else None)
        values = (visit.source, visit.sha256, visit.size, visit.url, visit.path, visit.at, visit.at, *told, division)
        marks = ", ".join("?" * len(values))
        added = self._db.execute(f"INSERT INTO version VALUES (NULL, {marks})", values)  # noqa: S608
        return int(added.lastrowid or 0)

    def _kept(self, condition: str, *parameters: object) -> list[Kept]:
        with self._lock:
            rows = self._db.execute(f"{_KEPT} {_FROM} {condition}", parameters).fetchall()
        return [Kept(*row) for row in rows]
