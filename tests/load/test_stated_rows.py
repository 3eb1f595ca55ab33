"""Tables ``statement`` and ``statistics_extra``: what reports say besides their figures, replaced with them."""

from __future__ import annotations

from dataclasses import replace

from made_reports import frames, made

from load.database import Connection
from load.warehouse import load_batch
from transform.frames import Reading
from transform.model import ExtraRow, Statement

STATED = Statement("received", 9, "件", False, 2010, "report", "prose", "收到申请9件", "requests", "paragraph 4")
EXTRA = ExtraRow("宣传报道数", "历年累计", 30, "篇", "reported", "30", "table 1, row 70, column 4")


def saying(*statements: Statement, extra: tuple[ExtraRow, ...] = ()) -> Reading:
    reading = made(None)
    return replace(reading, report=replace(reading.report, statements=statements, extra=extra))


def test_statements_and_extra_rows_are_loaded_with_their_report(con: Connection) -> None:
    load_batch(con, frames(saying(STATED, replace(STATED, concept="reviews", value=0), extra=(EXTRA,))))
    found = con.execute("SELECT position, concept, value, unit, year, scope, quote, locator FROM statement").fetchall()
    assert found == [
        (1, "received", 9.0, "件", 2010, "report", "收到申请9件", "paragraph 4"),
        (2, "reviews", 0.0, "件", 2010, "report", "收到申请9件", "paragraph 4"),
    ]
    found = con.execute(
        "SELECT position, label, column_label, value, unit, status, raw FROM statistics_extra"
    ).fetchall()
    assert found == [(1, "宣传报道数", "历年累计", 30.0, "篇", "reported", "30")]


def test_a_report_read_again_replaces_them(con: Connection) -> None:
    load_batch(con, frames(saying(STATED, STATED, extra=(EXTRA,))))
    load_batch(con, frames(saying(replace(STATED, value=8))))
    assert con.execute("SELECT value FROM statement").fetchall() == [(8.0,)]
    assert con.execute("SELECT count(*) FROM statistics_extra").fetchall() == [(0,)]
