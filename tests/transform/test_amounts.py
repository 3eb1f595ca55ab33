"""Amounts of money: the unit that their header prints, and what is doubted where it is damaged."""

from __future__ import annotations

import pytest
from small_pages import read, table

from transform.model import Figure, Report
from transform.wording.numbers import names_damaged_unit, unit_named

DAMAGED = ("单□：□元", "单位：□元", "□元", "单位：", "单位：?元", "万□")


@pytest.mark.parametrize("unit", DAMAGED)
def test_a_damaged_unit_is_told_from_none(unit: str) -> None:
    assert unit_named(f"本年收费金额（{unit}）") is None
    assert names_damaged_unit(f"本年收费金额（{unit}）")


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("本年收费金额（单位：万元）", "万元"),
        ("本年收费金额（单位：万）", "万元"),
        ("本年收费金额（单位：万元，保留两位小数）", "万元"),
        ("采购总金额/元", "元"),
        ("采购总金额", None),
        ("采购总金额（含分散采购）", None),
    ],
)
def test_the_unit_of_a_header(header: str, unit: str | None) -> None:
    assert unit_named(header) == unit
    assert not names_damaged_unit(header)


def amount(report: Report, name: str) -> tuple[Figure, bool]:
    figure = next(f for f in report.figures if f.figure == f"disclosure.{name}.amount")
    return figure, any(f.rule == "disclosure.unit_unknown" and figure.figure in f.figures for f in report.findings)


def fees(header: str, cell: str) -> tuple[Figure, bool]:
    band = "第二十条第（八）项*2"
    return amount(read(table((band,), ("信息内容", header), ("行政事业性收费", cell))), "fees")


def procurement(header: str, cell: str) -> tuple[Figure, bool]:
    rows = (("信息内容", "采购项目数量", header), ("政府集中采购", 3, cell))
    title = "三道河子镇2019年政府信息公开工作年度报告"
    return amount(read(table(("第二十条第（九）项*3",), *rows), title=title), "procurement")


@pytest.mark.parametrize("unit", DAMAGED)
def test_an_amount_under_a_damaged_unit_is_in_doubt_unless_it_is_nothing(unit: str) -> None:
    assert fees(f"本年收费金额（{unit}）", "28.5")[1]
    assert not fees(f"本年收费金额（{unit}）", "0")[1]
    assert procurement(f"采购总金额（{unit}）", "28.5")[1]


def test_less_than_one_wan_under_yuan_is_in_doubt_where_the_form_asks_for_wan() -> None:
    assert fees("本年收费金额（单位：元）", "28")[1]
    figure, in_doubt = fees("本年收费金额（单位：元）", "280000")
    assert (figure.value, in_doubt) == (28, False)
    assert not fees("本年收费金额（单位：万元）", "0.28")[1]
    assert not fees("本年收费金额（单位：万元）", "2800元")[1]


def test_no_money_is_less_than_a_fen() -> None:
    assert procurement("采购总金额（元）", "429.9167")[1]
    assert procurement("采购总金额", "429.9167")[1]
    assert not procurement("采购总金额（元）", "429.91")[1]
    assert not procurement("采购总金额（万元）", "429.9167")[1]


def test_the_unit_of_a_header_in_pieces_stands_behind_the_name_of_the_column() -> None:
    pieces = ("第二十条第", "（九）项", "采购项", "目数量", "采购总金额（", "万元）", "政府集", "中采购", "3", "12.5")
    report = read(*(f"<p>{text}</p>" for text in pieces), title="三道河子镇2019年政府信息公开工作年度报告")
    assert amount(report, "procurement")[0].value == 125_000
