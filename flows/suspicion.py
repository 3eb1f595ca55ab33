"""Whether a night can be believed: what is much worse than the time before, by the thresholds of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from load.ledger import Run

_NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much worse than the last night is suspicious.

    ``least_pages`` is the least share of the number of documents that came the last time; ``most_hosts_gone`` the most
    hosts that gave something then and nothing now; ``most_worse`` how much the share of reports that are flagged or
    empty may rise.
    """

    least_pages: float = 0.8
    most_hosts_gone: int = 0
    most_worse: float = 0.02


def doubts_about(now: Run, last: Run | None, hosts_gone: Sequence[str], thresholds: Thresholds) -> tuple[str, ...]:
    """What makes a night suspicious, one sentence each; nothing but silence makes the first night suspicious."""
    asked = now.answered + now.pages_failed
    if asked and not now.answered:
        return (f"none of {asked} addresses gave a document",)
    if last is None:
        return ()
    doubts = []
    if now.answered < thresholds.least_pages * last.answered:
        doubts.append(f"{now.answered} documents came, {last.answered} the time before")
    if len(hosts_gone) > thresholds.most_hosts_gone:
        named = ", ".join(hosts_gone[:_NAMED_AT_MOST])
        more = f" and {len(hosts_gone) - _NAMED_AT_MOST} more" if len(hosts_gone) > _NAMED_AT_MOST else ""
        doubts.append(f"hosts that gave nothing any more: {named}{more}")
    if _bad(now) > _bad(last) + thresholds.most_worse:
        doubts.append(f"{_bad(now):.1%} of all reports are flagged or empty, {_bad(last):.1%} the time before")
    return tuple(doubts)


def _bad(run: Run) -> float:
    return (run.flagged + run.empty) / run.reports if run.reports else 0.0
