"""One town again: its reports read anew from the kept bytes or from its addresses, and what that changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from extract.archive import Archive, Visit
from extract.web.crawler import Crawler
from flows.errors import ExitCode, UserError
from flows.fetching import fetch_towns
from flows.ledger import TOWN, begin_run, end_run
from flows.loading import load
from flows.reading import read_fetched, reread_sources, reread_town
from flows.results import Failure, TownResult
from flows.settings import Settings
from flows.source_checks import allowed_registry
from flows.sources import SourceRow, Town
from load.database import exists, open_database
from load.publish import begin_working_copy
from transform.frames import Reading, Source
from transform.metadata.gazetteer import gazetteer
from transform.wording.fold import fold

_LISTED_AT_MOST = 20
_GONE = (
    "{archive} holds nothing that the reports of {name} could be read from: put its *.warc.gz files back (their index "
    "is made anew), or ask the addresses again with --refetch"
)
_Match = tuple[str | None, str | None]
_OF_SUBJECT = """
(coalesce(division_code = $code, $code IS NULL) AND coalesce(issuer = $issuer, $issuer IS NULL))
"""
_KNOWN = "SELECT DISTINCT division_code, issuer FROM report WHERE division_code IS NOT NULL OR issuer IS NOT NULL"
_LOADED = f"""
SELECT url, snapshot_sha256, fetched_at, path, page_url FROM report
WHERE {_OF_SUBJECT} AND coalesce(year = $year, $year IS NULL) ORDER BY report_id
"""  # noqa: S608
_STATE = f"""
WITH mine AS (
  SELECT *, concat_ws(' ', coalesce(url, path, snapshot_sha256), year) AS label FROM report
  WHERE {_OF_SUBJECT} OR url IN (SELECT unnest($urls))
)
SELECT label, '' AS item, concat_ws(', ', verdict, 'form ' || form, issuer, division_code) FROM mine
UNION ALL
SELECT label, figure, CASE WHEN value IS NULL THEN status ELSE format('{{}}', value) END
FROM mine JOIN figure USING (report_id)
UNION ALL
SELECT label, 'finding ' || rule || ' ' || array_to_string(figures, ' '), message
FROM mine JOIN finding USING (report_id)
ORDER BY ALL
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Rerun:
    """What a rerun did: one line a change, and what failed; ``reports`` counts what was read."""

    town: str
    reports: int
    changes: tuple[str, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class _Subject:
    name: str
    code: str | None
    issuer: str | None
    rows: tuple[SourceRow, ...]
    loaded: tuple[Source, ...]
    year: int | None

    def owns(self, reading: Reading) -> bool:
        """Whether a report is this subject's: by its address, else by what it says; a listing may have others' too.

        Where one year is wanted, only its report is.
        """
        if self.year not in (None, reading.report.metadata.year):
            return False
        known = {row.url for row in self.rows} | {source.url for source in self.loaded}
        said = reading.report.metadata
        mine = said.division_code == self.code if self.code else fold(said.issuer or "") == fold(self.issuer or "")
        return reading.source.url in known or reading.source.url is None or mine


def rerun_town(settings: Settings, wanted: str, *, year: int | None = None, refetch: bool = False) -> Rerun:
    """Read the reports of one town again, load and publish them, and say what changed; no other town's rows change.

    ``wanted`` is a division code, the name of a division, or an issuer; ``year`` limits the run to one year
    reported on.  The bytes come from the archive, or with ``refetch`` from the addresses.  Raises
    :class:`UserError` when nothing is known of ``wanted``, when it may mean several, or when the archive is gone that
    its reports were read from.
    """
    begin_working_copy(settings.published, settings.warehouse)
    subject = _subject(settings, wanted, year)
    archive = Archive(settings.archive_place)
    if subject.loaded and not refetch and not archive.stretches():
        archive.close()
        raise UserError(_GONE.format(archive=settings.archive_place, name=subject.name), ExitCode.NOTHING_DONE)
    run = begin_run(settings, archive, TOWN)
    result = _read_again(settings, subject, archive, refetch)
    before = _state(settings, subject)
    archive.sync()
    load([result], settings.warehouse)
    after = _state(settings, subject)
    end_run(settings, archive, run, towns=1, publish=bool(result.readings))
    return Rerun(subject.name, len(result.readings), _differences(before, after), result.failures)


def process_town(town: Town, *, crawler: Crawler, archive: Archive) -> TownResult:
    """Fetch, keep and read all that a town's addresses lead to; what fails becomes a :class:`Failure`."""
    fetched = list(fetch_towns([town], crawler=crawler, archive=archive))
    return read_fetched(fetched[0], archive=archive) if fetched else TownResult(town.name, (), ())


def _read_again(settings: Settings, subject: _Subject, archive: Archive, refetch: bool) -> TownResult:
    """All that the subject's addresses lead to, then what was loaded of it and is not reached by them any more."""
    crawler = Crawler(settings.manners)

    def read(rows: tuple[SourceRow, ...]) -> TownResult:
        town = Town(subject.code or subject.name, subject.name, subject.code, rows)
        return process_town(town, crawler=crawler, archive=archive) if refetch else reread_town(town, archive=archive)

    results = [read(subject.rows)]
    if not refetch and subject.code:
        told = tuple(_say_division(results[0].readings, subject, subject.code, archive))
        results.append(TownResult(subject.name, (), (), visits=told))
    reached = {snapshot.url for snapshot in results[0].snapshots} | {failure.address for failure in results[0].failures}
    others = [source for source in subject.loaded if source.url not in reached]
    if refetch:
        pages = dict.fromkeys(source.page_url or source.url for source in others)
        results.append(read(tuple(SourceRow(subject.name, "", None, url, subject.code) for url in pages if url)))
        others = [source for source in others if not source.url]
    results.append(reread_sources(subject.name, others, archive=archive))
    return TownResult(
        subject.name,
        tuple(reading for result in results for reading in result.readings if subject.owns(reading)),
        tuple(failure for result in results for failure in result.failures),
        tuple(snapshot for result in results for snapshot in result.snapshots),
        tuple(visit for result in results for visit in result.visits),
    )


def _say_division(readings: Iterable[Reading], subject: _Subject, code: str, archive: Archive) -> Iterator[Visit]:
    """Write down that what was read is of the subject's division, where that was not said before."""
    for reading in filter(subject.owns, readings):
        source = reading.source
        for url, page in ((source.page_url, None), (source.url, source.page_url)):
            kept = archive.latest(url) if url else None
            if kept and kept.division != code:
                yield archive.say(kept, code, page)


def _subject(settings: Settings, wanted: str, year: int | None) -> _Subject:
    rows, _ = allowed_registry(settings)
    known = {(row.division_code, row.issuer) for row in rows} | set(_query(settings, _KNOWN, {}))
    code, issuer = _only(_matches(wanted.strip(), known), wanted)
    mine = [row for row in rows if code in (None, row.division_code) and issuer in (None, row.issuer)]
    loaded = _query(settings, _LOADED, {"code": code, "issuer": issuer, "year": year})
    return _Subject(
        name=_label(code, issuer),
        code=code,
        issuer=issuer,
        rows=tuple(row for row in mine if year is None or row.year in (None, year)),
        year=year,
        loaded=tuple(Source(url, sha, at and at.replace(tzinfo=UTC), *rest) for url, sha, at, *rest in loaded),
    )


def _matches(wanted: str, known: set[tuple[str | None, str | None]]) -> set[_Match]:
    """The divisions and issuers, among those that are known, that a code or a name may mean; divisions come first."""
    codes = {code for code, _ in known if code}
    if wanted.isascii() and wanted.isdigit():
        return {(code, None) for code in codes & {wanted}}
    named = {division.code for division in gazetteer().by_name(wanted)}
    if not named & codes and (reading := gazetteer().read(wanted)):
        named = set(reading.codes)
    by_division: set[_Match] = {(code, None) for code in named & codes}
    by_issuer: set[_Match] = {(code, issuer) for code, issuer in known if issuer and fold(issuer) == fold(wanted)}
    return by_division or by_issuer


def _only(matches: set[_Match], wanted: str) -> _Match:
    if not matches:
        raise UserError(f"nothing is known of {wanted!r}: neither the sources nor the warehouse have a report of it")
    if len(matches) > 1:
        labels = sorted(_label(*match) for match in matches)
        more = f" and {len(labels) - _LISTED_AT_MOST} more" if len(labels) > _LISTED_AT_MOST else ""
        raise UserError(f"{wanted!r} may be {', '.join(labels[:_LISTED_AT_MOST])}{more}; give the code")
    return next(iter(matches))


def _label(code: str | None, issuer: str | None) -> str:
    return " ".join(filter(None, (issuer, gazetteer().full_name(code) if code else None)))


def _state(settings: Settings, subject: _Subject) -> dict[tuple[str, str], str]:
    urls = sorted(
        {row.url for row in subject.rows if row.url} | {source.url for source in subject.loaded if source.url}
    )
    found = _query(settings, _STATE, {"code": subject.code, "issuer": subject.issuer, "urls": urls})
    return {(label, item): value for label, item, value in found}


def _differences(before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]) -> tuple[str, ...]:
    """One line for each thing that differs; a report that is new, or gone, is one line."""
    lines = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        label, item = key
        whole_report = (label, "") in before and (label, "") in after
        if old == new or (item and not whole_report):
            continue
        what = f"{label}: {item}" if item else label
        lines.append(f"{what}: {'nothing' if old is None else old} → {'nothing' if new is None else new}")
    return tuple(lines)


def _query(settings: Settings, sql: str, parameters: dict[str, Any]) -> list[Any]:
    if not exists(settings.warehouse):
        return []
    with closing(open_database(settings.warehouse, read_only=True)) as connection:
        return connection.execute(sql, parameters).fetchall()
