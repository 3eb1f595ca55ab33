"""What happened, told again from the WARC files alone, in partitions that can be read apart from each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from extract.archive.place import Place
from extract.archive.records import ArchiveError, Change, Kept, Visit
from extract.archive.store import Archive
from extract.archive.volume import groups
from extract.archive.warc import event_of


@dataclass(frozen=True, slots=True)
class Partition:
    """Part of an archive: the records of ``file`` from offset ``begin`` to before ``end``; ``number`` is its place."""

    number: int
    file: str
    begin: int
    end: int


class Past:
    """The archive as it was when a run ended."""

    def __init__(self, archive: Archive, run: str) -> None:
        """A run that has not ended, or is not known, sees the archive as it is."""
        self._archive = archive
        self._run = run

    def get(self, sha256: str) -> bytes:
        """The bytes with this hash, see :meth:`Archive.get`."""
        return self._archive.get(sha256)

    def latest(self, url: str) -> Kept | None:
        """The last version of an address, as things stood."""
        return self._archive.as_of(url, self._run)


def partitions(archive: Archive) -> list[Partition]:
    """All that the archive holds, in the order in which it was written."""
    return [Partition(number, *stretch) for number, stretch in enumerate(archive.stretches())]


def visits_in(place: Place, partition: Partition) -> Iterator[Visit]:
    """The visits of a partition of the archive, oldest first; they say nothing of what is kept.

    Raises :class:`ArchiveError` behind the last one that can be read, where that is not the end of the partition.
    """
    reached = partition.begin
    for group in groups(place.volume(partition.file), partition.begin):
        if reached >= partition.end:
            return
        event = event_of(group.records[-1][1])
        if isinstance(event, Visit):
            yield event
        reached = group.end
    if reached < partition.end:
        raise ArchiveError(f"from offset {reached} to {partition.end} it cannot be read: a record is damaged")


def kept_by(visit: Visit, archive: Archive) -> Kept | None:
    """The version of its source that a visit saw, None when it saw none."""
    if visit.sha256 is None:
        return None
    last = archive.as_of(visit.source, visit.run)
    if visit.change is Change.UNCHANGED:
        return last
    place = archive.place(visit.sha256)
    return Kept(
        sha256=visit.sha256,
        size=visit.size or 0,
        url=visit.url,
        path=visit.path,
        fetched_at=visit.at,
        seen_at=visit.at,
        status=visit.status,
        content_type=visit.content_type,
        final_url=visit.final_url,
        etag=visit.etag,
        last_modified=visit.last_modified,
        role=visit.role,
        division=visit.division or (last.division if last else None),
        file=place[0] if place else None,
        offset=place[1] if place else None,
    )
