"""Rankings of governments, without shares of small numbers unless they are asked for."""

from __future__ import annotations

import streamlit as st

from flows.dashboard.charts import bars
from flows.dashboard.parts import (
    LEVELS,
    TO_BODY,
    TO_PAGE,
    board,
    choose,
    choose_area,
    link,
    number,
    percent,
    table,
    words,
)
from flows.dashboard.words import measures
from load.board_views import ranking, years

_SHOWN_AS_BARS = 20


def draw() -> None:
    """The ranking by a measure, how many it leaves out and why, and its first as bars."""
    w = words()
    st.title(w("rankings"))
    first, second, third = st.columns([2, 1, 1])
    measure = measures()[choose(w("measure"), w.measures(), "measure", first)]
    year = choose(w("year"), {year: str(year) for year in years(board())}, "year", second)
    level = choose(w("level"), {name: w.level(name) for name in LEVELS}, "level", third)
    area = choose_area("rankings", deepest=2)
    first, second, third = st.columns(3)
    ascending = first.toggle(w("lowest_first"))
    with_small = second.toggle(w("with_small"), disabled=measure.denominator is None)
    with_flagged = third.toggle(w("with_flagged"))
    found = ranking(
        board(),
        measure,
        year=year,
        level=level,
        area=area,
        ascending=ascending,
        with_small=with_small,
        with_flagged=with_flagged,
    )
    st.caption(w("left_out", small=found.small, flagged=found.flagged, unknown=found.unknown))
    if found.rows.empty:
        st.info(w("nothing"))
        return
    rows, share = found.rows, measure.denominator is not None
    st.subheader(w("best"), anchor=False)
    st.altair_chart(bars(rows.head(_SHOWN_AS_BARS), ".0%" if share else ",d"), alt=w("best"))
    columns = {
        "rank": w("rank"),
        "name": w("division"),
        "place": w("place"),
        "value": (percent if share else number)(w("share") if share else w("value")),
        **({c: number(w(c)) for c in ("numerator", "denominator")} if share else {}),
        **({"small": w("small")} if share else {}),
        "verdict": w("verdict"),
        "page": link(w("town")),
        "marked": link(w("marked_page")),
    }
    rows["verdict"] = rows["verdict"].map(w.verdict)
    table(rows, columns, "ranking", links={"page": TO_BODY, "marked": TO_PAGE})
