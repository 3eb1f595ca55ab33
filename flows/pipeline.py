"""What a run does, as plain functions: fetch → keep the bytes → read → load → publish, a town at a time."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from extract.archive import Archive, ArchiveError, Visit
from extract.formats import read_page
from extract.page import UnreadableError
from extract.web.answer import Ask, FetchError, Response
from extract.web.crawler import Crawler, hosts_of
from flows.errors import ExitCode, UserError, one_line
from flows.parse import read_file, why_unreadable
from flows.settings import Settings
from flows.sources import Town, group_towns, read_registry
from load.divisions import load_divisions
from load.publish import begin_working_copy, publish
from load.warehouse import Snapshot, load_batch, open_warehouse
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
    """A town whose addresses have all been asked: for each, in their order, the kept bytes or the failure."""

    town: Town
    found: tuple[tuple[str, Visit | FetchError], ...]


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
    wanted = {row.url: town for town in towns for row in town.rows}
    visits = {url: archive.latest(url) for url in wanted}
    done: dict[str, dict[str, Visit | FetchError]] = {town.key: {} for town in wanted.values()}
    for ask, answer in crawler.ask_all(_ask(url, visit) for url, visit in visits.items()):
        town = wanted[ask.url]
        done[town.key][ask.url] = answer if isinstance(answer, FetchError) else _keep(answer, visits[ask.url], archive)
        if len(done[town.key]) == len(town.rows):
            yield FetchedTown(town, tuple((row.url, done[town.key][row.url]) for row in town.rows))


def process_town(town: Town, *, crawler: Crawler, archive: Archive) -> TownResult:
    """Fetch, keep and read every address of a town; what fails becomes a :class:`Failure`, and the others go on."""
    fetched = list(fetch_towns([town], crawler=crawler, archive=archive))
    return read_fetched(fetched[0], archive=archive) if fetched else TownResult(town.name, (), ())


def read_fetched(fetched: FetchedTown, *, archive: Archive) -> TownResult:
    """Read what a town's addresses gave; what could not be had becomes a :class:`Failure`."""
    return _gather(fetched.town.name, (_read_fetched(url, found, archive) for url, found in fetched.found))


def reread_town(town: Town, *, archive: Archive) -> TownResult:
    """Read every address of a town again from the bytes last kept of it; nothing is fetched."""
    return _gather(town.name, (_reread_address(row.url, archive) for row in town.rows))


def reread_sources(name: str, sources: Iterable[Source], *, archive: Archive) -> TownResult:
    """Read sources that were loaded before again, from the kept bytes of the snapshots that they name."""
    return _gather(name, (_reread(source, archive, archive.visit_of(source.snapshot_sha256)) for source in sources))


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


def _ask(url: str, visit: Visit | None) -> Ask:
    known = visit and visit.status is not None
    return Ask(
        url,
        etag=visit.etag if visit and known else None,
        last_modified=visit.last_modified if visit and known else None,
        hosts=hosts_of(url),
    )


def _keep(answer: Response, before: Visit | None, archive: Archive) -> Visit:
    if answer.not_modified and before is not None:
        return archive.put(archive.get(before.sha256), **_described(before) | {"fetched_at": answer.fetched_at})
    return archive.put(
        answer.data,
        url=answer.url,
        fetched_at=answer.fetched_at,
        status=answer.status,
        content_type=answer.content_type,
        final_url=answer.final_url,
        etag=answer.etag,
        last_modified=answer.last_modified,
    )


def _described(visit: Visit) -> dict[str, Any]:
    return {name: value for name, value in asdict(visit).items() if name != "sha256"}


def _read_fetched(url: str, found: Visit | FetchError, archive: Archive) -> _Outcome:
    if isinstance(found, FetchError):
        return _Outcome(url, stage="fetch", reason=found.reason)
    return _reread(_web_source(found), archive, found)


def _read_saved(path: str, archive: Archive) -> _Outcome:
    try:
        data = read_file(path)
    except (UnreadableError, OSError) as error:
        return _Outcome(path, stage="read", reason=why_unreadable(error))
    visit = archive.put(data, url=None, fetched_at=datetime.now(UTC).isoformat(timespec="seconds"))
    return _read(data, Source(url=None, snapshot_sha256=visit.sha256, path=path), archive, visit)


def _reread_address(url: str, archive: Archive) -> _Outcome:
    visit = archive.latest(url)
    if visit is None:
        return _Outcome(url, stage="archive", reason="no bytes are kept of this address; fetch it with --refetch")
    return _reread(_web_source(visit), archive, visit)


def _reread(source: Source, archive: Archive, visit: Visit | None) -> _Outcome:
    try:
        data = archive.get(source.snapshot_sha256)
    except ArchiveError as error:
        return _Outcome(_named(source), stage="archive", reason=one_line(error))
    return _read(data, source, archive, visit)


def _read(data: bytes, source: Source, archive: Archive, visit: Visit | None) -> _Outcome:
    snapshot = Snapshot(
        sha256=source.snapshot_sha256,
        url=source.url,
        path=source.path,
        fetched_at=source.fetched_at,
        bytes=len(data),
        status=visit.status if visit else None,
        content_type=visit.content_type if visit else None,
        file=archive.file(source.snapshot_sha256),
    )
    try:
        page = read_page(data, content_type=snapshot.content_type, url=source.url)
        snapshot = replace(snapshot, encoding=page.encoding)
        return _Outcome(_named(source), Reading(read_report(page), source), snapshot)
    except Exception as error:
        return _Outcome(_named(source), None, snapshot, "read", why_unreadable(error))


def _web_source(visit: Visit) -> Source:
    return Source(visit.url, visit.sha256, datetime.fromisoformat(visit.fetched_at))


def _named(source: Source) -> str:
    return source.url or source.path or source.snapshot_sha256
