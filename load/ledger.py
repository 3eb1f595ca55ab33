"""Tables ``run`` and ``visit``: what was asked in which run, what came of it, and how the warehouse stood after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pyarrow as pa

from extract.archive import Visit
from load.database import Connection
from load.schema import replace_by_key
from transform.tables import load_dictionary

_TOTALS = """
SELECT
  count(*),
  count(*) FILTER (verdict = 'verified'),
  count(*) FILTER (verdict = 'incomplete'),
  count(*) FILTER (verdict = 'flagged'),
  count(*) FILTER (verdict = 'empty'),
  (SELECT count(*) FROM finding)
FROM report
"""
_PAGES = """
SELECT
  count(*) FILTER (change = 'new'),
  count(*) FILTER (change = 'changed'),
  count(*) FILTER (change = 'unchanged'),
  count(*) FILTER (change IS NULL)
FROM visit WHERE run_id = $run
"""
_ANSWERED = "SELECT DISTINCT source FROM visit WHERE run_id = $run AND change IS NOT NULL"
_ASKED = "SELECT DISTINCT source FROM visit WHERE run_id = $run"


@dataclass(frozen=True, slots=True)
class Run:
    """A row of table ``run``; times are aware."""

    run_id: str
    kind: str
    started_at: datetime
    ended_at: datetime | None = None
    state: str = "running"
    message: str | None = None
    towns: int = 0
    pages_new: int = 0
    pages_changed: int = 0
    pages_unchanged: int = 0
    pages_failed: int = 0
    reports: int = 0
    verified: int = 0
    incomplete: int = 0
    flagged: int = 0
    empty: int = 0
    findings: int = 0

    @property
    def answered(self) -> int:
        """How many addresses gave a document."""
        return self.pages_new + self.pages_changed + self.pages_unchanged


def record_run(con: Connection, run: Run) -> None:
    """Put a run in the place of the row that it has, if any; the caller holds the transaction."""
    table = load_dictionary().tables["run"]
    row = asdict(run) | {"started_at": _utc(run.started_at), "ended_at": _utc(run.ended_at)}
    replace_by_key(con, table, pa.Table.from_pylist([row], schema=table.arrow_schema))


def visit_rows(visits: Iterable[Visit]) -> pa.Table:
    """The rows of some visits; of several of one run to one source the last."""
    rows = {(visit.run, visit.source): _visit_row(visit) for visit in visits}
    return pa.Table.from_pylist(list(rows.values()), schema=load_dictionary().tables["visit"].arrow_schema)


def counted(con: Connection, run: Run) -> Run:
    """The run with the pages of its visits, and with the warehouse as it stands."""
    new, changed, unchanged, failed = con.execute(_PAGES, {"run": run.run_id}).fetchall()[0]
    reports, verified, incomplete, flagged, empty, findings = con.execute(_TOTALS).fetchall()[0]
    return replace(
        run,
        pages_new=new,
        pages_changed=changed,
        pages_unchanged=unchanged,
        pages_failed=failed,
        reports=reports,
        verified=verified,
        incomplete=incomplete,
        flagged=flagged,
        empty=empty,
        findings=findings,
    )


def last_ended(con: Connection, kind: str, but: str) -> Run | None:
    """The last run of a kind that ended by itself, other than the run ``but``; None when there is none."""
    columns = ", ".join(Run.__slots__)
    rows = con.execute(
        f"SELECT {columns} FROM run WHERE kind = $kind AND run_id <> $but AND state IN ('completed', 'suspicious') "  # noqa: S608
        "ORDER BY started_at DESC, run_id DESC LIMIT 1",
        {"kind": kind, "but": but},
    ).fetchall()
    if not rows:
        return None
    found = Run(*rows[0])
    ended = found.ended_at and found.ended_at.replace(tzinfo=UTC)
    return replace(found, started_at=found.started_at.replace(tzinfo=UTC), ended_at=ended)


def hosts_gone(con: Connection, before: str, now: str) -> list[str]:
    """The hosts that gave something in the run ``before``, were asked in the run ``now``, and gave nothing then."""
    answered_before = _hosts(con, _ANSWERED, before)
    return sorted((answered_before & _hosts(con, _ASKED, now)) - _hosts(con, _ANSWERED, now))


def _hosts(con: Connection, query: str, run: str) -> set[str]:
    return {urlsplit(source).netloc for (source,) in con.execute(query, {"run": run}).fetchall()}


def _visit_row(visit: Visit) -> dict[str, object]:
    return {
        "run_id": visit.run,
        "source": visit.source,
        "visited_at": _utc(datetime.fromisoformat(visit.at)),
        "outcome": visit.outcome.value,
        "change": visit.change and visit.change.value,
        "status": visit.status,
        "reason": visit.reason,
        "seconds": visit.seconds,
        "requests": visit.requests,
        "role": visit.role,
        "page": visit.page,
        "sha256": visit.sha256,
        "bytes": visit.size,
    }


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)
