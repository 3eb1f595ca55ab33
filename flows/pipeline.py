"""What a run does, as plain functions: fetch → keep the bytes → read → load → publish, a town at a time."""

from __future__ import annotations

import gzip
import hashlib
from collections import Counter, deque
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Protocol

from extract.archive import Archive, ArchiveError, Kept, Visit
from extract.archive.records import Change
from extract.discovery.listing import documents_of
from extract.discovery.search import Problem, Role, Wanted
from extract.page import UnreadableError
from extract.web.answer import Ask, Response
from extract.web.crawler import Answer, Crawler
from flows.corrections import active_corrections
from flows.errors import ExitCode, UserError, one_line
from flows.hunt import Content, Hunt, hunt_in_archive, kept_content
from flows.parse import read_document, read_file, why_unreadable
from flows.settings import Settings
from flows.source_checks import allowed_registry
from flows.sources import Town, group_towns
from load.board import renew_board
from load.database import Connection
from load.divisions import holds_divisions, load_divisions
from load.publish import begin_working_copy, publish
from load.snapshots import Snapshot
from load.warehouse import load_batch, open_warehouse
from transform.attached import best_readings, with_page
from transform.frames import Reading, Source, to_frames
from transform.metadata.gazetteer import Division, gazetteer
from transform.proof.corrections import OUTDATED

Known = tuple[str, str]
"""Address and SHA-256 of a document that is in the warehouse as this program reads it, or the address of the page and
an empty text where the report stands in a document of the page."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that gave no report, and why (one line); ``stage``: fetch, find, archive, read or run.

    ``outcome`` is the kind of failure of what was asked (:class:`extract.web.answer.Outcome`), empty elsewhere.
    With the stage ``correction`` there is a report, which a correction no longer fits.
    """

    town: str
    address: str
    stage: str
    reason: str
    outcome: str = ""

    @property
    def kind(self) -> str:
        """Stage and outcome, such as ``fetch: gone``."""
        return f"{self.stage}: {self.outcome}" if self.outcome else self.stage


class Shelf(Protocol):
    """What reading takes from the archive, as it is or as it was at some time."""

    def get(self, sha256: str) -> bytes:
        """The bytes with this hash; raises :class:`ArchiveError` when they are not kept."""

    def latest(self, url: str) -> Kept | None:
        """The last version of an address."""


@dataclass(frozen=True, slots=True)
class TownResult:
    """What became of a town: its visits, the readings and the bytes that are to be loaded, and its failures.

    A report that is read already, and that nothing has changed about, gives no reading again.
    """

    town: str
    readings: tuple[Reading, ...]
    failures: tuple[Failure, ...]
    snapshots: tuple[Snapshot, ...] = ()
    visits: tuple[Visit, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchedTown:
    """A town whose addresses have all been asked: for each, in their order, what came of it."""

    town: Town
    visits: tuple[Visit, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a run so far; ``verdicts`` counts the reports that were read, ``rules`` their findings.

    Summaries add up.

    ``new``, ``changed`` and ``unchanged`` count the documents that came, ``missing`` the addresses that gave none.
    """

    towns: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    reports: int = 0
    findings: int = 0
    verdicts: tuple[tuple[str, int], ...] = ()
    rules: tuple[tuple[str, int], ...] = ()
    failures: tuple[Failure, ...] = ()

    def plus(self, result: TownResult) -> Summary:
        """This summary with one more town."""
        reports = [reading.report for reading in result.readings]
        verdicts = Counter(dict(self.verdicts))
        verdicts.update(report.verdict for report in reports)
        rules = Counter(dict(self.rules))
        rules.update(finding.rule for report in reports for finding in report.findings)
        changes = Counter(visit.change for visit in result.visits)
        return Summary(
            towns=self.towns + 1,
            new=self.new + changes[Change.NEW],
            changed=self.changed + changes[Change.CHANGED],
            unchanged=self.unchanged + changes[Change.UNCHANGED],
            missing=self.missing + changes[None],
            reports=self.reports + len(reports),
            findings=rules.total(),
            verdicts=tuple(sorted(verdicts.items())),
            rules=tuple(sorted(rules.items())),
            failures=(*self.failures, *result.failures),
        )

    @property
    def line(self) -> str:
        """The run in one line, for a log."""
        pages = f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged, {self.missing} missing"
        verdicts = ", ".join(f"{count} {verdict}" for verdict, count in self.verdicts) or "none"
        counts = f"towns: {self.towns}; pages: {pages}; reports read: {self.reports} ({verdicts})"
        return f"{counts}; findings: {self.findings}; failures: {len(self.failures)}"


def registered_towns(settings: Settings) -> tuple[Town, ...]:
    """The towns of the registry; raises :class:`UserError` when the registry has problems, or no rows."""
    rows, problems = allowed_registry(settings)
    name = settings.sources or "the shipped sources file"
    if problems:
        more = f" (and {len(problems) - 1} more, see nianbao sources check)" if len(problems) > 1 else ""
        raise UserError(f"{name}, {problems[0]}{more}")
    if not rows:
        raise UserError(f"{name} has no addresses; name another one with --sources", ExitCode.NOTHING_DONE)
    return group_towns(rows)


def fetch_towns(
    towns: Iterable[Town], *, crawler: Crawler, archive: Archive, visited: Mapping[str, Visit] | None = None
) -> Iterator[FetchedTown]:
    """Ask every address of some towns, and all that these lead to, and keep what comes; each town when it is done.

    An address that was kept before is asked whether it has changed; a 304 is a visit to the kept bytes, and what they
    lead to is asked as if they had come again.  What was ``visited`` (by address) before the run was cut off is not
    asked again.
    """
    hunt = Hunt(towns)
    visits: dict[str, list[Visit]] = {key: [] for key in hunt.towns}
    over: list[Town] = []

    def still_to_ask(found: Iterable[Wanted]) -> list[Ask]:
        """Asks for what was not visited; what was leads on at once."""
        waiting, asks = deque(found), []
        while waiting:
            wanted = waiting.popleft()
            visit = (visited or {}).get(wanted.url)
            if visit is None:
                asks.append(_ask(wanted, hunt, archive))
                continue
            town = hunt.town(wanted.url)
            visits[town.key].append(visit)
            if visit.kept:
                waiting.extend(hunt.take(kept_content(wanted.url, visit.kept, archive)))
            if hunt.is_over(wanted.url):
                over.append(town)
        return asks

    def keep(ask: Ask, answer: Answer) -> Iterable[Ask]:
        """What an answer leads to; the answer is kept under the role that it turns out to have."""
        further = hunt.take(_content(answer, archive)) if isinstance(answer, Response) else ()
        wanted, town = hunt.wanted(ask.url), hunt.town(ask.url)
        visits[town.key].append(archive.keep(answer, role=wanted.role, page=wanted.page, division=town.division_code))
        return still_to_ask(further)

    yield from (FetchedTown(town, ()) for town in hunt.idle())
    first = still_to_ask(hunt.first())
    yield from (FetchedTown(town, tuple(visits[town.key]), hunt.problems(town.key)) for town in over)
    for ask, _ in crawler.ask_all(first, keep):
        if hunt.is_over(ask.url):
            town = hunt.town(ask.url)
            yield FetchedTown(town, tuple(visits[town.key]), hunt.problems(town.key))


def process_town(town: Town, *, crawler: Crawler, archive: Archive) -> TownResult:
    """Fetch, keep and read all that a town's addresses lead to; what fails becomes a :class:`Failure`."""
    fetched = list(fetch_towns([town], crawler=crawler, archive=archive))
    return read_fetched(fetched[0], archive=archive) if fetched else TownResult(town.name, (), ())


def read_fetched(
    fetched: FetchedTown, *, archive: Shelf, known: Container[Known] = (), loaded: Container[str] = ()
) -> TownResult:
    """Read what a town's addresses gave; what could not be had becomes a :class:`Failure`.

    A report that is ``known`` is read only where it, or a document of its page, is new or has changed since it was
    ``loaded`` (addresses, with all that this run saw of them).
    """
    news = {visit.page or visit.source for visit in fetched.visits if is_news(visit) and visit.source not in loaded}
    wanted = [visit for visit in fetched.visits if visit.source in news or not _is_settled(visit, known)]
    wanted += [visit for visit in fetched.visits if visit.page in news and visit.source not in news]
    problems = [_Outcome(p.url, stage="find", reason=p.reason, outcome=p.outcome) for p in fetched.problems]
    outcomes = [outcome for visit in wanted for outcome in _read_visited(visit, archive)]
    return replace(_gather(fetched.town.name, [*outcomes, *problems]), visits=fetched.visits)


def reread_town(town: Town, *, archive: Archive) -> TownResult:
    """Read all that a town's addresses lead to again from the bytes last kept of it; nothing is fetched."""
    outcomes: list[_Outcome] = []
    for wanted, kept in hunt_in_archive(town, archive):
        if kept:
            outcomes += _read_by_role(wanted.role, kept, archive)
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


def prepare_warehouse(settings: Settings) -> None:
    """Make the working database ready: begun from the published one where it is gone, with the gazetteer in it."""
    active_corrections()
    begin_working_copy(settings.published, settings.warehouse)
    version = hashlib.sha256(_packed_divisions()).hexdigest()[:16]
    with open_warehouse(settings.warehouse) as connection:
        if not holds_divisions(connection, version):
            load_divisions(connection, _divisions(), version)


def _divisions() -> Iterator[Division]:
    for line in gzip.decompress(_packed_divisions()).decode("utf-8").splitlines():
        if division := gazetteer().by_code(line.partition("\t")[0]):
            yield division


def _packed_divisions() -> bytes:
    return resources.files("data").joinpath("divisions.tsv.gz").read_bytes()


def load(results: Iterable[TownResult], warehouse: Path | Connection) -> None:
    """Put readings, snapshots and visits of some towns into the working database, in one transaction.

    What they refer to has to be on the disk: call :meth:`extract.archive.Archive.sync` before.
    """
    found = list(results)
    readings = [reading for result in found for reading in result.readings]
    snapshots = [snapshot for result in found for snapshot in result.snapshots]
    visits = [visit for result in found for visit in result.visits]
    if snapshots or visits:
        load_batch(warehouse, to_frames(readings), snapshots, visits)


def publish_warehouse(settings: Settings) -> None:
    """Replace the published database by a finished copy of the working one, and what a dashboard has made of it."""
    publish(settings.warehouse, settings.published)
    renew_board(settings.published, settings.home)


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


def _ask(wanted: Wanted, hunt: Hunt, archive: Archive) -> Ask:
    """An ask that is conditional where the bytes of the last answer can still be had."""
    kept = archive.latest(wanted.url)
    known = kept if kept and kept.file else None
    return Ask(
        wanted.url,
        etag=known.etag if known else None,
        last_modified=known.last_modified if known else None,
        hosts=hunt.town(wanted.url).hosts,
        reads_scripts=wanted.role is Role.LISTING,
    )


def _content(answer: Response, archive: Archive) -> Content:
    """What an answer gave, or, where it says that nothing has changed, what is kept."""
    kept = archive.latest(answer.url) if answer.not_modified else None
    if kept is None:
        return Content(answer.url, answer.data, answer.content_type, answer.final_url)
    return kept_content(answer.url, kept, archive)


def is_news(visit: Visit) -> bool:
    """Whether the bytes are new or have changed, or it is said for the first time of which division they are."""
    return visit.change in (Change.NEW, Change.CHANGED) or (visit.sha256 is not None and visit.division is not None)


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
    return _read(data, source, visit.kept), (visit,)


def _version(source: Source, archive: Archive) -> Kept | None:
    versions = archive.versions(source.url, source.path)
    return next((kept for kept in reversed(versions) if kept.sha256 == source.snapshot_sha256), None)


def _read_kept(source: Source, archive: Shelf, kept: Kept | None) -> list[_Outcome]:
    """Read what was kept of a source; where it has no statutory table, its documents, if one of them has."""
    try:
        data = archive.get(source.snapshot_sha256)
    except ArchiveError as error:
        return [_Outcome(_named(source), stage="archive", reason=one_line(error))]
    own = _read(data, source, kept)
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
        return _read(archive.get(kept.sha256), source, kept)
    except ArchiveError as error:
        return _Outcome(_named(source), stage="archive", reason=one_line(error))


def _read(data: bytes, source: Source, kept: Kept | None) -> _Outcome:
    bare = Snapshot(source.snapshot_sha256, len(data), source.url, source.path, source.fetched_at)
    snapshot = snapshot_of(kept) if kept else bare
    try:
        division = kept.division if kept else None
        page, report = read_document(data, content_type=snapshot.content_type, url=source.url, division=division)
        snapshot = replace(snapshot, encoding=page.encoding)
        return _Outcome(_named(source), Reading(report, source), snapshot)
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


def _source(kept: Kept, page_url: str | None = None) -> Source:
    return Source(kept.url, kept.sha256, _fetched_at(kept), kept.path, page_url)


def _fetched_at(kept: Kept) -> datetime | None:
    return datetime.fromisoformat(kept.fetched_at) if kept.url else None


def _named(source: Source) -> str:
    return source.url or source.path or source.snapshot_sha256
