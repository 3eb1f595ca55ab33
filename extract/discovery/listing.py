"""What the links of a page lead to: reports, further columns and pages of a listing, documents of a report."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from extract.discovery.document import Document, Link, plain, viewed
from extract.discovery.families import family_of, further_pages, listings_in
from extract.discovery.rules import rules


@dataclass(frozen=True, slots=True)
class Listing:
    """What a page lists: reports, columns below it, and the other pages of the same listing; ``family`` made it."""

    family: str
    reports: tuple[Link, ...]
    columns: tuple[Link, ...]
    pages: tuple[str, ...]


def is_report_title(text: str) -> bool:
    """Whether the words of a link (see :func:`plain`) are those of a report's title, also one that was cut off."""
    if rules().no_title.search(text):
        return False
    return bool(rules().title.search(text) or (rules().cut_off.search(text) and rules().title_year.search(text)))


def is_copy(url: str) -> bool:
    """Whether an address is that of a page's copy for telephones or in another script."""
    return bool(rules().copies.search(url))


def read_listing(page: Document, address: str | None = None) -> Listing:
    """Everything that a page lists; see :func:`further_pages` for ``address``."""
    reports, columns = [], []
    within = page.base.rsplit("/", 1)[0] + "/"
    about_reports = is_report_title(page.title)
    for link in page.links:
        if link.url == page.url or is_copy(link.url):
            continue
        if _is_report(link, about_reports):
            reports.append(link)
        elif rules().column.match(link.text) and link.url.startswith(within) and not _is_file(link.url):
            columns.append(link)
    columns += [Link(url, "") for url in (listings_in(page, address) if address else ())]
    pages = further_pages(page, address)
    listed = {link.url for link in reports}
    return Listing(
        family=family_of(page).name,
        reports=tuple(reports),
        columns=tuple(link for link in columns if link.url not in pages)[: rules().most_columns],
        pages=tuple(url for url in pages if url not in listed),
    )


def _is_report(link: Link, about_reports: bool) -> bool:
    is_article = bool(rules().articles.search(link.url)) or _is_file(link.url)
    if rules().year_alone.match(link.text):
        return about_reports and is_article
    if not is_report_title(link.text):
        return False
    return is_article or not rules().column.match(link.text)


def _is_file(url: str) -> bool:
    return bool(rules().file_addresses.search(url))


def files_of(page: Document) -> tuple[Link, ...]:
    """The documents that a report's page links or shows inside itself: attachments, frames, what a viewer is given."""
    found = [Link(url, plain(name)) for url, name in _shown(page)]
    for link in page.links:
        document = viewed(link.url) or link.url
        if _is_file(document) and _may_be_the_report(link.text, document):
            found.append(Link(document, link.text))
    files = {link.url: link for link in reversed(found) if link.url != page.url and not is_copy(link.url)}
    return tuple(reversed(files.values()))[: rules().most_files]


def _shown(page: Document) -> list[tuple[str, str]]:
    frames = [viewed(url) or url for url in page.frames if not rules().not_frames.search(urlsplit(url).path)]
    quoted = [viewed(url) or url for url in page.quoted]
    documents = [url for url in quoted if _is_file(url) and _may_be_the_report("", url)]
    return [(url, "") for url in (*frames, *documents)]


def _may_be_the_report(text: str, url: str) -> bool:
    name = plain(unquote(urlsplit(url).path.rpartition("/")[2]))
    if rules().not_files.search(text) or rules().not_files.search(name):
        return False
    return is_report_title(text) or not text or bool(rules().file_words.search(text))


def documents_of(data: bytes, url: str, content_type: str | None = None) -> tuple[str, ...]:
    """The addresses of the documents that a page's bytes name, see :func:`files_of`; none where they name none."""
    if not rules().file_hint.search(data):
        return ()
    page = Document(data, url, content_type)
    return tuple(link.url for link in files_of(page)) if page.is_text else ()
