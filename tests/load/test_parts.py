"""Batches between processes: what was written comes back, and loads alike in few batches as in many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from made_reports import FETCHED, frames, made

from extract.archive import Visit
from extract.web.answer import Outcome
from load.parts import put_together, read_part, write_part
from load.snapshots import Snapshot
from load.warehouse import REPORT_TABLES, Batch, load_tables, open_warehouse, ordered, to_batch

TABLES = (*REPORT_TABLES, "snapshot", "visit")
ADDRESS = "http://www.211382117.gov.cn/report.html"


def batch(value: int, *, year: int = 2021, url: str | None = None, run: str = "first") -> Batch:
    """One report with its snapshot, and the visit of a run."""
    reading = made(values={"requests.received.total": value}, year=year, url=url, sha=f"{value} of {url or year}")
    source = reading.source
    snapshot = Snapshot(source.snapshot_sha256, 1, url=source.address, fetched_at=FETCHED)
    visit = Visit(run, FETCHED.isoformat(), Outcome.ANSWERED, url=source.address)
    return to_batch(frames(reading), [snapshot], [visit])


def loaded(batches: Sequence[Batch], path: Path) -> list[pa.Table]:
    with open_warehouse(path) as con:
        for one in batches:
            load_tables(con, one)
        return [con.sql(ordered(name)).to_arrow_table() for name in TABLES]


def test_a_part_holds_what_was_written(tmp_path: Path) -> None:
    written = batch(3)
    read = read_part(write_part(written, tmp_path / "part"))
    assert {name: rows.to_pylist() for name, rows in read.items()} == {
        name: rows.to_pylist() for name, rows in written.items()
    }


def test_batches_of_different_reports_are_put_together(tmp_path: Path) -> None:
    batches = [batch(value, year=2013 + value) for value in range(1, 9)]
    (together,) = put_together(batches)
    assert together["report"].num_rows == 8
    assert loaded([together], tmp_path / "a.duckdb") == loaded(batches, tmp_path / "b.duckdb")


def test_batches_are_put_together_up_to_a_size() -> None:
    batches = [batch(value, year=2013 + value) for value in range(1, 9)]
    size = sum(rows.nbytes for rows in batches[0].values())
    assert [b["report"].num_rows for b in put_together(batches, 3 * size - 100)] == [3, 3, 2]


def test_what_replaces_a_report_is_loaded_after_it(tmp_path: Path) -> None:
    batches = [batch(1, year=2019), batch(2, url=ADDRESS), batch(3, url=ADDRESS, run="second"), batch(4, year=2020)]
    together = list(put_together(batches))
    assert [b["report"].num_rows for b in together] == [2, 2]
    rows = loaded(together, tmp_path / "a.duckdb")
    assert rows == loaded(batches, tmp_path / "b.duckdb")
    assert [table.num_rows for table in (rows[0], rows[-1])] == [3, 4]


def test_a_visit_of_the_same_run_to_the_same_source_is_not_put_beside_the_first(tmp_path: Path) -> None:
    seen = batch(1)
    nothing_new = to_batch(frames(), [], []) | {"visit": seen["visit"]}
    together = list(put_together([seen, nothing_new]))
    assert [b["visit"].num_rows for b in together] == [1, 1]
    assert loaded(together, tmp_path / "a.duckdb")[-1].num_rows == 1
