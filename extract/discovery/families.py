"""Content systems: which one made a page, and the addresses of the further pages of its listing."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from extract.discovery.document import Document
from extract.discovery.rules import Family, More, rules

_DEFAULT_SIZE = 15
_DIGITS = 9
_WORD = re.compile(r"\{(\w+)\}")


def family_names() -> tuple[str, ...]:
    """The names of all content systems that the data file declares."""
    return tuple(family.name for family in rules().families)


def family_of_address(url: str) -> str | None:
    """The content system that makes addresses of this shape, None where the shape tells nothing."""
    return next((f.name for f in rules().families if f.addresses and f.addresses.search(url)), None)


def family_of(page: Document) -> Family:
    """The content system of a page: by what its source shows, else by its address; the last one where neither tells."""
    families = rules().families
    for family in families:
        if family.signs and family.signs.search(page.source):
            return family
    name = family_of_address(page.url)
    return next((family for family in families if family.name == name), families[-1])


def listings_in(page: Document, address: str) -> tuple[str, ...]:
    """Listings that a page names in its data rather than by links, by the rules of its content system.

    ``address`` is that of the page as the registry has it, with its fragment.
    """
    return _by_rules(page, address, once=True)


def further_pages(page: Document, address: str | None) -> tuple[str, ...]:
    """The other pages of the listing that a page belongs to: by its links and, where it is the first, by rules.

    ``address`` is that of the first page as the registry has it; None for a page after the first.
    """
    found = list(_by_rules(page, address, once=False)) if address else []
    folder = page.base.rsplit("/", 1)[0] + "/"
    found += [link.url for link in page.links if rules().next_page.match(link.text) and link.url.startswith(folder)]
    return tuple(url for url in dict.fromkeys(found) if url != page.url)[: rules().most_pages]


def numbered_pages(page: Document) -> tuple[str, ...]:
    """The pages after the first that a page numbers by the rules of its content system."""
    return _by_rules(page, page.url, once=False)


def _by_rules(page: Document, address: str, *, once: bool) -> tuple[str, ...]:
    """What the first rule that fits the page says; those of its own content system are tried first."""
    own = family_of(page)
    for family in (own, *(other for other in rules().families if other is not own)):
        for more in family.more:
            if (more.count == "once") is once and (found := tuple(_by_rule(more, page, address))):
                return found
    return ()


def _by_rule(more: More, page: Document, own: str) -> Iterator[str]:
    words = _address_words(page.url)
    for patterns, text, must in (
        (more.in_address, own, True),
        (more.in_page, page.source, True),
        (more.may, page.source, False),
    ):
        for pattern in patterns:
            match = pattern.search(text)
            if match is None and must:
                return
            if match is not None:
                words |= {name: _written(word) for name, word in match.groupdict("").items()}
    listings = [match.groupdict() for match in more.each.finditer(page.source)] if more.each else [{}]
    for listing in listings:
        for number in _numbers(more, words):
            if url := page.join(_filled(more.address, {**words, **listing, **number})):
                yield url


def _written(word: str) -> str:
    """A word of a page's markup or script as it is meant."""
    return html.unescape(word).replace("\\/", "/")


def _filled(template: str, words: Mapping[str, str]) -> str:
    return _WORD.sub(lambda match: words.get(match[1], ""), template)


def _address_words(url: str) -> dict[str, str]:
    stem, _, ending = urlsplit(url).path.rpartition("/")[2].rpartition(".")
    return {"stem": stem or "index", "ending": ending or "html"}


def _numbers(more: More, words: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The numbers of the second page and those after it, with their first and last records."""
    if more.count == "once":
        yield {}
        return
    size = int(words.get("size", "")[:_DIGITS] or more.size or _DEFAULT_SIZE) or _DEFAULT_SIZE
    pages = int(words["pages"][:_DIGITS]) if "pages" in words else -(-int(words["total"][:_DIGITS]) // size)
    for place in range(2, min(pages, rules().most_pages) + 1):
        number = {"pages": place, "pages_from_0": place - 1, "down": pages - place + 1}[more.count]
        yield {
            "n": str(number),
            "start": str((place - 1) * size + 1),
            "end": str(place * size),
            "size": str(size),
        }
