"""One request and its answer: bounded in time and bytes, redirects not followed, nothing decoded but the transport."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import NoReturn

import requests
import urllib3

from extract.web.address import AddressGuard, RefusedAddressError, guarded_adapter
from extract.web.answer import Ask, FetchError, FetchLimits, Outcome, Response
from extract.web.body import TooSlowError, read_body

_RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OUTCOMES = {
    401: Outcome.BLOCKED,
    403: Outcome.BLOCKED,
    404: Outcome.GONE,
    405: Outcome.BLOCKED,
    410: Outcome.GONE,
    412: Outcome.BLOCKED,
    429: Outcome.RATE_LIMITED,
    451: Outcome.BLOCKED,
    521: Outcome.BLOCKED,
}
_MOST_OF_A_FAILURE = 1_000_000
_UNWANTED_TYPES = ("video/", "audio/", "font/", "application/x-msdownload", "application/vnd.android.package-archive")


class RetryableError(Exception):
    """A failure that may heal: ``error`` is what it is when it does not, ``wait`` the seconds that the server names."""

    def __init__(self, error: FetchError, wait: float | None = None) -> None:
        """Keep the failure, and the wait that the server asks for."""
        super().__init__(str(error))
        self.error = error
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Redirect:
    """An answer that names another address, as it is written in the header ``Location``."""

    location: str
    answer: Response


class _Session(requests.Session):
    """Leaves redirects alone: the library reads their body without bounds otherwise, also of one not followed."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        del resp


def new_session(user_agent: str, guard: AddressGuard) -> requests.Session:
    """A session that says who asks, verifies TLS certificates, keeps no cookies and takes no proxy unasked."""
    session = _Session()
    session.trust_env = False
    session.verify = True
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = guarded_adapter(guard)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.headers.update(
        {
            "User-Agent": user_agent,
            "Accept": "text/html,application/xhtml+xml,text/*;q=0.9,*/*;q=0.5",
            "Accept-Language": "zh-CN,zh;q=0.9",
            "Accept-Encoding": "gzip, deflate",
        }
    )
    return session


def exchange(url: str, ask: Ask, session: requests.Session, limits: FetchLimits) -> Response | Redirect:
    """Ask ``url`` once on behalf of ``ask``.

    Raises :class:`RetryableError` for 429, 5xx, a timeout or a broken connection, and :class:`FetchError` for every
    other answer that is no success, for one larger than ``limits.max_bytes``, and for what is no http(s) address.
    """
    deadline = time.monotonic() + limits.total_timeout
    try:
        with session.get(
            url,
            headers=_conditions(ask),
            timeout=(limits.connect_timeout, limits.read_timeout),
            stream=True,
            allow_redirects=False,
        ) as answer:
            return _answered(ask, answer, limits, deadline)
    except TooSlowError:
        raise RetryableError(FetchError(ask.url, f"the answer took longer than {limits.total_timeout:g} s")) from None
    except RefusedAddressError as error:
        raise FetchError(ask.url, str(error), outcome=Outcome.REFUSED_ADDRESS) from None
    except requests.exceptions.SSLError:
        raise FetchError(ask.url, "the server's TLS certificate cannot be verified") from None
    except requests.exceptions.ConnectTimeout:
        raise RetryableError(FetchError(ask.url, f"no connection within {limits.connect_timeout:g} s")) from None
    except (requests.exceptions.Timeout, urllib3.exceptions.ReadTimeoutError):
        raise RetryableError(FetchError(ask.url, f"no answer within {limits.read_timeout:g} s")) from None
    except requests.exceptions.ConnectionError:
        raise RetryableError(FetchError(ask.url, "the connection failed or broke off")) from None
    except urllib3.exceptions.HTTPError:
        raise RetryableError(FetchError(ask.url, "the answer was cut off before its end")) from None
    except (requests.exceptions.RequestException, ValueError) as error:
        raise FetchError(ask.url, _one_line(error), outcome=Outcome.MALFORMED) from None


def _conditions(ask: Ask) -> dict[str, str]:
    headers = {"If-None-Match": ask.etag, "If-Modified-Since": ask.last_modified}
    return {name: value for name, value in headers.items() if value}


def _answered(ask: Ask, answer: requests.Response, limits: FetchLimits, deadline: float) -> Response | Redirect:
    status, location = answer.status_code, answer.headers.get("Location")
    if status in _REDIRECTS and location:
        return Redirect(_as_written(location), _no_document(ask, answer, limits, deadline))
    if status == HTTPStatus.NOT_MODIFIED and (ask.etag or ask.last_modified):
        return _response(ask, answer, b"")
    if status != HTTPStatus.OK:
        _raise_for_status(_no_document(ask, answer, limits, deadline))
    _raise_for_type(ask.url, answer)
    return _response(ask, answer, read_body(ask.url, answer, limits, deadline))


def _no_document(ask: Ask, answer: requests.Response, limits: FetchLimits, deadline: float) -> Response:
    """An answer that is kept, but is no document: what is wrong with its body does not matter, and it is not cut."""
    bounded = replace(limits, max_bytes=min(limits.max_bytes, _MOST_OF_A_FAILURE))
    try:
        return _response(ask, answer, read_body(ask.url, answer, bounded, deadline))
    except (FetchError, TooSlowError, urllib3.exceptions.HTTPError, requests.exceptions.RequestException, OSError):
        return replace(_response(ask, answer, b""), cut=True)


def _response(ask: Ask, answer: requests.Response, data: bytes) -> Response:
    return Response(
        url=ask.url,
        final_url=answer.url,
        status=answer.status_code,
        content_type=answer.headers.get("Content-Type"),
        data=data,
        fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
        etag=answer.headers.get("ETag"),
        last_modified=answer.headers.get("Last-Modified"),
        reason=answer.reason or "",
        headers=tuple(answer.headers.items()),
        request_headers=tuple((name, str(value)) for name, value in answer.request.headers.items()),
    )


def _as_written(location: str) -> str:
    """A header of UTF-8 bytes, which the protocol reads as Latin-1, as the text that it is."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location


def _raise_for_status(answer: Response) -> NoReturn:
    status = answer.status
    default = Outcome.SERVER_ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Outcome.MALFORMED
    reason = f"the server answered {status} {answer.reason}".rstrip()
    error = FetchError(answer.url, reason, status, _OUTCOMES.get(status, default))
    error.answer = answer
    if status in _RETRIED_STATUSES:
        told = next((value for name, value in answer.headers if name.lower() == "retry-after"), None)
        raise RetryableError(error, retry_after(told, datetime.now(UTC)))
    raise error


def _raise_for_type(url: str, answer: requests.Response) -> None:
    kind = answer.headers.get("Content-Type", "").lower()
    if kind.startswith(_UNWANTED_TYPES):
        raise FetchError(url, f"of type {kind}, which is no report", answer.status_code, Outcome.UNWANTED_TYPE)


def retry_after(header: str | None, now: datetime) -> float | None:
    """The seconds that a ``Retry-After`` header asks for, in either of its forms; None where it says nothing."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
