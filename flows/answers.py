"""``nianbao query`` and ``nianbao sources check``: answers on standard output."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flows.errors import ExitCode, UserError
from flows.output import complain, say, say_bytes
from flows.settings import Settings
from flows.source_checks import doubts
from flows.sources import group_towns, read_registry
from load.lake_address import Database

if TYPE_CHECKING:
    import pyarrow as pa

_WIDEST_WITHOUT_TERMINAL = 10_000


def print_query(database: Database, sql: str, layout: str) -> None:
    """Run one question against a warehouse, read-only, and print its rows.

    ``sql`` is one statement, or the name of a question of ``load/queries``; ``layout`` is ``table``, ``csv``, ``json``
    or ``parquet`` (bytes, never to a terminal).
    """
    from load.named_queries import named_queries
    from load.query import run_query, run_query_to_arrow

    if named := named_queries().get(sql.strip()):
        sql = named.sql
    if layout == "parquet":
        _require_a_file()
        _parquet(run_query_to_arrow(database, sql))
    else:
        print_rows(*run_query(database, sql), layout)


def print_table(rows: pa.Table, layout: str) -> None:
    """Print an Arrow table in any layout of :func:`print_query`."""
    if layout == "parquet":
        _require_a_file()
        _parquet(rows)
    else:
        print_rows(rows.column_names, list(zip(*(column.to_pylist() for column in rows.columns), strict=True)), layout)


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], layout: str) -> None:
    """Print rows as ``table``, ``csv`` or ``json``."""
    {"table": _table, "csv": _csv, "json": _json}[layout](columns, rows)


def list_queries() -> None:
    """Print the name of every named question, and what it answers."""
    from load.named_queries import named_queries

    print_rows(["name", "answers"], [[query.name, query.about] for query in named_queries().values()], "table")


def check_sources(settings: Settings) -> ExitCode:
    """Print the problems of the registry, what in it is doubtful, and what it holds."""
    rows, problems = read_registry(settings.sources, settings.base_url)
    found = doubts(rows, settings.own_hosts)
    problems += [f"line {doubt.row.line}: {doubt.message}" for doubt in found if doubt.wrong]
    doubtful = [f"line {doubt.row.line}: {doubt.message}" for doubt in found if not doubt.wrong]
    for text in (*problems, *(f"{text} (doubtful)" for text in doubtful)):
        complain(f"{settings.sources or 'sources.csv'}, {text}")
    towns = group_towns(rows)
    counts = {
        "addresses": sum(len(town.addresses) for town in towns),
        "listings": len({url for town in towns for url in town.listings}),
        "towns": len(towns),
        "problems": len(problems),
        "doubts": len(doubtful),
    }
    say("; ".join(f"{name}: {count}" for name, count in counts.items()) + "\n")
    return ExitCode.SOME_FAILED if problems else ExitCode.OK


def _require_a_file() -> None:
    if sys.stdout.isatty():
        raise UserError("parquet is no text: send it to a file (nianbao ... --format parquet > rows.parquet)")


def _parquet(rows: pa.Table) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    say_bytes(sink.getvalue().to_pybytes())


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    numeric = {position for position in range(len(columns)) if rows and all(_is_number(row[position]) for row in rows)}
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for position, column in enumerate(columns):
        drawn.add_column(column, justify="right" if position in numeric else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text("" if value is None else _plain(value)) for value in row))
    terminal = sys.stdout.isatty()
    text = io.StringIO()
    width = shutil.get_terminal_size().columns if terminal else _WIDEST_WITHOUT_TERMINAL
    Console(file=text, width=width, force_terminal=terminal, highlight=False).print(drawn)
    say(text.getvalue())


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    say(text.getvalue())


def _json(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    for row in rows:
        say(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=str) + "\n")
