"""Saved web archives (MHTML, RFC 2557) become a Page: the HTML part that is the page, in its own charset."""

from __future__ import annotations

import email
import email.errors
import email.policy
import itertools
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message

from extract.decode import decode
from extract.formats.html import read_html
from extract.page import Grid, Page, UnreadableError

_MAX_PARTS = 2000
_MAX_PAGES = 40
_MAX_DEPTH = 20


def read_mhtml(data: bytes, url: str | None = None) -> Page:
    """The page of a web archive: its root part, or where that has no table the HTML part with most of them.

    The address is that of the part (``Content-Location``) where the caller gives none.  Raises ``UnreadableError``
    where no part holds HTML.
    """
    try:
        message = email.message_from_bytes(data.lstrip(), policy=email.policy.compat32)
        parts = list(itertools.islice(_html_parts(message), _MAX_PAGES))
    except (email.errors.MessageError, ValueError, LookupError, RecursionError) as error:
        raise UnreadableError(f"the web archive is damaged: {' '.join(str(error).split())[:160]}") from None
    pages = []
    for part in parts:
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) or not content.strip():
            continue
        text, encoding = decode(content, str(part.get("Content-Type", "")) or None)
        pages.append(read_html(text, encoding=encoding, url=url or _address(part) or _address(message)))
        if len(pages) == 1 and _size(pages[0]):
            break
    if not any(page.blocks or page.images for page in pages):
        raise UnreadableError("the web archive holds no page with text")
    best = max(pages, key=lambda page: (_size(page), bool(page.blocks)))
    return replace(best, source_format="mhtml", meta={**pages[0].meta, **best.meta})


def _html_parts(message: Message) -> Iterator[Message]:
    """The HTML parts, the one that the archive names as its start before the others."""
    start = _text(message.get_param("start"))
    parts = [part for part, _ in zip(_walk(message, 0), range(_MAX_PARTS), strict=False) if _is_html(part)]
    named = [part for part in parts if start and _text(part.get("Content-ID")).strip() == start.strip()]
    yield from named
    yield from (part for part in parts if part not in named)


def _walk(message: Message, depth: int) -> Iterator[Message]:
    if depth > _MAX_DEPTH:
        return
    payload = message.get_payload()
    if isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                yield from _walk(part, depth + 1)
    else:
        yield message


def _is_html(part: Message) -> bool:
    return part.get_content_type() in ("text/html", "application/xhtml+xml")


def _address(part: Message) -> str | None:
    address = " ".join(_text(part.get("Content-Location")).split())
    return address if address.lower().startswith(("http://", "https://")) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _size(page: Page) -> int:
    return sum(len(block.rows) * len(block.rows[0]) for block in page.blocks if isinstance(block, Grid))
