"""HTML without what says nothing: the spans and styles of a word processor, which are most of the bytes of many pages.

What is parsed costs its share again and again: in decoding, in the parser, in the survey of the tree, in its stream.
Only markup that no judge of ``attributes`` weighs is left out, so that the tree says the same as before.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

from extract.formats.attributes import JUDGES
from extract.formats.stylesheet import styled_names

_SPAN, _FONT = (b"<span", b"</span>"), (b"<font", b"</font>")
"""What opens and closes elements that only wrap text; tags of another spelling stay."""
_STYLE, _STYLE_IN_SINGLE_QUOTES = (b'style="', b'"'), (b"style='", b"'")
_ATTRIBUTE = re.compile(rb"""\s+([a-z][a-z:-]*)(?:\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>=`]+)))?""", re.IGNORECASE)
_CLASS = b"class"
_IMAGE = b"<img"
_SIZE = re.compile(rb"px", re.IGNORECASE)
_LONGEST = 4000


def without_idle_markup(data: bytes) -> bytes:
    """A document in an encoding that contains ASCII, without wrappers of text and without styles that do not weigh.

    What most pages have is left out first: to find that a page has no markup of a kind takes a look at all of it.
    """
    for leave_out, (opening, end) in (
        (_without_wrappers, _SPAN),
        (_without_styles, _STYLE),
        (_without_wrappers, _FONT),
        (_without_styles, _STYLE_IN_SINGLE_QUOTES),
    ):
        if opening in data:
            data = leave_out(data, opening, end)
    return data


def _without_wrappers(data: bytes, opening: bytes, closing: bytes) -> bytes:
    """Leave tags out, but none from a wrapper that weighs to its end: there the tags tell what it holds."""
    first, *pieces = data.split(opening)
    parts = [piece.partition(b">") for piece in pieces]
    printed = {part[0] for part in parts}
    weighing = {attributes for attributes in printed if not _are_idle(attributes)}
    classed = {attributes for attributes in printed - weighing if _CLASS in attributes.lower()}
    if classed and (styled := styled_names(data)):
        weighing |= {attributes for attributes in classed if any(map(attributes.lower().__contains__, styled))}
    if not weighing:
        return b"".join(b"".join([first, *[rest for _, _, rest in parts]]).split(closing))
    kept = [first]
    depth = 0
    for piece, (attributes, _, rest) in zip(pieces, parts, strict=True):
        if depth or attributes in weighing:
            kept += (opening, piece)
            depth = max(0, depth + 1 - piece.count(closing))
        else:
            kept.append(rest.replace(closing, b""))
    return b"".join(kept)


def _without_styles(data: bytes, opening: bytes, quote: bytes) -> bytes:
    """Leave attributes out; the size of a picture weighs."""
    first, *pieces = data.split(opening)
    parts = [piece.partition(quote) for piece in pieces]
    values = {part[0] for part in parts}
    weighing = {value for value in values if not _is_idle_style(value)}
    sizes = {value for value in values - weighing if _SIZE.search(value)}
    if not weighing and not sizes:
        return b"".join([first, *[rest for _, _, rest in parts]])
    kept = [first]
    before = first
    for piece, (value, _, rest) in zip(pieces, parts, strict=True):
        if value in weighing or (value in sizes and before.startswith(_IMAGE, before.rfind(b"<"))):
            kept += (opening, piece)
        else:
            kept.append(rest)
        before = piece
    return b"".join(kept)


@lru_cache(maxsize=1 << 12)
def _is_idle_style(value: bytes) -> bool:
    return len(value) <= _LONGEST and b"<" not in value and b">" not in value and _is_idle(b"style", value)


@lru_cache(maxsize=1 << 12)
def _are_idle(attributes: bytes) -> bool:
    """Whether the inside of a tag after its name is well-formed and says nothing."""
    if len(attributes) > _LONGEST:
        return False
    at = 0
    while match := _ATTRIBUTE.match(attributes, at):
        name, *values = match.groups()
        if not _is_idle(name, next((value for value in values if value is not None), b"")):
            return False
        at = match.end()
    return not attributes[at:].strip()


def _is_idle(name: bytes, value: bytes) -> bool:
    judge = JUDGES.get(name.decode("ascii").lower())
    if judge is None:
        return True
    text = value.decode("latin-1")
    return judge(unescape(text) if "&" in text else text) is None
