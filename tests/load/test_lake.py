"""A lakehouse holds what the one DuckDB file holds: same rows, views and comments, for many at once, and as it was."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pandas as pd
import postgres
import pyarrow as pa
import pytest
from lakes import Lakes
from made_reports import DACHENGZI, FETCHED, frames, made
from postgres import Postgres

from load.audit import audit
from load.crosswalk import load_crosswalk
from load.database import Connection, WarehouseError, exists, open_database
from load.diff import diff_warehouses
from load.export import export
from load.lake import tidy, version_of
from load.lake_address import Lake, LakeAddressError, database_at, lake_at
from load.publish import take_over
from load.query import QueryError, run_query
from load.snapshots import Snapshot, relocate_snapshots, snapshot_rows
from load.views import statements
from load.warehouse import load_batch, open_warehouse, ordered, transaction
from load.wide import wide_table
from transform.forms import load_forms
from transform.model import Finding
from transform.tables import load_dictionary

RECEIVED, OUT, IN = "requests.received.total", "requests.carried_out.total", "requests.carried_in.total"
DOUBT = Finding("requests.total", "error", (RECEIVED,), "it does not add up", "source", ((RECEIVED, 5.0),))
READINGS = (
    made(values={RECEIVED: 4, OUT: 3}),
    made("2019", year=2020, findings=(DOUBT,)),
    made(year=2022, values={IN: 2}),
    made("2014", year=2017, code=DACHENGZI, issuer="大城子镇"),
)
ROUNDS = 2
_RECEIVED = f"SELECT year, value FROM report JOIN figure USING (report_id) WHERE figure = '{RECEIVED}' ORDER BY year"  # noqa: S608
_SEEN = """
SELECT count(DISTINCT report_id), count(*), max(figures)
FROM report LEFT JOIN (SELECT report_id, count(*) AS figures FROM figure GROUP BY ALL) USING (report_id)
"""

_processes = get_context("forkserver")


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres.running() as running:
        yield running


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> Lakes:
    return Lakes(tmp_path_factory.mktemp("lakes"))


@pytest.fixture(params=["sqlite", "postgres"])
def lake(request: pytest.FixtureRequest, lakes: Lakes) -> Lake:
    """An empty lake of the test's own, with the places of ``made_reports``."""
    if request.param == "sqlite":
        return lakes.in_sqlite()
    return lakes.in_postgres(request.getfixturevalue("server"))


@pytest.fixture
def small_lake(lakes: Lakes) -> Lake:
    return lakes.in_sqlite()


def contents(con: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table and view, in an order that follows from the rows."""
    views = [*statements(load_crosswalk(), load_forms()), *(f"form_{form}" for form in load_forms())]
    others = [*views, *map(wide_table, load_forms())]
    tables = {name: con.execute(ordered(name)).fetchall() for name in load_dictionary().tables}
    return tables | {name: con.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in others}


def one(lake: Lake, sql: str) -> Any:
    return run_query(lake, sql)[1][0][0]


def test_lake_holds_what_the_file_holds(lake: Lake, warehouse: Path) -> None:
    found = []
    for database in (lake, warehouse):
        for readings in (READINGS[:3], READINGS[1:]):
            sources = [reading.source for reading in readings]
            kept = [Snapshot(s.snapshot_sha256, 10, s.url, None, FETCHED, file="a.warc.gz") for s in sources]
            load_batch(database, frames(*readings), kept)
        with open_warehouse(database, read_only=True) as con:
            found.append(contents(con))
            assert audit(con) == []
    assert found[0] == found[1]
    assert len(found[0]["report"]) == len(READINGS)
    assert found[0]["town_year"]
    assert any(row[2] == "years.carry_over" for row in found[0]["finding"])


def test_every_table_column_and_view_has_a_comment(small_lake: Lake) -> None:
    named = run_query(
        small_lake,
        "SELECT table_name, comment FROM duckdb_tables() WHERE database_name = 'lake' "
        "UNION ALL SELECT view_name, comment FROM duckdb_views() WHERE database_name = 'lake' "
        "UNION ALL SELECT column_name, duckdb_columns.comment FROM duckdb_columns() "
        "JOIN duckdb_tables() USING (database_name, table_name) WHERE database_name = 'lake'",
    )[1]
    assert len(named) > 500
    assert [name for name, comment in named if not comment] == []


@pytest.mark.parametrize("broken", [{"status": "guessed"}, {"status": "blank"}])
def test_row_that_a_file_refuses_is_refused(small_lake: Lake, broken: dict[str, str]) -> None:
    batch = frames(READINGS[0])
    for column, value in broken.items():
        batch.figure[column] = pd.Series([value] * len(batch.figure), dtype=pd.ArrowDtype(pa.string()))
    with pytest.raises(WarehouseError, match=r"^nothing was loaded: .*constraint failed") as refused:
        load_batch(small_lake, batch)
    assert "\n" not in str(refused.value)
    assert one(small_lake, "SELECT count(*) FROM report") == 0


def _load(lake: Lake, year: int, rounds: int, ready: Event, go: Event) -> None:
    """Load one report that is this writer's own, and one that the other has too, some times."""
    with open_warehouse(lake) as con:
        ready.set()
        go.wait()
        for number in range(rounds):
            load_batch(con, frames(made(year=year, values={RECEIVED: number}), made(year=2020, sha="shared")))


def test_two_writers_at_once_lose_nothing_and_double_nothing(lake: Lake) -> None:
    go, signs = _processes.Event(), [_processes.Event(), _processes.Event()]
    writers = [
        _processes.Process(target=_load, args=(lake, year, ROUNDS, ready, go))
        for year, ready in zip((2021, 2022), signs, strict=True)
    ]
    for writer, ready in zip(writers, signs, strict=True):
        writer.start()
        assert ready.wait(60)
    go.set()
    seen = []
    while any(writer.is_alive() for writer in writers):
        seen += run_query(lake, _SEEN)[1]
        time.sleep(0.5)
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert all(reports == rows and figures in (None, 200) for reports, rows, figures in seen)
    assert run_query(lake, _RECEIVED)[1] == [(2020, 0.0), (2021, ROUNDS - 1), (2022, ROUNDS - 1)]
    assert last_version(lake) >= 2 * ROUNDS


def _stop_within_a_load(lake: Lake) -> None:
    with open_warehouse(lake) as con, transaction(con):
        con.execute("DELETE FROM report")
        os.kill(os.getpid(), signal.SIGKILL)


def test_writer_that_is_killed_leaves_nothing_and_lets_the_next_one_write(lake: Lake) -> None:
    load_batch(lake, frames(READINGS[0]))
    killed = _processes.Process(target=_stop_within_a_load, args=(lake,))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    assert one(lake, "SELECT count(*) FROM report") == 1
    load_batch(lake, frames(READINGS[2]))
    assert one(lake, "SELECT count(*) FROM report") == 2


def last_version(lake: Lake) -> int:
    with closing(open_database(lake, read_only=True)) as con:
        return version_of(con)


def test_lake_is_read_and_compared_as_it_was(lake: Lake) -> None:
    load_batch(lake, frames(READINGS[0]))
    before, moment = last_version(lake), datetime.now(UTC)
    load_batch(lake, frames(made(values={RECEIVED: 7, OUT: 3}), READINGS[1]))
    with open_warehouse(lake) as con:
        tidy(con)
    for named in (f"version={before}", f"at={moment.isoformat()}"):
        was = lake_at(f"ducklake:{lake.catalogue}?{named}")
        assert run_query(was, _RECEIVED)[1] == [(2021, 4.0)]
        changes = [(c.change, c.year, c.figure, c.before, c.after) for c in diff_warehouses(was, lake)]
        assert changes == [
            ("appeared", 2020, None, None, "verified, form 2019"),
            ("changed", 2021, RECEIVED, "4", "7"),
        ]
        with pytest.raises(WarehouseError, match="nothing can be written there"):
            load_batch(was, frames(READINGS[0]))
    with pytest.raises(WarehouseError, match="No snapshot found at version 999"):
        run_query(lake_at(f"ducklake:{lake.catalogue}?version=999"), "FROM report")


REACHING = (
    "FROM \"postgres_query\"('__ducklake_metadata_lake', 'SELECT 1 AS x')",
    "FROM read_text('/etc/hosts')",
    "DELETE FROM report",
)
MORE_REACHING = (
    "FROM ducklake_snapshots('lake')",
    "FROM ducklake_delete_orphaned_files('lake', cleanup_all => true)",
    "FROM ducklake_merge_adjacent_files('lake')",
    "FROM SQLITE_SCAN('lake.sqlite', 'ducklake_metadata')",
    "FROM query('FROM ducklake_' || 'snapshots(''lake'')')",
    "SELECT * FROM '/etc/hosts'",
    "COPY report TO 'stolen.csv'",
    "SET enable_external_access = true",
    "ATTACH 'other.duckdb'",
)


def assert_refused(lake: Lake, questions: Iterable[str]) -> None:
    for sql in questions:
        with pytest.raises(QueryError) as refused:
            run_query(lake, sql)
        assert "\n" not in str(refused.value)


def test_questions_reach_nothing_but_tables_and_views(lake: Lake) -> None:
    assert_refused(lake, REACHING)
    assert run_query(lake, "FROM town_year JOIN division ON code = division_code")[1] == []


def test_every_kind_of_question_is_answered_and_every_other_refused(small_lake: Lake) -> None:
    assert_refused(small_lake, MORE_REACHING)
    for sql in ("DESCRIBE town_year", "SHOW TABLES", "PIVOT division ON level USING count(*)"):
        assert run_query(small_lake, sql)[1]


def test_export_of_a_lake_is_that_of_the_file(small_lake: Lake, warehouse: Path, tmp_path: Path) -> None:
    for name, database in (("lake", small_lake), ("file", warehouse)):
        load_batch(database, frames(*READINGS))
        for layout in ("parquet", "csv"):
            export(database, tmp_path / name / layout, layout)
    written = [
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.*")}
        for name in ("lake", "file")
    ]
    assert written[0] == written[1]
    assert len(written[0]) > 20


def test_warehouse_made_anew_takes_the_place_of_all_rows_at_once(small_lake: Lake, warehouse: Path) -> None:
    load_batch(small_lake, frames(READINGS[3]))
    load_batch(warehouse, frames(*READINGS[:3]))
    before = last_version(small_lake)
    take_over(warehouse, small_lake)
    assert diff_warehouses(warehouse, small_lake) == []
    assert last_version(small_lake) == before + 1


def test_contents_that_have_moved_in_the_archive_are_found_again(small_lake: Lake) -> None:
    places = [Snapshot(sha, 1, f"http://a.gov.cn/{sha}", None, FETCHED, file="old.warc.gz") for sha in "ab"]
    load_batch(small_lake, frames(), places)
    moved = [Snapshot(sha, 1, f"http://a.gov.cn/{sha}", None, FETCHED, file="new.warc.gz") for sha in "bc"]
    with open_warehouse(small_lake) as con, transaction(con):
        relocate_snapshots(con, snapshot_rows(moved))
    assert run_query(small_lake, "SELECT sha256, file FROM snapshot ORDER BY sha256")[1] == [
        ("a", None),
        ("b", "new.warc.gz"),
        ("c", "new.warc.gz"),
    ]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("ducklake:", "no address of a lake"),
        ("ducklake:mysql:db=lake", "a catalogue in 'mysql' is not known"),
        ("ducklake:postgres:host=db password=secret dbname=lake", "PGPASSWORD"),
        ("ducklake:postgres:postgresql://me:secret@db/lake", "PGPASSWORD"),
        ("ducklake:sqlite:a.sqlite?version=last", "version=last is no number"),
        ("ducklake:sqlite:a.sqlite?at=yesterday", "at=yesterday: no time"),
        ("ducklake:sqlite:a.sqlite?version=1&at=2026-11-28", "give one of them"),
        ("ducklake:sqlite:a.sqlite?data=a&colour=red", "colour=red"),
    ],
)
def test_address_that_names_no_lake_is_refused(address: str, why: str) -> None:
    with pytest.raises(LakeAddressError, match=why) as refused:
        lake_at(address)
    assert "secret" not in str(refused.value)


def test_address_is_read_back() -> None:
    for address in (
        "ducklake:postgres:host=db dbname=lake?data=s3://bucket/lake&version=12",
        "ducklake:sqlite:/srv/lake.sqlite?at=2026-11-28T12:00:00+08:00",
        "ducklake:/srv/lake.ducklake",
    ):
        assert str(lake_at(address)) == address
        assert database_at(address) == lake_at(address)
    assert lake_at("ducklake:sqlite:/a?at=2026-11-28").at == datetime(2026, 11, 28, tzinfo=UTC)
    assert database_at("nianbao.duckdb") == Path("nianbao.duckdb")


def test_lake_that_is_missing_is_named(tmp_path: Path, server: Postgres) -> None:
    empty = f"ducklake:postgres:{server.database('empty')}"
    for address in (f"ducklake:sqlite:{tmp_path / 'none.sqlite'}", empty):
        assert not exists(lake_at(address))
        with pytest.raises(WarehouseError, match="there is no lake yet"):
            run_query(lake_at(address), "FROM report")
    with pytest.raises(WarehouseError, match=r"add where its files shall lie, \?data="):
        load_batch(lake_at(empty), frames())
    with pytest.raises(WarehouseError, match="connection to server"):
        exists(lake_at("ducklake:postgres:host=127.0.0.1 port=1 user=nobody"))


def test_catalogue_in_a_duckdb_file_is_for_one_process(tmp_path: Path) -> None:
    lake = lake_at(f"ducklake:{tmp_path / 'lake.ducklake'}")
    load_batch(lake, frames(READINGS[0]))
    assert one(lake, "SELECT count(*) FROM report") == 1
    opened, go = _processes.Event(), _processes.Event()
    process = _processes.Process(target=_hold, args=(lake, opened, go))
    process.start()
    assert opened.wait(60)
    with pytest.raises(WarehouseError, match="another process has open; PostgreSQL or SQLite"):
        run_query(lake, "FROM report")
    go.set()
    process.join()


def _hold(lake: Lake, opened: Event, go: Event) -> None:
    with closing(open_database(lake)):
        opened.set()
        go.wait()


def test_missing_extra_is_named(small_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str) -> Path:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("load.lake.resources.files", nowhere)
    with pytest.raises(WarehouseError, match=r"pip install 'nianbao\[lake\]'"):
        run_query(small_lake, "FROM report")
