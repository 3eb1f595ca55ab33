"""Batches of rows as DuckDB takes them: sorted by their key, and no key twice."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest
from made_reports import frames, made

from load.batch import encoded, in_key_order
from load.database import Connection, WarehouseError
from load.warehouse import load_batch


def rows(*pairs: tuple[str, int]) -> pa.Table:
    towns, years = pa.array([town for town, _ in pairs], pa.string()), pa.array([year for _, year in pairs], pa.int64())
    return encoded(pa.table({"town": towns, "year": years}), ("town",))


def test_rows_are_sorted_by_the_columns_of_the_key_in_their_order() -> None:
    sorted_rows = in_key_order("report", rows(("b", 2020), ("a", 2021), ("ä", 2019), ("a", 2019)), ("town", "year"))
    assert [tuple(row.values()) for row in sorted_rows.to_pylist()] == [
        ("a", 2019),
        ("a", 2021),
        ("b", 2020),
        ("ä", 2019),
    ]


def test_no_rows_are_in_order() -> None:
    assert in_key_order("report", rows(), ("town", "year")).num_rows == 0


def test_rows_that_share_a_key_are_refused() -> None:
    with pytest.raises(WarehouseError, match="two rows of report with the key a, 2019"):
        in_key_order("report", rows(("a", 2019), ("b", 2019), ("a", 2019)), ("town", "year"))


def test_a_batch_with_a_figure_twice_loads_nothing(con: Connection) -> None:
    batch = frames(made())
    twice = replace(batch, figure=pd.concat([batch.figure, batch.figure.tail(1)]))
    with pytest.raises(WarehouseError, match="nothing was loaded: two rows of figure with the key"):
        load_batch(con, twice)
    assert con.execute("SELECT count(*) FROM report").fetchall() == [(0,)]


def test_a_batch_with_figures_of_a_report_that_it_does_not_hold_loads_nothing(con: Connection) -> None:
    batch = frames(made())
    with pytest.raises(WarehouseError, match=re.escape(f"figure has rows of the report {batch.report.report_id[0]}")):
        load_batch(con, replace(batch, report=batch.report.head(0)))
    assert con.execute("SELECT count(*) FROM figure").fetchall() == [(0,)]


def test_a_batch_with_a_null_in_a_key_loads_nothing(con: Connection) -> None:
    batch = frames(made())
    batch.section["section"] = None
    with pytest.raises(WarehouseError, match="non-nullable"):
        load_batch(con, batch)
