"""One body: its figures by year, charts, findings, and every figure of one report."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from flows.dashboard.charts import lines, shares
from flows.dashboard.parts import TO_PAGE, board, figures_table, link, search, table, words
from flows.dashboard.words import Words, units
from load.board_views import SMALL, body, body_reports, findings, place_of

_REQUESTS = ("received", "handled", "carried_out")
_OUTCOMES = ("granted", "partly_granted", "denied", "unavailable_total", "declined_total", "other")


def draw() -> None:
    """The page of the division that the address names, or that is searched for."""
    w = words()
    st.title(w("town"))
    picked = search("town")
    if picked:
        st.query_params["code"] = picked[0]
    code = st.query_params.get("code", "")
    found = place_of(board(), code)
    if found is None:
        st.info(w("begin_search"))
        return
    name, place = found
    st.header(name, anchor=False)
    st.caption(f"{place} · {code}")
    reports = body_reports(board(), code)
    if reports.empty:
        st.info(w("no_reports_of", place=name))
        return
    years = body(board(), code)
    _warnings(years, w)
    _charts(years, w)
    _by_year(years, w)
    _findings(years, w)
    _reports(reports, w)
    _figures(reports, w)


def _warnings(years: pd.DataFrame, w: Words) -> None:
    others = years[years["issuer_kind"].isin(["department", "other_government"])]
    if not others.empty:
        st.warning(w("of_department", years=_listed(others["year"]), issuer="、".join(dict.fromkeys(others["issuer"]))))
    flagged = years[years["verdict"] == "flagged"]
    if not flagged.empty:
        st.warning(w("doubted", years=_listed(flagged["year"])))
    if (years["form"] == "2014").any():
        st.caption(w("near_form"))


def _listed(values: pd.Series) -> str:
    return ", ".join(map(str, values))


def _charts(years: pd.DataFrame, w: Words) -> None:
    names, left, right = w.counts(), *st.columns(2)
    requests = years.melt(["year"], list(_REQUESTS), "concept", "value").assign(small=False)
    requests["name"] = requests["concept"].map(names)
    left.subheader(w("requests"), anchor=False)
    left.altair_chart(lines(requests, value_format=",d"), alt=w("requests"))
    outcomes = years.melt(["year", "handled"], list(_OUTCOMES), "concept", "requests").dropna(subset=["requests"])
    outcomes = outcomes[outcomes["handled"] > 0]
    outcomes["share"] = outcomes["requests"] / outcomes["handled"]
    outcomes["small"] = outcomes["handled"] < SMALL
    outcomes["outcome"] = outcomes["concept"].map(names)
    outcomes["position"] = outcomes["concept"].map(_OUTCOMES.index)
    right.subheader(w("outcomes"), anchor=False)
    right.altair_chart(shares(outcomes), alt=w("outcomes"))
    right.caption(w("small_year"))


def _by_year(years: pd.DataFrame, w: Words) -> None:
    st.subheader(w("by_year"), anchor=False)
    st.caption(w("blank"))
    names = w.counts()
    rows = years.set_index("year")[list(names)].T.rename(columns=str)
    columns = list(rows.columns)
    rows.insert(0, "concept", [names[concept] for concept in rows.index])
    rows.insert(1, "unit", [units()[concept] for concept in rows.index])
    rows = rows.dropna(how="all", subset=columns)
    table(rows, {"concept": w("concept"), "unit": w("unit")} | {c: c for c in columns}, "by-year", height=420)


def _findings(years: pd.DataFrame, w: Words) -> None:
    st.subheader(w("findings"), anchor=False)
    rows = findings(board(), list(years["report_id"]))
    if rows.empty:
        st.success(w("no_findings"))
        return
    columns = ("severity", "rule", "cause", "message")
    table(
        rows, {"year": st.column_config.NumberColumn(w("year"), format="%d")} | {c: w(c) for c in columns}, "findings"
    )


def _reports(reports: pd.DataFrame, w: Words) -> None:
    st.subheader(w("reports"), anchor=False)
    table(
        reports.assign(verdict=reports["verdict"].map(w.verdict)),
        {
            "year": st.column_config.NumberColumn(w("year"), format="%d"),
            "issuer": w("issuer"),
            "form": w("form"),
            "verdict": w("verdict"),
            "published_on": st.column_config.DateColumn(w("published_on"), format="YYYY-MM-DD"),
            "marked": link(w("marked_page")),
            "url": link(w("source_page")),
        },
        "reports",
        links={"marked": TO_PAGE},
    )


def _figures(reports: pd.DataFrame, w: Words) -> None:
    st.subheader(w("all_figures"), anchor=False)
    titles = {
        row["report_id"]: f"{row['year']} · {row['issuer']} · {w.verdict(row['verdict'])}"
        for row in reports.iloc[::-1].to_dict("records")
    }
    report_id = st.selectbox(w("report"), list(titles), format_func=titles.__getitem__, key="figures-of")
    figures_table(report_id)
