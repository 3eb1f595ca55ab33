"""The tables of the warehouse as data: keys, columns, types and comments, read from ``data/dictionary.toml``.

Frames and database have the same columns in the same order because both are built from these objects.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import pyarrow as pa

_ARROW_TYPES: Mapping[str, pa.DataType] = {
    "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "STRUCT(figure VARCHAR, value DOUBLE)[]": pa.list_(pa.struct([("figure", pa.string()), ("value", pa.float64())])),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the warehouse; ``type`` is a DuckDB type, ``values`` lists all that it may hold (empty: anything)."""

    name: str
    type: str
    comment: str
    required: bool = False
    values: tuple[str, ...] = ()

    @property
    def arrow_type(self) -> pa.DataType:
        """The Arrow type that holds the column on its way to the database."""
        return _ARROW_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the warehouse; ``order`` is its key and the order of its exports, ``checks`` hold for each row."""

    name: str
    comment: str
    order: tuple[str, ...]
    columns: tuple[Column, ...]
    checks: tuple[str, ...] = ()

    @property
    def arrow_schema(self) -> pa.Schema:
        """All columns with their Arrow types; required columns are not nullable."""
        return pa.schema([pa.field(c.name, c.arrow_type, nullable=not c.required) for c in self.columns])


@dataclass(frozen=True, slots=True)
class ViewComments:
    """What is said of a view and of those of its columns that no form or crosswalk describes."""

    comment: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The whole of ``data/dictionary.toml``: schema version, tables and views by name."""

    schema_version: int
    tables: Mapping[str, Table]
    views: Mapping[str, ViewComments]


@lru_cache(maxsize=1)
def load_dictionary() -> Dictionary:
    """The dictionary of the warehouse, read once."""
    raw = tomllib.loads(resources.files("data").joinpath("dictionary.toml").read_text(encoding="utf-8"))
    tables = {
        name: Table(
            name=name,
            comment=table["comment"],
            order=tuple(table["order"]),
            columns=tuple(
                Column(column, c["type"], c["comment"], c.get("required", False), tuple(c.get("values", ())))
                for column, c in table["columns"].items()
            ),
            checks=tuple(table.get("checks", ())),
        )
        for name, table in raw["tables"].items()
    }
    views = {name: ViewComments(view["comment"], view.get("columns", {})) for name, view in raw["views"].items()}
    return Dictionary(raw["warehouse"]["schema_version"], tables, views)
