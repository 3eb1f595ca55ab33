"""What a report comes to: the verdict over its figures and findings."""

from __future__ import annotations

from collections.abc import Sequence, Set

from transform.model import Finding, Status, Verdict


def verdict_of(statuses: Set[Status], findings: Sequence[Finding]) -> Verdict:
    """The verdict of a report that has a statutory table, of the ``statuses`` that its figures have.

    ``flagged`` with a finding of severity error; ``verified`` where every figure was read and none is in doubt; else
    ``incomplete``.
    """
    if any(f.severity == "error" for f in findings):
        return "flagged"
    read = statuses <= {"reported", "decoded"}
    doubted = any(f.figures for f in findings)
    return "incomplete" if doubted or not read else "verified"
