"""Commands about one saved report: parse, explain, show."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import new_app

app = new_app()


class ReportFormat(StrEnum):
    """How reports are printed."""

    TABLE = "table"
    JSONL = "jsonl"


class ExplainFormat(StrEnum):
    """How an explanation is printed."""

    TABLE = "table"
    JSON = "json"


@app.command()
def parse(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Saved reports; - is standard input.")],
    layout: Annotated[
        ReportFormat, typer.Option("--format", help="jsonl: one JSON object a line a path.")
    ] = ReportFormat.TABLE,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to read with; the order stays.")] = 1,
) -> None:
    """Read saved reports and print what they say.

    Uses no network, no database and no orchestration.

    \b
    Examples:
      nianbao parse report.html
      nianbao parse --format jsonl reports/*.html > reports.jsonl
      curl -s https://example.org/report.html | nianbao parse -

    Exit status: 0 every path gave a report, 1 at least one could not be read, 2 wrong usage.
    """
    from flows.print_reports import parse_paths

    raise typer.Exit(parse_paths(paths, as_json=layout is ReportFormat.JSONL, jobs=jobs))


@app.command()
def explain(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A saved report; - is standard input.")],
    figure: Annotated[str, typer.Argument(metavar="FIGURE", help="Figure id, such as requests.granted.total.")],
    layout: Annotated[ExplainFormat, typer.Option("--format", help="How to print it.")] = ExplainFormat.TABLE,
) -> None:
    """Say where one figure stands and what proves it.

    Shows the cell with the words around it, every identity that the figure takes part in with its numbers, and the
    findings that put it in doubt. Uses no network, no database and no orchestration.

    \b
    Examples:
      nianbao explain report.html requests.granted.total
      nianbao explain report.html requests_granted_total --format json

    Exit status: 0 explained, 1 the page could not be read or has no figures, 2 there is no such figure.
    """
    from flows.explain import explain_figure

    raise typer.Exit(explain_figure(path, figure, as_json=layout is ExplainFormat.JSON))


@app.command()
def show(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A saved report; - is standard input.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the page here (- is standard output), open nothing.")
    ] = None,
) -> None:
    """Show a saved report with every doubt at its cell.

    Opens the page in the browser: its tables and lines, every figure's cell marked by the severity of its findings,
    a summary on top. The page holds all it needs and nothing that runs.

    \b
    Examples:
      nianbao show report.html
      nianbao show report.pdf -o marked.html

    Exit status: 0 shown, 1 the page could not be read, 2 wrong usage or no browser, 3 it could not be written.
    """
    from flows.show import show_report

    raise typer.Exit(show_report(path, output))
