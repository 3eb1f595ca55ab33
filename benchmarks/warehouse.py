"""The warehouse on many reports: load rate, size, and the time of every mart and of every view of the dashboard.

Reports on eight years of each of the towns of the gazetteer, with figures of the truth generator of the tests: each
year carries in what the one before carried out, and some have blanks, dashes or a wrong number.  What is compared: the
load in batches against one ``INSERT … SELECT`` of the same Parquet files into tables of the same columns without
constraints, in a file as DuckDB makes it by itself (the bar) and in one of the warehouse's own format; and the size of
the database against those files.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import dashboard
from benchmarks.seconds import Seconds, timed
from load.board import prepare_board
from load.database import FORMAT
from load.divisions import load_divisions
from load.query import run_query
from load.views import mart_names
from load.warehouse import load_batch, open_warehouse
from transform.forms import Form, load_forms
from transform.frames import Frames
from transform.metadata.gazetteer import gazetteer
from transform.tables import load_dictionary

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from render.truth import Scale, Truth, make_truth

YEARS = tuple(range(2017, 2025))
BAR = 2.0
_TABLES = ("report", "figure", "finding", "section")
_PLACE = "division_code LIKE '21%' AND year = 2022"


def form_of(year: int) -> Form:
    """The form of a report year."""
    return load_forms()["2014" if year < 2019 else "2019" if year < 2021 else "2021"]


def batch(towns: list[tuple[str, str]], rng: random.Random) -> dict[str, pa.Table]:
    """The four tables of all reports of some towns (code, name), with the types of the warehouse."""
    reports: list[dict[str, object]] = []
    figures: list[pa.Table] = []
    scales: list[Scale] = rng.choices(("empty", "town", "county"), (2, 4, 1), k=len(towns))
    before: list[Truth | None] = [None] * len(towns)
    for year in YEARS:
        form = form_of(year)
        ids = [f"{code}-{year}-{index:08x}" for index, (code, _) in enumerate(towns)]
        reports += [_report(i, code, name, year, form.id) for i, (code, name) in zip(ids, towns, strict=True)]
        truths = [
            make_truth(rng, form=form.id, scale=scale, before=last) for scale, last in zip(scales, before, strict=True)
        ]
        figures.append(_figures(ids, form, truths))
        before = [*truths]
    tables = load_dictionary().tables
    report = pa.Table.from_pylist(reports, schema=tables["report"].arrow_schema).sort_by("report_id")
    prose = [
        {
            "report_id": r["report_id"],
            "position": 1,
            "section": "overview",
            "heading": "一、总体情况",
            "text": _prose(r, rng),
        }
        for r in reports
    ]
    return {
        "report": report,
        "figure": pa.concat_tables(figures).sort_by([("report_id", "ascending"), ("figure", "ascending")]),
        "finding": pa.Table.from_pylist([], schema=tables["finding"].arrow_schema),
        "section": pa.Table.from_pylist(prose, schema=tables["section"].arrow_schema).sort_by("report_id"),
    }


def _report(report_id: str, code: str, name: str, year: int, form: str) -> dict[str, object]:
    url = f"http://www.{code}.gov.cn/{year}.html"
    return {
        "report_id": report_id,
        "division_code": code,
        "issuer": f"{name}人民政府",
        "year": year,
        "form": form,
        "verdict": "incomplete",
        "title": f"{name}{year}年政府信息公开工作年度报告",
        "published_on": date(year + 1, 1, 28),
        "url": url,
        "path": None,
        "address": url.removeprefix("http://www."),
        "source_format": "html",
        "snapshot_sha256": report_id,
        "fetched_at": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None),
        "parser_version": "bench",
    }


def _prose(report: dict[str, object], rng: random.Random) -> str:
    own = "".join(f"{report['issuer']}第{n}项工作进展顺利并按期完成。" for n in rng.choices(range(12), k=6))
    return f"{report['year']}年主动公开政府信息{rng.randrange(1, 900)}条。健全制度并加强监督检查和业务培训。{own}"


def _figures(ids: list[str], form: Form, truths: list[Truth]) -> pa.Table:
    """The rows of table ``figure`` for reports on one form, with these truths."""
    defined = [figure for figure in form.figures.values() if not figure.alternative]
    names = [figure.figure for figure in defined]
    reports, width = len(ids), len(defined)
    printed = np.array([[truth.figures.get(name, np.nan) for name in names] for truth in truths], float).ravel()
    status = np.where(np.isnan(printed), "missing", "reported").astype("<U8")
    marks = np.full(reports * width, "", dtype="<U2")
    place = {name: index for index, name in enumerate(names)}
    for number, truth in enumerate(truths):
        for name, mark in {**dict.fromkeys(truth.blanks, ""), **truth.dashes}.items():
            if name in place:
                status[number * width + place[name]] = "dash" if mark else "blank"
                marks[number * width + place[name]] = mark
    value = pa.array(printed, pa.float64(), mask=status != "reported")
    raw = pa.compute.coalesce(value.cast(pa.string()), pa.array(marks, mask=status == "missing"))

    def repeated(items: list[str | None]) -> pa.Array:
        return pa.array(items, pa.string()).take(pa.array(np.tile(np.arange(width), reports)))

    return pa.Table.from_arrays(
        [
            pa.array(ids, pa.string()).take(pa.array(np.repeat(np.arange(reports), width))),
            repeated([f.figure for f in defined]),
            repeated([f.table for f in defined]),
            repeated([f.row for f in defined]),
            repeated([f.column for f in defined]),
            value,
            repeated([f.unit for f in defined]),
            pa.array(status),
            raw,
            repeated([f"table {1 + i % 3}, row {i // 7}, column {i % 7}" for i in range(width)]),
            pa.nulls(reports * width, pa.float64()),
            pa.nulls(reports * width, pa.string()),
            pa.nulls(reports * width, pa.string()),
        ],
        schema=load_dictionary().tables["figure"].arrow_schema,
    )


def frames(tables: dict[str, pa.Table]) -> Frames:
    """The tables as the frames that a load takes."""
    import pandas as pd

    empty = {
        name: load_dictionary().tables[name].arrow_schema.empty_table() for name in ("statement", "statistics_extra")
    }
    return Frames(**{n: table.to_pandas(types_mapper=pd.ArrowDtype) for n, table in {**empty, **tables}.items()})


def bare_load(folder: Path, target: Path, **settings: str) -> Seconds:
    """Time of a bare INSERT … SELECT from the Parquet files into tables of the same columns, in a new file."""
    with duckdb.connect(str(target), config={**settings}) as con:
        for name in _TABLES:
            con.execute(f"CREATE TABLE {name} AS FROM '{folder}/{name}-*.parquet' LIMIT 0")
        return timed(
            lambda: (
                [con.execute(f"INSERT INTO {n} FROM '{folder}/{n}-*.parquet'") for n in _TABLES]
                + [con.execute("CHECKPOINT")]
            )
        )


def views() -> Iterator[str]:
    """The views that are measured."""
    yield from ("town_year", *mart_names(), "rollup")


def main(arguments: list[str] | None = None) -> int:
    """Build, measure and print; exit status 1 when the load or a view misses its bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=200_000)
    parser.add_argument("--batch", type=int, default=10_000, help="reports of a load")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to build; a temporary folder by default")
    options = parser.parse_args(arguments)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="bench-warehouse-"))
    try:
        return _measure(folder, options.reports, options.batch, options.rounds)
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path, reports: int, size: int, rounds: int) -> int:
    rng = random.Random(1)
    divisions = list(gazetteer().divisions())
    towns = [(d.code, d.name) for d in divisions if str(d.level) == "town"][: reports // len(YEARS)]
    database, loading, cells = folder / "warehouse.duckdb", Seconds(), 0
    with open_warehouse(database) as con:
        load_divisions(con, divisions)
        for start in range(0, len(towns), size // len(YEARS)):
            tables = batch(towns[start : start + size // len(YEARS)], rng)
            cells += tables["figure"].num_rows
            for name, table in tables.items():
                pq.write_table(table, folder / f"{name}-{start:06d}.parquet", compression="zstd")
            made = frames(tables)
            loading = loading.plus(timed(lambda made=made: load_batch(con, made)))
        loading = loading.plus(timed(lambda: con.execute("CHECKPOINT")))
        findings = con.execute("SELECT count(*) FROM finding").fetchall()[0][0]
    bare = bare_load(folder, folder / "bare.duckdb")
    alike = bare_load(folder, folder / "alike.duckdb", storage_compatibility_version=FORMAT)
    parquet = sum(path.stat().st_size for path in folder.glob("*.parquet"))
    print(f"reports {len(towns) * len(YEARS):,}; figures {cells:,}; findings between years {findings:,}")
    ratio = loading.wall / bare.wall
    processor = loading.processor / bare.processor
    print(f"load {loading}, bare INSERT {bare}, ratio {ratio:.2f} (bar {BAR}), of processor time {processor:.2f}")
    print(f"bare INSERT in the same format {alike}, ratio {loading.wall / alike.wall:.2f}", end=", ")
    print(f"of processor time {loading.processor / alike.processor:.2f}")
    megabytes = {"warehouse": database.stat().st_size, "bare": (folder / "bare.duckdb").stat().st_size}
    print(f"size {', '.join(f'{n} {s / 1e6:.0f} MB' for n, s in megabytes.items())}, Parquet {parquet / 1e6:.0f} MB")
    print(f"{'median seconds':<16}{'all rows':>10}{'province':>10}")
    for view in views():
        whole = f"SELECT count(*), max(hash(v)) FROM {view} AS v"  # noqa: S608
        part = f"FROM {view} WHERE {_PLACE.replace('division_code', 'area_code') if view == 'rollup' else _PLACE}"
        if view == "text_reuse":
            rounds = 1
        times = [
            statistics.median(timed(lambda sql=sql: run_query(database, sql)).wall for _ in range(rounds))
            for sql in (whole, part)
        ]
        print(f"{view:<16}" + "".join(f"{seconds:>10.2f}" for seconds in times), flush=True)
    slowest = _measure_dashboard(database, folder, rounds)
    return int(ratio > BAR or slowest > dashboard.BAR)


def _measure_dashboard(database: Path, home: Path, rounds: int) -> float:
    """Print the times of the dashboard; the median of the slowest view, in seconds by the wall."""
    made = timed(lambda: prepare_board(database, home))
    (board,) = home.glob("dashboard-*.duckdb")
    print(f"aggregates of the dashboard {made}, {board.stat().st_size / 1e6:.0f} MB")
    print(f"{'view':<20}{'median':>10}{'processor':>12}{'first':>10}   bar {dashboard.BAR} s")
    slowest = 0.0
    for name, median, first in dashboard.measure(database, home, rounds):
        print(f"{name:<20}{median.wall:>10.2f}{median.processor:>12.2f}{first.wall:>10.2f}", flush=True)
        slowest = max(slowest, median.wall)
    return slowest


if __name__ == "__main__":
    sys.exit(main())
