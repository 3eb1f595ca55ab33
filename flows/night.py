"""One night, without an orchestrator: every town asked, what is new read and loaded, the result judged and published.

A night that was cut off goes on where it stopped: what it visited is not asked again, what it did not load is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from extract.archive import Archive, Visit
from extract.web.answer import Outcome
from extract.web.crawler import Crawler
from flows.corrections import corrections_fingerprint
from flows.fetching import fetch_towns, registered_towns
from flows.ledger import NIGHTLY, begin_run, end_run
from flows.loading import load
from flows.lock import single_run
from flows.reading import Known, read_fetched
from flows.results import FetchedTown, Summary, TownResult
from flows.settings import Settings
from flows.shares import Share
from flows.sources import Town
from flows.suspicion import doubts_about
from load.corrections import read_with, set_read_with
from load.database import exists, open_database
from load.ledger import Run, counted, hosts_gone, last_ended
from load.warehouse import transaction
from transform.metadata.address import web_address
from transform.version import parser_version

Advance = Callable[[int, int], None]
_KNOWN = """
SELECT address, snapshot_sha256, page_url FROM report WHERE parser_version = $version
"""
_LOADED = "SELECT source FROM visit WHERE run_id = $run"


class Night:
    """The steps of a night, in the order of the methods; the lock of the home folder is held by the caller."""

    def __init__(self, settings: Settings, towns: Sequence[Town]) -> None:
        """Begin a night over some towns, or go on with the one that was cut off."""
        self.settings = settings
        self.towns = towns
        self.archive = Archive(settings.archive_place)
        self._kind = f"{NIGHTLY}-{Share.parse(settings.share).name}" if settings.share else NIGHTLY
        self.run = begin_run(settings, self.archive, self._kind, go_on=True)
        self.summary = Summary()
        self._warehouse = open_database(settings.warehouse)
        self._corrections = corrections_fingerprint()
        self._known = frozenset(self._read_already())
        loaded = self._warehouse.execute(_LOADED, {"run": self.run.run_id}).fetchall()
        self._loaded = frozenset(source for (source,) in loaded)

    def fetched(self) -> Iterator[FetchedTown]:
        """Ask the web; each town as soon as all its addresses are done."""
        visits = self.archive.visits(self.run.run_id)
        visited = {visit.source: visit for visit in visits if visit.kept or _was_asked(visit)}
        crawler = Crawler(self.settings.manners)
        yield from fetch_towns(self.towns, crawler=crawler, archive=self.archive, visited=visited)

    def read(self, fetched: FetchedTown) -> TownResult:
        """Read what a town gave, except what the warehouse has already; safe for threads."""
        return read_fetched(fetched, archive=self.archive, known=self._known, loaded=self._loaded)

    def load(self, results: Sequence[TownResult]) -> None:
        """Load what was read of some towns, in one transaction."""
        self.archive.sync()
        load(results, self._warehouse)
        for result in results:
            self.summary = self.summary.plus(result)

    def finish(self) -> Run:
        """Judge the night against the last one, write it down and publish; the run with its state."""
        last = last_ended(self._warehouse, self._kind, self.run.run_id)
        now = counted(self._warehouse, self.run)
        gone = hosts_gone(self._warehouse, last.run_id, now.run_id) if last else []
        with transaction(self._warehouse):
            set_read_with(self._warehouse, self._corrections)
        self._warehouse.close()
        doubts = doubts_about(now, last, gone, self.settings.thresholds)
        publish = now.answered > 0 or exists(self.settings.published)
        run = end_run(self.settings, self.archive, self.run, towns=len(self.towns), doubts=doubts, publish=publish)
        self.archive.close()
        return run

    def _read_already(self) -> Iterator[Known]:
        """What need not be read again, as long as it and the corrections are as they were."""
        if read_with(self._warehouse) != self._corrections:
            return
        rows = self._warehouse.execute(_KNOWN, {"version": parser_version()}).fetchall()
        for address, sha256, page_url in rows:
            yield (web_address(page_url), "") if page_url else (address, sha256)

    def leave(self) -> None:
        """Let go of the files without an end; the next night goes on with this one."""
        self._warehouse.close()
        self.archive.close()


def _was_asked(visit: Visit) -> bool:
    """Whether an address was asked to the end, and not left because of its host or of the budget."""
    return visit.requests > 0 and visit.outcome not in (Outcome.HOST_DOWN, Outcome.OVER_BUDGET)


def run_night(settings: Settings, advance: Advance | None = None) -> tuple[Run, Summary]:
    """A whole night in this process; raises :class:`flows.lock.RunInProgressError` when another run is going on."""
    with single_run(settings.home):
        night = Night(settings, registered_towns(settings))
        fetched = night.fetched()
        done = 0
        while batch := list(islice(fetched, settings.batch)):
            night.load([night.read(town) for town in batch])
            done += len(batch)
            if advance:
                advance(done, len(night.towns))
        return night.finish(), night.summary
