"""The registry of sources: a CSV file that names who reports where, and the towns that it makes up.

A line has the address of a listing (a column that lists reports), of one report, or both; ``data/sources.README.md``
describes every column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import resources
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from extract.discovery.families import family_names
from extract.discovery.rules import rules
from extract.web.crawler import hosts_of
from flows.errors import UserError, one_line

REQUIRED = ("issuer", "issuer_kind", "year", "url", "division_code")
OPTIONAL = ("listing_url", "cms", "hosts", "notes")
_CODE_LENGTHS = frozenset({2, 4, 6, 9, 12})


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One line of the registry: who reports, on which year and where; what is not known is None or empty.

    ``url`` is the address of one report, ``listing_url`` that of a column that lists reports; one of them is there.
    ``cms`` is a content system of ``data/discovery.toml``; ``named_hosts`` may answer besides those of the addresses.
    ``line`` is the number of the line in the file, from 1.
    """

    issuer: str
    issuer_kind: str
    year: int | None
    url: str | None
    division_code: str | None
    listing_url: str | None = None
    cms: str | None = None
    named_hosts: frozenset[str] = frozenset()
    notes: str = ""
    line: int = field(default=0, compare=False)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that this line names, each with and without ``www.``."""
        return hosts_of(self.url, self.listing_url, *(f"http://{host}/" for host in self.named_hosts))


@dataclass(frozen=True, slots=True)
class Town:
    """The unit of a nightly run: all addresses of one division (of one issuer on one host where no code is known)."""

    key: str
    name: str
    division_code: str | None
    rows: tuple[SourceRow, ...]

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of single reports, in the order of the registry."""
        return tuple(row.url for row in self.rows if row.url)

    @property
    def listings(self) -> tuple[str, ...]:
        """The addresses of listings, each once, in the order of the registry."""
        return tuple(dict.fromkeys(row.listing_url for row in self.rows if row.listing_url))

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that may answer for this town, by redirects and links too."""
        return frozenset().union(*(row.hosts for row in self.rows))


def read_registry(path: Path | None, base_url: str | None = None) -> tuple[list[SourceRow], list[str]]:
    """The rows of a registry file (None: the shipped one) and one line for each problem found in it.

    Report addresses stand in the column ``url`` (or ``path``); relative addresses are joined to ``base_url``.  Raises
    :class:`UserError` when the file cannot be read at all.
    """
    try:
        text = (
            resources.files("data").joinpath("sources.csv").read_text(encoding="utf-8-sig")
            if path is None
            else path.read_text(encoding="utf-8-sig")
        )
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"the sources file cannot be read: {one_line(error)}") from None
    return parse_registry(text, base_url)


def parse_registry(text: str, base_url: str | None = None) -> tuple[list[SourceRow], list[str]]:
    """The rows of a registry and its problems, as :func:`read_registry`, from the text of the file."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    present = ["url" if name == "path" else name for name in reader.fieldnames or ()]
    if wrong := _wrong_columns(present):
        return [], [f"line 1: {wrong}"]
    reader.fieldnames = present
    rows: list[SourceRow] = []
    problems: list[str] = []
    first_line: dict[tuple[str, ...], int] = {}
    try:
        for record in reader:
            row = _row(record, base_url)
            if isinstance(row, str):
                problems.append(f"line {reader.line_num}: {row}")
            elif (named := _identity(row)) in first_line:
                problems.append(f"line {reader.line_num}: {named[0]} already stands on line {first_line[named]}")
            else:
                first_line[named] = reader.line_num
                rows.append(replace(row, line=reader.line_num))
    except csv.Error as error:
        problems.append(f"line {reader.line_num}: {error}")
    return rows, problems


def group_towns(rows: Iterable[SourceRow]) -> tuple[Town, ...]:
    """The towns of a registry, in the order in which they first appear."""
    groups: dict[str, list[SourceRow]] = {}
    for row in rows:
        address = row.url or row.listing_url or ""
        groups.setdefault(row.division_code or f"{row.issuer}@{urlsplit(address).hostname}", []).append(row)
    return tuple(Town(key, found[0].issuer, found[0].division_code, tuple(found)) for key, found in groups.items())


def _wrong_columns(present: list[str]) -> str | None:
    if missing := sorted({*REQUIRED} - {"url"} - {*present}):
        return f"missing column(s) {', '.join(missing)}"
    if not {"url", "listing_url"} & {*present}:
        return "missing column(s) url or listing_url"
    unknown = [name for name in present if name not in (*REQUIRED, *OPTIONAL)]
    return f"unknown column(s) {', '.join(unknown)}" if unknown else None


def _identity(row: SourceRow) -> tuple[str, ...]:
    return (row.url,) if row.url else (row.listing_url or "", row.issuer)


def _row(record: Mapping[str | None, str | None], base_url: str | None) -> SourceRow | str:
    if None in record or None in record.values():
        return "the number of fields differs from the header's"
    value = {key: (text or "").strip() for key, text in record.items()}
    written = {name: value.get(name, "") for name in ("url", "listing_url")}
    addresses = {name: urljoin(base_url or "", text) if text else None for name, text in written.items()}
    for name, url in addresses.items():
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            return f"{written[name]!r} is no http(s) address (a relative one needs --base-url)"
    if not any(addresses.values()):
        return "neither a report's address (url) nor a listing's (listing_url) is given"
    year, code, cms = value["year"], value["division_code"], value.get("cms", "")
    if year and not (year.isascii() and year.isdigit() and rules().first_year <= int(year) <= date.today().year):
        return f"the year {year!r} is no year of four digits from {rules().first_year} to this one"
    if code and not (code.isascii() and code.isdigit() and len(code) in _CODE_LENGTHS):
        return f"the division code {code!r} has not 2, 4, 6, 9 or 12 digits"
    if cms and cms not in family_names():
        return f"the content system {cms!r} is none of {', '.join(family_names())}"
    if not value["issuer"]:
        return "the issuer is empty"
    hosts = value.get("hosts", "").lower().split()
    if bad := next((host for host in hosts if urlsplit(f"//{host}").hostname != host), None):
        return f"{bad!r} is no name of a host"
    return SourceRow(
        issuer=value["issuer"],
        issuer_kind=value["issuer_kind"],
        year=int(year) if year else None,
        url=addresses["url"],
        division_code=code or None,
        listing_url=addresses["listing_url"],
        cms=cms or None,
        named_hosts=frozenset(hosts),
        notes=value.get("notes", ""),
    )
