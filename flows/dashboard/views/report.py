"""One report as its page shows it, every figure's cell marked by what is known of it."""

from __future__ import annotations

from contextlib import closing

import streamlit as st

from extract.archive import Archive, ArchiveError
from flows.dashboard.parts import address, arguments, board, figures_table, words
from flows.parse import read_document, why_unreadable
from flows.parts import read_kept
from flows.show_page import show_page
from load.board_views import report

_HEIGHT = 1_200


def draw() -> None:
    """The marked page of the report that the address names."""
    w = words()
    report_id = st.query_params.get("id", "")
    if not report_id:
        st.title(w("report"))
        st.info(w("choose_report"))
        return
    found = report(board(), report_id)
    if found is None:
        st.title(w("report"))
        st.warning(w("no_such_report", report=report_id))
        return
    st.subheader(found["title"] or f"{found['issuer']} {found['year']}", anchor=False)
    left, middle, right = st.columns(3)
    if found["division_code"]:
        left.link_button(w("to_body"), address("town", code=found["division_code"]))
    if found["url"]:
        middle.link_button(w("source_page"), found["url"])
    try:
        document = _marked(found["snapshot_sha256"], found["url"], found["path"], report_id)
    except Exception as error:
        st.warning(w("bytes_gone", reason=str(error) if isinstance(error, ArchiveError) else why_unreadable(error)))
        figures_table(report_id)
        return
    right.download_button(
        w("save_marked"), document, file_name=f"{report_id}.html", mime="text/html", on_click="ignore"
    )
    st.caption(w("marked_says"))
    st.iframe(document, height=_HEIGHT)  # the document forbids scripts and loading by its own policy, see show_page


@st.cache_data(max_entries=32, show_spinner=False)
def _marked(sha256: str, url: str | None, path: str | None, report_id: str) -> str:
    with closing(Archive(arguments().archive)) as archive:
        versions = [kept for kept in archive.versions(url, path) if kept.sha256 == sha256] if url or path else []
        page, read = read_kept(versions[-1], archive) if versions else read_document(archive.get(sha256))
    return show_page(page, read, url or path or report_id)
