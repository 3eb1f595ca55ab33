"""The figures that go into the sample pages, completed by the arithmetic of the forms and the chain of years."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Number = int | float
HERE = Path(__file__).parent
FORMS: dict[str, Any] = tomllib.loads((HERE / "wording" / "forms.toml").read_text(encoding="utf-8"))
COLUMNS = (
    "natural_person",
    "business",
    "research_institution",
    "public_interest",
    "legal_service",
    "other_organization",
)
OUTCOMES = ("upheld", "corrected", "other", "pending")
CASES = ("review", "lawsuit_direct", "lawsuit_after_review")
STATISTICS_SUMS = {
    "received": ("received_in_person", "received_by_fax", "received_online", "received_by_letter"),
    "concluded": ("concluded_on_time", "concluded_extended"),
    "denied": (
        "denied_state_secret",
        "denied_trade_secret",
        "denied_privacy",
        "denied_security_stability",
        "denied_not_government_information",
        "denied_by_law",
    ),
    "answered": (
        "already_public",
        "granted",
        "partly_granted",
        "denied",
        "not_this_agency",
        "not_existing",
        "told_to_amend",
        "told_other_channel",
    ),
    "reviews": ("reviews_upheld", "reviews_corrected", "reviews_other"),
    "lawsuits": ("lawsuits_upheld", "lawsuits_corrected", "lawsuits_other"),
    "staff": ("staff_full_time", "staff_part_time"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a page prints its tables; the defaults are the plainest way."""

    kind: str = "html"
    style: str = "plain"
    spans: str = "normal"
    zero: str = "zero"
    numbers: str = "plain"
    noise: str = ""
    encoding: str = "utf-8"
    tables: str = "text"
    breaks: bool = False
    padded: bool = False
    split: bool = False
    other_single: bool = False
    total_blank: bool = False


@dataclass(frozen=True, slots=True)
class Issuer:
    """A town or county with a place on the site."""

    slug: str
    name: str
    county: str
    organ: str
    within: tuple[str, ...]
    division_code: str
    kind: str
    we: str
    site_name: str
    cms: str
    listing: str
    real: str = ""
    head: str = "李国栋"
    checker: str = "陈素梅"
    clerk: str = "赵一鸣"


@dataclass(frozen=True, slots=True)
class Report:
    """One report: its figures as they are printed (``values``), and how."""

    issuer: Issuer
    year: int
    form: str
    path: str
    published: str
    title: str
    shows: str
    verdict: str
    template: str
    items: int
    layout: Layout
    values: Mapping[str, Number]
    shown: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the page's golden file, without its ending."""
        return f"{self.issuer.slug}_{self.year}"


@dataclass(slots=True)
class _Chain:
    """What one year hands on to the next."""

    carried: list[int]
    items: dict[str, int]
    stock: dict[str, int]
    form: str = ""


def form_of(year: int) -> str:
    """The statutory form of a report year: 2014 to 2018, 2019 and 2020, from 2021 on."""
    return "2014" if year < 2019 else "2019" if year < 2021 else "2021"


def request_rows(form: str) -> list[dict[str, Any]]:
    """The rows of the table of requests of one form, in their printed order."""
    return [row for row in FORMS["requests"]["rows"] if row.get("only", form) == form]


def outcome_rows(form: str) -> list[str]:
    """The row ids of the outcomes that （七）总计 adds up."""
    return [row["id"] for row in request_rows(form) if row["path"] and row["id"] != "handled"]


def _statistics(given: Mapping[str, Number]) -> dict[str, Number]:
    rows: dict[str, Number] = {row["id"]: 0 for row in FORMS["statistics"]["rows"] if row["id"]}
    rows.update(given)
    for total, parts in STATISTICS_SUMS.items():
        rows[total] = sum(rows[part] for part in parts)
    return {f"statistics.{row}": value for row, value in rows.items()}


def _disclosure_2019(given: Mapping[str, list[Number]], chain: _Chain) -> dict[str, Number]:
    values: dict[str, Number] = {}
    for row in ("rules", "normative_documents"):
        made, disclosed = given.get(row, [0, 0])
        chain.stock[row] = chain.stock.get(row, 0) + int(disclosed)
        cells = {"made": made, "disclosed": disclosed, "disclosed_total": chain.stock[row]}
        values.update({f"disclosure.{row}.{column}": value for column, value in cells.items()})
    for row in ("licensing", "other_services", "penalties", "coercion", "fees"):
        change, *decisions = given.get(row, [0, 0] if row != "fees" else [0])
        values[f"disclosure.{row}.previous_items"] = chain.items.get(row, 0)
        values[f"disclosure.{row}.items_change"] = change
        if decisions:
            values[f"disclosure.{row}.decisions"] = decisions[0]
        chain.items[row] = chain.items.get(row, 0) + int(change)
    projects, amount = given.get("procurement", [0, 0])
    return {**values, "disclosure.procurement.projects": projects, "disclosure.procurement.amount": amount}


def _disclosure_2021(given: Mapping[str, list[Number]], chain: _Chain) -> dict[str, Number]:
    values: dict[str, Number] = {}
    for row in ("rules", "normative_documents"):
        issued, repealed = given.get(row, [0, 0])
        chain.stock[row] = chain.stock.get(row, 0) + int(issued) - int(repealed)
        if chain.stock[row] < 0:
            raise ValueError(f"{row}: more repealed than in force")
        cells = {"issued": issued, "repealed": repealed, "in_force": chain.stock[row]}
        values.update({f"disclosure.{row}.{column}": value for column, value in cells.items()})
    for row in ("licensing", "penalties", "coercion"):
        values[f"disclosure.{row}.decisions"] = given.get(row, [0])[0]
    return {**values, "disclosure.fees.amount": given.get("fees", [0])[0]}


def _requests(form: str, given: Mapping[str, list[int]], carried_in: list[int]) -> dict[str, Number]:
    rows = {row: list(given.get(row, [0] * 6)) for row in ["received", *outcome_rows(form)]}
    if unknown := set(given) - set(rows):
        raise ValueError(f"rows that form {form} has not: {', '.join(sorted(unknown))}")
    rows["carried_in"] = carried_in
    rows["handled"] = [sum(column) for column in zip(*(rows[row] for row in outcome_rows(form)), strict=True)]
    pending = zip(rows["received"], carried_in, rows["handled"], strict=True)
    rows["carried_out"] = [new + old - handled for new, old, handled in pending]
    if min(rows["carried_out"]) < 0:
        raise ValueError(f"more handled than received: {rows['carried_out']}")
    values: dict[str, Number] = {}
    for row, cells in rows.items():
        values.update({f"requests.{row}.{column}": cell for column, cell in zip(COLUMNS, cells, strict=True)})
        values[f"requests.{row}.total"] = sum(cells)
    return values


def _disputes(given: Mapping[str, list[int]]) -> dict[str, Number]:
    values: dict[str, Number] = {}
    for case in CASES:
        cells = given.get(case, [0] * 4)
        values.update({f"disputes.{case}.{outcome}": cell for outcome, cell in zip(OUTCOMES, cells, strict=True)})
        values[f"disputes.{case}.total"] = sum(cells)
    return values


def _values(form: str, entry: Mapping[str, Any], chain: _Chain) -> dict[str, Number]:
    if form == "2014":
        return _statistics(entry["statistics"])
    if "start" in entry:
        chain.stock["normative_documents"] = entry["start"]["in_force"]
    carried_in = [0] * 6 if entry.get("forget_carried_in") else chain.carried
    disclosure = _disclosure_2019 if form == "2019" else _disclosure_2021
    values = disclosure(entry.get("disclosure", {}), chain)
    values |= _requests(form, entry.get("requests", {}), carried_in)
    values |= _disputes(entry.get("disputes", {}))
    chain.carried = [int(values[f"requests.carried_out.{column}"]) for column in COLUMNS]
    return values


def _report(issuer: Issuer, entry: Mapping[str, Any], chain: _Chain) -> Report:
    year = entry["year"]
    form = entry.get("form", form_of(year))
    if chain.form and chain.form != form:
        chain.stock.clear()
    values = _values(form, entry, chain)
    chain.form = form
    values |= entry.get("printed", {})
    return Report(
        issuer=issuer,
        year=year,
        form=form,
        path=entry["path"],
        published=entry["published"],
        title=entry.get("title", f"{issuer.organ}{year}年政府信息公开工作年度报告"),
        shows=entry["shows"],
        verdict=entry.get("verdict", "verified"),
        template=entry.get("template", issuer.cms),
        items=int(values.get("statistics.disclosed_items", entry.get("items", 0))),
        layout=Layout(**entry.get("layout", {})),
        values=values,
        shown=entry.get("shown", {}),
        labels=entry.get("labels", {}),
        blank=tuple(entry.get("blank", ())),
        wrong=tuple(entry.get("printed", ())),
    )


def load_reports() -> list[Report]:
    """All reports that the site is made of (the seed is not among them), by issuer and year."""
    reports = []
    for path in sorted((HERE / "truth").glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        entries = table.pop("report")
        stock = {"normative_documents": table.pop("normative_documents", 0)}
        items = {"licensing": table.pop("licensing_items", 0), "penalties": table.pop("penalty_items", 0)}
        issuer = Issuer(**{**table, "within": tuple(table["within"])})
        chain = _Chain([0] * 6, items, stock)
        reports += [_report(issuer, entry, chain) for entry in entries]
    return reports
