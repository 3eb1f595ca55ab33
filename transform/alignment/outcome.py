"""What alignment yields: where each figure stands, what is in doubt, and how a row of cells is summed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from transform.alignment.columns import Slots
from transform.forms import TableDef
from transform.model import Cause, ExtraRow, Finding, Severity
from transform.rows.tokens import RawRow, Token


@dataclass(slots=True, eq=False)
class Placement:
    """The cell of one figure; ``value`` is set where the number was decoded out of a cell that holds several."""

    token: Token | None
    value: int | None = None
    certain: bool = True
    header_text: str | None = None


@dataclass(slots=True)
class Doubts:
    """Findings of the reading, as they come up."""

    findings: list[Finding] = field(default_factory=list)

    def add(
        self, rule: str, figures: Iterable[str], message: str, severity: Severity = "error", cause: Cause = "parse"
    ) -> None:
        """Add a finding."""
        self.findings.append(Finding(rule, severity, tuple(figures), message, cause))


def doubt_glued(doubts: Doubts, table: TableDef, placements: Mapping[str, Placement]) -> None:
    """Put the figures in doubt whose digits nothing parts from their label, where no sum proves them."""
    glued = [key for key, placement in placements.items() if placement.token is not None and placement.token.glued]
    if glued:
        message = "nothing parts these numbers from their labels: digits of other cells may have run into them"
        doubts.add(f"{table.id}.glued_cells", glued, message, "warning")


@dataclass(slots=True)
class Alignment:
    """Where each figure stands, what is in doubt, which blocks of the page the tables occupy, what no figure takes."""

    placements: dict[str, Placement] = field(default_factory=dict)
    doubts: Doubts = field(default_factory=Doubts)
    blocks: set[int] = field(default_factory=set)
    extra: list[ExtraRow] = field(default_factory=list)


def total_place(table: TableDef) -> int | None:
    """The place of the table's total column, or None when it has none."""
    ids = [c.id for c in table.columns]
    return ids.index("total") if "total" in ids else None


def count_of(token: Token | None) -> int | None:
    """The count that a cell prints; a blank or dash counts as nothing; None where it prints something else."""
    if token is None or token.info.value.status in ("blank", "dash"):
        return 0
    value = token.info.value.value
    return value if isinstance(value, int) else None


def row_holds(slots: Slots, total: int) -> bool | None:
    """Whether a row adds up to its total; None when it has no number but zero, or a cell that is no count."""
    numbers = [count_of(t) for t in slots]
    if any(n is None for n in numbers):
        return None
    counts = [n or 0 for n in numbers]
    if not any(counts):
        return None
    return sum(counts) == 2 * counts[total]


def same_cells(a: Slots, b: Slots) -> bool:
    """Whether two readings of a row give each place the same cell, or cells that print the same."""
    return all(
        x is y or (x is not None and y is not None and x.info.value == y.info.value) for x, y in zip(a, b, strict=True)
    )


def texts_of(row: RawRow) -> str:
    """The values of a row as the page prints them, for messages."""
    return " | ".join(t.info.text for t in row.values)
