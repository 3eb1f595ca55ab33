"""What can go wrong for a user, and the exit status that tells a cron job which kind it was."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit statuses of every command."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    NOTHING_DONE = 3
    INTERRUPTED = 130
    BROKEN_PIPE = 141


class UserError(Exception):
    """Something the user can put right; the message is one line that says what to do."""

    def __init__(self, message: str, exit_code: ExitCode = ExitCode.USAGE) -> None:
        """Keep the message and the exit status."""
        super().__init__(message)
        self.exit_code = exit_code


def one_line(error: BaseException) -> str:
    """The message of an exception on one line; its type where it has no message."""
    return " ".join(str(error).split()) or type(error).__name__
