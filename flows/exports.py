"""``nianbao export`` and ``nianbao diff``: results of the database on their way to other programs, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.answers import print_rows
from flows.errors import ExitCode
from flows.output import complain, say
from flows.settings import load_settings

if TYPE_CHECKING:
    from load.diff import Change
    from load.lake_address import Database


def export_reports(database: Database, target: Path, layout: str, where: str | None) -> ExitCode:
    """Write the chosen reports and say what was written; nothing chosen is exit status 3."""
    from load.export import export

    exported = export(database, target, layout, where=where)
    say(f"{target}: {exported.reports} reports, {len(exported.files)} files\n")
    if not exported.reports:
        complain("no report was chosen; the export has no rows")
    return ExitCode.OK if exported.reports else ExitCode.NOTHING_DONE


def print_diff(a: Database, b: Database, layout: str) -> ExitCode:
    """Print what differs between two databases; exit status 1 when anything does."""
    from load.diff import diff_warehouses

    changes = diff_warehouses(a, b, megabytes=load_settings().memory_megabytes)
    print_changes(changes, layout)
    return ExitCode.SOME_FAILED if changes else ExitCode.OK


def print_changes(changes: Sequence[Change], layout: str) -> None:
    """Print differences between two databases, a row each."""
    columns = ("change", "report_id", "issuer", "year", "figure", "finding", "before", "after", "item")
    print_rows(columns, [[getattr(change, column) for column in columns] for change in changes], layout)
