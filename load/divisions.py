"""The gazetteer in the warehouse: every division with the names of those above it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import pyarrow as pa

from load.between import check_between
from load.database import Connection
from load.schema import replace_rows
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


def division_rows(divisions: Iterable[Division]) -> list[dict[str, str | None]]:
    """The rows of table ``division``, sorted by code; the divisions above are those whose code the code begins with."""
    known = {division.code: division for division in divisions}
    rows = []
    for code, division in sorted(known.items()):
        above = [length for length in (2, 4, 6) if length < len(code) and code[:length] in known]
        names = {
            level: known[code[:length]].name if len(code) >= length and code[:length] in known else None
            for level, length in _CODE_LENGTHS.items()
        }
        parent = code[: above[-1]] if above else None
        rows.append({"code": code, "name": division.name, "level": str(division.level), "parent_code": parent, **names})
    return rows


def load_divisions(con: Connection, divisions: Iterable[Division], version: str = "") -> int:
    """Make table ``division`` hold exactly these divisions, which are a gazetteer's ``version``.  Returns how many."""
    table = load_dictionary().tables["division"]
    rows = division_rows(divisions)
    incoming = pa.Table.from_pylist(rows, schema=table.arrow_schema)
    stored = con.sql("SELECT * FROM division ORDER BY code").to_arrow_table().cast(table.arrow_schema)
    with transaction(con):
        if not stored.equals(incoming):
            replace_rows(con, table, rows)
            check_between(con, load_forms())
        con.execute("DELETE FROM meta WHERE key = 'divisions'")
        con.execute("INSERT INTO meta VALUES ('divisions', $version)", {"version": version})
    return len(rows)


def holds_divisions(con: Connection, version: str) -> bool:
    """Whether table ``division`` holds that version of the gazetteer."""
    return con.execute("SELECT value FROM meta WHERE key = 'divisions'").fetchall() == [(version,)]
