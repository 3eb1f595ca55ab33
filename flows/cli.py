"""The command ``nianbao``: its commands put together, and how a call ends."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from flows.commands import pages, questions, runs, upkeep
from flows.errors import ExitCode, UserError, one_line
from flows.output import OutputClosedError, complain

_EXIT_CODES = "Exit status: 0 all went well, 1 some input failed, 2 wrong usage, 3 nothing could be done."

app = typer.Typer(
    name="nianbao",
    help=(
        "Chinese open-government annual reports, read into one DuckDB database where every figure is proved or carries "
        f"a finding.\n\n{_EXIT_CODES}"
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for part in (pages, runs, questions):
    app.add_typer(part.app)
app.add_typer(upkeep.sources_app, name="sources")
app.add_typer(upkeep.corrections_app, name="corrections")
app.add_typer(upkeep.archive_app, name="archive")


@app.callback()
def _common(debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False) -> None:
    """Options before the command."""
    if debug:
        os.environ["NIANBAO_DEBUG"] = "1"


def main() -> None:
    """Run the command line and end the process with the exit status."""
    leave(run(sys.argv[1:]))


def leave(status: int) -> NoReturn:
    """End the process, at once where Prefect was used.

    What Prefect and DuckDB have to say while the interpreter takes them apart, when the server is gone, helps nobody.
    """
    if "prefect" in sys.modules:
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run one command; the exit status.  Errors are one line on standard error, a traceback only with ``--debug``."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    try:
        status = app(args=arguments, prog_name="nianbao", standalone_mode=False) or ExitCode.OK
        sys.stdout.flush()
    except (OutputClosedError, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = ExitCode.BROKEN_PIPE
    except (KeyboardInterrupt, typer.Abort):
        status = _complain("interrupted", ExitCode.INTERRUPTED)
    except TyperException as error:
        status = _complain(f"{one_line(Exception(error.format_message()))} (see nianbao --help)", ExitCode.USAGE)
    except UserError as error:
        status = _complain(str(error), error.exit_code)
    except Exception as error:
        if os.environ.get("NIANBAO_DEBUG"):
            traceback.print_exc()
        status = _complain(*_explain(error))
    return int(status)


def _explain(error: Exception) -> tuple[str, ExitCode]:
    from extract.archive import ArchiveError
    from load.database import WarehouseError
    from load.query import QueryError
    from transform.frames import FramesError

    if isinstance(error, QueryError):
        return one_line(error), ExitCode.USAGE
    if isinstance(error, ArchiveError | WarehouseError | FramesError):
        return one_line(error), ExitCode.NOTHING_DONE
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror or one_line(error)}", ExitCode.NOTHING_DONE
    what = f"something unforeseen happened ({type(error).__name__}: {one_line(error)})"
    return f"{what}; nianbao --debug COMMAND shows where", ExitCode.NOTHING_DONE


def _complain(message: str, status: ExitCode) -> ExitCode:
    complain(message)
    return status


if __name__ == "__main__":
    main()
