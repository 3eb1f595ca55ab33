"""What is asked, what is answered, and the kinds of failure: the words that all rooms of ``extract.web`` share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of an ask; all but ``ANSWERED`` and ``UNCHANGED`` are carried by a :class:`FetchError`."""

    ANSWERED = "answered"
    UNCHANGED = "unchanged"
    GONE = "gone"
    BLOCKED = "blocked"
    NEEDS_SCRIPT = "needs_script"
    NOTHING_LISTED = "nothing_listed"
    FORBIDDEN = "forbidden"
    OFF_LIST = "off_list"
    REFUSED_ADDRESS = "refused_address"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    HOST_DOWN = "host_down"
    TOO_LARGE = "too_large"
    UNWANTED_TYPE = "unwanted_type"
    MALFORMED = "malformed"
    OVER_BUDGET = "over_budget"


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How long and how much: seconds for connecting, for a silence, for the whole answer; decoded bytes; attempts.

    ``backoff`` is the wait before the second attempt, doubled for each one after it; a ``Retry-After`` longer than
    ``longest_wait`` ends the attempts, because the address is better asked in the next run.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    total_timeout: float = 120.0
    max_bytes: int = 20_000_000
    attempts: int = 3
    backoff: float = 1.0
    longest_wait: float = 60.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Ask:
    """One address to ask; ``etag`` and ``last_modified`` are those of the kept bytes, for a conditional request.

    ``hosts`` are the hosts that may answer, by redirects too; None lets any answer.  ``reads_scripts`` takes a page
    that shows nothing without its scripts for an answer, because the caller reads the data that the page names.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    hosts: frozenset[str] | None = None
    reads_scripts: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """A document as a server gave it: its bytes after content decoding, and what the headers say of it.

    ``url`` is the address asked for, ``final_url`` the one that answered; ``fetched_at`` is UTC in ISO 8601.  With
    status 304 the kept bytes are still good, and ``data`` is empty.  ``headers`` are those of the answer in their
    order, ``request_headers`` those of the request that it answers.  ``seconds`` is how long answers were waited for,
    over ``requests`` requests (attempts and redirects); ``trail`` has the answers before this one, in their order, the
    robots.txt of a host among them where this was the first address that was asked after it.
    ``cut`` is an answer that is no document and whose body could not be had within bounds: ``data`` is empty then.
    """

    url: str
    final_url: str
    status: int
    content_type: str | None
    data: bytes
    fetched_at: str
    etag: str | None = None
    last_modified: str | None = None
    reason: str = "OK"
    headers: tuple[tuple[str, str], ...] = ()
    request_headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    requests: int = 1
    trail: tuple[Response, ...] = ()
    cut: bool = False

    @property
    def not_modified(self) -> bool:
        """Whether the server says that the kept bytes are still good."""
        return self.status == 304


class FetchError(Exception):
    """A document could not be had; the message is one line that names the address and the reason.

    ``status`` is the HTTP status of the last answer, None when there was none; ``outcome`` is the kind of failure.
    ``answer`` is what the server answered in place of the document, if it did.  ``seconds``, ``requests`` and ``trail``
    are what it cost, as in :class:`Response`.
    """

    def __init__(
        self, url: str, reason: str, status: int | None = None, outcome: Outcome = Outcome.UNREACHABLE
    ) -> None:
        """Keep the address, the reason in plain words, the last HTTP status, and the kind."""
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason
        self.status = status
        self.outcome = outcome
        self.answer: Response | None = None
        self.seconds = 0.0
        self.requests = 0
        self.trail: tuple[Response, ...] = ()

    @property
    def answers(self) -> tuple[Response, ...]:
        """All that came: the last answer, then those before it in their order."""
        return (*([self.answer] if self.answer else []), *self.trail)
