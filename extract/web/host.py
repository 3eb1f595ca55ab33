"""The state of one host: its queue, its session, its rules, when it may be asked next, and whether it still answers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import requests

from extract.web.answer import Ask, FetchError, Response
from extract.web.robots import Robots


@dataclass(frozen=True, slots=True)
class Step:
    """An ask on its way: the address to be asked now, the redirects behind it, and how often it was tried.

    ``requests`` and ``seconds`` are what it has cost so far, and ``trail`` has the answers that came.
    """

    ask: Ask
    url: str
    hops: int = 0
    attempt: int = 1
    requests: int = 0
    seconds: float = 0.0
    trail: tuple[Response, ...] = ()

    def with_cost(self, answer: Response | FetchError) -> Response | FetchError:
        """The answer, or the failure, with what it has cost."""
        if isinstance(answer, FetchError):
            answer.requests, answer.seconds, answer.trail = self.requests, self.seconds, self.trail
            return answer
        return replace(answer, requests=self.requests, seconds=self.seconds, trail=self.trail)

    def again(self, error: FetchError) -> Step:
        """The next attempt, after one that failed."""
        trail = (*self.trail, *([error.answer] if error.answer else []))
        return replace(self, attempt=self.attempt + 1, trail=trail)


@dataclass(slots=True)
class Host:
    """One scheme, host and port; touched by one worker at a time.

    ``robots_answers`` are those to the questions for its rules, as long as nobody has been told of them.
    """

    origin: str
    session: requests.Session
    queue: deque[Step] = field(default_factory=deque)
    robots: Robots | None = None
    robots_attempts: int = 0
    robots_answers: tuple[Response, ...] = ()
    ready_at: float = 0.0
    failures_in_a_row: int = 0
    scheduled: bool = False

    def heard(self, answer: Response | None) -> None:
        """Keep what came when the rules were asked for, if anything came."""
        self.robots_answers += (answer,) if answer else ()

    def told(self) -> tuple[Response, ...]:
        """What came when the rules were asked for; each answer is given once."""
        answers, self.robots_answers = self.robots_answers, ()
        return answers


def origin_of(url: str) -> str | None:
    """Scheme, host and port of an http(s) address, None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")
