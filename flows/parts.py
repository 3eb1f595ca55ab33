"""The further pages of a report's page, as the archive keeps them, and the report that all of them hold."""

from __future__ import annotations

from extract.archive import Archive, ArchiveError, Kept
from extract.discovery.parts import in_reading_order, linked_parts
from extract.discovery.search import Role
from extract.page import Page
from flows.parse import Part, read_document
from flows.shelf import AsSeen, Shelf
from transform.attached import with_lost_parts
from transform.model import Report


def read_kept(kept: Kept, archive: Archive) -> tuple[Page, Report]:
    """The page of a version of an address, with the further pages of its article as they were then, and its report.

    Raises :class:`ArchiveError` where the bytes are not kept, and what :func:`flows.parse.read_document` raises.
    """
    data = archive.get(kept.sha256)
    parts, lost = kept_parts(data, kept, AsSeen(archive, kept.seen_at))
    page, report = read_document(
        data, content_type=kept.content_type, url=kept.url, division=kept.division, parts=parts
    )
    return page, with_lost_parts(report, lost)


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
