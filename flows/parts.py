"""The further pages of a report's page, as the archive keeps them."""

from __future__ import annotations

from extract.archive import ArchiveError, Kept
from extract.discovery.parts import in_reading_order, linked_parts
from extract.discovery.search import Role
from flows.parse import Part
from flows.shelf import Shelf


def kept_parts(data: bytes, page: Kept, shelf: Shelf) -> tuple[list[Part], list[str]]:
    """The further pages of the article that begins with these bytes, in their order, and the addresses without any."""
    if page.url is None or page.role != Role.REPORT:
        return [], []
    first = page.final_url or page.url
    found: dict[str, Part] = {}
    lost: list[str] = []
    waiting = list(linked_parts(data, first, first, page.content_type))
    for url in waiting:
        kept = shelf.latest(url)
        if kept and kept.role != Role.PART:
            continue
        try:
            part = Part(url, shelf.get(kept.sha256), kept.content_type) if kept else None
        except ArchiveError:
            part = None
        if kept is None or part is None:
            lost.append(url)
            continue
        found[url] = part
        further = linked_parts(part.data, kept.final_url or url, first, kept.content_type)
        waiting += [other for other in further if other not in waiting]
    return [found[url] for url in in_reading_order(found, first)], lost
