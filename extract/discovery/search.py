"""The search for one source's reports: what to ask first, and what each answer adds; nothing here asks the web."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from extract.discovery.document import Document, Link, plain
from extract.discovery.listing import files_of, read_listing
from extract.discovery.parts import parts_of
from extract.discovery.rules import rules
from extract.discovery.years import addresses_of_years
from extract.web.answer import Outcome
from extract.web.shown import what_is_wrong


class Role(StrEnum):
    """What an address is asked for: what it lists, the report it is, a document or a further page of a report."""

    LISTING = "listing"
    REPORT = "report"
    FILE = "file"
    PART = "part"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An address to ask.

    ``page`` is the report's page that a file or a further page belongs to; ``depth`` counts the columns above a
    listing, and ``begins`` tells the first page of a listing from those after it.  What is ``unsure`` may turn out to
    be a listing, or, where ``stepped``, to hold no report of that year.  The registry names what is ``known``.
    """

    url: str
    role: Role
    page: str | None = None
    depth: int = 0
    begins: bool = False
    unsure: bool = False
    stepped: bool = False
    known: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """An address that gave nothing of what it was asked for, and why in plain words."""

    url: str
    outcome: Outcome
    reason: str


class Search:
    """Follows one source from its listings and known report addresses to everything that they lead to.

    ``known`` are the addresses that are asked already, by this search or another one of the same run: no address is
    asked twice.  ``last_year`` is the last year reported on that may exist, for addresses that take the year.
    """

    def __init__(self, listings: Iterable[str], reports: Iterable[str], last_year: int, known: set[str]) -> None:
        """Take the addresses of the registry; nothing is asked yet."""
        self.problems: list[Problem] = []
        self.wanted: dict[str, Wanted] = {}
        self._known = known
        self._addresses = {url.partition("#")[0]: url for url in listings}
        self._reports = tuple(reports)
        self._last_year = last_year

    def reports(self) -> tuple[Wanted, ...]:
        """The known addresses of reports, in their order."""
        return self._new(Wanted(url, Role.REPORT, known=True) for url in self._reports)

    def listings(self) -> tuple[Wanted, ...]:
        """The listings in their order; one whose address takes the year is an address for each year."""
        found: list[Wanted] = []
        for url in self._addresses:
            years = addresses_of_years(url, self._last_year)
            found += [Wanted(each, Role.REPORT, stepped=True) for each in years]
            found += [] if years else [Wanted(url, Role.LISTING, begins=True, known=True)]
        return self._new(found)

    def take(
        self, url: str, data: bytes, *, content_type: str | None = None, final_url: str | None = None
    ) -> tuple[Wanted, ...]:
        """What the answer of an address adds to what is to be asked; ``final_url`` is the address that answered."""
        wanted = self.wanted[url]
        plain_report = wanted.role is Role.REPORT and not wanted.unsure and not wanted.stepped
        hinted = rules().file_hint.search(data) or rules().part_hint.search(data)
        if wanted.role is Role.FILE or (plain_report and not hinted):
            return ()
        page = Document(data, final_url or url, content_type)
        if not page.is_text:
            return ()
        if page.refresh and page.refresh != page.url and wanted.depth < rules().deepest:
            self._becomes(url, Role.NOTHING)
            return self._new([Wanted(page.refresh, wanted.role, wanted.page, wanted.depth + 1, wanted.begins)])
        if wanted.unsure and len(read_listing(page).reports) > 1:
            wanted = self._becomes(url, Role.LISTING)
        if wanted.role is Role.LISTING:
            return self._take_listing(wanted, page, data)
        parts = [Wanted(part, Role.PART, page=wanted.page or url) for part in parts_of(page, wanted.page or page.url)]
        if wanted.role is Role.PART:
            return self._new(parts)
        files = files_of(page)
        if wanted.stepped and not (files or _shows_a_report(page)):
            self._becomes(url, Role.NOTHING)
            return ()
        return self._new([*parts, *(Wanted(link.url, Role.FILE, page=url) for link in files)])

    def _take_listing(self, wanted: Wanted, page: Document, data: bytes) -> tuple[Wanted, ...]:
        address = self._addresses.get(wanted.url, page.url) if wanted.begins else None
        listing = read_listing(page, address)
        found = [_report(link) for link in listing.reports]
        found += [Wanted(url, Role.LISTING, depth=wanted.depth) for url in self._within_bounds(listing.pages)]
        if wanted.depth < rules().deepest:
            depth = wanted.depth + 1
            found += [Wanted(link.url, Role.LISTING, depth=depth, begins=True) for link in listing.columns]
        if wanted.begins and not found:
            self.problems.append(Problem(wanted.url, *_why_nothing(data)))
        return self._new(found)

    def _within_bounds(self, pages: Iterable[str]) -> tuple[str, ...]:
        """Further pages of listings, as long as they are not endless."""
        count = sum(1 for wanted in self.wanted.values() if wanted.role is Role.LISTING and not wanted.begins)
        return tuple(pages)[: max(0, rules().most_pages - count)]

    def _becomes(self, url: str, role: Role) -> Wanted:
        wanted = self.wanted[url]
        self.wanted[url] = replace(wanted, role=role, begins=True)
        return self.wanted[url]

    def _new(self, found: Iterable[Wanted]) -> tuple[Wanted, ...]:
        new: dict[str, Wanted] = {}
        for wanted in found:
            if wanted.url not in self._known:
                new.setdefault(wanted.url, wanted)
        self._known.update(new)
        self.wanted |= new
        return tuple(new.values())


def _report(link: Link) -> Wanted:
    is_article = rules().articles.search(link.url) or rules().file_addresses.search(link.url)
    return Wanted(link.url, Role.REPORT, unsure=not is_article)


def _shows_a_report(page: Document) -> bool:
    text = plain(page.soup.get_text())
    return len(text) >= rules().least_letters and rules().title.search(text) is not None


def _why_nothing(data: bytes) -> tuple[Outcome, str]:
    return what_is_wrong(data) or (Outcome.NOTHING_LISTED, "no report is listed on this page")
