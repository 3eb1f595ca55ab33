"""Whole pages of the site: reports in the frame of their content system, guides, the index."""

from __future__ import annotations

import html
import posixpath
import tomllib
from collections.abc import Sequence
from string import Template
from typing import Any

from sample_site import noise
from sample_site.markup import Style, paragraph_markup, picture_markup, table_markup
from sample_site.prose import WORDS, Text, fields, text_of
from sample_site.scrapes import WRITERS
from sample_site.tables import (
    Cell,
    Printed,
    Table,
    disclosure_table,
    disputes_table,
    requests_table,
    split_at,
    statistics_table,
    with_repeated_groups,
    without_spans,
)
from sample_site.truth import HERE, Issuer, Report

INDEX = "/index.html"
_CMS: dict[str, Any] = tomllib.loads((HERE / "wording" / "cms.toml").read_text(encoding="utf-8"))
_BUILDERS = {
    "disclosure": disclosure_table,
    "requests": requests_table,
    "disputes": disputes_table,
    "statistics": statistics_table,
}
_PICTURES = {"disclosure": (14, 4), "requests": (29, 10), "disputes": (4, 15)}
_SPLIT_BEFORE = 19


def relative(target: str, page: str) -> str:
    """The address of one file of the site as written in another."""
    return posixpath.relpath(target, posixpath.dirname(page))


def picture_path(report: Report, name: str) -> str:
    """Where the picture of a table lies: beside its page, named as TRS names attachments."""
    stem = f"P0{report.published.replace('-', '')}{list(_PICTURES).index(name) + 1:02}.png"
    return posixpath.join(posixpath.dirname(report.path), stem)


def pictures(report: Report) -> dict[str, tuple[int, int]]:
    """The pictures that a report needs: their paths and the size of each table in rows and columns."""
    if report.layout.tables != "images":
        return {}
    return {picture_path(report, name): size for name, size in _PICTURES.items()}


def _tables(report: Report, name: str, printed: Printed) -> list[Table]:
    table = _BUILDERS[name](report, printed.texts)
    layout = report.layout
    if layout.noise:
        make = noise.MAKERS[layout.noise]
        table = [[Cell(make(cell.text), cell.kind, cell.columns, cell.rows) for cell in row] for row in table]
    if layout.spans == "repeated":
        return [with_repeated_groups(table)]
    if layout.spans == "lost":
        return [without_spans(table)]
    if layout.split and name == "requests":
        return list(split_at(table, _SPLIT_BEFORE))
    return [table]


def _block(report: Report, text: Text, printed: Printed) -> str:
    style = Style(report.layout.style, report.layout.padded)
    if text.kind != "table":
        words = noise.MAKERS[report.layout.noise](text.text)
        return paragraph_markup(words, style, heading=text.kind == "heading")
    if report.layout.tables == "images":
        return picture_markup(posixpath.basename(picture_path(report, text.text)), WORDS["picture"])
    return "\n<p>&nbsp;</p>\n".join(table_markup(table, style) for table in _tables(report, text.text, printed))


def frame_fields(issuer: Issuer, page: str) -> dict[str, str]:
    """What the frame of a page of an issuer is filled with."""
    return {
        "organ": issuer.organ,
        "name": issuer.name,
        "county": issuer.county,
        "site_name": issuer.site_name,
        "code": issuer.division_code[:6],
        "listing": relative(issuer.listing, page),
        "home": relative(INDEX, page),
        "column": WORDS["column"],
    }


def _html_page(report: Report, printed: Printed) -> str:
    frame = Template((HERE / "templates" / f"{report.template}.html").read_text(encoding="utf-8"))
    body = "\n".join(_block(report, text, printed) for text in text_of(report))
    if report.layout.style == "word":
        body = _CMS["word_prologue"] + body
    return frame.substitute(
        frame_fields(report.issuer, report.path),
        title=html.escape(report.title),
        year=str(report.year),
        published=report.published,
        compact=report.published.replace("-", ""),
        body=body,
    )


def _scraped_page(report: Report, printed: Printed) -> str:
    layout = report.layout
    make, write = noise.MAKERS[layout.noise], WRITERS[layout.kind]
    head = [Template(line).substitute(fields(report), title=report.title, site_name=report.issuer.site_name)
            for line in _CMS["scrape_head"][layout.kind]]  # fmt: skip
    blocks = [make(line) for line in head]
    for text in text_of(report):
        if text.kind == "table":
            blocks += [write(table) for table in _tables(report, text.text, printed)]
        elif text.kind == "heading" and layout.kind == "markdown":
            blocks.append(f"## {text.text}")
        else:
            blocks.append(make(text.text))
    return ("\n\n" if layout.kind in ("lines", "markdown") else "\n").join(blocks) + "\n"


def report_page(report: Report, printed: Printed) -> bytes:
    """The file of one report, in its layout and encoding."""
    page = _html_page(report, printed) if report.layout.kind == "html" else _scraped_page(report, printed)
    return page.encode(report.layout.encoding)


def guide_path(issuer: Issuer) -> str:
    """Where an issuer's guide lies: listed beside the reports, but no report."""
    return posixpath.join(posixpath.dirname(issuer.listing), "zfxxgkzn.html")


def guide_page(issuer: Issuer) -> bytes:
    """A page that stands in the same column and is no report (政府信息公开指南)."""
    frame = Template((HERE / "templates" / f"{issuer.cms}.html").read_text(encoding="utf-8"))
    words = {key: Template(WORDS[key]).substitute(organ=issuer.organ) for key in ("guide", "guide_text")}
    page = frame.substitute(
        frame_fields(issuer, guide_path(issuer)),
        title=words["guide"],
        year="2020",
        published="2020-05-15",
        compact="20200515",
        body=paragraph_markup(words["guide_text"], Style(), heading=False),
    )
    return page.encode()


def index_page(issuers: Sequence[Issuer], others: Sequence[tuple[str, str]]) -> bytes:
    """The first page of the site: a link to every issuer's column, and to files that have none."""
    rows = [(issuer.listing, Template(WORDS["listing"]).substitute(organ=issuer.organ)) for issuer in issuers]
    items = [f'<li><a href="{relative(path, INDEX)}">{html.escape(name)}</a></li>' for path, name in [*others, *rows]]
    frame = Template((HERE / "templates" / "index.html").read_text(encoding="utf-8"))
    return frame.substitute(title=WORDS["index"], items="\n".join(items)).encode()
