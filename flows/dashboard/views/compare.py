"""Comparison of bodies by one measure over the years."""

from __future__ import annotations

import streamlit as st

from flows.dashboard.charts import lines
from flows.dashboard.parts import TO_BODY, board, choose, link, number, percent, search, table, words
from flows.dashboard.words import measures
from load.board_views import place_of, series

_SEPARATOR = "."


def draw() -> None:
    """A line a body, and the numbers behind the lines; the address keeps bodies and measure."""
    w = words()
    st.title(w("compare"))
    codes = [code for code in st.query_params.get("codes", "").split(_SEPARATOR) if place_of(board(), code)]
    picked = search("compare")
    if picked and picked[0] not in codes and st.button(w("add", place=picked[1]), type="primary"):
        codes.append(picked[0])
    if not codes:
        st.info(w("begin_compare"))
        return
    names = {code: found[1] for code in codes if (found := place_of(board(), code))}
    kept = st.multiselect(w("bodies"), codes, codes, format_func=names.__getitem__)
    st.query_params["codes"] = _SEPARATOR.join(kept)
    if kept != codes:
        st.rerun()
    measure = measures()[choose(w("measure"), w.measures(), "measure")]
    rows = series(board(), kept, measure)
    if rows.empty:
        st.info(w("nothing"))
        return
    share = measure.denominator is not None
    rows["name"] = rows["code"].map(names)
    st.altair_chart(lines(rows, value_format=".0%" if share else ",d", height=380), alt=w("compare"))
    st.caption(w("compare_says"))
    rows["verdict"] = rows["verdict"].map(w.verdict)
    columns = {
        "name": w("division"),
        "year": st.column_config.NumberColumn(w("year"), format="%d"),
        "value": (percent if share else number)(w("share") if share else w("value")),
        **({"denominator": number(w("denominator")), "small": w("small")} if share else {}),
        "form": w("form"),
        "verdict": w("verdict"),
        "page": link(w("town")),
    }
    table(rows, columns, "comparison", links={"page": TO_BODY})
