"""``nianbao parse``: saved reports to standard output, one after the other, as they are read."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from functools import partial

from flows.corrections import active_corrections
from flows.errors import ExitCode
from flows.output import complain, say
from flows.parse import Parsed, as_record, parse_each

_WIDTH_WITHOUT_TERMINAL = 120

Printed = tuple[str | None, str]
"""What goes to standard output (None: nothing), and the reason why a path gave no report (empty: it did)."""


def parse_paths(paths: Sequence[str], *, as_json: bool, jobs: int) -> ExitCode:
    """Print every path's report in order; the exit status tells whether all could be read."""
    active_corrections()
    status = ExitCode.OK
    for text, problem in parse_each(paths, as_line if as_json else _table_printer(), jobs):
        if problem:
            status = ExitCode.SOME_FAILED
        if text is None:
            complain(problem)
        else:
            say(text)
    return status


def as_line(parsed: Parsed) -> Printed:
    """The JSON line of one path; a path that could not be read has one too."""
    return json.dumps(as_record(parsed), ensure_ascii=False, allow_nan=False) + "\n", parsed.error or ""


def _table_printer() -> partial[Printed]:
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else _WIDTH_WITHOUT_TERMINAL
    return partial(_as_tables, width=width, colour=terminal)


def _as_tables(parsed: Parsed, width: int, colour: bool) -> Printed:
    from flows.render import render_report

    if parsed.report is None:
        return None, f"{parsed.path}: {parsed.error}"
    return render_report(parsed.report, parsed.path, width=width, colour=colour) + "\n", ""
