"""The corrections in force, and ``nianbao corrections check``."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from importlib import resources
from pathlib import Path

from flows.errors import ExitCode, UserError
from flows.output import complain, say
from load.lake_address import Database
from transform.proof.corrections import Correction, CorrectionsError, read_corrections

_VARIABLE = "NIANBAO_CORRECTIONS"


def active_corrections() -> tuple[Correction, ...]:
    """The corrections of the file that ``NIANBAO_CORRECTIONS`` names, else of the one that is shipped.

    Raises :class:`UserError` for a file that cannot be used.
    """
    path = os.environ.get(_VARIABLE)
    return _corrections_in(Path(path)) if path else _shipped()


def corrections_fingerprint() -> str:
    """A hash over the corrections in force: what was read with others is read again."""
    return hashlib.sha256(repr(active_corrections()).encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def _shipped() -> tuple[Correction, ...]:
    shipped = resources.files("data").joinpath("corrections.toml")
    return read_corrections(shipped.read_text(encoding="utf-8"), "data/corrections.toml")


def _corrections_in(path: Path) -> tuple[Correction, ...]:
    """The corrections of a file; a process that runs for long sees when the file is written anew."""
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or 'cannot be read'}; {_VARIABLE} names it") from None


@lru_cache(maxsize=1)
def _read(path: Path, written: int) -> tuple[Correction, ...]:  # noqa: ARG001
    name = str(path)
    try:
        return read_corrections(path.read_text(encoding="utf-8"), name)
    except CorrectionsError as error:
        raise UserError(str(error)) from None
    except UnicodeDecodeError:
        raise UserError(f"{name}: is no UTF-8 text") from None


def check_corrections(path: Path | None, database: Database) -> ExitCode:
    """Print the problems of the corrections, and how many there are.

    Each correction is held against the database: its report has to be there and to print what is expected.
    """
    from load.corrections import correction_problems

    corrections = _corrections_in(path) if path else active_corrections()
    problems = list(correction_problems(database, corrections)) if corrections else []
    for problem in problems:
        complain(problem)
    say(f"corrections: {len(corrections)}; problems: {len(problems)}\n")
    return ExitCode.SOME_FAILED if problems else ExitCode.OK
