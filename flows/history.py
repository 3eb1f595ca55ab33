"""``nianbao history``: what changed between the kept versions of a report, figure by figure, read from the archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from extract.archive import Archive, ArchiveError, Kept, Place
from extract.discovery.listing import documents_of
from extract.discovery.search import Role
from flows.answers import print_rows
from flows.errors import ExitCode, UserError, one_line
from flows.output import complain
from flows.parse import why_unreadable
from flows.parts import read_kept
from load.database import open_database
from load.lake_address import Database
from transform.metadata.address import is_web, web_address
from transform.model import Report

_NAMED = """
SELECT report_id, address, url, path, page_url, year FROM report
WHERE report_id = $name OR address = $name OR address = $web OR page_url = $name
ORDER BY report_id
"""
_TOO_WIDE = ("url", "snapshot_sha256")
"""Columns that a table for people leaves out."""


@dataclass(frozen=True, slots=True)
class Change:
    """A version of a report (``figure`` is None), or a figure that differs from the version before.

    ``version`` counts from 1, and ``fetched_at`` (UTC, ISO 8601) is when it first came.  A version has ``appeared``,
    ``changed``, ``unchanged`` (other bytes with the same figures), ``vanished`` where its bytes hold no report on the
    year, or is ``unreadable``.  ``before`` and ``after`` are verdict and form, and of a figure its value, or its status
    without one.
    """

    version: int
    fetched_at: str
    change: str
    figure: str | None
    before: str | None
    after: str | None
    url: str | None
    snapshot_sha256: str


@dataclass(frozen=True, slots=True)
class _Found:
    report_id: str
    address: str
    url: str | None
    path: str | None
    page_url: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class _Version:
    kept: Kept
    report: Report | None
    reason: str = ""

    @property
    def state(self) -> str | None:
        if self.report is None:
            return None
        return ", ".join([self.report.verdict, *([f"form {self.report.form}"] if self.report.form else [])])

    @property
    def figures(self) -> dict[str, str]:
        figures = self.report.figures if self.report else ()
        return {f.figure: f.status if f.value is None else f"{f.value:.15g}" for f in figures}


def print_history(database: Database, place: Place, name: str, layout: str) -> ExitCode:
    """Print every version of the report ``name`` (its id or its address) with the figures that it changed.

    Exit status 1 when the bytes of a version could not be read; raises :class:`UserError` when the database has no
    such report, or the archive nothing of it.
    """
    report = _report(database, name)
    with closing(Archive(place)) as archive:
        versions = list(_versions(report, archive))
    if not versions:
        raise UserError(f"the archive {place} has nothing of {report.address}", ExitCode.NOTHING_DONE)
    changes = list(_changes(versions))
    columns = [name for name in Change.__slots__ if layout != "table" or name not in _TOO_WIDE]
    print_rows(columns, [[getattr(change, column) for column in columns] for change in changes], layout)
    unread = [version for version in versions if version.reason]
    for version in unread:
        complain(f"{version.kept.url or version.kept.path} as of {version.kept.fetched_at}: {version.reason}")
    return ExitCode.SOME_FAILED if unread else ExitCode.OK


def _report(database: Database, name: str) -> _Found:
    given = {"name": name, "web": web_address(name) if is_web(name) else name}
    with closing(open_database(database, read_only=True)) as connection:
        found = [_Found(*row) for row in connection.execute(_NAMED, given).fetchall()]
    if not found:
        raise UserError(f"{database} has no report {name!r}; give a report_id or an address of table report")
    if len(found) > 1:
        raise UserError(f"{name} has several reports: {', '.join(report.report_id for report in found)}; give one id")
    return found[0]


def _versions(report: _Found, archive: Archive) -> Iterator[_Version]:
    """All that the report's address gave, oldest first; of a report in a document, all documents that its page named.

    The page itself counts where it had the statutory tables once.
    """
    kept = archive.versions(report.url, report.path)
    if report.page_url:
        pages = archive.versions(report.page_url)
        links = dict.fromkeys(link for page in pages for link in _documents(page, archive))
        others = [version for link in links if link != report.url for version in archive.versions(link)]
        beside = [_read(version, report, archive) for version in (*pages, *others)]
        found = [version for version in beside if version.report and version.report.form]
        found += [_read(version, report, archive) for version in kept]
        yield from sorted(found, key=lambda version: version.kept.fetched_at)
    else:
        yield from (_read(version, report, archive) for version in kept)


def _documents(page: Kept, archive: Archive) -> tuple[str, ...]:
    try:
        return documents_of(archive.get(page.sha256), page.final_url or page.url or "", page.content_type)
    except ArchiveError:
        return ()


def _read(kept: Kept, report: _Found, archive: Archive) -> _Version:
    """A version with its report; without one where it is no page of a report, or on another year."""
    if kept.role not in (Role.REPORT, Role.FILE):
        return _Version(kept, None)
    try:
        _, read = read_kept(kept, archive)
    except ArchiveError as error:
        return _Version(kept, None, one_line(error))
    except Exception as error:
        return _Version(kept, None, why_unreadable(error))
    other_year = None not in (read.metadata.year, report.year) and read.metadata.year != report.year
    return _Version(kept, None if other_year else read)


def _changes(versions: list[_Version]) -> Iterator[Change]:
    """One line for every version, and one for every figure that it changed against the last one with a report."""
    before: _Version | None = None
    for number, version in enumerate(versions, 1):
        kept = version.kept
        line = Change(
            number, kept.fetched_at, "", None, before.state if before else None, version.state, kept.url, kept.sha256
        )
        if version.report is None:
            if before or version.reason:
                yield replace(line, change="unreadable" if version.reason else "vanished")
            continue
        if before is None:
            yield replace(line, change="appeared")
            before = version
            continue
        old, new = before.figures, version.figures
        differing = [figure for figure in sorted(old.keys() | new.keys()) if old.get(figure) != new.get(figure)]
        same = not differing and before.state == version.state
        yield replace(line, change="unchanged" if same else "changed")
        for figure in differing:
            change = "appeared" if figure not in old else "vanished" if figure not in new else "changed"
            yield replace(line, change=change, figure=figure, before=old.get(figure), after=new.get(figure))
        before = version
