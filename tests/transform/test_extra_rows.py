"""Rows of the 2014 statistics table that only a province has, and running totals: kept beside the figures."""

from __future__ import annotations

from flows.parse import read_document
from transform.forms import load_forms
from transform.model import Report

OWN = {
    "meetings": ("政府网站建设投入经费", "万元", "12.5", "40"),
    "public_concerns_answered": ("宣传报道政府信息公开工作数", "篇", "7", "30"),
}
FOOT = ("单位负责人：甲", "审核人：乙", "联系电话", "5561234567")


def report(columns: tuple[str, ...], own: dict[str, tuple[str, ...]]) -> Report:
    lines: list[tuple[str, ...]] = [columns]
    for row in load_forms()["2014"].tables[0].rows:
        if row.id in own:
            lines.append(own[row.id])
        lines.append((row.label, row.unit or "件", "0", "3"))
    lines.append(FOOT)
    cells = ("".join(f"<td>{cell}</td>" for cell in line[: len(columns)]) for line in lines)
    table = "".join(f"<tr>{line}</tr>" for line in cells)
    return read_document(f"<h1>平安市2015年政府信息公开年度报告</h1><table>{table}</table>".encode())[1]


def test_rows_of_a_province_are_kept_with_label_unit_and_value() -> None:
    found = report(("统计指标", "单位", "统计数"), OWN)
    assert [(row.label, row.unit, row.value, row.column) for row in found.extra] == [
        ("宣传报道政府信息公开工作数", "篇", 7, "统计数"),
        ("政府网站建设投入经费", "万元", 12.5, "统计数"),
    ]
    assert found.extra[0].locator == "table 1, row 10, column 3"
    assert (found.verdict, len(found.figures)) == ("verified", 58)


def test_running_totals_are_kept_beside_the_figures_of_the_year() -> None:
    found = report(("统计指标", "单位", "年度", "历年累计"), OWN)
    figures = {figure.figure: figure.value for figure in found.figures}
    assert set(figures.values()) == {0}
    totals = [row for row in found.extra if row.column == "历年累计"]
    assert len(totals) == 58 + 2
    assert {row.value for row in totals if row.label not in ("宣传报道政府信息公开工作数", "政府网站建设投入经费")} == {
        3
    }


def test_the_foot_of_the_table_is_no_row() -> None:
    assert report(("统计指标", "单位", "年度", "历年累计"), {}).extra != ()
    assert not any("电话" in row.label for row in report(("统计指标", "单位", "年度", "历年累计"), {}).extra)


def test_a_table_of_the_form_alone_has_none() -> None:
    assert report(("统计指标", "单位", "统计数"), {}).extra == ()
