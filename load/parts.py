"""Batches on their way from one process to another: a folder of Parquet files, one for each table."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from load.database import WarehouseError
from load.warehouse import REPORT_TABLES, Batch
from transform.tables import load_dictionary


def write_part(batch: Batch, folder: Path) -> Path:
    """Write a batch of :func:`load.warehouse.to_batch` as ``folder``, which is there whole or not at all; it.

    Who has written the same batch before, or does so at the same time, has written the same.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    being_written = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    for name, rows in batch.items():
        if rows.num_rows:
            pq.write_table(rows, being_written / f"{name}.parquet", compression="lz4")
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
