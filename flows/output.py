"""Writing to standard output: always UTF-8, at once, and quietly over when nobody reads any more."""

from __future__ import annotations

import sys


class OutputClosedError(Exception):
    """Whoever read standard output has gone (``nianbao parse ... | head``)."""


def say(text: str) -> None:
    """Write text to standard output; a lone surrogate becomes its escape, which JSON reads back as the same."""
    say_bytes(text.encode("utf-8", "backslashreplace"))


def say_bytes(data: bytes) -> None:
    """Write bytes to standard output as they are."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise OutputClosedError from None


def complain(line: str) -> None:
    """Write one line to standard error, behind the name of the command."""
    sys.stderr.write(f"nianbao: {line}\n")
