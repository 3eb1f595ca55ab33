"""Coverage: which bodies of the division tree have a report on which year."""

from __future__ import annotations

import streamlit as st

from flows.dashboard.charts import heat_map
from flows.dashboard.parts import LEVELS, TO_BODY, board, choose, choose_area, link, number, table, words
from load.board_views import coverage


def draw() -> None:
    """The heat map of the divisions below an area by years, and the same as a table."""
    w = words()
    st.title(w("coverage"))
    area = choose_area("coverage")
    left, right = st.columns(2)
    level = choose(w("level"), {"": w("all_levels")} | {name: w.level(name) for name in LEVELS}, "level", left)
    value = choose(w("colour_by"), {"share": w("by_share"), "verified": w("by_verified")}, "colour", right)
    rows = coverage(board(), area, level or None)
    st.caption(w("coverage_says"))
    if rows.empty:
        st.info(w("nothing"))
        return
    st.altair_chart(heat_map(rows, value, w), alt=w("coverage"))
    counts = rows.pivot(index=["code", "name", "existing"], columns="year", values="with_report").reset_index()
    counts.columns = counts.columns.map(str)
    years = [column for column in counts.columns if column.isdigit()]
    st.caption(w("counts_say"))
    headings = {"name": w("area"), "existing": number(w("existing")), **{year: number(year) for year in years}}
    table(counts, headings | {"page": link(w("town"))}, "coverage", links={"page": TO_BODY})
