"""Publishing: readers in other processes keep what they have open, and the next ones see the new file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from made_reports import frames, made

from load.database import WarehouseError
from load.publish import begin_working_copy, publish
from load.query import run_query
from load.warehouse import load_batch

READER = """
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=True)
for line in sys.stdin:
    print(con.execute("SELECT count(*), sum(value) FROM figure").fetchall()[0], flush=True)
"""


@contextmanager
def reader(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", READER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.communicate()


def ask(process: subprocess.Popen[str]) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_reader_keeps_the_old_file_while_the_next_one_sees_the_new(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "public" / "nianbao.duckdb"
    load_batch(warehouse, frames(made(values={"requests.received.total": 1})))
    publish(warehouse, published)
    with reader(published) as early:
        assert ask(early) == "(200, 1.0)"
        for value in (2, 3):
            load_batch(warehouse, frames(made(values={"requests.received.total": value}), made(year=2030)))
            publish(warehouse, published)
            with reader(published) as late:
                assert ask(late) == f"(400, {value}.0)"
        assert ask(early) == "(200, 1.0)"


def test_loading_into_the_working_file_is_possible_while_the_published_one_is_read(
    warehouse: Path, tmp_path: Path
) -> None:
    published = publish(warehouse, tmp_path / "public.duckdb")
    with reader(published) as open_reader:
        ask(open_reader)
        load_batch(warehouse, frames(made()))
        assert ask(open_reader) == "(0, None)"


def test_published_copy_is_one_file_with_nothing_beside_it(warehouse: Path, tmp_path: Path) -> None:
    load_batch(warehouse, frames(made()))
    published = tmp_path / "public" / "nianbao.duckdb"
    publish(warehouse, published)
    assert [entry.name for entry in published.parent.iterdir()] == ["nianbao.duckdb"]
    assert published.read_bytes() == warehouse.read_bytes()
    assert published.stat().st_mode & 0o777 == 0o644


def test_log_left_by_someone_who_wrote_to_the_published_file_is_not_replayed(warehouse: Path, tmp_path: Path) -> None:
    published = publish(warehouse, tmp_path / "public.duckdb")
    crash = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute('DROP VIEW doubt'); os._exit(1)"
    subprocess.run([sys.executable, "-c", crash, str(published)], check=False)
    assert published.with_name("public.duckdb.wal").exists()
    publish(warehouse, published)
    assert run_query(published, "SELECT count(*) FROM doubt")[1] == [(0,)]


def test_nothing_to_publish_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="nothing to publish"):
        publish(tmp_path / "missing.duckdb", tmp_path / "public.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_publishing_where_a_folder_stands_leaves_no_copy_behind(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "public" / "nianbao.duckdb"
    target.mkdir(parents=True)
    with pytest.raises(WarehouseError, match="cannot be published"):
        publish(warehouse, target)
    assert list(target.parent.iterdir()) == [target]


def test_broken_working_file_is_not_published(warehouse: Path, tmp_path: Path) -> None:
    published = publish(warehouse, tmp_path / "public.duckdb")
    before = published.read_bytes()
    warehouse.write_bytes(b"no database" * 1000)
    with pytest.raises(WarehouseError, match="not a DuckDB database"):
        publish(warehouse, published)
    assert published.read_bytes() == before


def test_working_copy_begins_where_the_published_one_is(warehouse: Path, tmp_path: Path) -> None:
    load_batch(warehouse, frames(made()))
    published = publish(warehouse, tmp_path / "public.duckdb")
    working = begin_working_copy(published, tmp_path / "work" / "nianbao.duckdb")
    load_batch(working, frames(made(year=2030)))
    begin_working_copy(published, working)
    assert run_query(working, "SELECT count(*) FROM report")[1] == [(2,)]
    assert run_query(published, "SELECT count(*) FROM report")[1] == [(1,)]


def test_first_working_copy_is_left_to_the_first_load(tmp_path: Path) -> None:
    working = begin_working_copy(tmp_path / "public.duckdb", tmp_path / "work" / "nianbao.duckdb")
    assert not working.exists()
    load_batch(working, frames(made()))
    assert run_query(working, "SELECT count(*) FROM report")[1] == [(1,)]
