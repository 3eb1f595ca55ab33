"""``nianbao show``: a saved report as an HTML page with marked cells, opened in the browser or written to a file."""

from __future__ import annotations

import tempfile
import webbrowser
from pathlib import Path

from flows.errors import ExitCode, UserError
from flows.output import say
from flows.parse import STDIN, read_document, read_file, why_unreadable
from flows.show_page import show_page


def show_report(path: str, output: Path | None) -> ExitCode:
    """Write the marked page to ``output`` (``-``: standard output), or open it in the browser when that is None."""
    if output is not None and path != STDIN and output.exists() and output.samefile(path):
        raise UserError(f"{output} is the report itself; name another file with -o")
    try:
        page, report = read_document(read_file(path))
        document = show_page(page, report, path)
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"{path}: {why_unreadable(error)}", ExitCode.SOME_FAILED) from None
    if output is None:
        _open(document)
    elif str(output) == STDIN:
        say(document)
    else:
        output.write_text(document, encoding="utf-8", errors="backslashreplace")
        say(f"written: {output}\n")
    return ExitCode.OK


def _open(document: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="nianbao-"))
    page = folder / "report.html"
    page.write_text(document, encoding="utf-8", errors="backslashreplace")
    if not webbrowser.open(page.as_uri()):
        raise UserError(f"no browser could be started here; the page is {page}, -o FILE puts it elsewhere")
    say(f"opened: {page}\n")
