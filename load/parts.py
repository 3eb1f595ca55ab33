"""Batches on their way from one process to another: a folder of Parquet files, one for each table; and put together."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from load.batch import encoded
from load.database import WarehouseError
from load.warehouse import REPORT_TABLES, Batch
from transform.tables import load_dictionary

_AT_ONCE = 16_000_000
"""Bytes of the batches that are loaded at once: about 1,000 reports.  A load has to do some things once for each batch,
such as 600 columns of wide tables; with 200 reports at once it takes two and a half times as long."""
_TOLD_OF = {
    "report": (("report_id",), ("address",)),
    "snapshot": (("address", "sha256"),),
    "visit": (("run_id", "source"),),
}
"""By table the columns that two batches may not share the values of when they are put together."""


def write_part(batch: Batch, folder: Path) -> Path:
    """Write a batch of :func:`load.warehouse.to_batch` as ``folder``, which is there whole or not at all; it.

    Who has written the same batch before, or does so at the same time, has written the same.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    being_written = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    for name, rows in batch.items():
        if rows.num_rows:
            pq.write_table(encoded(rows, rows.column_names), being_written / f"{name}.parquet", compression="lz4")
    try:
        being_written.rename(folder)
    except OSError:
        shutil.rmtree(being_written)
    return folder


def read_part(folder: Path) -> Batch:
    """The batch that :func:`write_part` wrote; raises WarehouseError where this process does not see it."""
    if not folder.is_dir():
        raise WarehouseError(f"{folder}: was written elsewhere; those who read have to share the home folder")
    tables = load_dictionary().tables
    files = {name: folder / f"{name}.parquet" for name in (*REPORT_TABLES, "snapshot", "visit")}
    return {
        name: pq.read_table(path) if path.exists() else tables[name].arrow_schema.empty_table()
        for name, path in files.items()
    }


def put_together(batches: Iterable[Batch], at_once: int = _AT_ONCE) -> Iterator[Batch]:
    """The same rows in fewer batches of at least ``at_once`` bytes, in the same order.

    What tells of the same report, address, document or visit as a batch before it begins another one, so that each load
    still sees what it is to replace.
    """
    waiting: list[Batch] = []
    told: set[tuple[object, ...]] = set()
    for batch in batches:
        tells = set(_told_of(batch))
        if waiting and not told.isdisjoint(tells):
            yield _concatenated(waiting)
            waiting, told = [], set()
        waiting.append(batch)
        told |= tells
        if sum(rows.nbytes for each in waiting for rows in each.values()) >= at_once:
            yield _concatenated(waiting)
            waiting, told = [], set()
    if waiting:
        yield _concatenated(waiting)


def _told_of(batch: Batch) -> Iterator[tuple[object, ...]]:
    for table, keys in _TOLD_OF.items():
        for names in keys:
            for values in zip(*(batch[table][name].to_pylist() for name in names), strict=True):
                yield (table, names, *values)


def _concatenated(batches: Sequence[Batch]) -> Batch:
    return {name: _rows(name, batches) for name in batches[0]}


def _rows(name: str, batches: Sequence[Batch]) -> pa.Table:
    tables = [batch[name] for batch in batches if batch[name].num_rows]
    if len(tables) < 2:
        return tables[0] if tables else batches[0][name]
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()
