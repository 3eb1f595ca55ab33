"""Asking a website for one document: bounded in time and bytes, retried with care, and never decoded here.

The bytes and the ``Content-Type`` header are handed on as they came; what they mean is decided by
``extract.formats``.  Everything that decides *whether* to ask (robots, rates, archives) wraps a
:class:`Fetcher` and is a :class:`Fetcher` itself.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Protocol

import requests
import urllib3

_CHUNK_BYTES = 16 * 1024
_MAX_REDIRECTS = 5
_RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


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
    longest_wait: float = 30.0


@dataclass(frozen=True, slots=True)
class Response:
    """A document as a server gave it: its bytes after content decoding, and what the headers say of it.

    ``url`` is the address asked for, ``final_url`` the one that answered; ``fetched_at`` is UTC in ISO 8601.
    """

    url: str
    final_url: str
    status: int
    content_type: str | None
    data: bytes
    fetched_at: str
    etag: str | None = None
    last_modified: str | None = None


class FetchError(Exception):
    """A document could not be had; the message is one line that names the address and the reason.

    ``status`` is the HTTP status of the last answer, None when there was none.
    """

    def __init__(self, url: str, reason: str, status: int | None = None) -> None:
        """Keep the address, the reason in plain words, and the last HTTP status."""
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason
        self.status = status


class Fetcher(Protocol):
    """Anything that turns an address into a :class:`Response`, or raises :class:`FetchError`."""

    def get(self, url: str) -> Response:
        """Fetch one document."""
        ...


@dataclass(frozen=True, slots=True)
class HttpFetcher:
    """The plain :class:`Fetcher`: one session, one set of limits."""

    session: requests.Session
    limits: FetchLimits

    def get(self, url: str) -> Response:
        """Fetch one document over HTTP; see :func:`fetch`."""
        return fetch(url, session=self.session, limits=self.limits)


def new_session(user_agent: str) -> requests.Session:
    """A session that says who asks and verifies TLS certificates."""
    session = requests.Session()
    session.max_redirects = _MAX_REDIRECTS
    session.verify = True
    session.headers.update(
        {
            "User-Agent": user_agent,
            "Accept": "text/html,application/xhtml+xml,text/*;q=0.9,*/*;q=0.5",
            "Accept-Language": "zh-CN,zh;q=0.9",
        }
    )
    return session


class _RetryableError(Exception):
    def __init__(self, error: FetchError, wait: float | None = None) -> None:
        self.error = error
        self.wait = wait


def fetch(
    url: str, *, session: requests.Session, limits: FetchLimits, sleep: Callable[[float], None] = time.sleep
) -> Response:
    """Fetch one document; asked again after 429, 5xx, a timeout or a broken connection, up to ``limits.attempts``.

    Raises :class:`FetchError` for every answer that is not a success, for an answer larger than
    ``limits.max_bytes`` or slower than ``limits.total_timeout``, and for an address that is no http(s) address.
    """
    for attempt in range(1, limits.attempts + 1):
        try:
            return _ask_once(url, session, limits)
        except _RetryableError as failure:
            wait = limits.backoff * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)  # noqa: S311
            wait = wait if failure.wait is None else failure.wait
            if attempt == limits.attempts or wait > limits.longest_wait:
                raise failure.error from None
            sleep(wait)
    raise FetchError(url, "not asked: the number of attempts is 0")


def _ask_once(url: str, session: requests.Session, limits: FetchLimits) -> Response:
    deadline = time.monotonic() + limits.total_timeout
    try:
        with session.get(url, timeout=(limits.connect_timeout, limits.read_timeout), stream=True) as answer:
            _raise_for_status(url, answer)
            return Response(
                url=url,
                final_url=answer.url,
                status=answer.status_code,
                content_type=answer.headers.get("Content-Type"),
                data=_read_body(url, answer, limits, deadline),
                fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
                etag=answer.headers.get("ETag"),
                last_modified=answer.headers.get("Last-Modified"),
            )
    except requests.exceptions.SSLError:
        raise FetchError(url, "the server's TLS certificate cannot be verified") from None
    except requests.exceptions.TooManyRedirects:
        raise FetchError(url, f"more than {session.max_redirects} redirects") from None
    except requests.exceptions.ConnectTimeout:
        raise _RetryableError(FetchError(url, f"no connection within {limits.connect_timeout:g} s")) from None
    except (requests.exceptions.Timeout, urllib3.exceptions.ReadTimeoutError):
        raise _RetryableError(FetchError(url, f"no answer within {limits.read_timeout:g} s")) from None
    except requests.exceptions.ConnectionError:
        raise _RetryableError(FetchError(url, "the connection failed or broke off")) from None
    except urllib3.exceptions.DecodeError:
        raise FetchError(url, "the answer's compression is broken") from None
    except urllib3.exceptions.HTTPError:
        raise _RetryableError(FetchError(url, "the answer was cut off before its end")) from None
    except (requests.exceptions.RequestException, ValueError) as error:
        raise FetchError(url, _one_line(error)) from None


def _raise_for_status(url: str, answer: requests.Response) -> None:
    status = answer.status_code
    if status == HTTPStatus.OK:
        return
    error = FetchError(url, f"the server answered {status} {answer.reason or ''}".rstrip(), status)
    if status in _RETRIED_STATUSES:
        raise _RetryableError(error, _retry_after(answer.headers.get("Retry-After")))
    raise error


def _retry_after(header: str | None) -> float | None:
    return float(header) if header and header.strip().isascii() and header.strip().isdigit() else None


def _read_body(url: str, answer: requests.Response, limits: FetchLimits, deadline: float) -> bytes:
    too_large = FetchError(url, f"larger than {limits.max_bytes:,} bytes", answer.status_code)
    declared = answer.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > limits.max_bytes:
        raise too_large
    body = bytearray()
    while chunk := answer.raw.read1(_CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > limits.max_bytes:
            raise too_large
        if time.monotonic() > deadline:
            raise _RetryableError(FetchError(url, f"the answer took longer than {limits.total_timeout:g} s"))
    return bytes(body)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
