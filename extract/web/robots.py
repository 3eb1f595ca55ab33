"""What a host's robots.txt allows: the status counts first, and a page in HTML is no robots file (RFC 9309)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protego import Protego

from extract.web.answer import FetchError, Outcome, Response

_MARKUP = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|script|!--)", re.I)
_MAX_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules for one host; without ``rules`` everything is allowed, unless there is a reason ``closed``."""

    rules: Protego | None = None
    closed: str = ""

    def allows(self, url: str, agent: str) -> bool:
        """Whether the agent may ask for the address."""
        return bool(self.rules.can_fetch(url, agent)) if self.rules else not self.closed

    def delay(self, agent: str) -> float:
        """Seconds between two requests that the host asks for, 0 where it asks for none."""
        return float((self.rules and self.rules.crawl_delay(agent)) or 0.0)


def read_robots(answer: Response | FetchError) -> Robots:
    """The rules that an answer to ``/robots.txt`` gives.

    A refusal or an absence (4xx, a redirect that leads nowhere) allows everything, as RFC 9309 has it; a server that
    is ill or cannot be reached forbids everything until it is asked again.
    """
    if isinstance(answer, FetchError):
        ill = answer.outcome in (Outcome.SERVER_ERROR, Outcome.UNREACHABLE, Outcome.RATE_LIMITED)
        return Robots(closed=answer.reason if ill else "")
    if _MARKUP.match(answer.data) or "html" in (answer.content_type or "").lower():
        return Robots()
    return Robots(Protego.parse(answer.data[:_MAX_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")))
