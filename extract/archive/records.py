"""What the archive knows of a visit and of a run, and the ``metadata`` records from which all of it is read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from extract.web.answer import Outcome

REPORT = "report"
"""The role of a document that is read as a report; what only leads to reports (a listing page) has another."""


class ArchiveError(Exception):
    """The archive does not hold what was asked for, or holds it damaged; the message is one line."""


class Change(StrEnum):
    """How the bytes of a visit compare with those that its source gave the time before."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Kept:
    """A version of a source: the bytes that it gave at every visit from ``fetched_at`` to ``seen_at`` (UTC, ISO 8601).

    The source is a ``url``, or the ``path`` of a saved file.  ``division`` is the code of the division that it was last
    said to be of.  ``file`` (relative to the archive's folder) and
    ``offset`` tell where the WARC record lies that has the bytes; they are None when that file is gone.
    """

    sha256: str
    size: int
    url: str | None
    path: str | None
    fetched_at: str
    seen_at: str
    status: int | None = None
    content_type: str | None = None
    final_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    role: str = REPORT
    division: str | None = None
    file: str | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One ask and what came of it: the bytes, then ``change`` says whether they are new, or the ``reason`` for none.

    ``at`` is when the answer was there, ``seconds`` how long it was waited for, over ``requests`` requests.  A document
    that belongs to a ``page`` names it.  ``division`` is the code of the division that the source is said to be of,
    where that was not said before.  ``kept`` is the version that was seen; it is no part of the record, and None when
    the visit gave nothing.
    """

    run: str
    at: str
    outcome: Outcome
    url: str | None = None
    path: str | None = None
    change: Change | None = None
    status: int | None = None
    reason: str | None = None
    seconds: float = 0.0
    requests: int = 0
    role: str = REPORT
    page: str | None = None
    division: str | None = None
    sha256: str | None = None
    size: int | None = None
    content_type: str | None = None
    final_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    kept: Kept | None = None

    @property
    def source(self) -> str:
        """What was asked, see :func:`source_of`."""
        return source_of(self.url, self.path)


@dataclass(frozen=True, slots=True)
class RunEvent:
    """A run that began, or (with ``ended``) ended; ``facts`` are the caller's own, in their order."""

    run: str
    at: str
    ended: bool = False
    facts: tuple[tuple[str, str], ...] = ()

    def fact(self, name: str) -> str | None:
        """The fact of that name, None when it was not told."""
        return dict(self.facts).get(name)


Event = Visit | RunEvent


def source_of(url: str | None, path: str | None) -> str:
    """The key of a source: its address, or its path behind ``file:``."""
    return url if url is not None else f"file:{path or '-'}"


def to_lines(event: Event) -> bytes:
    """An event as the block of a ``metadata`` record (``application/warc-fields``)."""
    values: Iterable[tuple[str, Any]]
    if isinstance(event, RunEvent):
        values = [("run", event.run), ("at", event.at), ("event", "ended" if event.ended else "began"), *event.facts]
    else:
        values = ((field.name, getattr(event, field.name)) for field in fields(event) if field.name != "kept")
    lines = (f"{name.replace('_', '-')}: {_on_one_line(value)}\r\n" for name, value in values if value is not None)
    return "".join(lines).encode("utf-8", "surrogateescape")


def from_lines(block: bytes) -> Event:
    """The event that :func:`to_lines` wrote; raises :class:`ArchiveError` for any other block."""
    lines = block.decode("utf-8", "surrogateescape").split("\r\n")
    values = {name.replace("-", "_"): value for name, _, value in (line.partition(": ") for line in lines) if name}
    try:
        return _run_event(values) if "event" in values else _visit(values)
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveError(f"a metadata record of the archive cannot be read: {error}") from None


def _on_one_line(value: object) -> str:
    return str(value).replace("\r", " ").replace("\n", " ")


def _run_event(values: Mapping[str, str]) -> RunEvent:
    facts = tuple((name, value) for name, value in values.items() if name not in ("run", "at", "event"))
    return RunEvent(values["run"], values["at"], values["event"] == "ended", facts)


def _visit(values: Mapping[str, str]) -> Visit:
    types: dict[str, Any] = dict.fromkeys(("status", "requests", "size"), int)
    types |= {"seconds": float, "outcome": Outcome, "change": Change}
    typed: dict[str, Any] = {name: types.get(name, str)(value) for name, value in values.items()}
    return Visit(**typed)
