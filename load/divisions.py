"""The gazetteer in the warehouse: every division with the names of those above it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from load.between import check_between
from load.database import Connection
from load.schema import insert
from load.warehouse import transaction
from transform.forms import load_forms
from transform.tables import load_dictionary

_CODE_LENGTHS = {"province": 2, "prefecture": 4, "county": 6}


class Division(Protocol):
    """A division of the gazetteer: its statistical code (2, 4, 6 or 9 digits), official name and level."""

    @property
    def code(self) -> str:
        """Statistical code."""

    @property
    def name(self) -> str:
        """Official name."""

    @property
    def level(self) -> str:
        """``province``, ``prefecture``, ``county`` or ``town``."""


def division_rows(divisions: Iterable[Division]) -> pa.Table:
    """The rows of table ``division``, sorted by code; the divisions above are those whose code the code begins with."""
    known = {division.code: division for division in divisions}
    found = [known[code] for code in sorted(known)]
    codes = pa.array([division.code for division in found], pa.string())
    names = pa.array([division.name for division in found], pa.string())
    digits = pc.utf8_length(codes)
    above, parents = {}, [pa.nulls(len(codes), pa.string())]
    for level, length in _CODE_LENGTHS.items():
        upper = pc.if_else(pc.greater_equal(digits, length), pc.utf8_slice_codeunits(codes, 0, length), None)
        place = pc.index_in(upper, value_set=codes)
        above[level] = names.take(place)
        parents.append(pc.if_else(pc.and_(pc.greater(digits, length), pc.is_valid(place)), upper, None))
    columns = {
        "code": codes,
        "name": names,
        "level": pa.array([str(division.level) for division in found], pa.string()),
        "parent_code": pc.coalesce(*reversed(parents)),
        **above,
    }
    schema = load_dictionary().tables["division"].arrow_schema
    return pa.table([columns[name] for name in schema.names], schema=schema)


def load_divisions(con: Connection, divisions: Iterable[Division], version: str = "") -> int:
    """Make table ``division`` hold exactly these divisions, which are a gazetteer's ``version``.  Returns how many."""
    table = load_dictionary().tables["division"]
    incoming = division_rows(divisions)
    stored = con.sql("SELECT * FROM division ORDER BY code").to_arrow_table().cast(table.arrow_schema)
    with transaction(con):
        if not stored.equals(incoming):
            con.execute("DELETE FROM division")
            insert(con, table, incoming)
            check_between(con, load_forms())
        con.execute("DELETE FROM meta WHERE key = 'divisions'")
        con.execute("INSERT INTO meta VALUES ('divisions', $version)", {"version": version})
    return int(incoming.num_rows)


def holds_divisions(con: Connection, version: str) -> bool:
    """Whether table ``division`` holds that version of the gazetteer."""
    return con.execute("SELECT value FROM meta WHERE key = 'divisions'").fetchall() == [(version,)]
