"""What Prefect shows of a night: a summary in Markdown, a table of failures, and a message where it failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import requests

from flows.errors import one_line
from flows.output import complain
from flows.results import Failure, Summary
from flows.settings import load_settings
from load.ledger import Run

SUMMARY_KEY = "night-summary"
FAILURES_KEY = "night-failures"
_MOST_ROWS = 1000
_TIMEOUT = 20.0


def summary_in_markdown(run: Run, summary: Summary) -> str:
    """The night on one page: its state, pages, reports, findings by rule, and failures by kind with an example each."""
    pages = [("new", summary.new), ("changed", summary.changed), ("unchanged", summary.unchanged)]
    parts = [
        f"# Night {run.run_id}",
        f"**{run.state}**" + (f": {run.message}" if run.message else ""),
        _table(("pages", ""), [*pages, ("failed", summary.missing)]),
        _table(("reports read", summary.reports), summary.verdicts),
        _table(("findings", summary.findings), summary.rules),
    ]
    if summary.failures:
        parts.append(_table(("failures", len(summary.failures), "for example"), _failures_by_kind(summary.failures)))
    return "\n\n".join(parts) + "\n"


def failures_as_rows(failures: Sequence[Failure]) -> list[dict[str, Any]]:
    """A row for each failure, the first thousand of them."""
    names = ("town", "address", "stage", "outcome", "reason")
    return [{name: getattr(failure, name) for name in names} for failure in failures[:_MOST_ROWS]]


def show_night(run: Run, summary: Summary) -> None:
    """Put both on the Prefect server, as artifacts of the flow run that calls this."""
    from prefect.artifacts import create_markdown_artifact, create_table_artifact

    create_markdown_artifact(summary_in_markdown(run, summary), key=SUMMARY_KEY, description=summary.line)
    rest = len(summary.failures) - _MOST_ROWS
    about = f"{len(summary.failures)} failures" + (f", of which {rest} are not shown" if rest > 0 else "")
    create_table_artifact(failures_as_rows(summary.failures), key=FAILURES_KEY, description=about)


def notify(flow: Any, flow_run: Any, state: Any) -> None:
    """A hook of Prefect: post what failed to the address of the settings, if any, as JSON with the key ``text``."""
    address = load_settings().notify_url
    if not address:
        return
    told = {"flow": flow.name, "flow_run": str(flow_run.id), "state": state.name, "message": state.message}
    text = f"nianbao: {flow.name} {flow_run.name} ended in state {state.name}: {state.message}"
    try:
        requests.post(address, json={"text": text, **told}, timeout=_TIMEOUT).raise_for_status()
    except requests.RequestException as error:
        complain(f"NIANBAO_NOTIFY_URL was not told of it: {one_line(error)}")


def _failures_by_kind(failures: Sequence[Failure]) -> Iterator[tuple[object, ...]]:
    """Kind, count, and the first failure of each kind, the most frequent kinds first."""
    for kind, count in Counter(failure.kind for failure in failures).most_common():
        first = next(failure for failure in failures if failure.kind == kind)
        yield kind, count, f"{first.town}, {first.address}: {first.reason}"


def _table(header: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    lines = [header, ["---", "---:", "---"][: len(header)], *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: object) -> str:
    text = " ".join(str(value).split())
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
