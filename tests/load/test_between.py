"""Findings between years: made at load time, the same in any order of loading, never touching figures or verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from made_reports import PLACES, frames, made

from load.between import check_between
from load.cross_checks import load_cross_checks, rules
from load.database import Connection
from load.divisions import load_divisions
from load.warehouse import load_batch, open_warehouse, ordered, transaction
from transform.forms import load_forms
from transform.frames import Reading
from transform.model import Finding, Number, Section, Statement

OUT, IN = "requests.carried_out.total", "requests.carried_in.total"
Values = Mapping[str, Number | None]
_OUTCOMES = [f for f in load_forms()["2021"].figures if f.startswith(("requests.granted", "requests.denied"))]


def findings(con: Connection) -> list[tuple[Any, ...]]:
    return con.execute(
        "SELECT year, rule, severity, figures FROM finding JOIN report USING (report_id) ORDER BY year, position"
    ).fetchall()


def raised(con: Connection, before: Values, now: Values, forms: tuple[str, str] = ("2021", "2021")) -> list[Any]:
    years = {"2019": 2020, "2021": 2021}
    first = years[forms[0]] if forms != ("2019", "2019") else 2019
    load_batch(con, frames(made(forms[0], before, year=first), made(forms[1], now, year=first + 1)))
    assert {year for year, *_ in findings(con)} <= {first + 1}
    return [(rule, severity, figures) for _, rule, severity, figures in findings(con)]


@pytest.mark.parametrize("forms", [("2019", "2019"), ("2019", "2021"), ("2021", "2021")])
def test_carry_out_that_is_not_carried_in_is_found_across_forms(con: Connection, forms: tuple[str, str]) -> None:
    assert raised(con, {OUT: 5}, {IN: 3}, forms) == [("years.carry_over", "warning", [IN])]
    [(message, cause)] = con.execute("SELECT message, cause FROM finding").fetchall()
    first = 2019 if forms == ("2019", "2019") else int(forms[0]) + (forms[0] == "2019")
    assert message == f"the report on {first} carries 5 requests over to the next year, this one carries in 3"
    assert cause == "unknown"


@pytest.mark.parametrize(("before", "now"), [(5, 5), (None, 3), (5, None)])
def test_equal_or_blank_carry_over_raises_nothing(con: Connection, before: int | None, now: int | None) -> None:
    assert raised(con, {OUT: before}, {IN: now}) == []


def test_kind_of_applicant_is_only_worth_knowing(con: Connection) -> None:
    figure = "requests.carried_in.business"
    assert raised(con, {}, {figure: 1}) == [("years.carry_over_applicants", "info", [figure])]


@pytest.mark.parametrize(("in_force", "found"), [(12, False), (13, True)])
def test_stock_follows_from_issued_and_repealed(con: Connection, in_force: int, found: bool) -> None:
    stock = "disclosure.normative_documents."
    now = {f"{stock}in_force": in_force, f"{stock}issued": 3, f"{stock}repealed": 1}
    expected = [("years.stock", "warning", [f"{stock}in_force", f"{stock}issued", f"{stock}repealed"])]
    assert raised(con, {f"{stock}in_force": 10}, now) == (expected if found else [])


@pytest.mark.parametrize(("items", "found"), [(7, False), (8, True)])
def test_items_of_the_year_before_follow_from_its_change(con: Connection, items: int, found: bool) -> None:
    row = "disclosure.licensing."
    before = {f"{row}previous_items": 9, f"{row}items_change": -2}
    expected = [("years.items", "warning", [f"{row}previous_items"])]
    assert raised(con, before, {f"{row}previous_items": items}, ("2019", "2019")) == (expected if found else [])


@pytest.mark.parametrize(
    ("figure", "before", "now", "rule"),
    [
        ("requests.received.total", 20, 300, "years.jump"),
        ("requests.received.total", 300, 20, "years.jump"),
        ("requests.received.total", 2, 90, None),
        ("requests.received.total", 0, 900, None),
        ("disclosure.fees.amount", 1.5, 15000, "years.unit"),
        ("disclosure.fees.amount", 1.5, 300, None),
        ("disclosure.penalties.decisions", 10, 900, "years.jump"),
    ],
)
def test_jump_is_found_in_both_directions(
    con: Connection, figure: str, before: float, now: float, rule: str | None
) -> None:
    assert [found[0] for found in raised(con, {figure: before}, {figure: now})] == ([rule] if rule else [])


def test_table_of_last_year_printed_again_is_found_with_the_figures_that_are_equal(con: Connection) -> None:
    table: dict[str, Number | None] = dict.fromkeys(_OUTCOMES[:20], 7)
    [(rule, severity, figures)] = raised(con, table, table | {_OUTCOMES[0]: 8})
    assert (rule, severity, figures) == ("years.pasted", "warning", _OUTCOMES[1:20])
    assert con.execute("SELECT message FROM finding").fetchall() == [
        ("19 of the 20 figures that are not 0 are those of the report on 2021",)
    ]


@pytest.mark.parametrize(("filled", "changed"), [(11, 0), (20, 3)])
def test_few_or_different_figures_are_no_table_printed_again(con: Connection, filled: int, changed: int) -> None:
    table: dict[str, Number | None] = dict.fromkeys(_OUTCOMES[:filled], 7)
    assert raised(con, table, table | dict.fromkeys(_OUTCOMES[:changed], 8)) == []


def test_years_apart_and_other_bodies_are_not_compared(con: Connection) -> None:
    load_batch(
        con,
        frames(
            made(year=2021, values={OUT: 5}),
            made(year=2023),
            made(year=2022, issuer="三道河子镇财政所", values={IN: 9}),
        ),
    )
    assert findings(con) == []


def test_findings_are_the_same_in_any_order_of_loading(con: Connection) -> None:
    own = Finding("requests.row_sum", "error", (IN,), "", "source")
    reports = [
        made(year=2021, values={OUT: 5}),
        made(year=2022, values={IN: 3, OUT: 2}, findings=(own,), verdict="flagged"),
        made(year=2023, values={IN: 9}),
    ]
    loaded = set()
    for order in permutations(reports):
        con.execute("DELETE FROM report; DELETE FROM figure; DELETE FROM finding; DELETE FROM section")
        con.execute("DELETE FROM wide_2021")
        for report in order:
            load_batch(con, frames(report))
        loaded.add(str(con.execute(ordered("finding")).fetchall()))
    assert len(loaded) == 1
    assert [(year, rule) for year, rule, *_ in findings(con)] == [
        (2022, "requests.row_sum"),
        (2022, "years.carry_over"),
        (2023, "years.carry_over"),
    ]


def test_findings_made_one_at_a_time_are_those_made_together(con: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    business = {"requests.carried_in.business": 1}
    load_batch(con, frames(*(made(year=year, values={IN: year, OUT: 5, **business}) for year in range(2019, 2024))))
    together = con.execute(ordered("finding")).fetchall()
    assert len(together) > 5
    for name in ("_PAIRS_AT_ONCE", "_FOUND_AT_ONCE"):
        monkeypatch.setattr(f"load.between.{name}", 1)
    with transaction(con):
        check_between(con, load_forms())
    assert con.execute(ordered("finding")).fetchall() == together


def test_finding_goes_when_the_report_of_the_year_before_is_read_anew(con: Connection) -> None:
    assert raised(con, {OUT: 5}, {IN: 3}) != []
    load_batch(con, frames(made(year=2021, values={OUT: 3}, sha="changed bytes")))
    assert findings(con) == []


def test_finding_goes_when_the_report_of_the_year_before_moves_to_another_division(con: Connection) -> None:
    url = "http://a.gov.cn/1.html"
    load_batch(con, frames(made(year=2021, values={OUT: 5}, url=url), made(year=2022, values={IN: 3})))
    assert len(findings(con)) == 1
    load_batch(con, frames(made(year=2021, values={OUT: 5}, url=url, code="211324107", issuer="大城子镇")))
    assert findings(con) == []


def test_figures_and_verdict_stay_and_the_figure_is_in_doubt(con: Connection) -> None:
    raised(con, {OUT: 5}, {IN: 3})
    assert con.execute("SELECT DISTINCT verdict FROM report").fetchall() == [("verified",)]
    assert con.execute("SELECT figure, value, rule FROM doubt").fetchall() == [(IN, 3.0, "years.carry_over")]


def test_no_rule_between_years_is_an_error() -> None:
    assert {check.severity for check in load_cross_checks()} == {"warning", "info"}
    assert all(rule.startswith("years.") for rule in rules())


def test_new_gazetteer_makes_them_anew(con: Connection) -> None:
    load_divisions(con, [])
    load_batch(con, frames(made(year=2021, issuer="三道河子镇", values={OUT: 5}), made(year=2022, values={IN: 3})))
    assert findings(con) == []
    load_divisions(con, PLACES)
    assert [rule for _, rule, *_ in findings(con)] == ["years.carry_over"]


def test_earlier_warehouse_gets_them_with_the_new_definitions(warehouse: Any) -> None:
    with open_warehouse(warehouse) as con:
        raised(con, {OUT: 5}, {IN: 3})
        con.execute("DELETE FROM finding; UPDATE meta SET value = 'earlier' WHERE key = 'definitions'")
    with open_warehouse(warehouse) as con:
        assert [rule for _, rule, *_ in findings(con)] == ["years.carry_over"]


BALANCED = {"requests.received.total": 2, "requests.handled.total": 7}


def test_balance_of_the_later_report_decides_that_it_is_wrong(con: Connection) -> None:
    earlier = {OUT: 5, "requests.received.total": 5}
    load_batch(con, frames(made(year=2021, values=earlier), made(year=2022, values={IN: 0, **BALANCED})))
    [(message, cause, suggested)] = carried(con)
    assert message.endswith("this one carries in 0; the balance of this report asks for 5")
    assert (cause, suggested) == ("source", [{"figure": IN, "value": 5.0}])
    kept = con.execute("SELECT value FROM figure JOIN report USING (report_id) WHERE figure = ? AND year = 2022", [IN])
    assert kept.fetchall() == [(0.0,)]


def test_text_of_the_later_report_decides_too(con: Connection) -> None:
    said = Statement("carried_in", 5, "件", False, 2022, "report", "prose", "上年结转5件", "requests", "paragraph 4")
    later = made(year=2022, values={IN: 3})
    later = replace(later, report=replace(later.report, statements=(said,)))
    load_batch(con, frames(made(year=2021, values={OUT: 5}), later))
    [(message, cause, suggested)] = carried(con)
    assert message.endswith("; the text of this report asks for 5")
    assert (cause, suggested) == ("source", [{"figure": IN, "value": 5.0}])


def test_balance_of_the_earlier_report_tells_that_it_is_wrong_and_proposes_nothing_for_the_later(
    con: Connection,
) -> None:
    earlier = {OUT: 5, "requests.received.total": 3}
    load_batch(con, frames(made(year=2021, values=earlier), made(year=2022, values={IN: 3})))
    [(message, cause, suggested)] = carried(con)
    assert message.endswith("; the balance of the earlier report asks for 3")
    assert (cause, suggested) == ("unknown", [])


def carried(con: Connection) -> list[tuple[Any, ...]]:
    query = "SELECT message, cause, suggested FROM finding WHERE rule = 'years.carry_over'"
    return con.execute(query).fetchall()


def with_text(year: int, *sentences: str) -> Reading:
    reading = made(year=year)
    sections = (Section("overview", "一、总体情况", "\n".join(sentences)),)
    return replace(reading, report=replace(reading.report, sections=sections))


SENTENCES = [f"第{n}站所按时报送了应当公开的各类信息材料{'甲乙丙丁戊己庚辛壬癸子丑'[n]}。" for n in range(12)]


@pytest.mark.parametrize(("changed", "found"), [(0, True), (6, False)])
def test_text_of_the_year_before_with_other_numbers_is_found(con: Connection, changed: int, found: bool) -> None:
    later = [f"换成了全新的一句完全不同的说法{n * '新'}。" if n < changed else s for n, s in enumerate(SENTENCES)]
    first = with_text(2021, "2021年共收到申请12件。", *SENTENCES)
    second = with_text(2022, "2022年共收到申请7件。", *later)
    load_batch(con, frames(first, second))
    rules_found = con.execute("SELECT rule, severity, year FROM finding JOIN report USING (report_id)").fetchall()
    assert rules_found == ([("years.copied_text", "warning", 2022)] if found else [])
