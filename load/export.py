"""Ways out of the warehouse: the chosen reports as Parquet, CSV, XLSX or DuckDB, the same data always the same way."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from load.database import Connection, WarehouseError, open_database
from load.lake_address import Database
from load.query import require_condition, run_query
from load.schema import insert, prepare
from load.warehouse import REPORT_TABLES
from load.wide import create_wide_tables
from load.workbook import write_workbook
from transform.forms import load_forms
from transform.tables import Column, Table, load_dictionary

_BY_REPORT = REPORT_TABLES
_WHOLE = ("division", "form_figure")
_BELONGS = {
    **dict.fromkeys(_BY_REPORT, "report_id IN (FROM chosen)"),
    "snapshot": "(address, sha256) IN (SELECT (address, snapshot_sha256) FROM report NATURAL JOIN chosen)",
}
_NO_YEAR = "__HIVE_DEFAULT_PARTITION__"
_FIELD_TYPES = {
    "VARCHAR": "string",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
}
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote: the files in order, and how many reports are in them."""

    files: tuple[Path, ...]
    reports: int


def export(database: Database, target: Path, layout: str, *, where: str | None = None) -> Exported:
    """Write the reports for which ``where`` (a condition on the columns of ``reporter``) holds, all without it.

    ``layout``: ``parquet`` and ``csv`` fill the folder ``target``, ``xlsx`` and ``duckdb`` write the file ``target``.
    The same data gives the same bytes, except for ``duckdb``, whose files each carry an identity of their own.
    Raises WarehouseError when the target is there already, and QueryError for a condition that is none.
    """
    if target.exists():
        raise WarehouseError(f"{target}: is there already; name another target, or remove it first")
    chosen = _chosen(database, where)
    write = {"parquet": _parquet, "csv": _csv, "xlsx": _xlsx, "duckdb": _duckdb}[layout]
    with closing(open_database(database, read_only=True)) as con:
        con.execute("CREATE TEMP TABLE chosen AS SELECT unnest($ids::VARCHAR[]) AS report_id", {"ids": chosen})
        folder = target if layout in ("parquet", "csv") else target.parent
        folder.mkdir(parents=True, exist_ok=True)
        files = tuple(write(con, target))
    return Exported(files, len(chosen))


def _chosen(database: Database, where: str | None) -> list[str]:
    condition = f"({where}\n)" if where else "true"
    require_condition(where or "true")
    _, rows = run_query(database, f"SELECT report_id FROM reporter WHERE {condition} ORDER BY report_id")  # noqa: S608
    return [row[0] for row in rows]


def _selected(table: Table, condition: str = "true") -> str:
    """The chosen rows of a table in the order of its key; ``condition`` is on the columns of the table."""
    columns = ", ".join(column.name for column in table.columns)
    belongs = _BELONGS.get(table.name, "true")
    return f"SELECT {columns} FROM {table.name} WHERE {belongs} AND {condition} ORDER BY {', '.join(table.order)}"  # noqa: S608


def _parquet(con: Connection, target: Path) -> Iterator[Path]:
    years = con.execute("SELECT DISTINCT year FROM report SEMI JOIN chosen USING (report_id) ORDER BY year").fetchall()
    resources = []
    for name in (*_BY_REPORT, *_WHOLE):
        table = load_dictionary().tables[name]
        parts = [(f"{name}/year={_NO_YEAR if y is None else y}/{name}.parquet", _in_year(y)) for (y,) in years]
        files = parts if name in _BY_REPORT else [(f"{name}/{name}.parquet", "true")]
        for path, condition in files:
            rows = con.sql(_selected(table, condition)).to_arrow_table().cast(table.arrow_schema)
            yield _write_parquet(rows, target / path)
        resources.append(_resource(table, [path for path, _ in files], "parquet"))
    yield _descriptor(target, resources)


def _in_year(year: int | None) -> str:
    same = "IS NULL" if year is None else f"= {year}"
    return f"report_id IN (SELECT report_id FROM report WHERE year {same})"  # noqa: S608


def _write_parquet(rows: pa.Table, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, path, compression="zstd")
    return path


def _csv(con: Connection, target: Path) -> Iterator[Path]:
    resources = []
    for name in (*_BY_REPORT, *_WHOLE):
        table = load_dictionary().tables[name]
        path = target / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(_BOM)
            writer = csv.writer(file)
            writer.writerow([column.name for column in table.columns])
            result = con.execute(_selected(table))
            while rows := result.fetchmany(50_000):
                writer.writerows([csv_cell(value) for value in row] for row in rows)
        yield path
        resources.append(_resource(table, [path.name], "csv"))
    yield _descriptor(target, resources)


def csv_cell(value: Any) -> Any:
    """A value as CSV shows it: whole numbers without a point, lists as JSON, NULL as nothing."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value


def _resource(table: Table, paths: Sequence[str], layout: str) -> dict[str, Any]:
    encoding = {"encoding": "utf-8", "dialect": {"csv": {"delimiter": ","}}} if layout == "csv" else {}
    schema: dict[str, Any] = {"fields": [_field(c) for c in table.columns], "primaryKey": list(table.order)}
    if table.name in _BY_REPORT and table.name != "report":
        reference = {"resource": "report", "fields": ["report_id"]}
        schema["foreignKeys"] = [{"fields": ["report_id"], "reference": reference}]
    path = paths[0] if len(paths) == 1 else list(paths)
    return {
        "name": table.name,
        "description": table.comment,
        "path": path,
        "format": layout,
        "mediatype": {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}[layout],
        **encoding,
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.values:
        constraints["enum"] = list(column.values)
    field = {"name": column.name, "type": _FIELD_TYPES.get(column.type, "array"), "description": column.comment}
    return field | ({"constraints": constraints} if constraints else {})


def _descriptor(target: Path, resources: Sequence[Mapping[str, Any]]) -> Path:
    path = target / "datapackage.json"
    package = {
        "name": "nianbao",
        "title": "政府信息公开工作年度报告 · Chinese open-government annual reports",
        "profile": "data-package",
        "resources": [resource for resource in resources if resource["path"]],
    }
    path.write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def _xlsx(con: Connection, target: Path) -> Iterator[Path]:
    write_workbook(con, target)
    yield target


def _duckdb(con: Connection, target: Path) -> Iterator[Path]:
    """A warehouse with the chosen reports, loaded in one go."""
    tables = load_dictionary().tables
    with closing(open_database(target)) as new:
        prepare(new, str(target))
        for name in (*_BY_REPORT, "snapshot", "division"):
            insert(new, tables[name], con.sql(_selected(tables[name])).to_arrow_table())
        create_wide_tables(new, load_forms())
    yield target
