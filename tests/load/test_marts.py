"""The marts on known figures: every share beside its two numbers, a blank never a 0, years compared within one body."""

from __future__ import annotations

from typing import Any

import pytest
from made_reports import DACHENGZI, frames, made

from load.database import Connection
from load.views import mart_names
from load.warehouse import load_batch
from transform.frames import Reading
from transform.model import Finding, Number
from transform.tables import load_dictionary

NOT_HELD = "requests.unavailable_not_held.total"


def mart(con: Connection, sql: str, *readings: Reading) -> list[dict[str, Any]]:
    load_batch(con, frames(*readings))
    result = con.execute(sql)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def picked(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def requests(**totals: Number | None) -> dict[str, Number | None]:
    return {f"requests.{row}.total": value for row, value in totals.items()}


def test_every_mart_of_the_issue_is_there() -> None:
    assert mart_names() == (
        "applicants",
        "backlog",
        "coverage",
        "denial_reasons",
        "disputes",
        "enforcement",
        "quality",
        "rates",
        "rulemaking",
        "text_reuse",
        "timeliness",
    )


@pytest.mark.parametrize("name", [*mart_names(), "rollup", "reporter", "concept"])
def test_dictionary_comments_the_columns_of_the_mart_and_no_others(con: Connection, name: str) -> None:
    columns = {row[0] for row in con.execute(f"DESCRIBE {name}").fetchall()}
    own = {column for column in load_dictionary().views[name].columns if "{" not in column}
    assert own - columns == set()
    comments = con.execute("SELECT column_name, comment FROM duckdb_columns() WHERE table_name = ?", [name]).fetchall()
    assert {column for column, comment in comments if comment} == columns


# Rates


def test_rates_stand_beside_numerator_and_denominator(con: Connection) -> None:
    values = requests(handled=40, granted=10, partly_granted=4, denied_by_law=5, denied_third_party=1, other_reason=2)
    values |= requests(unavailable_not_held=12, declined_repeated=6)
    [row] = mart(con, "FROM rates", made(values=values))
    assert picked(row, "handled", "granted", "granted_share") == (40, 10, 0.25)
    assert picked(row, "partly_granted", "partly_granted_share", "substantive_share") == (4, 0.1, 0.35)
    assert picked(row, "denied", "denied_share", "unavailable", "unavailable_share") == (6, 0.15, 12, 0.3)
    assert picked(row, "declined", "declined_share", "other", "other_share") == (6, 0.15, 2, 0.05)
    assert picked(row, "small", "comparability") == (False, "same")


@pytest.mark.parametrize(("handled", "small"), [(29, True), (30, False), (0, True), (None, None)])
def test_fewer_than_thirty_requests_are_marked_as_small(con: Connection, handled: int | None, small: bool) -> None:
    [row] = mart(con, "FROM rates", made(values=requests(handled=handled)))
    assert row["small"] is small


def test_share_of_nothing_or_of_a_blank_is_unknown(con: Connection) -> None:
    rows = mart(
        con,
        "FROM rates ORDER BY year",
        made(year=2021, values=requests(handled=0)),
        made(year=2022, values=requests(handled=None, granted=3)),
        made(year=2023, values=requests(handled=5, granted=None)),
        made(year=2024, values=requests(handled=5, denied_by_law=None)),
    )
    assert [row["granted_share"] for row in rows] == [None, None, None, 0]
    assert [row["substantive"] for row in rows] == [0, 3, None, 0]
    assert [row["denied_share"] for row in rows] == [None, None, 0, None]


def test_rates_of_form_2014_are_near_and_lack_what_it_does_not_tell_apart(con: Connection) -> None:
    values = {"statistics.answered": 50, "statistics.granted": 20, "statistics.already_public": 5}
    [row] = mart(con, "FROM rates", made("2014", values, year=2018))
    assert picked(row, "comparability", "granted_share", "unavailable", "declined_share") == ("near", 0.5, None, None)


# Why, who asks, who loses


def test_each_reason_has_its_share_of_its_kind_and_of_all_handled(con: Connection) -> None:
    values = requests(handled=80, unavailable_not_held=30, unavailable_unclear=10, denied_third_party=8)
    rows = {row["reason"]: row for row in mart(con, "FROM denial_reasons", made(values=values))}
    assert len(rows) == 16
    not_held = rows["unavailable_not_held"]
    assert picked(not_held, "requests", "of_kind", "share_of_kind", "share_of_handled") == (30, 40, 0.75, 0.375)
    assert picked(not_held, "small_kind", "small", "kind") == (False, False, "unavailable")
    assert picked(rows["denied_third_party"], "share_of_kind", "small_kind") == (1, True)
    assert picked(rows["declined_repeated"], "requests", "of_kind", "share_of_kind") == (0, 0, None)


def test_reasons_that_a_form_lacks_have_no_row(con: Connection) -> None:
    rows = mart(con, "FROM denial_reasons ORDER BY reason", made("2014", {"statistics.denied_privacy": 2}, year=2018))
    assert {row["reason"]: row["comparability"] for row in rows} == {
        "denied_security_stability": "same",
        "denied_state_secret": "same",
        "denied_third_party": "near",
        "unavailable_not_held": "near",
    }


def test_applicants_have_shares_of_received_and_the_change_since_last_year(con: Connection) -> None:
    received = {"requests.received.total": 50, "requests.received.legal_service": 20}
    rows = mart(
        con,
        "FROM applicants WHERE applicant = 'legal_service' ORDER BY year",
        made("2019", {"requests.received.total": 10, "requests.received.legal_service": 5}, year=2020),
        made(values=received),
    )
    assert [picked(row, "requests", "received", "share", "small", "change") for row in rows] == [
        (5, 10, 0.5, True, None),
        (20, 50, 0.4, False, 15),
    ]


def test_disputes_are_judged_by_what_was_concluded(con: Connection) -> None:
    values: dict[str, Number | None] = {
        "requests.handled.total": 200,
        "disputes.review.upheld": 20,
        "disputes.review.corrected": 10,
        "disputes.review.other": 10,
        "disputes.review.pending": 7,
        "disputes.review.total": 47,
        "disputes.lawsuit_direct.corrected": 1,
        "disputes.lawsuit_direct.total": 1,
        "disputes.lawsuit_after_review.upheld": 3,
        "disputes.lawsuit_after_review.total": 3,
    }
    lawsuit, review = mart(con, "FROM disputes ORDER BY kind", made(values=values))
    assert picked(review, "corrected", "concluded", "correction_rate", "small") == (10, 40, 0.25, False)
    assert picked(review, "pending", "per_100_handled", "direct") == (7, 23.5, None)
    assert picked(lawsuit, "concluded", "correction_rate", "small", "direct_share") == (4, 0.25, True, 0.25)


# Years of one body


def test_backlog_compares_carry_in_with_last_years_carry_out(con: Connection) -> None:
    rows = mart(
        con,
        "FROM backlog ORDER BY year",
        made(year=2021, values=requests(received=30, carried_in=10, carried_out=8)),
        made(year=2022, values=requests(received=20, carried_in=5, carried_out=0)),
        made(year=2023, values=requests(carried_in=None)),
        made(year=2025, values=requests(carried_in=4)),
    )
    assert [picked(r, "workload", "carried_out_share", "gap", "broken") for r in rows] == [
        (40, 0.2, None, None),
        (25, 0, -3, True),
        (None, None, None, None),
        (4, 0, None, None),
    ]
    assert rows[1]["report_id_year_before"] == rows[0]["report_id"]


def test_report_of_another_body_is_no_year_before(con: Connection) -> None:
    rows = mart(
        con,
        "FROM backlog ORDER BY year",
        made(code="211382", issuer="凌源市教育局", year=2021, values=requests(carried_out=8)),
        made(code="211382", issuer="凌源市人民政府", year=2022),
    )
    assert [row["gap"] for row in rows] == [None, None]


def test_stock_in_force_follows_from_the_flow(con: Connection) -> None:
    documents = "disclosure.normative_documents."
    rows = mart(
        con,
        "FROM rulemaking WHERE kind = 'normative_documents' ORDER BY year",
        made("2019", {f"{documents}made": 9, f"{documents}disclosed_total": 70}, year=2020),
        made(year=2021, values={f"{documents}in_force": 10}),
        made(year=2022, values={f"{documents}in_force": 12, f"{documents}issued": 4, f"{documents}repealed": 1}),
        made(year=2023, values={f"{documents}in_force": 372}),
    )
    assert [picked(r, "made", "disclosed_total", "in_force", "in_force_expected", "gap", "jump") for r in rows] == [
        (9, 70, None, None, None, None),
        (0, None, 10, None, None, None),
        (4, None, 12, 13, -1, False),
        (0, None, 372, 12, 360, True),
    ]
    assert [row["comparability"] for row in rows] == ["near", "same", "same", "same"]


def test_enforcement_is_shown_year_over_year(con: Connection) -> None:
    rows = mart(
        con,
        "FROM enforcement WHERE kind = 'penalties' ORDER BY year",
        made("2019", {"disclosure.penalties.decisions": 40}, year=2020),
        made(values={"disclosure.penalties.decisions": 60}),
    )
    assert [picked(r, "decisions", "change", "growth", "small", "comparability") for r in rows] == [
        (40, None, None, None, "near"),
        (60, 20, 1.5, False, "same"),
    ]


# Reports as such


@pytest.mark.parametrize(
    ("code", "issuer", "year", "published_on", "expected"),
    [
        ("211382", "凌源市人民政府", 2021, "2022-03-31", ("government", False, True, 0, True)),
        ("211382", "凌源市教育局", 2021, "2022-03-31", ("department", False, True, 59, False)),
        ("211382117", "三道河子镇人民政府", 2021, "2022-01-31", ("department", True, True, 0, True)),
        ("211382117", "三道河子镇人民政府", 2018, "2019-04-02", ("all", False, False, 2, False)),
        ("211382", None, 2021, "2022-01-31", (None, True, True, None, None)),
        ("211382", "凌源市教育局", 2021, None, ("department", None, None, None, None)),
    ],
)
def test_publication_is_held_against_the_deadline_of_the_body(
    con: Connection, code: str, issuer: str, year: int, published_on: str, expected: tuple[Any, ...]
) -> None:
    [row] = mart(con, "FROM timeliness", made(code=code, issuer=issuer, year=year, published_on=published_on))
    assert picked(row, "duty", "by_31_january", "by_31_march", "days_late", "on_time") == expected


def test_coverage_shows_every_year_and_the_gaps_between_reports(con: Connection) -> None:
    rows = mart(
        con,
        "FROM coverage ORDER BY division_code, year",
        made(year=2020, form="2019"),
        made(year=2022, verdict="flagged"),
        made(code=DACHENGZI, issuer="大城子镇", year=2021),
    )
    assert [picked(r, "division", "year", "form", "verdict", "reports", "gap") for r in rows] == [
        ("大城子镇", 2020, None, "no report", 0, False),
        ("大城子镇", 2021, "2021", "verified", 1, False),
        ("大城子镇", 2022, None, "no report", 0, False),
        ("三道河子镇", 2020, "2019", "verified", 1, False),
        ("三道河子镇", 2021, None, "no report", 0, True),
        ("三道河子镇", 2022, "2021", "flagged", 1, False),
    ]


def test_quality_counts_findings_by_rule_and_keeps_reports_without_any(con: Connection) -> None:
    broken = Finding("requests.row_sum", "error", ("requests.granted.total", "requests.granted.business"), "", "source")
    rows = mart(
        con,
        "FROM quality ORDER BY year, rule",
        made(findings=(broken, broken), verdict="flagged"),
        made(year=2022),
    )
    assert [picked(r, "rule", "cause", "findings", "figures") for r in rows] == [
        ("requests.row_sum", "source", 2, 4),
        (None, None, 0, 0),
    ]


def test_prose_is_measured_against_last_year_and_siblings(con: Connection) -> None:
    old, new = made(year=2021), made(year=2022)
    sibling = made(code="211382999", issuer="某某镇人民政府", year=2022)
    load_batch(con, frames(old, new, sibling))
    texts = {
        old: "2021年全镇主动公开政府信息12条。建立健全信息公开工作机制和审查制度。",
        new: "2022年全镇主动公开政府信息345条。这一句话只有今年的报告里面才有。",
        sibling: "2022 年全镇主动公开政府信息7条。短句。",
    }
    for reading, text in texts.items():
        con.execute("UPDATE section SET text = ? WHERE report_id = ?", [text, reading.report_id])
    con.execute("INSERT INTO division VALUES ('211382999', '某某镇', 'town', '211382', '辽宁省', '朝阳市', '凌源市')")
    rows = {r["report_id"]: r for r in mart(con, "FROM text_reuse")}
    same, only_new = len("#年全镇主动公开政府信息#条"), len("这一句话只有今年的报告里面才有")
    assert picked(rows[new.report_id], "characters", "characters_year_before", "characters_sibling") == (
        same + only_new,
        same,
        same,
    )
    assert picked(rows[old.report_id], "share_year_before", "share_sibling", "small") == (None, 0, True)
    assert picked(rows[sibling.report_id], "sentences", "share_sibling") == (1, 1)


# Roll-ups


def test_sums_go_up_from_towns_to_the_province_with_the_reports_behind_them(con: Connection) -> None:
    received = "requests.received.total"
    rows = mart(
        con,
        "FROM rollup WHERE reporting_level = 'town' ORDER BY area_code",
        made(values={received: 3}),
        made(code=DACHENGZI, issuer="大城子镇人民政府", values={received: None}),
        made(code="211382", issuer="凌源市人民政府", values={received: 100}),
        made(code="211382118", issuer="凌源市教育局", values={received: 999}),
    )
    assert [picked(r, "area", "area_level", "reports", "received", "received_reports") for r in rows] == [
        ("辽宁省", "province", 2, 3, 1),
        ("朝阳市", "prefecture", 2, 3, 1),
        ("喀喇沁左翼蒙古族自治县", "county", 1, None, 0),
        ("大城子镇", "town", 1, None, 0),
        ("凌源市", "county", 1, 3, 1),
        ("三道河子镇", "town", 1, 3, 1),
    ]
    assert [r["received_comparability"] for r in rows] == ["same", "same", None, None, "same", "same"]


def test_sum_says_when_a_form_behind_it_is_only_near(con: Connection) -> None:
    [row] = mart(con, "FROM rollup WHERE area_level = 'county'", made("2014", {"statistics.received": 2}, year=2018))
    assert picked(row, "received", "received_comparability", "carried_in_comparability") == (2, "near", None)
