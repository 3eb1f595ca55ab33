"""Pieces of SQL, and what DuckDB says of them, as text."""

from __future__ import annotations


def literal(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def one_line(error: Exception) -> str:
    """The first line of what DuckDB says, without the kind of the error before it."""
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return first.split(" Error: ", 1)[-1]
