"""The warehouse: one transaction a batch, idempotent, every column commented, every failure one line."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from made_reports import DACHENGZI, FETCHED, PLACES, SANDAOHEZI, frames, made

from load.audit import audit
from load.database import FORMAT, Connection, WarehouseError, open_database
from load.divisions import division_rows, load_divisions
from load.views import mart_names
from load.warehouse import Snapshot, load_batch, open_warehouse, ordered
from transform.forms import load_forms
from transform.frames import Frames
from transform.model import Finding
from transform.tables import load_dictionary

TABLES = ("report", "figure", "finding", "section", "snapshot")
DOUBT = Finding("requests.column_balance", "error", ("requests.received.total",), "3 is not 2", "source")


def contents(con: Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {table: con.execute(ordered(table)).fetchall() for table in TABLES}


def one(con: Connection, sql: str) -> Any:
    return con.execute(sql).fetchall()[0][0]


def snapshot(sha: str, url: str = "http://a.gov.cn/1.html", **more: Any) -> Snapshot:
    return Snapshot(sha, 10, url=url, fetched_at=FETCHED, status=200, content_type="text/html", **more)


def test_loading_twice_changes_nothing(con: Connection) -> None:
    batch, kept = frames(made(findings=(DOUBT,)), made("2019", year=2019)), [snapshot("aa"), snapshot("bb")]
    first = load_batch(con, batch, kept)
    before = contents(con)
    second = load_batch(con, batch, kept)
    assert contents(con) == before
    assert (first.reports, first.figures, first.findings, first.sections, first.replaced) == (2, 398, 1, 2, 0)
    assert second == replace(first, replaced=2)


def test_report_read_again_replaces_its_rows_and_no_others(con: Connection) -> None:
    other_town = made(code=DACHENGZI, issuer="大城子镇人民政府", values={"requests.received.total": 7})
    load_batch(con, frames(made(findings=(DOUBT,)), other_town))
    of_other_town = f"WHERE report_id LIKE '{DACHENGZI}-%'"
    before = [con.execute(f"FROM {t} {of_other_town} ORDER BY ALL").fetchall() for t in TABLES[:4]]
    load_batch(con, frames(made(values={"requests.received.total": 5}, sha="changed bytes")))
    assert [con.execute(f"FROM {t} {of_other_town} ORDER BY ALL").fetchall() for t in TABLES[:4]] == before
    values = "SELECT value FROM figure WHERE figure = 'requests.received.total' ORDER BY report_id"
    assert con.execute(values).fetchall() == [(7.0,), (5.0,)]
    assert one(con, "SELECT count(*) FROM finding") == 0


def test_same_bytes_read_better_replace_the_earlier_reading(con: Connection) -> None:
    url = "http://www.lingyuan.gov.cn/1.html"
    load_batch(con, frames(made(code=None, issuer=None, year=None, url=url, sha="aa")))
    load_batch(con, frames(made(url=url, sha="aa")))
    assert con.execute("SELECT division_code, year FROM report").fetchall() == [(SANDAOHEZI, 2021)]


def test_page_whose_issuer_was_corrected_replaces_itself(con: Connection) -> None:
    url = "http://www.lingyuan.gov.cn/1.html"
    load_batch(con, frames(made(issuer="凌源市", code="211382", url=url, sha="aa")))
    load_batch(con, frames(made(url=url.replace("http://www.", "https://"), sha="bb")))
    assert con.execute("SELECT issuer FROM report").fetchall() == [("三道河子镇人民政府",)]


def test_address_that_shows_a_new_year_keeps_the_old_report(con: Connection) -> None:
    url = "http://www.lingyuan.gov.cn/latest.html"
    load_batch(con, frames(made(year=2021, url=url, sha="aa")))
    load_batch(con, frames(made(year=2022, url=url, sha="bb")))
    assert con.execute("SELECT year FROM report ORDER BY year").fetchall() == [(2021,), (2022,)]


def test_one_report_at_two_addresses_stays_twice(con: Connection) -> None:
    load_batch(con, frames(made(url="http://a.gov.cn/1.html")))
    load_batch(con, frames(made(url="http://b.gov.cn/1.html")))
    assert one(con, "SELECT count(*) FROM report") == 2


def test_empty_batch_changes_nothing(con: Connection) -> None:
    load_batch(con, frames(made()), [snapshot("aa")])
    before = contents(con)
    assert load_batch(con, frames()).reports == 0
    assert contents(con) == before


def with_figures(batch: Frames, **columns: Any) -> Frames:
    return replace(batch, figure=batch.figure.assign(**columns))


def as_text(values: list[str | None]) -> pd.Series:
    return pd.Series(values, dtype=pd.ArrowDtype(pa.string()))


BROKEN = {
    "a status that is none": lambda b: with_figures(b, status=as_text(["guessed"] * len(b.figure))),
    "a blank with a value": lambda b: with_figures(b, status=as_text(["blank"] * len(b.figure))),
    "no unit": lambda b: with_figures(b, unit=as_text([None] * len(b.figure))),
    "infinite value": lambda b: with_figures(b, value=b.figure["value"] / 0.0 + float("inf")),
    "a column too few": lambda b: replace(b, section=b.section.drop(columns="text")),
    "one figure twice": lambda b: replace(b, figure=pd.concat([b.figure, b.figure.head(1)])),
    "one report twice": lambda b: replace(b, report=pd.concat([b.report, b.report])),
    "figures of no report": lambda b: with_figures(b, report_id=as_text(["211382117-1999-00000000"] * len(b.figure))),
}


@pytest.mark.parametrize("what", BROKEN)
def test_failed_load_changes_nothing_and_says_why_in_one_line(con: Connection, what: str) -> None:
    load_batch(con, frames(made()), [snapshot("aa")])
    before = contents(con)
    with pytest.raises(WarehouseError, match=r"^nothing was loaded: ") as refused:
        load_batch(con, BROKEN[what](frames(made(values={"requests.received.total": 9}))), [snapshot("bb")])
    assert "\n" not in str(refused.value)
    assert contents(con) == before
    load_batch(con, frames(made(values={"requests.received.total": 9})))
    assert one(con, "SELECT value FROM figure WHERE figure = 'requests.received.total'") == 9.0


def test_broken_snapshot_at_the_end_of_a_load_takes_the_reports_back(con: Connection) -> None:
    with pytest.raises(WarehouseError):
        load_batch(con, frames(made()), [replace(snapshot("aa"), bytes=None)])  # type: ignore[arg-type]
    assert contents(con) == {table: [] for table in TABLES}


def test_same_bytes_fetched_again_keep_one_snapshot_with_the_last_time(con: Connection) -> None:
    load_batch(con, frames(), [snapshot("aa"), replace(snapshot("aa"), fetched_at=FETCHED.replace(year=2027))])
    load_batch(con, frames(), [snapshot("bb")])
    assert con.execute("SELECT sha256, year(fetched_at), address FROM snapshot ORDER BY sha256").fetchall() == [
        ("aa", 2027, "a.gov.cn/1.html"),
        ("bb", 2026, "a.gov.cn/1.html"),
    ]


def test_time_is_stored_in_utc(con: Connection) -> None:
    load_batch(con, frames(made()))
    assert one(con, "SELECT fetched_at::VARCHAR FROM report") == "2026-03-01 18:30:00"


def test_lists_come_back_as_lists(con: Connection) -> None:
    load_batch(con, frames(made(findings=(replace(DOUBT, suggested=(("requests.received.total", 2),)),))))
    assert con.execute("SELECT figures, suggested FROM finding").fetchall() == [
        (["requests.received.total"], [{"figure": "requests.received.total", "value": 2.0}])
    ]


def test_every_table_view_and_column_has_a_comment(con: Connection) -> None:
    relations = con.execute(
        "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal "
        "UNION ALL SELECT view_name, comment FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    columns = con.execute("SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal").fetchall()
    views = {f"{kind}_{form}" for kind in ("form", "wide") for form in load_forms()}
    views |= {"town_year", "doubt", "reporter", "concept", "rollup", *mart_names()}
    assert {name for name, _ in relations} == set(load_dictionary().tables) | views
    assert [row for row in (*relations, *columns) if not row[-1]] == []


def test_export_is_in_the_order_of_the_key_whatever_the_order_of_loading(tmp_path: Path) -> None:
    batches = [frames(made(year=year)) for year in (2021, 2022, 2023)]
    exports = []
    for name, order in (("a", batches), ("b", batches[::-1])):
        with open_warehouse(tmp_path / f"{name}.duckdb") as con:
            for batch in order:
                load_batch(con, batch)
            exports.append(contents(con))
    assert exports[0] == exports[1]


def test_load_by_path_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "made.duckdb"
    assert load_batch(path, frames(made())).figures == 200
    with open_warehouse(path, read_only=True) as con:
        assert one(con, "SELECT count(*) FROM form_figure WHERE form = '2019'") == 198


def test_changed_definitions_refresh_comments_and_views(warehouse: Path) -> None:
    with open_warehouse(warehouse) as con:
        con.execute("UPDATE meta SET value = 'of an earlier version' WHERE key = 'definitions'")
        con.execute("COMMENT ON COLUMN report.year IS 'old'; DROP VIEW doubt")
    with open_warehouse(warehouse) as con:
        comment = "SELECT comment FROM duckdb_columns() WHERE table_name = 'report' AND column_name = 'year'"
        assert one(con, comment).startswith("Year reported on")
        assert one(con, "SELECT count(*) FROM doubt") == 0


def test_wide_tables_are_filled_from_the_figures_of_an_earlier_program(warehouse: Path) -> None:
    received = "SELECT report_id, requests_received_total FROM form_2021 ORDER BY report_id"
    with open_warehouse(warehouse) as con:
        load_batch(con, frames(made(values={"requests.received.total": 4}), made(year=2022), made("2019", year=2019)))
        expected = con.execute(received).fetchall()
        con.execute("DROP TABLE wide_2021; DELETE FROM wide_2019")
        con.execute("UPDATE meta SET value = 'of an earlier version' WHERE key = 'definitions'")
    with open_warehouse(warehouse) as con:
        assert [value for _, value in expected] == [4.0, 0.0]
        assert con.execute(received).fetchall() == expected
        assert one(con, "SELECT count(*) FROM wide_2019") == 1


def test_wide_row_goes_with_the_report_that_gives_way(con: Connection) -> None:
    load_batch(con, frames(made(values={"requests.received.total": 4})))
    load_batch(con, frames(made("2019", values={"requests.received.total": 5}, sha="changed bytes")))
    assert one(con, "SELECT count(*) FROM wide_2021") == 0
    assert con.execute("SELECT requests_received_total FROM wide_2019").fetchall() == [(5.0,)]


# Divisions


def test_division_knows_those_above_it() -> None:
    rows = {row["code"]: row for row in division_rows(PLACES).to_pylist()}
    assert rows[SANDAOHEZI] == {
        "code": SANDAOHEZI,
        "name": "三道河子镇",
        "level": "town",
        "parent_code": "211382",
        "province": "辽宁省",
        "prefecture": "朝阳市",
        "county": "凌源市",
    }
    assert rows["2113"]["parent_code"] == "21"
    assert rows["2113"]["county"] is None
    assert rows["21"]["parent_code"] is None


def test_divisions_loaded_again_leave_only_what_the_gazetteer_holds(con: Connection) -> None:
    assert load_divisions(con, PLACES) == 6
    assert load_divisions(con, PLACES[:3]) == 3
    assert con.execute("SELECT code FROM division ORDER BY code").fetchall() == [("21",), ("2113",), ("211382",)]


# Audit


def test_audit_of_a_warehouse_that_fits_is_empty(con: Connection, tmp_path: Path) -> None:
    (tmp_path / "aa.html").write_bytes(b"report")
    load_batch(con, frames(made(sha="aa")), [snapshot("aa", file="aa.html")])
    assert audit(con, tmp_path) == []


def test_audit_names_what_does_not_fit(con: Connection, tmp_path: Path) -> None:
    report = made(sha="gone", code="999999")
    load_batch(con, frames(report), [snapshot("aa", file="aa.html")])
    con.execute("DELETE FROM form_figure WHERE figure = 'requests.received.total'")
    con.execute("UPDATE finding SET report_id = 'x'")
    con.execute("INSERT INTO section VALUES ('nowhere', 1, 'overview', '一', '')")
    assert audit(con, tmp_path) == [
        "sections of a report that is not there: 1, first nowhere",
        f"reports whose snapshot is not listed: 1, first {report.report_id}",
        f"reports of a division that the gazetteer lacks: 1, first {report.report_id}",
        "figures that no form holds: 1, first requests.received.total",
        "snapshots whose file is gone: 1, first aa.html",
    ]


def test_audit_names_reports_that_the_wide_table_lacks(con: Connection) -> None:
    report = made()
    load_batch(con, frames(report))
    con.execute("DELETE FROM wide_2021")
    assert f"reports on form 2021 without their row in wide_2021: 1, first {report.report_id}" in audit(con)


# Files that cannot be opened


def refusal(path: Path, *, read_only: bool = False) -> str:
    with pytest.raises(WarehouseError) as refused, open_warehouse(path, read_only=read_only):
        pass
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith(f"{path}: ")
    return str(refused.value)


def test_new_file_is_in_the_format_that_is_written_fastest_and_an_older_one_keeps_its_own(tmp_path: Path) -> None:
    duckdb.connect(tmp_path / "older.duckdb").close()
    formats = []
    for name in ("older", "new"):
        with open_warehouse(tmp_path / f"{name}.duckdb") as con:
            load_batch(con, frames(made()))
            formats.append(one(con, "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal"))
    assert formats == ["v1.0.0+", f"{FORMAT}+"]


def test_missing_file_is_named(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "missing.duckdb", read_only=True)
    assert not (tmp_path / "missing.duckdb").exists()


def test_missing_folder_is_named(tmp_path: Path) -> None:
    assert f"the folder {tmp_path / 'nowhere'} does not exist" in refusal(tmp_path / "nowhere" / "a.duckdb")


def test_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database\n" * 1000)
    assert "not a DuckDB database" in refusal(path)
    assert path.read_text() == "no database\n" * 1000


def test_truncated_file_is_called_damaged(warehouse: Path) -> None:
    warehouse.write_bytes(warehouse.read_bytes()[:9000])
    assert "damaged" in refusal(warehouse)


def test_foreign_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "foreign.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE meta (key INTEGER); CREATE TABLE accounts (name VARCHAR)")
    assert "no warehouse of this program" in refusal(path)
    with open_database(path, read_only=True) as con:
        assert con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall() == [("accounts",), ("meta",)]


def test_empty_database_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "empty.duckdb"
    duckdb.connect(str(path)).close()
    assert "empty" in refusal(path, read_only=True)


def test_other_schema_version_is_refused_for_reading_and_writing(warehouse: Path) -> None:
    with open_warehouse(warehouse) as con:
        con.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    for read_only in (True, False):
        assert "has schema version 99, this program needs version 3" in refusal(warehouse, read_only=read_only)


def test_file_of_a_newer_duckdb_is_refused(warehouse: Path) -> None:
    content = bytearray(warehouse.read_bytes())
    content[12:20] = struct.pack("<Q", 9999)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", content[8:4096]):
        checksum ^= (word * 0xBF58476D1CE4E5B9) & (2**64 - 1)
    content[:8] = struct.pack("<Q", checksum)
    warehouse.write_bytes(content)
    assert "written by a newer DuckDB" in refusal(warehouse)


def test_locked_file_names_the_process_that_holds_it(warehouse: Path) -> None:
    program = f"import duckdb, sys; c = duckdb.connect({str(warehouse)!r}); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            message = refusal(warehouse)
        finally:
            holder.communicate(b"")
    assert re.search(rf"locked by .*process {holder.pid}; wait until it ends", message)
