"""Corrections held against the warehouse: whether their reports are there, and print what the corrections expect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from load.database import Connection
from load.lake_address import Database
from load.warehouse import open_warehouse
from transform.metadata.address import web_address
from transform.proof.corrections import Correction, outdated

_REPORTS = """
SELECT report_id, value, coalesce(status, 'missing')
FROM report LEFT JOIN (FROM figure WHERE figure = $figure) AS figure USING (report_id)
WHERE
  CASE
    WHEN $address IS NOT NULL THEN address = $address
    ELSE year = $year
      AND ($division IS NULL OR division_code = $division)
      AND ($issuer IS NULL OR issuer = $issuer)
  END
ORDER BY report_id
"""


def read_with(con: Connection) -> str | None:
    """The fingerprint of the corrections with which all reports were read, None when that is not known."""
    found = con.execute("SELECT value FROM meta WHERE key = 'corrections'").fetchone()
    return found[0] if found else None


def set_read_with(con: Connection, fingerprint: str) -> None:
    """All reports were read with the corrections of that fingerprint; the caller holds the transaction."""
    con.execute("DELETE FROM meta WHERE key = 'corrections'")
    con.execute("INSERT INTO meta VALUES ('corrections', $hash)", {"hash": fingerprint})


def correction_problems(database: Database, corrections: Iterable[Correction]) -> Iterator[str]:
    """A line for each correction whose report is absent, or no longer prints what is expected."""
    with open_warehouse(database, read_only=True) as con:
        for correction in corrections:
            yield from _problems(con, correction)


def _problems(con: Connection, correction: Correction) -> Iterator[str]:
    found = con.execute(
        _REPORTS,
        {
            "figure": correction.figure,
            "address": web_address(correction.url) if correction.url else None,
            "year": correction.year,
            "division": correction.division,
            "issuer": correction.issuer,
        },
    ).fetchall()
    if not found:
        yield f"{correction.name}: no such report in the database"
    for report_id, value, status in found:
        problem = outdated(correction, value, status)
        if problem:
            yield f"{correction.name}: {report_id}: {problem}"
