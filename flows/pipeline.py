"""What a run does, as plain functions: fetch → keep the bytes → read → load → publish, a town at a time."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import resources

from extract.archive import Archive, ArchiveError, Kept, Visit
from extract.formats import read_page
from extract.page import UnreadableError
from extract.web.answer import Ask
from extract.web.crawler import Crawler, hosts_of
from flows.errors import ExitCode, UserError, one_line
from flows.parse import read_file, why_unreadable
from flows.settings import Settings
from flows.sources import Town, group_towns, read_registry
from load.divisions import load_divisions
from load.publish import begin_working_copy, publish
from load.snapshots import Snapshot
from load.warehouse import load_batch, open_warehouse
from transform.frames import Reading, Source, to_frames
from transform.gazetteer import Division, gazetteer
from transform.read import read_report


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that gave no report, and why (one line); ``stage``: ``fetch``, ``archive``, ``read`` or ``run``."""

    town: str
    address: str
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class TownResult:
    """What became of a town: its readings and its failures (each address is in one of them), and the bytes it gave."""

    town: str
    readings: tuple[Reading, ...]
    failures: tuple[Failure, ...]
    snapshots: tuple[Snapshot, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchedTown:
    """A town whose addresses have all been asked: for each, in their order, what came of it."""

    town: Town
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a run so far; ``verdicts`` counts the reports of each verdict.  Summaries add up."""

    towns: int = 0
    reports: int = 0
    findings: int = 0
    verdicts: tuple[tuple[str, int], ...] = ()
    failures: tuple[Failure, ...] = ()

    def plus(self, result: TownResult) -> Summary:
        """This summary with one more town."""
        verdicts = dict(self.verdicts)
        for reading in result.readings:
            verdicts[reading.report.verdict] = verdicts.get(reading.report.verdict, 0) + 1
        return Summary(
            towns=self.towns + 1,
            reports=self.reports + len(result.readings),
            findings=self.findings + sum(len(reading.report.findings) for reading in result.readings),
            verdicts=tuple(sorted(verdicts.items())),
            failures=(*self.failures, *result.failures),
        )

    @property
    def line(self) -> str:
        """The run in one line, for a log."""
        verdicts = ", ".join(f"{count} {verdict}" for verdict, count in self.verdicts) or "none"
        counts = f"towns: {self.towns}; reports: {self.reports} ({verdicts}); findings: {self.findings}"
        return f"{counts}; failures: {len(self.failures)}"


def registered_towns(settings: Settings) -> tuple[Town, ...]:
    """The towns of the registry; raises :class:`UserError` when the registry has problems, or no rows."""
    rows, problems = read_registry(settings.sources, settings.base_url)
    name = settings.sources or "the shipped sources file"
    if problems:
        more = f" (and {len(problems) - 1} more, see nianbao sources check)" if len(problems) > 1 else ""
        raise UserError(f"{name}, {problems[0]}{more}")
    if not rows:
        raise UserError(f"{name} has no addresses; name another one with --sources", ExitCode.NOTHING_DONE)
    return group_towns(rows)


def fetch_towns(towns: Iterable[Town], *, crawler: Crawler, archive: Archive) -> Iterator[FetchedTown]:
    """Ask every address of some towns and keep what comes; each town is given as soon as all its addresses are done.

    An address that was kept before is asked whether it has changed; a 304 is a visit to the kept bytes.
    """
    wanted = {url: town for town in towns for url in town.addresses}
    done: dict[str, dict[str, Visit]] = {town.key: {} for town in wanted.values()}
    for ask, answer in crawler.ask_all(_ask(url, archive.latest(url)) for url in wanted):
        town = wanted[ask.url]
        done[town.key][ask.url] = archive.keep(answer)
        if len(done[town.key]) == len(town.addresses):
            yield FetchedTown(town, tuple(done[town.key][url] for url in town.addresses))


def process_town(town: Town, *, crawler: Crawler, archive: Archive) -> TownResult:
    """Fetch, keep and read every address of a town; what fails becomes a :class:`Failure`, and the others go on."""
    fetched = list(fetch_towns([town], crawler=crawler, archive=archive))
    return read_fetched(fetched[0], archive=archive) if fetched else TownResult(town.name, (), ())


def read_fetched(fetched: FetchedTown, *, archive: Archive) -> TownResult:
    """Read what a town's addresses gave; what could not be had becomes a :class:`Failure`."""
    return _gather(fetched.town.name, (_read_visited(visit, archive) for visit in fetched.visits))


def reread_town(town: Town, *, archive: Archive) -> TownResult:
    """Read every address of a town again from the bytes last kept of it; nothing is fetched."""
    return _gather(town.name, (_reread_address(url, archive) for url in town.addresses))


def reread_sources(name: str, sources: Iterable[Source], *, archive: Archive) -> TownResult:
    """Read sources that were loaded before again, from the kept bytes of the snapshots that they name."""
    return _gather(name, (_read_kept(source, archive, _version(source, archive)) for source in sources))


def read_saved(path: str, *, archive: Archive) -> TownResult:
    """Read one saved file and keep its bytes; the file's path takes the place of the address."""
    return _gather(path, [_read_saved(path, archive)])


def prepare_warehouse(settings: Settings) -> None:
    """Make the working database ready: begun from the published one where it is gone, with the gazetteer in it."""
    begin_working_copy(settings.published, settings.warehouse)
    with open_warehouse(settings.warehouse) as connection:
        load_divisions(connection, _divisions())


def _divisions() -> Iterator[Division]:
    packed = resources.files("data").joinpath("divisions.tsv.gz").read_bytes()
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        if division := gazetteer().by_code(line.partition("\t")[0]):
            yield division


def load(results: Iterable[TownResult], settings: Settings) -> None:
    """Put the readings and snapshots of some towns into the working database, in one transaction."""
    found = list(results)
    readings = [reading for result in found for reading in result.readings]
    snapshots = [snapshot for result in found for snapshot in result.snapshots]
    if snapshots:
        load_batch(settings.warehouse, to_frames(readings), snapshots)


def publish_warehouse(settings: Settings) -> None:
    """Replace the published database by a finished copy of the working one."""
    publish(settings.warehouse, settings.published)


@dataclass(frozen=True, slots=True)
class _Outcome:
    address: str
    reading: Reading | None = None
    snapshot: Snapshot | None = None
    stage: str = ""
    reason: str = ""


def _gather(town: str, outcomes: Iterable[_Outcome]) -> TownResult:
    found = list(outcomes)
    return TownResult(
        town,
        readings=tuple(o.reading for o in found if o.reading),
        failures=tuple(Failure(town, o.address, o.stage, o.reason) for o in found if not o.reading),
        snapshots=tuple(o.snapshot for o in found if o.snapshot),
    )


def _ask(url: str, kept: Kept | None) -> Ask:
    """An ask that is conditional where the bytes of the last answer can still be had."""
    known = kept if kept and kept.file else None
    return Ask(
        url,
        etag=known.etag if known else None,
        last_modified=known.last_modified if known else None,
        hosts=hosts_of(url),
    )


def _read_visited(visit: Visit, archive: Archive) -> _Outcome:
    if visit.kept is None:
        return _Outcome(visit.source, stage="fetch", reason=visit.reason or visit.outcome)
    return _read_kept(_source(visit.kept), archive, visit.kept)


def _read_saved(path: str, archive: Archive) -> _Outcome:
    try:
        data = read_file(path)
    except (UnreadableError, OSError) as error:
        return _Outcome(path, stage="read", reason=why_unreadable(error))
    kept = archive.keep_file(data, path).kept
    source = Source(url=None, snapshot_sha256=hashlib.sha256(data).hexdigest(), path=path)
    return _read(data, source, kept)


def _reread_address(url: str, archive: Archive) -> _Outcome:
    kept = archive.latest(url)
    if kept is None:
        return _Outcome(url, stage="archive", reason="no bytes are kept of this address; fetch it with --refetch")
    return _read_kept(_source(kept), archive, kept)


def _version(source: Source, archive: Archive) -> Kept | None:
    versions = archive.versions(source.url, source.path)
    return next((kept for kept in reversed(versions) if kept.sha256 == source.snapshot_sha256), None)


def _read_kept(source: Source, archive: Archive, kept: Kept | None) -> _Outcome:
    try:
        data = archive.get(source.snapshot_sha256)
    except ArchiveError as error:
        return _Outcome(_named(source), stage="archive", reason=one_line(error))
    return _read(data, source, kept)


def _read(data: bytes, source: Source, kept: Kept | None) -> _Outcome:
    bare = Snapshot(source.snapshot_sha256, len(data), source.url, source.path, source.fetched_at)
    snapshot = snapshot_of(kept) if kept else bare
    try:
        page = read_page(data, content_type=snapshot.content_type, url=source.url)
        snapshot = replace(snapshot, encoding=page.encoding)
        return _Outcome(_named(source), Reading(read_report(page), source), snapshot)
    except Exception as error:
        return _Outcome(_named(source), None, snapshot, "read", why_unreadable(error))


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


def _source(kept: Kept) -> Source:
    return Source(kept.url, kept.sha256, _fetched_at(kept), kept.path)


def _fetched_at(kept: Kept) -> datetime | None:
    return datetime.fromisoformat(kept.fetched_at) if kept.url else None


def _named(source: Source) -> str:
    return source.url or source.path or source.snapshot_sha256
