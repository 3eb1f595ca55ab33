"""The program that Streamlit runs: the choice of the language and of a view, then that view.

The view is a parameter of the address and no path: at any other path than ``/`` Streamlit's page first asks for files
that are not there, and says so on the console.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from flows.dashboard.parts import arguments, board, choose_language, words
from flows.dashboard.views import compare, coverage, quality, rankings, report, town
from load.board_views import count_reports, years
from load.database import changed_at

VIEWS: Mapping[str, Callable[[], None]] = {
    "coverage": coverage.draw,
    "town": town.draw,
    "compare": compare.draw,
    "rankings": rankings.draw,
    "quality": quality.draw,
    "report": report.draw,
}


def main() -> None:
    """Draw the view that the address asks for."""
    st.set_page_config(page_title="nianbao", layout="wide")
    choose_language()
    view = _choose_view()
    known = years(board())
    if not known:
        st.title(words()("title"))
        st.info(words()("empty"))
        return
    _about(known)
    VIEWS[view]()


def _choose_view() -> str:
    names = list(VIEWS)
    asked = st.query_params.get("view", "")
    st.session_state["view"] = asked if asked in VIEWS else names[0]
    w = words()
    return st.sidebar.radio(w("title"), names, format_func=w, key="view", on_change=_changed_view)


def _changed_view() -> None:
    st.query_params.from_dict({"view": st.session_state["view"]})


def _about(known: list[int]) -> None:
    published = changed_at(arguments().database).astimezone()
    st.sidebar.caption(
        words()(
            "about",
            reports=f"{count_reports(board()):,}",
            years=f"{min(known)}-{max(known)}",
            published=published.strftime("%Y-%m-%d %H:%M"),
        )
    )


main()
