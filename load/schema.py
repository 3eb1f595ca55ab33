"""The tables of the warehouse in DuckDB: made from ``data/dictionary.toml`` and the form files, every one commented."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from importlib import resources

import duckdb
import pyarrow as pa

from load.batch import encoded, in_key_order
from load.between import check_between
from load.database import Connection, WarehouseError, registered
from load.lake import is_lake, writing
from load.sql import literal
from load.views import create_views
from load.wide import create_wide_tables
from transform.forms import Form, load_forms
from transform.tables import Table, load_dictionary
from transform.version import forms_fingerprint

_TABLES = "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND database_name = current_database()"


def table_ddl(table: Table, *, checked: bool = True) -> str:
    """The CREATE TABLE statement of a table, with its NOT NULL and, if ``checked``, its CHECK constraints.

    Keys are checked by each load and not by an index: an index over millions of figures would cost more than the load.
    """
    lines = [f"{column.name} {column.type}{' NOT NULL' if column.required else ''}" for column in table.columns]
    lines += [f"CHECK ({check})" for check in (_checks(table) if checked else ())]
    return f"CREATE TABLE {table.name} (\n  " + ",\n  ".join(lines) + "\n)"


def _checks(table: Table) -> list[str]:
    """What holds for each row of a table."""
    listed = (f"{c.name} IN ({', '.join(map(literal, c.values))})" for c in table.columns if c.values)
    return [*listed, *table.checks]


def comment_statements(table: Table) -> list[str]:
    """COMMENT ON statements for a table and each of its columns."""
    return [f"COMMENT ON TABLE {table.name} IS {literal(table.comment)}"] + [
        f"COMMENT ON COLUMN {table.name}.{column.name} IS {literal(column.comment)}" for column in table.columns
    ]


def definitions_fingerprint() -> str:
    """A hash over all that tables, views and comments are made from; a file with another one is brought up to date."""
    digest = hashlib.sha256(forms_fingerprint().encode())
    data, load = resources.files("data"), resources.files("load")
    entries = [data.joinpath("dictionary.toml"), data.joinpath("crosswalk.toml"), data.joinpath("cross_checks.toml")]
    for folder in (load.joinpath("sql"), load.joinpath("marts")):
        entries += sorted(folder.iterdir(), key=lambda entry: entry.name)
    for entry in entries:
        digest.update(entry.read_bytes())
    return digest.hexdigest()[:16]


def prepare(con: Connection, name: str) -> None:
    """Make the schema in an empty database, or bring views and comments of an existing warehouse up to date.

    ``name`` is what messages call the file.  Raises WarehouseError when it holds anything else.
    """
    if _is_current(con, name):
        return
    with writing(con):
        if _is_current(con, name):
            return
        con.begin()
        try:
            if stored_version(con, name) is None:
                for table in load_dictionary().tables.values():
                    con.execute(table_ddl(table, checked=not is_lake(con)))
            _describe(con, load_forms())
            con.commit()
        except duckdb.Error:
            con.rollback()
            raise


def _is_current(con: Connection, name: str) -> bool:
    return stored_version(con, name) is not None and _meta(con).get("definitions") == definitions_fingerprint()


def stored_version(con: Connection, name: str) -> int | None:
    """The schema version of a warehouse, None for an empty database.

    Raises WarehouseError for a database that is no warehouse, and for another version than this program's.
    """
    expected = load_dictionary().schema_version
    tables = {name for (name,) in con.execute(_TABLES).fetchall()}
    if not tables:
        return None
    text = _meta(con).get("schema_version") if "meta" in tables else None
    if text is None:
        raise WarehouseError(f"{name}: a DuckDB file, but no warehouse of this program; name another file")
    if text != str(expected):
        raise WarehouseError(
            f"{name}: has schema version {text}, this program needs version {expected}; "
            "load the reports anew into another file"
        )
    return expected


def _meta(con: Connection) -> dict[str, str]:
    try:
        return dict(con.execute("SELECT key, value FROM meta").fetchall())
    except duckdb.Error:
        return {}


def _describe(con: Connection, forms: Mapping[str, Form]) -> None:
    dictionary = load_dictionary()
    for table in dictionary.tables.values():
        con.execute(";\n".join(comment_statements(table)))
    replace_rows(con, dictionary.tables["form_figure"], form_figures(forms))
    create_wide_tables(con, forms)
    create_views(con, forms)
    check_between(con, forms)
    properties = {"schema_version": str(dictionary.schema_version), "definitions": definitions_fingerprint()}
    replace_rows(con, dictionary.tables["meta"], ({"key": k, "value": v} for k, v in sorted(properties.items())))


def form_figures(forms: Mapping[str, Form]) -> list[dict[str, object]]:
    """The rows of table ``form_figure``: every figure of every form, in the order of the form."""
    return [
        {
            "form": form.id,
            "position": position,
            "figure": figure.figure,
            "table_name": figure.table,
            "row_name": figure.row,
            "column_name": figure.column,
            "unit": figure.unit,
            "label_row": figure.label_row,
            "label_column": figure.label_column,
            "gloss": figure.gloss,
            "alternative": figure.alternative,
        }
        for form in forms.values()
        for position, figure in enumerate(form.figures.values(), 1)
    ]


def replace_rows(con: Connection, table: Table, rows: Iterable[Mapping[str, object]]) -> None:
    """Replace all rows of a small table, in one scan; the caller holds the transaction."""
    batch = pa.Table.from_pylist([dict(row) for row in rows], schema=table.arrow_schema)
    con.execute(f"DELETE FROM {table.name}")  # noqa: S608
    insert(con, table, batch)


def replace_by_key(con: Connection, table: Table, batch: pa.Table) -> None:
    """Put rows in the place of those with the same key; the caller holds the transaction."""
    same = " AND ".join(f"{table.name}.{column} = incoming.{column}" for column in table.order)
    with registered(con, "incoming", batch):
        con.execute(f"DELETE FROM {table.name} USING incoming WHERE {same}")  # noqa: S608
    insert(con, table, batch)


def insert(con: Connection, table: Table, batch: pa.Table) -> None:
    """Insert an Arrow table with the columns of ``table``, sorted by its key, in one scan.

    Raises WarehouseError when two of its rows share a key, or one breaks what holds for each row.
    """
    columns = ", ".join(column.name for column in table.columns)
    with registered(con, "incoming", in_key_order(table.name, encoded(batch, table.order), table.order)):
        if is_lake(con):
            _require_checks(con, table)
        con.execute(f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM incoming")  # noqa: S608


def _require_checks(con: Connection, table: Table) -> None:
    """What the constraints of a DuckDB file refuse, for a lake, which has none."""
    for check in _checks(table):
        if con.execute(f"FROM incoming WHERE NOT ({check}) LIMIT 1").fetchall():
            raise WarehouseError(f"nothing was loaded: CHECK constraint failed on table {table.name}: {check}")
