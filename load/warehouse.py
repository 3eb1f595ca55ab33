"""Loading batches of reports into the warehouse: one transaction each, delete and insert by report, idempotent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from extract.archive import Visit
from load.batch import codes, encoded
from load.between import check_between
from load.database import Connection, WarehouseError, open_database, registered
from load.lake import writing
from load.lake_address import Database
from load.ledger import visit_rows
from load.schema import insert, prepare, replace_by_key, stored_version
from load.snapshots import Snapshot, snapshot_rows
from load.sql import one_line
from load.wide import delete_wide_rows, insert_wide_rows, wide_rows
from transform.forms import load_forms
from transform.frames import Frames
from transform.tables import Table, load_dictionary

Batch = Mapping[str, pa.Table]
"""Rows to be loaded together, by table: those of reports, ``snapshot`` and ``visit``."""
REPORT_TABLES = ("report", "figure", "finding", "section", "statement", "statistics_extra")

_REPLACED = """
CREATE OR REPLACE TEMP TABLE replaced AS
SELECT report_id FROM report SEMI JOIN incoming_report USING (report_id)
UNION
SELECT report_id FROM report SEMI JOIN incoming_report USING (address, snapshot_sha256)
UNION
SELECT old.report_id
FROM report AS old
JOIN incoming_report AS new USING (address)
WHERE NOT regexp_matches(old.address, '^(file|sha256):') AND coalesce(old.year = new.year, true)
"""
_CONCERNED = """
CREATE OR REPLACE TEMP TABLE concerned AS
SELECT division_code FROM incoming_report
UNION
SELECT division_code FROM report SEMI JOIN replaced USING (report_id)
"""


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """What a load did: rows put in, and how many reports gave way to them."""

    reports: int
    figures: int
    findings: int
    sections: int
    replaced: int


@contextmanager
def open_warehouse(database: Database, *, read_only: bool = False) -> Iterator[Connection]:
    """A connection to a warehouse; one that is missing is made, with all tables, comments and views.

    Raises WarehouseError for everything that :func:`load.database.open_database` refuses, and for a database of another
    schema version.
    """
    con = open_database(database, read_only=read_only)
    try:
        if not read_only:
            prepare(con, str(database))
        elif stored_version(con, str(database)) is None:
            raise WarehouseError(f"{database}: an empty database; load a report first")
        yield con
    finally:
        con.close()


def load_batch(
    warehouse: Database | Connection, frames: Frames, snapshots: Iterable[Snapshot] = (), visits: Iterable[Visit] = ()
) -> LoadSummary:
    """Put a batch of reports, the snapshots they were read from and the visits that were made into the warehouse.

    All of it goes in, or nothing.

    ``warehouse`` is a file, a lake, or a connection of :func:`open_warehouse`.  Rows of a report give way to one with
    the same id, to another reading of the same bytes from the same address, and, on the web, to one of the same address
    and year (or when one of the years is unknown); so loading twice changes nothing.  Two reports of one issuer and
    year at two addresses both stay: which one counts is for a view to choose.  The findings between years of the
    divisions concerned are made anew.  Raises WarehouseError naming the constraint that a row breaks.
    """
    batch = to_batch(frames, snapshots, visits)
    if isinstance(warehouse, duckdb.DuckDBPyConnection):
        return load_tables(warehouse, batch)
    with open_warehouse(warehouse) as con:
        return load_tables(con, batch)


def to_batch(frames: Frames, snapshots: Iterable[Snapshot] = (), visits: Iterable[Visit] = ()) -> Batch:
    """What :func:`load_tables` loads, as Arrow tables; raises WarehouseError for frames that do not fit."""
    tables = load_dictionary().tables
    batch = {name: _arrow(tables[name], frames) for name in REPORT_TABLES}
    _require_complete(batch)
    return batch | {"snapshot": snapshot_rows(snapshots), "visit": visit_rows(visits)}


def load_tables(con: Connection, batch: Batch, *, between: bool = True) -> LoadSummary:
    """Put a batch of :func:`to_batch` into the warehouse, see :func:`load_batch`.

    Without ``between`` the findings between reports are left as they are: who loads many batches into a warehouse that
    nobody sees yet calls :func:`load.between.check_between` once, after the last.
    """
    reports = {name: batch[name] for name in REPORT_TABLES}
    replaced = 0
    with transaction(con):
        if batch["report"].num_rows:
            replaced = _delete_replaced(con, batch["report"])
            with ThreadPoolExecutor(1) as beside:
                wide = beside.submit(wide_rows, load_forms(), batch["report"], batch["figure"])
                for name, rows in reports.items():
                    insert(con, load_dictionary().tables[name], rows)
            insert_wide_rows(con, wide.result())
            if between:
                check_between(con, load_forms(), "SELECT division_code FROM concerned")
        for name in ("snapshot", "visit"):
            replace_by_key(con, load_dictionary().tables[name], batch[name])
    return LoadSummary(
        reports=batch["report"].num_rows,
        figures=batch["figure"].num_rows,
        findings=batch["finding"].num_rows,
        sections=batch["section"].num_rows,
        replaced=replaced,
    )


@contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """Run the body in one transaction; any error rolls it back, and DuckDB's own become WarehouseError.

    Who else writes into the same lake waits until it has ended.
    """
    with writing(con):
        con.begin()
        try:
            yield
            con.commit()
        except BaseException as error:
            _roll_back(con)
            if isinstance(error, duckdb.Error):
                raise WarehouseError(f"nothing was loaded: {one_line(error)}") from None
            raise


def _roll_back(con: Connection) -> None:
    """Roll back, also when DuckDB has already given the transaction up."""
    try:
        con.rollback()
    except duckdb.TransactionException:
        return


def _arrow(table: Table, frames: Frames) -> pa.Table:
    columns = [column.name for column in table.columns]
    try:
        frame = getattr(frames, table.name)[columns]
        return encoded(pa.Table.from_pandas(frame, table.arrow_schema, preserve_index=False), table.order)
    except (KeyError, ValueError, pa.ArrowException) as error:
        raise WarehouseError(
            f"nothing was loaded: frame {table.name} does not fit: {' '.join(str(error).split())}"
        ) from None


def _delete_replaced(con: Connection, reports: pa.Table) -> int:
    told = reports.select(["report_id", "address", "snapshot_sha256", "year", "division_code"])
    with registered(con, "incoming_report", told):
        con.execute(_REPLACED)
        con.execute(_CONCERNED)
    count = con.execute("SELECT count(*) FROM replaced").fetchall()[0][0]
    if count:
        for name in REPORT_TABLES:
            con.execute(f"DELETE FROM {name} WHERE report_id IN (SELECT report_id FROM replaced)")  # noqa: S608
        delete_wide_rows(con, load_forms(), "SELECT report_id FROM replaced")
    con.execute("DROP TABLE temp.replaced")
    return int(count)


def _require_complete(batches: Mapping[str, pa.Table]) -> None:
    """Refuse a batch with rows of a report that it does not hold."""
    known = set(batches["report"]["report_id"].to_pylist())
    for name, batch in batches.items():
        homeless = sorted(set(codes(batch["report_id"])[1]) - known)
        if homeless:
            raise WarehouseError(f"nothing was loaded: {name} has rows of the report {homeless[0]}, which is not there")


def ordered(table: str) -> str:
    """The SELECT of all rows of a table in the order of its key: two exports of the same rows are the same bytes."""
    found = load_dictionary().tables[table]
    columns = ", ".join(column.name for column in found.columns)
    return f"SELECT {columns} FROM {found.name} ORDER BY {', '.join(found.order)}"  # noqa: S608
