"""Pages whose tables are pictures: what the extra ``ocr`` recognises in them stands after the text of the page."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from urllib.parse import unquote_to_bytes

from extract.formats.recognition import can_recognise
from extract.page import Block, Grid, Page, UnreadableError

Beside = Callable[[str], bytes | None]
"""The bytes of a file that a page names by its address, where it was saved with the page; None where it was not."""

MAX_PICTURE_BYTES = 20 << 20
_MAX_PICTURES = 30
_TABLE_OF_SOME_SIZE = 20
_ADDRESS = re.compile(r"<img\b[^<>]*?\ssrc\s*=\s*(?:\"([^\"]+)\"|'([^']+)'|([^\s\"'>]+))", re.IGNORECASE)
_DATA = re.compile(r"data:image/[\w.+-]+(;[^,]*)?,", re.IGNORECASE)


def with_pictures(page: Page, pictures: Iterable[bytes]) -> Page:
    """The page with the tables and lines in its pictures behind its own, where it has pictures and no table of its own.

    ``pictures`` are encoded pictures; those that show no table, and damaged ones, count as pictures still.
    """
    if not page.images or _has_table(page) or not can_recognise():
        return page
    from extract.formats.picture import read_picture

    found: list[Block] = []
    recognised = 0
    for number, data in zip(range(1, _MAX_PICTURES + 1), pictures, strict=False):
        try:
            blocks = list(read_picture(data, f"picture {number}"))
        except UnreadableError:
            continue
        if any(isinstance(block, Grid) for block in blocks):
            found += blocks
            recognised += 1
    return replace(page, blocks=(*page.blocks, *found), images=max(0, page.images - recognised))


def _has_table(page: Page) -> bool:
    return any(
        isinstance(block, Grid) and len(block.rows) * len(block.rows[0]) >= _TABLE_OF_SOME_SIZE for block in page.blocks
    )


def pictures_of(source: str, beside: Beside | None) -> Iterator[bytes]:
    """The pictures of an HTML page, in order: those that its addresses carry, and those that were saved with it."""
    for found in _ADDRESS.finditer(source):
        address = next(group for group in found.groups() if group)
        carried = _DATA.match(address)
        data = _carried(address[carried.end() :], carried[1] or "") if carried else beside(address) if beside else None
        if data and len(data) <= MAX_PICTURE_BYTES:
            yield data


def _carried(text: str, parameters: str) -> bytes | None:
    raw = unquote_to_bytes(text)
    if "base64" not in parameters.lower():
        return raw
    try:
        return base64.b64decode(b"".join(raw.split()), validate=False)
    except (binascii.Error, ValueError):
        return None
