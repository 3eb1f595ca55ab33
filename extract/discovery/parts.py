"""An article on several pages: which links of a page turn it, and in which order the pages stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from extract.discovery.document import Document
from extract.discovery.families import numbered_pages
from extract.discovery.rules import rules

_INDEX = "index"


def parts_of(page: Document, first: str) -> tuple[str, ...]:
    """The further pages of the article whose first page has the address ``first``, as far as this page of it tells.

    They are linked by words that turn a page or say nothing, or numbered by a script, and their address is that of the
    first page with a number (or a word for the whole) behind it.
    """
    words = rules().next_page, rules().part_words
    linked = [link.url for link in page.links if not link.text or any(word.match(link.text) for word in words)]
    found = dict.fromkeys(url for url in (*linked, *numbered_pages(page)) if url != page.url and is_part(url, first))
    return tuple(found)[: rules().most_parts]


def linked_parts(data: bytes, url: str, first: str, content_type: str | None = None) -> tuple[str, ...]:
    """The addresses of further pages that a page's bytes name, see :func:`parts_of`; none where they name none."""
    if not rules().part_hint.search(data):
        return ()
    page = Document(data, url, content_type)
    return parts_of(page, first) if page.is_text else ()


def is_part(url: str, first: str) -> bool:
    """Whether an address is that of a further page of the article at ``first``, by its shape alone."""
    own, other = urlsplit(first), urlsplit(url)
    if own.netloc != other.netloc or url == first:
        return False
    if own.path == other.path:
        return _without_page(own.query) == _without_page(other.query)
    folder, _, name = own.path.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    shape = re.escape(f"{folder}/{stem or name or _INDEX}") + rules().part_numbers
    return own.query == other.query and bool(re.fullmatch(shape + (re.escape(dot + ending) or r"\.\w+"), other.path))


def in_reading_order(urls: Iterable[str], first: str) -> list[str]:
    """Further pages of an article in the order of their numbers; those without one keep their order behind them."""
    return sorted(urls, key=lambda url: _number(url, first))


def _number(url: str, first: str) -> int:
    path = urlsplit(url).path
    if path == urlsplit(first).path:
        numbers = [value for key, value in parse_qsl(urlsplit(url).query) if rules().part_keys.fullmatch(key)]
    else:
        numbers = re.findall(r"\d+", path.rpartition("/")[2])
    return int(numbers[-1]) if numbers and numbers[-1].isdecimal() else rules().most_parts


def _without_page(query: str) -> list[tuple[str, str]]:
    return [pair for pair in parse_qsl(query, keep_blank_values=True) if not rules().part_keys.fullmatch(pair[0])]
