"""What a run knows of a town while it goes on, and what it says of itself when it is over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from extract.archive import Visit
from extract.archive.records import Change
from extract.discovery.search import Problem
from flows.sources import Town
from load.snapshots import Snapshot
from transform.frames import Reading


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
