"""The registry of sources: a CSV file with one line a report address, and the towns that it makes up."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from flows.errors import UserError, one_line

COLUMNS = ("issuer", "issuer_kind", "year", "url", "division_code")
_CODE_LENGTHS = frozenset({2, 4, 6, 9, 12})


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One report address: who reports there, on which year, and the code of the division where they are known."""

    issuer: str
    issuer_kind: str
    year: int | None
    url: str
    division_code: str | None


@dataclass(frozen=True, slots=True)
class Town:
    """The unit of a nightly run: all addresses of one division (of one issuer on one host where no code is known)."""

    key: str
    name: str
    division_code: str | None
    rows: tuple[SourceRow, ...]


def read_registry(path: Path | None, base_url: str | None = None) -> tuple[list[SourceRow], list[str]]:
    """The rows of a registry file (None: the shipped one) and one line for each problem found in it.

    Addresses stand in the column ``url`` (or ``path``); relative ones are joined to ``base_url``.  Raises
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
    present = set(reader.fieldnames or ())
    address_column = "url" if "url" in present else "path"
    missing = sorted({*COLUMNS, address_column} - {"url"} - present)
    if missing:
        return [], [f"line 1: missing column(s) {', '.join(missing)}"]
    rows: list[SourceRow] = []
    problems: list[str] = []
    first_line: dict[str, int] = {}
    try:
        for record in reader:
            row = _row(record, address_column, base_url)
            if isinstance(row, str):
                problems.append(f"line {reader.line_num}: {row}")
            elif row.url in first_line:
                problems.append(f"line {reader.line_num}: {row.url} already stands on line {first_line[row.url]}")
            else:
                first_line[row.url] = reader.line_num
                rows.append(row)
    except csv.Error as error:
        problems.append(f"line {reader.line_num}: {error}")
    return rows, problems


def group_towns(rows: list[SourceRow]) -> tuple[Town, ...]:
    """The towns of a registry, in the order in which they first appear."""
    groups: dict[str, list[SourceRow]] = {}
    for row in rows:
        groups.setdefault(row.division_code or f"{row.issuer}@{urlsplit(row.url).hostname}", []).append(row)
    return tuple(Town(key, found[0].issuer, found[0].division_code, tuple(found)) for key, found in groups.items())


def _row(record: dict[str | None, str | None], address_column: str, base_url: str | None) -> SourceRow | str:
    if None in record or None in record.values():
        return "the number of fields differs from the header's"
    value = {key: (text or "").strip() for key, text in record.items()}
    url = urljoin(base_url or "", value[address_column])
    year, code = value["year"], value["division_code"]
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        return f"{value[address_column]!r} is no http(s) address (a relative one needs --base-url)"
    if year and not (year.isascii() and year.isdigit() and len(year) == 4):
        return f"the year {year!r} is no year of four digits"
    if code and not (code.isascii() and code.isdigit() and len(code) in _CODE_LENGTHS):
        return f"the division code {code!r} has not 2, 4, 6, 9 or 12 digits"
    if not value["issuer"]:
        return "the issuer is empty"
    return SourceRow(value["issuer"], value["issuer_kind"], int(year) if year else None, url, code or None)
