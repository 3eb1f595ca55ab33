"""The running text of the sample reports, put together from sentences written for this site."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from string import Template
from typing import Any

from sample_site.truth import HERE, Report

PROSE: dict[str, Any] = tomllib.loads((HERE / "wording" / "prose.toml").read_text(encoding="utf-8"))
WORDS: dict[str, str] = PROSE["words"]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, a heading, or the place of a table (``kind``: paragraph, heading, table; ``text``: its name)."""

    kind: str
    text: str


def fields(report: Report) -> dict[str, str]:
    """The words that templates and sentences fill in for one report."""
    received = report.values.get("requests.received.total", report.values.get("statistics.received", 0))
    issuer = report.issuer
    return {
        "organ": issuer.organ,
        "name": issuer.name if issuer.kind != "county" else "",
        "county": issuer.county,
        "we": issuer.we,
        "year": str(report.year),
        "items": str(report.items),
        "received": str(received),
        "head": issuer.head,
        "checker": issuer.checker,
        "clerk": issuer.clerk,
        "published": report.published,
    }


def _pick(report: Report, pool: str) -> Text:
    sentences: list[str] = PROSE[pool]
    turn = sum(map(ord, report.issuer.slug)) + report.year + len(pool)
    return Text("paragraph", Template(sentences[turn % len(sentences)]).substitute(fields(report)))


def _heading(name: str) -> Text:
    return Text("heading", PROSE["headings"][name])


def _table(report: Report, name: str) -> list[Text]:
    lead = _pick(report, "transition")
    return [*([lead] if lead.text else []), Text("table", name)]


def _requested(report: Report) -> bool:
    return fields(report)["received"] != "0"


def _modern(report: Report) -> list[Text]:
    return [
        _pick(report, "opening"),
        _heading("overview"),
        _pick(report, "overview"),
        _pick(report, "disclosed"),
        _pick(report, "requests_some" if _requested(report) else "requests_none"),
        _pick(report, "management"),
        _pick(report, "platform"),
        _pick(report, "supervision"),
        _heading("disclosure"),
        *_table(report, "disclosure"),
        _heading("requests"),
        *_table(report, "requests"),
        _heading("disputes"),
        *_table(report, "disputes"),
        _heading("problems"),
        _pick(report, "problems"),
        _heading("other_matters"),
        _pick(report, "other_matters"),
    ]


def _legacy(report: Report) -> list[Text]:
    disputed = report.values["statistics.reviews"] or report.values["statistics.lawsuits"]
    text = [
        _heading("overview_2014"),
        _pick(report, "overview_2014"),
        _heading("disclosed_2014"),
        _pick(report, "disclosed_2014"),
        _heading("requests_2014"),
        _pick(report, "requests_2014_some" if _requested(report) else "requests_2014_none"),
        _heading("fees_2014"),
        _pick(report, "fees_2014"),
        _heading("disputes_2014"),
        _pick(report, "disputes_2014_some" if disputed else "disputes_2014_none"),
        _heading("problems_2014"),
        _pick(report, "problems_2014"),
    ]
    if report.layout.tables == "none":
        return text
    foot = Template(PROSE["foot_2014"]).substitute(fields(report))
    return [*text, _heading("appendix_2014"), Text("table", "statistics"), Text("paragraph", foot)]


def text_of(report: Report) -> list[Text]:
    """The whole report in reading order, with the places of its tables."""
    return _legacy(report) if report.form == "2014" else _modern(report)
