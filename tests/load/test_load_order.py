"""Findings between reports follow from the reports that are loaded: not from when they came, nor from the order."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from made_reports import FETCHED, frames, made

from load.between import check_between
from load.database import Connection
from load.warehouse import load_batch, open_warehouse, ordered
from transform.forms import load_forms
from transform.frames import Reading
from transform.model import Section, Statement

OUT, IN, RECEIVED = "requests.carried_out.total", "requests.carried_in.total", "requests.received.total"
SENTENCES = "".join(f"第{n}站所按时报送了应当公开的各类信息材料{'甲乙丙丁戊己庚辛壬癸子丑'[n]}。" for n in range(12))
SUMS = "本报告由凌源市人民政府办公室汇总各乡镇、街道政府信息公开工作情况编制而成。"


def spoken(reading: Reading, text: str, carried_in: int | None = None) -> Reading:
    said = (
        Statement(
            "carried_in", carried_in, "件", False, 2022, "report", "prose", "上年结转", "requests", "paragraph 4"
        ),
    )
    sections = (Section("overview", "一、总体情况", text),)
    stated = () if carried_in is None else said
    return replace(reading, report=replace(reading.report, sections=sections, statements=stated))


def town(year: int, copy: str, carried_out: int, carried_in: int, said: int | None = None) -> Reading:
    """One of the copies of a town's report on a year: the same in all that may tell which of them counts."""
    values = {OUT: carried_out, IN: carried_in, RECEIVED: carried_out}
    return spoken(made(year=year, values=values, url=f"http://{copy}.gov.cn/{year}.html"), SENTENCES, said)


READINGS = (
    town(2021, "a", 5, 0),
    town(2021, "b", 4, 0),
    town(2022, "a", 2, 3, said=5),
    town(2022, "b", 2, 4),
    town(2023, "a", 0, 9),
    spoken(made(year=2022, code="211382", issuer="凌源市人民政府", values={RECEIVED: 1}), SUMS),
)


def fetched(reading: Reading, hours: int) -> Reading:
    return replace(reading, source=replace(reading.source, fetched_at=FETCHED + timedelta(hours=hours)))


def batches(readings: Sequence[Reading], chance: random.Random) -> list[list[Reading]]:
    """The readings in an order and in batches drawn at random, each fetched at another hour."""
    order = chance.sample(readings, len(readings))
    late = [fetched(reading, chance.randrange(1000)) for reading in order]
    cuts = sorted(chance.sample(range(1, len(late)), chance.randrange(len(late))))
    return [late[a:b] for a, b in zip([0, *cuts], [*cuts, len(late)], strict=True)]


def found(con: Connection) -> list[tuple[Any, ...]]:
    return con.execute(ordered("finding")).fetchall()


def test_any_order_batches_and_times_of_loading_give_the_same_findings(new_warehouse: Path, tmp_path: Path) -> None:
    seen = []
    for seed in range(12):
        chance = random.Random(seed)
        with open_warehouse(Path(shutil.copyfile(new_warehouse, tmp_path / f"{seed}.duckdb"))) as con:
            for batch in batches(READINGS, chance):
                load_batch(con, frames(*batch))
            seen.append(found(con))
            again = chance.choice(READINGS)
            load_batch(con, frames(fetched(again, 2000)))
            assert found(con) == seen[-1]
            check_between(con, load_forms())
            assert found(con) == seen[-1]
    assert all(one == seen[0] for one in seen)
    assert {row[2] for row in seen[0]} >= {"years.carry_over", "years.copied_text", "below.sum"}


def test_report_loaded_and_read_anew_leaves_what_a_single_load_leaves(new_warehouse: Path, tmp_path: Path) -> None:
    """A report that first said something else, as one that was loaded before a run was killed, leaves no trace."""
    kept = []
    for name, before in (
        ("anew", READINGS),
        ("with a past", (town(2022, "a", 7, 7), town(2021, "b", 0, 8), *READINGS)),
    ):
        with open_warehouse(Path(shutil.copyfile(new_warehouse, tmp_path / f"{name}.duckdb"))) as con:
            for reading in before:
                load_batch(con, frames(reading))
            kept.append(found(con))
    assert kept[0] == kept[1]
