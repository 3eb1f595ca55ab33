"""The views: a column for each figure of a form, and the concepts that continue across the forms side by side."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest
from made_reports import DACHENGZI, SANDAOHEZI, frames, made

from load.crosswalk import Term, load_crosswalk, parse_terms
from load.database import Connection
from load.views import column_name
from load.warehouse import load_batch
from transform.forms import load_forms
from transform.frames import Reading
from transform.model import Finding
from transform.tables import load_dictionary

FORMS = load_forms()
CROSSWALK = load_crosswalk()


def rows(con: Connection, sql: str) -> list[dict[str, Any]]:
    result = con.execute(sql)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def town_year(con: Connection, *readings: Reading) -> list[dict[str, Any]]:
    load_batch(con, frames(*readings))
    return rows(con, "SELECT * FROM town_year ORDER BY division_code, year")


# Wide views


@pytest.mark.parametrize("form", FORMS)
def test_wide_view_has_a_column_for_each_figure_of_the_form(con: Connection, form: str) -> None:
    names = [row["column_name"] for row in rows(con, f"DESCRIBE form_{form}")]
    report_columns = [column.name for column in load_dictionary().tables["report"].columns]
    assert names == [*report_columns, *(column_name(figure) for figure in FORMS[form].figures), "corrected"]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("form", FORMS)
def test_wide_view_shows_each_figure_in_its_own_column(con: Connection, form: str) -> None:
    values = {figure: position for position, figure in enumerate(FORMS[form].figures, 1)}
    load_batch(con, frames(made(form, values), made("2019" if form != "2019" else "2021", year=2030)))
    [row] = rows(con, f"FROM form_{form}")
    assert {figure: row[column_name(figure)] for figure in values} == values


def test_wide_view_has_no_value_for_a_blank_or_missing_figure(con: Connection) -> None:
    load_batch(con, frames(made(values={"requests.received.total": None})))
    [row] = rows(con, "SELECT * FROM form_2021")
    assert row["requests_received_total"] is None
    assert row["requests_other_total"] is None
    assert row["requests_granted_total"] == 0


def test_comment_of_a_figure_column_gives_label_gloss_unit_and_id(con: Connection) -> None:
    query = "SELECT comment FROM duckdb_columns() WHERE table_name = 'form_2021' AND column_name = '{}'"
    comment = con.execute(query.format("disclosure_fees_amount")).fetchall()[0][0]
    assert "行政事业性收费" in comment
    assert "(万元)" in comment
    assert comment.endswith("disclosure.fees.amount")
    assert "in place of" in con.execute(query.format("requests_other_total")).fetchall()[0][0]


# town_year: which report


def test_government_of_the_division_comes_before_its_departments(con: Connection) -> None:
    received = "requests.received.total"
    [row] = town_year(
        con,
        made(code="211382", issuer="凌源市教育局", values={received: 1}),
        made(code="211382", issuer="辽宁省凌源市人民政府", values={received: 2}, verdict="flagged"),
        made(code="211382", issuer="凌源市人民政府办公室", values={received: 3}),
    )
    assert (row["received"], row["issuer_kind"], row["reports"]) == (2, "government", 3)


@pytest.mark.parametrize(
    ("code", "issuer", "kind"),
    [
        (SANDAOHEZI, "三道河子镇", "government"),
        (SANDAOHEZI, "凌源市三道河子镇人民政府", "government"),
        (SANDAOHEZI, "三道河子镇党政综合办公室", "office"),
        ("211382", "三道河子鎮人民政府", "other_government"),
        ("211382", "凌源市教育局", "department"),
        ("211382", None, "unknown"),
        ("330106999", "某某街道办事处", "government"),
    ],
)
def test_kind_of_issuer_is_shown(con: Connection, code: str, issuer: str | None, kind: str) -> None:
    [row] = town_year(con, made(code=code, issuer=issuer))
    assert row["issuer_kind"] == kind


def test_of_two_copies_the_one_read_best_is_shown_then_the_one_published_last(con: Connection) -> None:
    copies = [
        made(url="http://a.gov.cn/1", verdict="flagged", published_on="2022-03-01"),
        made(url="http://b.gov.cn/1", verdict="verified", published_on="2022-01-01"),
        made(url="http://c.gov.cn/1", verdict="verified", published_on="2022-02-01"),
    ]
    [row] = town_year(con, *copies)
    assert row["url"] == "http://c.gov.cn/1"
    assert row["report_id"] == copies[2].report_id


def test_report_without_division_or_year_has_no_row(con: Connection) -> None:
    assert town_year(con, made(code=None), made(year=None)) == []


def test_row_names_the_places_above_and_counts_the_errors(con: Connection) -> None:
    errors = tuple(Finding(f"rule {i}", s, (), "", "source") for i, s in enumerate(("error", "error", "warning")))
    [row] = town_year(con, made(findings=errors, verdict="flagged"))
    assert (row["division"], row["county"], row["prefecture"], row["province"]) == (
        "三道河子镇",
        "凌源市",
        "朝阳市",
        "辽宁省",
    )
    assert (row["errors"], row["verdict"], row["form"]) == (2, "flagged", "2021")


def test_report_without_a_table_has_a_row_without_figures(con: Connection) -> None:
    [row] = town_year(con, made(None, verdict="empty"))
    assert row["form"] is None
    assert all(row[concept.id] is None for concept in CROSSWALK.concepts)


# town_year: the concepts


def test_concepts_stand_side_by_side_over_three_forms(con: Connection) -> None:
    form_2014 = {
        "statistics.received": 10,
        "statistics.answered": 9,
        "statistics.already_public": 2,
        "statistics.granted": 3,
        "statistics.denied": 4,
        "statistics.denied_not_government_information": 1,
        "statistics.denied_trade_secret": 1,
        "statistics.denied_privacy": 1,
        "statistics.not_existing": 5,
        "statistics.not_this_agency": 6,
        "statistics.lawsuits": 2,
        "statistics.normative_documents_made": 8,
    }
    form_2019 = {
        "requests.received.total": 20,
        "requests.received.legal_service": 4,
        "requests.handled.total": 19,
        "requests.granted.total": 5,
        "requests.denied_state_secret.total": 1,
        "requests.denied_third_party.total": 2,
        "requests.denied_administrative_query.total": 3,
        "requests.unavailable_not_held.total": 11,
        "requests.declined_repeated.total": 2,
        "requests.other.total": 7,
        "disputes.lawsuit_direct.total": 3,
        "disputes.lawsuit_after_review.total": 1,
        "disclosure.normative_documents.made": 6,
        "disclosure.penalties.decisions": 12,
    }
    form_2021 = {
        "requests.received.total": 30,
        "requests.other_not_supplemented.total": 1,
        "requests.other_fee_unpaid.total": 2,
        "requests.other_reason.total": 4,
        "disclosure.normative_documents.issued": 3,
    }
    old, middle, new = town_year(
        con, made("2014", form_2014, year=2018), made("2019", form_2019, year=2019), made("2021", form_2021, year=2021)
    )
    assert [r["received"] for r in (old, middle, new)] == [10, 20, 30]
    assert [r["handled"] for r in (old, middle, new)] == [9, 19, 0]
    assert [r["granted"] for r in (old, middle, new)] == [5, 5, 0]
    assert [r["denied"] for r in (old, middle, new)] == [3, 6, 0]
    assert [r["denied_total"] for r in (old, middle, new)] == [None, 6, 0]
    assert [r["denied_third_party"] for r in (old, middle, new)] == [2, 2, 0]
    assert [r["unavailable_not_held"] for r in (old, middle, new)] == [11, 11, 0]
    assert [r["declined_total"] for r in (old, middle, new)] == [None, 2, 0]
    assert [r["other"] for r in (old, middle, new)] == [None, 7, 7]
    assert [r["lawsuits"] for r in (old, middle, new)] == [2, 4, 0]
    assert [r["reviews_pending"] for r in (old, middle, new)] == [None, 0, 0]
    assert [r["normative_documents_made"] for r in (old, middle, new)] == [8, 6, 3]
    assert [r["penalties_decisions"] for r in (old, middle, new)] == [None, 12, 0]
    assert [r["received_legal_service"] for r in (old, middle, new)] == [None, 4, 0]


def test_concept_is_unknown_when_one_of_its_terms_is_blank(con: Connection) -> None:
    [row] = town_year(con, made(values={"requests.denied_by_law.total": None, "requests.denied_third_party.total": 2}))
    assert row["denied_total"] is None
    assert row["denied_third_party"] == 2
    assert row["denied_by_law"] is None


def test_group_printed_as_one_row_gives_other_handling(con: Connection) -> None:
    rows_of_group = [f"requests.other_{row}.total" for row in ("not_supplemented", "fee_unpaid", "reason")]
    [row] = town_year(con, made(values={**dict.fromkeys(rows_of_group), "requests.other.total": 6}))
    assert row["other"] == 6


def test_every_concept_column_states_its_comparability_for_every_form(con: Connection) -> None:
    comments = dict(
        con.execute("SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'town_year'").fetchall()
    )
    for concept in CROSSWALK.concepts:
        for form in FORMS:
            expected = concept.forms[form].comparability if form in concept.forms else "none"
            assert f"form {form}: {expected}" in comments[concept.id]


# Crosswalk


def test_crosswalk_names_only_figures_of_the_form_in_the_unit_of_the_concept() -> None:
    for concept in CROSSWALK.concepts:
        for form, expression in concept.forms.items():
            for term in (term for terms in expression.alternatives for term in terms):
                assert FORMS[form].figures[term.figure].unit == concept.unit


@pytest.mark.parametrize("form", FORMS)
def test_every_figure_continues_in_a_concept_or_is_said_to_end(form: str) -> None:
    expressions = [concept.forms[form] for concept in CROSSWALK.concepts if form in concept.forms]
    continued = {term.figure for expression in expressions for terms in expression.alternatives for term in terms}
    lost = [
        figure
        for figure in FORMS[form].figures
        if figure not in continued and not any(fnmatchcase(figure, pattern) for pattern in CROSSWALK.discontinued)
    ]
    assert lost == []


def test_only_comparability_is_same_or_near_where_there_is_an_expression() -> None:
    assert {e.comparability for c in CROSSWALK.concepts for e in c.forms.values()} == {"same", "near"}


def test_expression_is_a_sum_with_signs() -> None:
    assert parse_terms("a.b.c + d.e - f.g") == (Term("a.b.c", 1), Term("d.e", 1), Term("f.g", -1))


@pytest.mark.parametrize("text", ["", "a.b c.d", "a.b * 2", "a.b +", "a"])
def test_expression_that_is_no_sum_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^crosswalk: "):
        parse_terms(text)


# doubt


def test_doubt_has_a_row_for_each_figure_and_finding_that_names_it(con: Connection) -> None:
    both = Finding(
        "requests.row_sum", "error", ("requests.received.total", "requests.received.business"), "no", "source"
    )
    missing = Finding("form.missing", "warning", ("requests.other.total",), "no", "parse")
    load_batch(con, frames(made(values={"requests.received.total": 4}, findings=(both, missing)), made(code=DACHENGZI)))
    found = con.execute("SELECT figure, value, status, rule, cause FROM doubt ORDER BY position, figure").fetchall()
    assert found == [
        ("requests.received.business", 0.0, "reported", "requests.row_sum", "source"),
        ("requests.received.total", 4.0, "reported", "requests.row_sum", "source"),
        ("requests.other.total", None, None, "form.missing", "parse"),
    ]
