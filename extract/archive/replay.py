"""What happened, told again run by run from the WARC files alone: what was kept of each source when each run ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from extract.archive.records import Change, Kept, RunEvent, Visit, source_of
from extract.archive.store import Archive


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run as the archive tells of it; ``ended`` is None for one that was cut off, ``began`` for visits of no run."""

    began: RunEvent | None
    visits: tuple[Visit, ...]
    ended: RunEvent | None


class Replay:
    """The archive as it was: :meth:`latest` says what was kept when the run that was told last had ended."""

    def __init__(self, archive: Archive) -> None:
        """Begin before anything was kept."""
        self._archive = archive
        self._versions: dict[str, Kept] = {}

    def get(self, sha256: str) -> bytes:
        """The bytes with this hash, see :meth:`Archive.get`."""
        return self._archive.get(sha256)

    def latest(self, url: str) -> Kept | None:
        """The last version of an address, as things stood."""
        return self._versions.get(source_of(url, None))

    def runs(self) -> Iterator[PastRun]:
        """Every run in its order; of several visits of a run to one source the last."""
        began: dict[str, RunEvent] = {}
        visits: dict[str, dict[str, Visit]] = {}
        for event in self._archive.events():
            run = visits.setdefault(event.run, {})
            if isinstance(event, Visit):
                run.pop(event.source, None)
                run[event.source] = self._seen(event)
            elif event.ended:
                yield PastRun(began.pop(event.run, None), tuple(run.values()), event)
                del visits[event.run]
            else:
                began[event.run] = event
        for name, run in visits.items():
            yield PastRun(began.get(name), tuple(run.values()), None)

    def _seen(self, visit: Visit) -> Visit:
        """The visit with the version that it saw."""
        if visit.sha256 is None:
            return visit
        known = self._versions.get(visit.source)
        if known is None or visit.change is not Change.UNCHANGED:
            place = self._archive.place(visit.sha256)
            known = Kept(
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
                division=known.division if known else None,
                file=place[0] if place else None,
                offset=place[1] if place else None,
            )
        self._versions[visit.source] = replace(known, seen_at=visit.at, division=visit.division or known.division)
        return replace(visit, kept=self._versions[visit.source])
