"""Reading what the archive keeps: the reports that the addresses of a town gave, and why some gave none."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from extract.archive import Archive, ArchiveError, Kept, Visit
from extract.archive.records import Change
from extract.discovery.listing import documents_of
from extract.discovery.search import Role
from extract.page import UnreadableError
from flows.errors import one_line
from flows.hunt import hunt_in_archive
from flows.parse import read_document, read_file, why_unreadable
from flows.parts import kept_parts
from flows.results import Failure, FetchedTown, TownResult
from flows.shelf import Registered, Shelf
from flows.sources import Town
from load.snapshots import Snapshot
from transform.attached import best_readings, with_lost_parts, with_page
from transform.frames import Reading, Source
from transform.proof.corrections import OUTDATED

Known = tuple[str, str]
"""Address and SHA-256 of a document that is in the warehouse as this program reads it, or the address of the page and
an empty text where the report stands in a document of the page."""


def read_fetched(
    fetched: FetchedTown, *, archive: Shelf, known: Container[Known] = (), loaded: Container[str] = ()
) -> TownResult:
    """Read what a town's addresses gave; what could not be had becomes a :class:`Failure`.

    A report that is ``known`` is read only where it, or a document of its page, is new or has changed since it was
    ``loaded`` (addresses, with all that this run saw of them).
    """
    news = {visit.page or visit.source for visit in fetched.visits if is_news(visit) and visit.source not in loaded}
    changed = [visit for visit in fetched.visits if visit.source in news or not _is_settled(visit, known)]
    sources = {visit.source for visit in changed}
    wanted = changed + [visit for visit in fetched.visits if visit.page in news and visit.source not in sources]
    problems = [_Outcome(p.url, stage="find", reason=p.reason, outcome=p.outcome) for p in fetched.problems]
    outcomes = [outcome for visit in wanted for outcome in _read_visited(visit, archive)]
    return replace(_gather(fetched.town.name, [*outcomes, *problems]), visits=fetched.visits)


def reread_town(town: Town, *, archive: Shelf) -> TownResult:
    """Read all that a town's addresses lead to again from the bytes last kept of it; nothing is fetched.

    It counts as the town's division, also where that was not registered when the bytes came.
    """
    shelf = Registered(archive, town.division_code)
    outcomes: list[_Outcome] = []
    for wanted, kept in hunt_in_archive(town, shelf):
        if kept:
            outcomes += _read_by_role(wanted.role, kept, shelf)
        elif wanted.known:
            reason = "no bytes are kept of this address; fetch it with --refetch"
            outcomes.append(_Outcome(wanted.url, stage="archive", reason=reason))
    return _gather(town.name, outcomes)


def reread_sources(name: str, sources: Iterable[Source], *, archive: Archive) -> TownResult:
    """Read sources that were loaded before again, from the kept bytes of the snapshots that they name."""
    found = (_read_kept(source, archive, _version(source, archive)) for source in sources)
    return _gather(name, (outcome for outcomes in found for outcome in outcomes))


def read_saved(path: str, *, archive: Archive) -> TownResult:
    """Read one saved file and keep its bytes; the file's path takes the place of the address."""
    outcome, visits = _read_saved(path, archive)
    return replace(_gather(path, [outcome]), visits=visits)


def is_news(visit: Visit) -> bool:
    """Whether the bytes are new or have changed, or it is said for the first time of which division they are."""
    return visit.change in (Change.NEW, Change.CHANGED) or (visit.sha256 is not None and visit.division is not None)


def snapshot_of(kept: Kept) -> Snapshot:
    """The row of table ``snapshot`` for a version that the archive keeps, before it is read."""
    return Snapshot(
        sha256=kept.sha256,
        bytes=kept.size,
        url=kept.url,
        path=kept.path,
        fetched_at=_fetched_at(kept),
        role=kept.role,
        status=kept.status,
        content_type=kept.content_type,
        file=kept.file,
        file_offset=kept.offset,
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    address: str
    reading: Reading | None = None
    snapshot: Snapshot | None = None
    stage: str = ""
    reason: str = ""
    outcome: str = ""


def _gather(town: str, outcomes: Iterable[_Outcome]) -> TownResult:
    found = list(outcomes)
    return TownResult(
        town,
        readings=tuple(o.reading for o in found if o.reading),
        failures=(
            *(Failure(town, o.address, o.stage, o.reason, o.outcome) for o in found if o.stage),
            *(failure for o in found if o.reading for failure in _outdated(town, o.address, o.reading)),
        ),
        snapshots=tuple(o.snapshot for o in found if o.snapshot),
    )


def _outdated(town: str, address: str, reading: Reading) -> Iterator[Failure]:
    """What the report says of corrections that no longer fit it."""
    for finding in reading.report.findings:
        if finding.rule == OUTDATED:
            yield Failure(town, address, "correction", finding.message)


def _is_settled(visit: Visit, known: Container[Known]) -> bool:
    """Whether the warehouse has all that a visit tells, when nothing has changed."""
    if visit.kept is None:
        return False
    source = _source(visit.kept)
    own = source.address, source.snapshot_sha256
    return visit.role != Role.REPORT or own in known or (source.address, "") in known


def _read_visited(visit: Visit, archive: Shelf) -> list[_Outcome]:
    if visit.kept is None:
        reason = visit.reason or visit.outcome
        return [_Outcome(visit.source, stage="fetch", reason=reason, outcome=visit.outcome)]
    return _read_by_role(visit.role, visit.kept, archive)


def _read_by_role(role: str, kept: Kept, archive: Shelf) -> list[_Outcome]:
    """A report is read; what leads to reports, or belongs to one, is only told of."""
    if role == Role.REPORT:
        return _read_kept(_source(kept), archive, kept)
    return [_Outcome(kept.url or "", snapshot=snapshot_of(kept))]


def _read_saved(path: str, archive: Archive) -> tuple[_Outcome, tuple[Visit, ...]]:
    try:
        data = read_file(path)
    except (UnreadableError, OSError) as error:
        return _Outcome(path, stage="read", reason=why_unreadable(error)), ()
    visit = archive.keep_file(data, path)
    source = Source(url=None, snapshot_sha256=visit.sha256 or "", path=path)
    return _read(data, source, visit.kept, archive), (visit,)


def _version(source: Source, archive: Archive) -> Kept | None:
    versions = archive.versions(source.url, source.path)
    return next((kept for kept in reversed(versions) if kept.sha256 == source.snapshot_sha256), None)


def _read_kept(source: Source, archive: Shelf, kept: Kept | None) -> list[_Outcome]:
    """Read what was kept of a source; where it has no statutory table, its documents, if one of them has."""
    try:
        data = archive.get(source.snapshot_sha256)
    except ArchiveError as error:
        return [_Outcome(_named(source), stage="archive", reason=one_line(error))]
    own = _read(data, source, kept, archive)
    if source.page_url:
        return [_with_page(own, source.page_url, archive)]
    if kept is None or kept.url is None or (own.reading and own.reading.report.form):
        return [own]
    links = documents_of(data, kept.final_url or kept.url, kept.content_type)
    return _read_documents(own, kept.url, links, archive) or [own]


def _with_page(document: _Outcome, page_url: str, archive: Shelf) -> _Outcome:
    """A document's reading with what its page, as it was kept last, says besides."""
    kept = archive.latest(page_url)
    page = _read_of(kept, None, archive).reading if kept else None
    if not (page and document.reading):
        return document
    reading = document.reading
    return replace(document, reading=replace(reading, report=with_page(reading.report, page.report)))


def _read_documents(page: _Outcome, url: str, links: Iterable[str], archive: Shelf) -> list[_Outcome]:
    """The reports that the documents of a page hold, and the page without a report; nothing where they hold none."""
    kept = [document for link in links if (document := archive.latest(link))]
    read = [_read_of(found, url, archive) for found in kept]
    readings = best_readings(
        (outcome.reading for outcome in read if outcome.reading), page.reading.report if page.reading else None
    )
    snapshots = {outcome.address: outcome.snapshot for outcome in read}
    found = [_Outcome(_named(r.source), r, snapshots[_named(r.source)]) for r in readings]
    lost = [outcome for outcome in read if outcome.stage == "archive"]
    if found:
        page = replace(page, reading=None, stage="")
    return [page, *found, *lost] if found or lost else []


def _read_of(kept: Kept, page_url: str | None, archive: Shelf) -> _Outcome:
    """Read a version that is kept; a document of the page ``page_url``, if any."""
    source = _source(kept, page_url)
    try:
        return _read(archive.get(kept.sha256), source, kept, archive)
    except ArchiveError as error:
        return _Outcome(_named(source), stage="archive", reason=one_line(error))


def _read(data: bytes, source: Source, kept: Kept | None, archive: Shelf) -> _Outcome:
    bare = Snapshot(source.snapshot_sha256, len(data), source.url, source.path, source.fetched_at)
    snapshot = snapshot_of(kept) if kept else bare
    try:
        division = kept.division if kept else None
        parts, lost = kept_parts(data, kept, archive) if kept else ([], [])
        page, report = read_document(
            data, content_type=snapshot.content_type, url=source.url, division=division, parts=parts
        )
        report = with_lost_parts(report, lost)
        snapshot = replace(snapshot, encoding=page.encoding)
        return _Outcome(_named(source), Reading(report, source), snapshot)
    except Exception as error:
        return _Outcome(_named(source), None, snapshot, "read", why_unreadable(error))


def _source(kept: Kept, page_url: str | None = None) -> Source:
    return Source(kept.url, kept.sha256, _fetched_at(kept), kept.path, page_url)


def _fetched_at(kept: Kept) -> datetime | None:
    return datetime.fromisoformat(kept.fetched_at) if kept.url else None


def _named(source: Source) -> str:
    return source.url or source.path or source.snapshot_sha256
