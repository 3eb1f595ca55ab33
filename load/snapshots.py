"""Table ``snapshot``: where the archive keeps each content that an address has given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from load.database import Connection, registered
from load.schema import insert
from transform.metadata.address import source_address
from transform.tables import load_dictionary

_PUT_IN_PLACE = """
UPDATE snapshot SET file = found.file, file_offset = found.file_offset
FROM (
  SELECT old.address, old.sha256, new.file, new.file_offset
  FROM snapshot AS old LEFT JOIN incoming_snapshot AS new USING (address, sha256)
) AS found
WHERE snapshot.address = found.address AND snapshot.sha256 = found.sha256
"""
_ADD = """
SELECT * FROM incoming_snapshot ANTI JOIN snapshot USING (address, sha256)
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Bytes as a url (or a file ``path``) gave them; ``fetched_at`` is aware.

    ``file`` (relative to the archive) and ``file_offset`` tell where the WARC record lies that has them.
    """

    sha256: str
    bytes: int
    url: str | None = None
    path: str | None = None
    fetched_at: datetime | None = None
    role: str = "report"
    status: int | None = None
    content_type: str | None = None
    encoding: str | None = None
    file: str | None = None
    file_offset: int | None = None

    @property
    def address(self) -> str:
        """What identifies the source, as in table ``report``."""
        return source_address(self.url, self.path, self.sha256)


def snapshot_rows(snapshots: Iterable[Snapshot]) -> pa.Table:
    """The rows of some snapshots; of several with the same address and bytes the last fetched."""
    schema = load_dictionary().tables["snapshot"].arrow_schema
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for snapshot in sorted(snapshots, key=lambda s: _utc(s.fetched_at) or datetime.min):
        row = {name: getattr(snapshot, name) for name in schema.names}
        rows[snapshot.address, snapshot.sha256] = row | {"fetched_at": _utc(snapshot.fetched_at)}
    return pa.Table.from_pylist(list(rows.values()), schema=schema)


def relocate_snapshots(con: Connection, rows: pa.Table) -> None:
    """Say anew where the archive keeps each content, after the archive was indexed anew.

    ``rows`` are all that the archive holds: what is missing in the table is added, and what the archive does not hold
    has no file any more.  The caller holds the transaction.
    """
    with registered(con, "incoming_snapshot", rows):
        con.execute(_PUT_IN_PLACE)
        missing = con.sql(_ADD).to_arrow_table().select(rows.schema.names).cast(rows.schema)
    insert(con, load_dictionary().tables["snapshot"], missing)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)
