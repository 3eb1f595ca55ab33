"""Saved files → reports: what ``nianbao parse`` does, without network, database or orchestration."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

from extract.formats import read_page
from extract.formats.pictured import MAX_PICTURE_BYTES, Beside
from extract.joined import joined
from extract.page import Page, UnreadableError
from flows.corrections import active_corrections
from flows.errors import one_line
from transform.model import Figure, Finding, Report
from transform.proof.corrections import apply_corrections
from transform.read import read_report

STDIN = "-"
MAX_FILE_BYTES = 100_000_000
"""A report page has some 100 kB; what is a thousand times larger is something else."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of one path: a report, or the reason (one line) why there is none."""

    path: str
    report: Report | None
    error: str | None


class Part(NamedTuple):
    """A further page of an article: its address, its bytes, and the type that the server stated."""

    url: str
    data: bytes
    content_type: str | None


def read_document(
    data: bytes,
    *,
    content_type: str | None = None,
    url: str | None = None,
    division: str | None = None,
    beside: Beside | None = None,
    parts: Sequence[Part] = (),
) -> tuple[Page, Report]:
    """The page that the bytes of one document hold, and its report with the corrections in force.

    ``division`` is the code of the division that its source is said to be of; ``beside`` finds the pictures that were
    saved with a page; ``parts`` are the further pages of an article, in their order.  Raises :class:`UnreadableError`
    for bytes that hold no page, and :class:`UserError` for corrections that are wrong.
    """
    page = read_page(data, content_type=content_type, url=url, beside=beside)
    if parts:
        page = joined([page, *(read_page(part.data, content_type=part.content_type, url=part.url) for part in parts)])
    return page, apply_corrections(read_report(page, division=division), active_corrections(), url)


def parse_bytes(data: bytes, path: str) -> dict[str, Any]:
    """The object that ``nianbao parse --format jsonl`` prints for one document."""
    return as_record(_parsed(path, lambda: data))


def parse_path(path: str) -> Parsed:
    """Read one saved file (``-``: standard input); whatever goes wrong becomes the error of the result."""
    return _parsed(path, lambda: read_file(path), None if path == STDIN else saved_beside(Path(path)))


def saved_beside(page: Path) -> Beside:
    """Finds the pictures of a saved page by their addresses, in the page's own folder and those below it only."""
    folder = page.parent.resolve()

    def find(address: str) -> bytes | None:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            return None
        picture = (folder / unquote(parts.path)).resolve()
        if not picture.is_relative_to(folder) or not picture.is_file() or picture.stat().st_size > MAX_PICTURE_BYTES:
            return None
        return picture.read_bytes()

    def find_quietly(address: str) -> bytes | None:
        try:
            return find(address)
        except (OSError, ValueError):
            return None

    return find_quietly


def _parsed(path: str, data: Callable[[], bytes], beside: Beside | None = None) -> Parsed:
    try:
        return Parsed(path, read_document(data(), beside=beside)[1], None)
    except Exception as error:
        return Parsed(path, None, why_unreadable(error))


def why_unreadable(error: Exception) -> str:
    """One line for whatever kept a document from being read: what it is, or why the file or the reader failed."""
    if isinstance(error, UnreadableError):
        return one_line(error)
    if isinstance(error, OSError):
        return f"cannot be opened: {error.strerror or one_line(error)}"
    return f"the reader failed on this page ({type(error).__name__}: {one_line(error)})"


def read_file(path: str) -> bytes:
    """The bytes of a saved file (``-``: standard input); :class:`UnreadableError` for a folder or a huge file."""
    if path == STDIN:
        data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    elif Path(path).is_dir():
        raise UnreadableError(f"is a folder; name the files in it, for example {path.rstrip('/')}/*.html")
    else:
        with Path(path).open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableError(f"larger than {MAX_FILE_BYTES // 1_000_000} MB: no report page")
    return data


def parse_each(paths: Iterable[str], present: Callable[[Parsed], T], jobs: int = 1) -> Iterator[T]:
    """``present(parse_path(path))`` for every path, in order, with at most a few paths in memory.

    With ``jobs`` > 1 both run in that many processes; ``present`` and its result must then be picklable.  A
    page that kills its process costs that page only.
    """
    if jobs == 1:
        for path in paths:
            yield present(parse_path(path))
        return
    pool = ProcessPoolExecutor(jobs)
    pending: deque[tuple[Parsed | str, Future[T]]] = deque()
    waiting = iter(paths)
    try:
        while True:
            while len(pending) < 4 * jobs and (next_path := next(waiting, None)) is not None:
                subject = parse_path(next_path) if next_path == STDIN else next_path
                pending.append((subject, pool.submit(_present, subject, present)))
            if not pending:
                return
            subject, future = pending.popleft()
            try:
                yield future.result()
            except BrokenProcessPool:
                affected = [subject, *(other for other, _ in pending)]
                pending.clear()
                pool.shutdown()
                pool = ProcessPoolExecutor(jobs)
                for other in affected:
                    yield _alone(other, present)
    finally:
        pool.shutdown(cancel_futures=True)


def _present(subject: Parsed | str, present: Callable[[Parsed], T]) -> T:
    return present(parse_path(subject) if isinstance(subject, str) else subject)


def _alone(subject: Parsed | str, present: Callable[[Parsed], T]) -> T:
    with ProcessPoolExecutor(1) as pool:
        try:
            return pool.submit(_present, subject, present).result()
        except BrokenProcessPool:
            path = subject if isinstance(subject, str) else subject.path
            return present(Parsed(path, None, "the reader's process died on this page"))


def as_record(parsed: Parsed) -> dict[str, Any]:
    """The JSON object of one path, with the keys that the interface of ``nianbao parse`` fixes."""
    report = parsed.report
    if report is None:
        return {
            "path": parsed.path,
            "error": parsed.error,
            "report": None,
            "figures": [],
            "findings": [],
            "sections": [],
            "statements": [],
            "extra": [],
        }
    return {
        "path": parsed.path,
        "error": None,
        "report": {
            **asdict(report.metadata),
            "form": report.form,
            "verdict": report.verdict,
            "source_format": report.source_format,
        },
        "figures": [figure_record(figure) for figure in report.figures],
        "findings": [finding_record(finding) for finding in report.findings],
        "sections": [
            {"section": section.section, "heading": section.heading, "text": section.text}
            for section in report.sections
        ],
        "statements": [asdict(statement) for statement in report.statements],
        "extra": [asdict(row) for row in report.extra],
    }


def figure_record(figure: Figure) -> dict[str, Any]:
    """The JSON object of a figure; ``corrected`` is there only where a correction says what the number should be."""
    record: dict[str, Any] = {
        "figure": figure.figure,
        "value": figure.value,
        "unit": figure.unit,
        "status": figure.status,
        "raw": figure.raw,
        "locator": figure.locator,
    }
    if figure.corrected:
        record["corrected"] = asdict(figure.corrected)
    return record


def finding_record(finding: Finding) -> dict[str, Any]:
    """The JSON object of a finding; ``suggested`` is there only where a value is proposed."""
    record: dict[str, Any] = {
        "rule": finding.rule,
        "severity": finding.severity,
        "figures": list(finding.figures),
        "message": finding.message,
        "cause": finding.cause,
    }
    if finding.suggested:
        record["suggested"] = dict(finding.suggested)
    return record
