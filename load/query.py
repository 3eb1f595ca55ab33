"""Questions to the warehouse, strictly read-only: nothing that a query says can write a file or change the data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from load.database import Connection, open_database
from load.lake import is_lake, reaching_functions
from load.lake_address import Database
from load.sql import one_line


class QueryError(ValueError):
    """A query cannot be answered; the message is one line that says why."""


_QUESTIONS = frozenset({"SELECT", "EXPLAIN", "MULTI"})
"""Statement types that only ask; DuckDB 2 calls a PIVOT without a list of values MULTI."""
_DESCRIBING_PRAGMA = re.compile(r"\s*PRAGMA\s+(?:table_info|show_tables|database_size|version)\b", re.IGNORECASE)


def run_query(database: Database, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The column names and all rows that one SELECT (or WITH, FROM, DESCRIBE, SHOW, SUMMARIZE, PIVOT, EXPLAIN) gives.

    The file is opened read-only, with no access to other files and the configuration locked.  Raises QueryError for
    any other statement, for more than one, and for what DuckDB refuses; WarehouseError when the file cannot be opened.
    """
    with _asked(database, sql) as con:
        result = con.execute(sql)
        return [column[0] for column in result.description or ()], result.fetchall()


def run_query_to_arrow(database: Database, sql: str) -> pa.Table:
    """The same question answered as an Arrow table; raises what :func:`run_query` raises."""
    with _asked(database, sql) as con:
        return con.sql(sql).to_arrow_table()


def require_condition(text: str) -> None:
    """Raise QueryError unless ``text`` is one SQL expression."""
    try:
        duckdb.SQLExpression(text)
    except duckdb.Error as error:
        raise QueryError(f"not a condition: {_explained(error)}") from None


@contextmanager
def _asked(database: Database, sql: str) -> Iterator[Connection]:
    _require_one_question(sql)
    con = open_database(database, read_only=True, locked=True)
    try:
        if is_lake(con):
            _require_no_reaching(con, sql)
        yield con
    except duckdb.Error as error:
        raise QueryError(_explained(error)) from None
    finally:
        con.close()


def _require_no_reaching(con: Connection, sql: str) -> None:
    """Refuse the functions by which a question could reach past the tables: a read-only catalogue does not stop all."""
    if named := sorted(reaching_functions(con).intersection(re.findall(r"\w+", sql.lower()))):
        raise QueryError(f"in a lake only tables and views are asked: {named[0]} is refused")


def _require_one_question(sql: str) -> None:
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(_explained(error)) from None
    questions = [s for s in statements if not _made_by_pivot(s)]
    if not questions:
        raise QueryError("there is no statement to run")
    if len(questions) > 1:
        raise QueryError(f"one statement at a time: {len(questions)} were given")
    kind = questions[0].type
    if kind.name not in _QUESTIONS and not (kind.name == "PRAGMA" and _DESCRIBING_PRAGMA.match(sql)):
        raise QueryError(f"only questions are answered (SELECT, WITH, DESCRIBE, SHOW): {kind.name} is refused")


def _made_by_pivot(statement: duckdb.Statement) -> bool:
    """PIVOT without a list of values is two statements, the first of which has no text: a temporary type."""
    return bool(statement.type == duckdb.StatementType.CREATE and not statement.query.strip())


def _explained(error: duckdb.Error) -> str:
    """The first line of the error, with DuckDB's suggestion and the offending line of the query where it gives them."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    hints = [line for line in lines[1:] if line.startswith(("Did you mean", "Candidate bindings"))]
    return " ".join([one_line(error), *hints])
