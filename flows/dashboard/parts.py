"""What every view of the dashboard is made of: the database, the language, choices, tables that can be taken along."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from flows.dashboard.arguments import Arguments, arguments_of
from flows.dashboard.words import LANGUAGES, Language, Words
from load.board import board_file, open_board, prepare_board
from load.board_views import children, figures, find_places
from load.database import Connection
from load.lake_address import Database

LEVELS = ("town", "county", "prefecture", "province")
_MOST_ROWS = 1_000


def arguments() -> Arguments:
    """What the program was started with."""
    return arguments_of(sys.argv[1:])


def board() -> Connection:
    """A connection of this run's own to the aggregates of what is published now."""
    given = arguments()
    return _opened(given.database, given.folder, board_file(given.database, given.folder)).cursor()


@st.cache_resource(max_entries=1, show_spinner=False)
def _opened(database: Database, folder: Path, _version: Path) -> Connection:
    return open_board(database, prepare_board(database, folder))


def words() -> Words:
    """The texts in the language chosen."""
    return Words(cast("Language", st.session_state["language"]))


def choose_language() -> None:
    """The choice of the language: that of the address, else that of the browser, at first."""
    if "language" not in st.session_state:
        wanted = st.query_params.get("lang") or str(st.context.locale or "")
        st.session_state["language"] = "zh" if wanted.startswith("zh") else "en"
    chosen = st.session_state["language"]
    picked = st.sidebar.segmented_control(
        Words(chosen)("language"), list(LANGUAGES), format_func=lambda code: LANGUAGES[code], default=chosen
    )
    if picked and picked != chosen:
        st.session_state["language"] = picked
        st.rerun()


def address(view: str, **parameters: str) -> str:
    """The address of a view on this server, in the language chosen."""
    return "/?" + urlencode({"view": view, **parameters, "lang": words().language})


def search(key: str) -> tuple[str, str] | None:
    """The code and the place of the division that is searched for and picked; None until one is."""
    w = words()
    text = st.text_input(w("search"), key=f"{key}-text", placeholder="三道河子 / sandaohezi / sdhz / 211382117")
    if not text.strip():
        return None
    found = find_places(board(), text)
    if found.empty:
        st.warning(w("not_found", text=text.strip()))
        return None
    places = dict(zip(found["code"], found["place"] + " · " + found["code"], strict=True))
    code = st.selectbox(w("found"), list(places), format_func=places.__getitem__, key=f"{key}-found")
    return code, found.set_index("code")["place"][code]


def choose_area(key: str, deepest: int = 3) -> str:
    """The code of an area, level by level ('' is the country)."""
    w, area = words(), ""
    for column, level in zip(st.columns(deepest), ("province", "prefecture", "county")[:deepest], strict=True):
        below = children(board(), area) if level == "province" or area else pd.DataFrame()
        if below.empty:
            break
        names = {"": w("everywhere"), **dict(zip(below["code"], below["name"], strict=True))}
        picked = column.selectbox(
            w.level(level), list(names), format_func=names.__getitem__, key=f"{key}-{level}-{area}"
        )
        if not picked:
            break
        area = picked
    return area


def choose(label: str, options: Mapping[Any, str], key: str, into: DeltaGenerator | None = None) -> Any:
    """One of some options, told by their names; the choice is kept in the address of the view."""
    texts = {str(option): option for option in options}
    given = st.query_params.get(key, "")
    index = list(texts).index(given) if given in texts else 0
    name = f"{st.session_state['view']}-{key}"
    picked = (into or st).selectbox(label, list(options), index, format_func=options.__getitem__, key=name)
    st.query_params[key] = str(picked)
    return picked


def table(
    rows: pd.DataFrame,
    columns: Mapping[str, Any],
    name: str,
    *,
    height: int | None = None,
    links: Mapping[str, tuple[str, str, str]] | None = None,
) -> None:
    """A table whose columns sort at a click, with all its rows to download for a spreadsheet.

    ``columns`` maps the columns to show, in order, to their headings or column configurations; ``links``
    adds columns for the eye only: the address of a view whose parameter is what another column holds.
    """
    w = words()
    if len(rows) > _MOST_ROWS:
        st.caption(w("first_rows", shown=_MOST_ROWS, rows=len(rows)))
    visible = rows.head(_MOST_ROWS)
    for column, (view, parameter, source) in (links or {}).items():
        visible = visible.assign(**{column: [address(view, **{parameter: value}) for value in visible[source]]})
    st.dataframe(
        visible,
        hide_index=True,
        column_order=list(columns),
        column_config=dict(columns),
        height=height or "auto",
        placeholder="",
        key=f"table-{name}",
    )
    st.download_button(
        w("download", rows=len(rows)),
        lambda: ("﻿" + rows.to_csv(index=False)).encode(),
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"download-{name}",
    )


def figures_table(report_id: str) -> None:
    """Every figure of a report, with the labels of its form in the language chosen."""
    w = words()
    columns = ("label_row", "label_column") if w.language == "zh" else ("gloss",)
    headings = {"label_row": w("row"), "label_column": w("column"), "gloss": w("row")}
    table(
        figures(board(), report_id),
        {column: headings[column] for column in columns}
        | {c: w(c) for c in ("value", "unit", "raw", "status", "severity", "figure")},
        "figures",
        height=420,
    )


def percent(label: str) -> Any:
    """A column of shares."""
    return st.column_config.NumberColumn(label, format="percent")


def number(label: str) -> Any:
    """A column of numbers."""
    return st.column_config.NumberColumn(label, format="localized")


TO_BODY = ("town", "code", "code")
TO_PAGE = ("report", "id", "report_id")
"""What ``links`` of :func:`table` say of a column that leads to a body, and to the marked page of a report."""


def link(label: str) -> Any:
    """A column of addresses, shown as the word for opening them."""
    return st.column_config.LinkColumn(label, display_text=words()("open"))
