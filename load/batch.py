"""Arrow batches as DuckDB takes them: keys as codes, rows in the order of the key, in pieces of a row group."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from load.database import WarehouseError

_ROW_GROUP = 122_880
"""Rows of a row group of DuckDB: pieces of this size are scanned side by side."""
_ROWS_WORTH_THREADS = 10_000
"""Rows whose columns are encoded side by side: of fewer, starting threads takes longer than the work."""
_Codes = np.ndarray[tuple[int], np.dtype[np.int64]]


def encoded(rows: pa.Table, columns: Collection[str]) -> pa.Table:
    """The rows in one piece; those of the ``columns`` that hold strings have each value once and a code a row."""

    def taken(name: str) -> pa.ChunkedArray:
        return _encoded_if(name in columns, rows[name])

    if rows.num_rows < _ROWS_WORTH_THREADS:
        found = [taken(name) for name in rows.column_names]
    else:
        with ThreadPoolExecutor() as pool:
            found = list(pool.map(taken, rows.column_names))
    return pa.Table.from_arrays(found, names=rows.column_names).combine_chunks()


def _encoded_if(wanted: bool, values: pa.ChunkedArray) -> pa.ChunkedArray:
    return values.dictionary_encode() if wanted and pa.types.is_string(values.type) else values


def in_key_order(name: str, rows: pa.Table, key: Sequence[str]) -> pa.Table:
    """Encoded rows sorted by the columns of the key, in pieces of a row group.

    Raises WarehouseError that shows the key when two rows of the table ``name`` share it.
    """
    place = np.zeros(rows.num_rows, np.int64)
    for column in key:
        rank = _ranks(rows[column])
        place = place * (rank.max(initial=-1) + 2) + rank + 1
    if not (place[1:] > place[:-1]).all():
        order = np.argsort(place, kind="stable")
        place, rows = place[order], rows.take(pa.array(order))
        same = np.flatnonzero(place[1:] == place[:-1])
        if len(same):
            shown = ", ".join(str(rows[column][same[0]].as_py()) for column in key)
            raise WarehouseError(f"nothing was loaded: two rows of {name} with the key {shown}")
    return pa.Table.from_batches(rows.combine_chunks().to_batches(_ROW_GROUP), rows.schema)


def codes(values: pa.ChunkedArray) -> tuple[_Codes, list[Any]]:
    """The code of each of some strings, -1 for NULL, and the distinct values that the codes stand for."""
    combined = values.combine_chunks()
    array = combined if pa.types.is_dictionary(combined.type) else combined.dictionary_encode()
    return pc.fill_null(array.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64), array.dictionary.to_pylist()


def _ranks(values: pa.ChunkedArray) -> _Codes:
    """The place of each value among the distinct ones, -1 for NULL; equal values share it."""
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    code, distinct = codes(values)
    rank = np.full(len(distinct) + 1, -1, np.int64)
    rank[pc.sort_indices(values.combine_chunks().dictionary).to_numpy()] = np.arange(len(distinct))
    return rank[code]
