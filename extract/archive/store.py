"""The archive as the rest of the program sees it: keep what came, find it again, tell what happened in which order."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

from extract.archive.index import Index
from extract.archive.place import Place
from extract.archive.records import REPORT, ArchiveError, Change, Event, Kept, RunEvent, Visit, source_of
from extract.archive.volume import Writer, groups, record_at
from extract.archive.warc import (
    Packed,
    bytes_of,
    event_of,
    exchange_records,
    file_records,
    first_record,
    run_records,
    said_records,
)
from extract.web.answer import FetchError, Outcome, Response

MOST_BYTES = 1_000_000_000
"""A WARC file that is this long is followed by a new one; the size that the standard recommends."""

E = TypeVar("E", Visit, RunEvent)


class Archive:
    """WARC files that only grow, with an index beside them; safe for threads, and for processes (each its own file)."""

    def __init__(
        self, place: Place | Path, *, most_bytes: int = MOST_BYTES, software: str = "nianbao", fixed: bool = False
    ) -> None:
        """Use the archive in a place, or in a folder, which is made where it is missing.

        One that is ``fixed`` is only read, by many processes or machines, while the one that has called
        :meth:`settle` sees to it that nobody writes.
        """
        self._place = place if isinstance(place, Place) else Place(place)
        self._index = Index(self._place, fixed=fixed)
        self._lock = threading.Lock()
        self._run = ""
        self._writer = Writer(
            self._place.folder,
            most_bytes=most_bytes,
            whole=self._index.whole,
            begin=lambda name: first_record(name, software),
            names=self._place.sizes,
            write_on=self._place.storage is None,
        )

    def begin(self, run: str, facts: Mapping[str, str] | None = None) -> RunEvent:
        """From now on every visit belongs to this run, new or gone on with; ``facts`` are kept with a new one."""
        known = next((event for event in self._index.unended() if event.run == run), None)
        event = known or self._note(RunEvent(run, _now(), facts=tuple((facts or {}).items())))
        self._run = run
        return event

    def end(self, facts: Mapping[str, str] | None = None, *, run: str | None = None) -> None:
        """The run (the current one, or one that was cut off) has ended; :meth:`visits` no longer knows it."""
        self._note(RunEvent(run or self._run, _now(), True, tuple((facts or {}).items())))
        if run in (None, self._run):
            self._run = ""

    def keep(
        self,
        answer: Response | FetchError,
        *,
        role: str = REPORT,
        page: str | None = None,
        division: str | None = None,
    ) -> Visit:
        """Write an exchange down, and keep its bytes; all of it survives the end of the process from here on.

        What has role ``report`` is read as a report; what leads to reports, or belongs to the ``page`` of one, has
        another role.  ``division`` is the code of the division that the address is said to be of, None where nobody
        says.  An answer 304 is a visit to the version that was kept last.  What a server answered in place of a
        document, and the redirects on the way, are written down too, but are no version of anything.
        """
        if isinstance(answer, FetchError):
            failed = Visit(
                self._run,
                _now(),
                answer.outcome,
                answer.url,
                status=answer.status,
                reason=answer.reason,
                seconds=answer.seconds,
                requests=answer.requests,
                role=role,
                page=page,
            )
            with self._lock:
                return self._write(exchange_records(failed, answer.answers, self._index.original), failed)
        with self._lock:
            before = self._index.latest(answer.url)
            visit = self._described(answer, before, role, page)
            if division != (before.division if before else None):
                visit = replace(visit, division=division)
            return self._write(exchange_records(visit, (answer, *answer.trail), self._index.original), visit)

    def keep_file(self, data: bytes, path: str) -> Visit:
        """Keep the bytes of a saved file, under the path by which the program was given it."""
        sha256, before = hashlib.sha256(data).hexdigest(), self._index.latest(source_of(None, path))
        visit = Visit(
            self._run, _now(), Outcome.ANSWERED, None, path, _change(before, sha256), sha256=sha256, size=len(data)
        )
        with self._lock:
            return self._write(file_records(visit, data, self._index.original(sha256)), visit)

    def say(self, kept: Kept, division: str, page: str | None = None) -> Visit:
        """Write down of which division a version's source is said to be; nobody was asked.

        It counts as a visit to that version at the time when it was last seen.  ``page`` is that of a document.
        """
        visit = Visit(
            self._run,
            kept.seen_at,
            Outcome.UNCHANGED,
            kept.url,
            kept.path,
            Change.UNCHANGED,
            role=kept.role,
            page=page,
            division=division,
            sha256=kept.sha256,
            size=kept.size,
            content_type=kept.content_type,
            final_url=kept.final_url,
        )
        with self._lock:
            return self._write(said_records(visit), visit)

    def get(self, sha256: str) -> bytes:
        """The bytes with this hash; raises :class:`ArchiveError` when they are not kept or no longer have that hash."""
        place = self._index.place(sha256)
        if place is None:
            raise ArchiveError(f"the archive has no bytes {sha256}")
        try:
            return bytes_of(record_at(self._place.volume(place[0]), place[1]), sha256)
        except ArchiveError as error:
            raise ArchiveError(f"the archived bytes {sha256} cannot be read: {error}") from None

    def place(self, sha256: str) -> tuple[str, int] | None:
        """File and offset of the record that has the bytes with this hash, None where no file has them."""
        return self._index.place(sha256)

    def latest(self, url: str) -> Kept | None:
        """The last version of an address, None when it never gave anything."""
        return self._index.latest(url)

    def as_of(self, source: str, run: str) -> Kept | None:
        """The last version of a source when a run ended, see :meth:`Index.as_of`."""
        return self._index.as_of(source, run)

    def versions(self, url: str | None, path: str | None = None) -> list[Kept]:
        """All versions of an address, or of a saved file, oldest first."""
        return self._index.versions(source_of(url, path))

    def everything(self) -> list[Kept]:
        """All versions of all sources, oldest first."""
        return self._index.everything()

    def lost(self) -> dict[str, str]:
        """Why (one line) something that was kept can no longer be had, by source, or by WARC file."""
        return self._index.lost()

    def unended(self) -> list[RunEvent]:
        """The runs that began and have not ended, oldest first: they were cut off, or go on."""
        return self._index.unended()

    def runs(self) -> list[tuple[RunEvent, RunEvent | None]]:
        """The begin and the end of every run, oldest first; no end for one that was cut off, or goes on."""
        return self._index.runs()

    def stretches(self) -> list[tuple[str, int, int]]:
        """File, begin and end of stretches of some megabytes, which are all that is kept, oldest first."""
        return self._index.stretches()

    def visits(self, run: str) -> list[Visit]:
        """The visits of a run that has not ended; of several to one source the last."""
        return self._index.visits(run)

    def events(self) -> Iterator[Event]:
        """All that ever happened, oldest first, read from the WARC files alone; visits say nothing of what is kept."""
        for name in self._place.sizes():
            for group in groups(self._place.volume(name)):
                if event := event_of(group.records[-1][1]):
                    yield event

    def settle(self) -> None:
        """Make the archive ready to be opened as ``fixed``, from any machine where there is a storage."""
        self._place.put_away()
        self._index.settle()

    def reindex(self) -> None:
        """Make the index anew from the WARC files."""
        self._index.rebuild()

    def sync(self) -> None:
        """Wait until all that was kept is on the disk, or in the storage, so that others may refer to it."""
        with self._lock:
            if self._place.storage is None:
                self._writer.sync()
            else:
                self._writer.close()
        self._place.put_away()

    def close(self) -> None:
        """Let go of the files; what the storage does not take stays in the folder for the next run."""
        with self._lock:
            self._writer.close()
            self._index.close()

    def _described(self, answer: Response, before: Kept | None, role: str, page: str | None) -> Visit:
        if answer.not_modified and before is None:
            raise ArchiveError(f"{answer.url} answered 304, but nothing is kept of it")
        told = before if answer.not_modified and before else None
        sha256 = told.sha256 if told else hashlib.sha256(answer.data).hexdigest()
        change = _change(before, sha256)
        return Visit(
            self._run,
            answer.fetched_at,
            Outcome.UNCHANGED if answer.not_modified else Outcome.ANSWERED,
            answer.url,
            change=change,
            status=answer.status,
            seconds=answer.seconds,
            requests=answer.requests,
            role=role,
            page=page,
            sha256=sha256,
            size=told.size if told else len(answer.data),
            content_type=answer.content_type,
            final_url=answer.final_url,
            etag=answer.etag,
            last_modified=answer.last_modified,
        )

    def _note(self, event: RunEvent) -> RunEvent:
        with self._lock:
            return self._write(run_records(event), event)

    def _write(self, records: list[Packed], event: E) -> E:
        file, begin = self._writer.append([record.data for record in records])
        ends = list(accumulate((len(record.data) for record in records), initial=begin))
        found = [(offset, record.stored) for offset, record in zip(ends, records, strict=False) if record.stored]
        return self._index.add(file, begin, ends[-1], event, found)


def _change(before: Kept | None, sha256: str) -> Change:
    if before is None:
        return Change.NEW
    return Change.UNCHANGED if before.sha256 == sha256 else Change.CHANGED


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
