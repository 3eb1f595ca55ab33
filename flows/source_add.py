"""``nianbao sources add``: one address is looked at, and what it says of itself becomes a line of the registry."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from extract.discovery.document import Document
from extract.discovery.families import family_of
from extract.discovery.listing import Listing, is_report_title, read_listing
from extract.formats import read_page
from extract.page import Page, UnreadableError
from extract.web.answer import Ask, FetchError, Outcome, Response
from extract.web.crawler import Crawler, hosts_of
from extract.web.shown import what_is_wrong
from flows.errors import ExitCode, UserError
from flows.output import complain, say
from flows.settings import Settings
from flows.source_checks import doubts, unlisted_hosts
from flows.sources import OPTIONAL, REQUIRED, SourceRow, read_registry
from transform.metadata.gazetteer import gazetteer
from transform.metadata.titles import read_title
from transform.model import Report
from transform.read import read_report

_COLUMNS = ("division_code", *(name for name in REQUIRED if name != "division_code"), *OPTIONAL)
_PLACING = ("html:breadcrumb", "html:title", "html:h1", "sitename", "columnname")


@dataclass(frozen=True, slots=True)
class Look:
    """What an address was found to be: a row for the registry, the page's title, and the reports that it lists."""

    row: SourceRow
    title: str | None
    listed: int | None

    @property
    def missing(self) -> tuple[str, ...]:
        """What could not be found out."""
        known = {
            "title": self.title,
            "issuer": self.row.issuer,
            "division": self.row.division_code,
            "cms": self.row.cms,
            "year": self.row.year if self.row.url else True,
        }
        return tuple(name for name, value in known.items() if not value)


def add_source(settings: Settings, url: str, *, issuer: str | None, code: str | None, official: bool) -> ExitCode:
    """Look at an address, print what it is and what could not be found out, and add it to the registry.

    ``issuer`` and ``code`` take the place of what the page says; ``official`` vouches for a host that is not under
    ``gov.cn``.  Raises :class:`UserError` where the registry cannot be written, or has the address already.
    """
    if settings.sources is None:
        raise UserError("name the registry to add to, with --sources or NIANBAO_SOURCES")
    _refuse_foreign(url, settings, official)
    answer = _ask(settings, url)
    if isinstance(answer, FetchError):
        complain(f"{url}: {answer.reason} ({answer.outcome})")
        return ExitCode.SOME_FAILED
    look = look_at(answer, url)
    row = replace(look.row, issuer=issuer or look.row.issuer, division_code=code or look.row.division_code)
    if official:
        row = replace(row, named_hosts=frozenset(unlisted_hosts(row, settings.own_hosts)))
    look = replace(look, row=row)
    if look.listed == 0:
        complain(f"{url}: not added, {_why_nothing(answer)}")
        return ExitCode.SOME_FAILED
    _tell(look)
    if not row.issuer:
        complain(f"{url}: not added, no issuer was found; name it with --issuer")
        return ExitCode.SOME_FAILED
    for doubt in doubts([row], settings.own_hosts):
        complain(f"{url}: {doubt.message}")
    line = _append(settings.sources, row, settings.base_url)
    say(f"added to {settings.sources} as line {line}\n")
    return ExitCode.OK


def look_at(answer: Response, url: str) -> Look:
    """What the answer of an address says of itself: a report, or a listing of reports; it is kept nowhere."""
    address = url if answer.final_url == url.partition("#")[0] else answer.final_url
    document = Document(answer.data, answer.final_url, answer.content_type)
    page = _page(answer)
    report = read_report(page) if page else None
    listing = read_listing(document, address)
    family = family_of(document).name
    cms = None if family == "other" else family
    if report and (report.form or (report.metadata.title and len(listing.reports) < 2)):
        meta = report.metadata
        row = SourceRow(meta.issuer or "", "", meta.year, address, meta.division_code, cms=cms)
        return Look(_with_kind(row), meta.title, None)
    issuer, code = _issuer_of_listing(listing, page, report)
    row = SourceRow(issuer or "", "", None, None, code, listing_url=address, cms=cms)
    title = page.meta.get("html:title") if page else None
    about_reports = is_report_title(document.title)
    columns = [link for link in listing.columns if about_reports or not link.text]
    return Look(_with_kind(row), title, len(listing.reports) + len(columns))


def _ask(settings: Settings, url: str) -> Response | FetchError:
    ask = Ask(url, hosts=hosts_of(url), reads_scripts=True)
    ((_, answer),) = Crawler(settings.manners).ask_all([ask])
    return answer


def _refuse_foreign(url: str, settings: Settings, official: bool) -> None:
    foreign = unlisted_hosts(SourceRow("", "", None, url, None), settings.own_hosts)
    if foreign and not official:
        raise UserError(
            f"{foreign[0]} is no host of a government, and mirrors must not enter; if it is the issuer's own host, "
            "say so with --official"
        )


def _page(answer: Response) -> Page | None:
    try:
        return read_page(answer.data, content_type=answer.content_type, url=answer.final_url)
    except UnreadableError:
        return None


def _issuer_of_listing(listing: Listing, page: Page | None, report: Report | None) -> tuple[str | None, str | None]:
    """The organ that most of the listed titles name, where they name one; else what the page says of itself."""
    titles = [title for link in listing.reports if (title := read_title(link.text))]
    organs = Counter(title.organ for title in titles if title.organ)
    places = [page.meta[name] for name in _PLACING if name in page.meta] if page else []
    if organs:
        organ, count = organs.most_common(1)[0]
        if 2 * count > sum(organs.values()):
            division, _ = gazetteer().resolve(organ, near=places)
            return organ, division.code if division else None
    return (report.metadata.issuer, report.metadata.division_code) if report else (None, None)


def _with_kind(row: SourceRow) -> SourceRow:
    division = gazetteer().by_code(row.division_code or "")
    kind: str = division.level if division else ""
    if row.issuer and gazetteer().is_department(row.issuer):
        kind = "department"
    elif kind == "town" and division and division.name.endswith("街道"):
        kind = "subdistrict"
    return replace(row, issuer_kind=kind)


def _tell(look: Look) -> None:
    row = look.row
    division = gazetteer().full_name(row.division_code) if row.division_code else None
    what = "a report" if look.listed is None else f"a listing, with {look.listed} reports or columns on it"
    found = {"title": look.title, "issuer": row.issuer, "division": division, "year": row.year, "cms": row.cms}
    say(f"{row.url or row.listing_url}: {what}\n")
    for name, value in found.items():
        if value:
            say(f"{name}: {value}\n")
    if look.missing:
        say(f"not found: {', '.join(look.missing)}\n")


def _why_nothing(answer: Response) -> str:
    outcome, reason = what_is_wrong(answer.data) or (Outcome.NOTHING_LISTED, "neither a report nor a list of reports")
    return f"{reason} ({outcome})"


def _append(path: Path, row: SourceRow, base_url: str | None) -> int:
    """Add a line to a registry, which is begun where it is missing; the number of the line."""
    text = path.read_text(encoding="utf-8-sig") if path.exists() else ",".join(_COLUMNS) + "\n"
    if path.exists():
        _refuse_known(path, row, base_url)
    columns = next(csv.reader(io.StringIO(text)))
    if row.listing_url and "listing_url" not in columns:
        raise UserError(f"{path} has no column listing_url; add it to the header and to every line")
    values = {
        "issuer": row.issuer,
        "issuer_kind": row.issuer_kind,
        "year": row.year,
        "url": row.url,
        "path": row.url,
        "division_code": row.division_code,
        "listing_url": row.listing_url,
        "cms": row.cms,
        "hosts": " ".join(sorted(row.named_hosts)),
    }
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([values.get(name) or "" for name in columns])
    whole = (text if text.endswith("\n") else f"{text}\n") + line.getvalue()
    path.write_text(whole, encoding="utf-8")
    return whole.count("\n")


def _refuse_known(path: Path, row: SourceRow, base_url: str | None) -> None:
    rows, problems = read_registry(path, base_url)
    if problems:
        raise UserError(f"{path}, {problems[0]}; mend that first")
    address = row.url or row.listing_url
    for old in rows:
        if address in ((old.url,) if row.url else (old.listing_url,)):
            raise UserError(f"{address} already stands in {path}, on line {old.line}")
