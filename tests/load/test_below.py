"""A report that says it summarises those below it is held against them; one that says nothing is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from made_reports import SANDAOHEZI, Place, frames, made

from load.below import load_below
from load.database import Connection
from load.divisions import load_divisions
from load.warehouse import load_batch
from transform.frames import Reading
from transform.model import Number, Section

RECEIVED = "requests.received.total"
ALL = "本报告由凌源市人民政府办公室汇总各乡镇、街道政府信息公开工作情况编制而成。"
DEPARTMENTS_TOO = "本報告中所列數據根據市政府各部門、各鄉鎮、街道年度報告匯總形成。"
PLACES = (
    Place("21", "辽宁省", "province"),
    Place("2113", "朝阳市", "prefecture"),
    Place("211382", "凌源市", "county"),
    Place(SANDAOHEZI, "三道河子镇", "town"),
    Place("211382118", "大河北镇", "town"),
    Place("2190", "省直辖县级行政区划", "prefecture"),
    Place("219001", "直辖市", "county"),
)


def county(received: Number | None, says: str, code: str = "211382", issuer: str = "凌源市人民政府") -> Reading:
    reading = made(values={RECEIVED: received}, code=code, issuer=issuer)
    return replace(reading, report=replace(reading.report, sections=(Section("overview", "一、总体情况", says),)))


def town(received: Number | None, code: str = SANDAOHEZI, name: str = "三道河子镇", form: str = "2021") -> Reading:
    return made(form, values={RECEIVED: received}, code=code, issuer=f"{name}人民政府")


def second(received: Number | None) -> Reading:
    return town(received, "211382118", "大河北镇")


def bureau(received: Number) -> Reading:
    return made(values={RECEIVED: received}, code="211382", issuer="凌源市教育局")


@pytest.fixture
def places(con: Connection) -> Connection:
    load_divisions(con, PLACES)
    return con


def raised(con: Connection) -> list[str]:
    rows = con.execute("SELECT message FROM finding WHERE rule = 'below.sum' ORDER BY report_id").fetchall()
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("readings", "found"),
    [
        ([county(5, ALL), town(3), second(2)], False),
        ([county(5, ALL), town(3), second(3)], True),
        ([county(5, ALL), town(3), second(1)], True),
        ([county(5, ALL), town(3)], False),
        ([county(5, ALL), town(6)], True),
        ([county(5, ALL), town(3), second(None)], False),
        ([county(None, ALL), town(3), second(9)], False),
        ([county(5, "本年度工作平稳。"), town(3), second(3)], False),
        ([county(5, DEPARTMENTS_TOO), town(3), second(1)], False),
        ([county(5, DEPARTMENTS_TOO), town(3), second(1), bureau(2)], True),
        ([county(5, ALL), town(3), second(1), bureau(2)], True),
    ],
    ids=[
        "equal",
        "above",
        "below with every town here",
        "a town lacks",
        "a town lacks, above all the same",
        "a blank is never 0",
        "the total is blank",
        "it does not say so",
        "departments that are not here",
        "departments that are here",
        "departments that it does not speak of",
    ],
)
def test_a_total_is_held_against_what_it_says_it_summarises(
    places: Connection, readings: Sequence[Reading], found: bool
) -> None:
    load_batch(places, frames(*readings))
    assert bool(raised(places)) is found


def test_the_finding_names_the_numbers_and_changes_no_verdict(places: Connection) -> None:
    load_batch(places, frames(county(5, ALL), town(3), second(3)))
    assert raised(places) == [
        "says that it summarises the bodies below it; the 2 reports of them that are here add up to 6, this one has 5 "
        "(requests.received.total; other figures that differ: 0)"
    ]
    assert places.execute(
        "SELECT severity, cause, figures, verdict, issuer FROM finding JOIN report USING (report_id)"
    ).fetchall() == [("info", "unknown", [RECEIVED], "verified", "凌源市人民政府")]


def test_the_order_of_loading_makes_no_difference(places: Connection) -> None:
    for reading in (second(3), county(5, ALL), town(3)):
        load_batch(places, frames(reading))
    assert len(raised(places)) == 1
    load_batch(places, frames(town(2)))
    assert raised(places) == []


def test_a_town_on_another_form_is_not_added(places: Connection) -> None:
    load_batch(places, frames(county(5, ALL), second(3), town(3, form="2019")))
    assert raised(places) == []


def test_a_county_directly_under_a_province_is_below_it(places: Connection) -> None:
    province = county(5, ALL.replace("乡镇、街道", "市、县"), "21", "辽宁省人民政府")
    load_batch(places, frames(province, town(7, "219001", "直辖市")))
    assert len(raised(places)) == 1


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("本报告由市政府办公室汇总南平市各县（市、区）、市政府各有关部门政府信息公开工作情况编制而成。", True),
        ("所列数据综合了全县各乡镇和县直各单位的年度报告。", True),
        ("加强综合行政执法，各乡镇及时公开信息。", False),
        ("各镇街认真落实，按时报送。数据真实。", False),
    ],
)
def test_what_counts_as_saying_so(text: str, claims: bool) -> None:
    assert (load_below()[0].claim(text) is not None) is claims
