"""Quality: verdicts, findings by rule, and the reports to distrust most."""

from __future__ import annotations

import streamlit as st

from flows.dashboard.charts import verdict_bars
from flows.dashboard.parts import TO_PAGE, board, choose, link, number, percent, table, words
from load.board_views import children, found_by_rule, most_doubtful, verdicts, verified_by_province, years


def draw() -> None:
    """The overview, for everything or for one year or province."""
    w = words()
    st.title(w("quality"))
    left, right = st.columns(2)
    year = choose(w("year"), {0: w("all_years")} | {year: str(year) for year in years(board())}, "year", left) or None
    names = list(children(board(), "")["name"])
    province = choose(w("province_of"), {"": w("country")} | {n: n for n in names}, "province", right) or None
    left, right = st.columns(2)
    left.subheader(w("verdicts_by_year"), anchor=False)
    left.altair_chart(verdict_bars(verdicts(board(), province), w), alt=w("verdicts_by_year"))
    with right:
        st.subheader(w("verified_by_province"), anchor=False)
        counts = {v: number(w.verdict(v)) for v in ("verified", "incomplete", "flagged", "empty")}
        table(
            verified_by_province(board(), year),
            {"province": w("province_of"), "reports": number(w("reports")), **counts, "share": percent(w("share"))},
            "provinces",
            height=260,
        )
    st.subheader(w("findings_by_rule"), anchor=False)
    st.caption(w("quality_says"))
    columns = {c: w(c) for c in ("rule", "severity", "cause")} | {c: number(w(c)) for c in ("reports", "findings")}
    table(found_by_rule(board(), year, province), columns, "rules")
    st.subheader(w("most_errors"), anchor=False)
    table(
        most_doubtful(board(), year, province),
        {
            "issuer": w("issuer"),
            "place": w("place"),
            "year": st.column_config.NumberColumn(w("year"), format="%d"),
            "form": w("form"),
            **{c: number(w(c)) for c in ("errors", "of_source", "of_parse")},
            "marked": link(w("marked_page")),
        },
        "errors",
        links={"marked": TO_PAGE},
    )
