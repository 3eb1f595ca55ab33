"""Bytes to text, once: what the bytes themselves say weighs more than what header, BOM and meta tags declare."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import NamedTuple

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
    to_unicode,
)

_GB = "gb18030"
_UTF8 = "utf-8"
_BIG5 = ("big5hkscs", "big5")
_SAMPLE = 1 << 16
_HEAD = 1 << 12
_REPLACEMENT = "\ufffd"
_THREE_BYTES_OR_MORE = re.compile("[\u0800-\ufffc\U00010000-\U0010ffff]")
_FOREIGN_TO_GB = re.compile("[\u0370-\u04ff\u3040-\u312f\ue000-\uf8ff]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_MAX_FOREIGN_SHARE = 0.08
_GOOD_FOR_ONE_BROKEN = 4
_PARTS = 4
_ASCII = bytes(range(0x80))


class _Reading(NamedTuple):
    text: str
    broken: int


def decode(data: bytes, content_type: str | None = None) -> tuple[str, str]:
    """The text of ``data`` and the encoding it was read in; undecodable bytes become U+FFFD, never an error.

    ``content_type`` is the HTTP header as it was sent; where it names no charset the caller must not invent one.
    GB2312 and GBK are read as their superset GB18030 (https://encoding.spec.whatwg.org/).  Evidence, in this order: a
    UTF-16 or UTF-32 byte order mark, zero bytes of UTF-16, (almost) valid UTF-8, valid GB18030, the declaration.
    """
    mark, prefix = read_bom(data)
    if mark is not None and mark != _UTF8:
        return _plain(to_unicode(data[len(prefix or b"") :], mark)), mark
    body = data[len(prefix or b"") :]
    text = sure_utf8(body)
    if text is not None:
        return _plain(text), _UTF8
    declared = _declared(body, content_type)
    wide = _utf16_without_mark(body, declared)
    if wide:
        return _plain(to_unicode(body, wide)), wide
    if _is_far_from_utf8(body):
        return _legacy(body, declared)
    unicode_reading = _read(body, _UTF8)
    if not unicode_reading.broken:
        if declared == _GB and _is_gb_by_chance_utf8(unicode_reading.text, body):
            return _plain(body.decode(_GB)), _GB
        return _plain(unicode_reading.text), _UTF8
    if _is_damaged_utf8(unicode_reading):
        return _plain(unicode_reading.text), _UTF8
    return _legacy(body, declared)


def sure_utf8(data: bytes) -> str | None:
    """The text of valid UTF-8 with Chinese in it and no mark before it, whatever was declared; None of all else.

    Such bytes are what the text is in UTF-8, so that nobody needs to encode it again.
    """
    if 0 in data[:_HEAD] or data.startswith(BOM_UTF8):
        return None
    try:
        text = data.decode(_UTF8)
    except UnicodeDecodeError:
        return None
    return text if _THREE_BYTES_OR_MORE.search(text) else None


def _declared(data: bytes, content_type: str | None) -> str | None:
    declared = http_content_type_encoding(content_type)
    if declared in (None, "cp1252"):
        declared = html_body_declared_encoding(data) or declared
    return declared


def _read(data: bytes, encoding: str) -> _Reading:
    """A reading and how many places of it are broken; a character cut off by the end of the data is not broken."""
    try:
        return _Reading(data.decode(encoding), 0)
    except UnicodeDecodeError as error:
        cut_at_end = error.end == len(data) and error.reason in (
            "unexpected end of data",
            "incomplete multibyte sequence",
        )
        text = to_unicode(data, encoding)
        if cut_at_end:
            return _Reading(text, 0)
        printed = data.count(_REPLACEMENT.encode()) if encoding == _UTF8 else 0
        return _Reading(text, max(1, text.count(_REPLACEMENT) - printed))


def _utf16_without_mark(data: bytes, declared: str | None) -> str | None:
    """The UTF-16 of markup or digits shows as zero bytes in every other place."""
    sample = data[:_HEAD]
    if len(sample) < 4:
        return None
    low, high = sample[1::2].count(0), sample[0::2].count(0)
    claimed = declared is not None and declared.startswith("utf-16")
    needed = max(1, len(sample) // (200 if claimed else 10))
    if low > needed and high * 10 < low:
        return "utf-16-le"
    if high > needed and low * 10 < high:
        return "utf-16-be"
    return None


def _is_gb_by_chance_utf8(text: str, data: bytes) -> bool:
    """Whether a few Chinese characters in GB18030 pass for two-byte UTF-8: Latin, Greek, Cyrillic or Arabic letters."""
    if _THREE_BYTES_OR_MORE.search(text) or not _NOT_ASCII.search(text):
        return False
    reading = _read(data, _GB)
    return not reading.broken and not data.isascii() and _foreign_share(reading.text) == 0


def _is_damaged_utf8(reading: _Reading) -> bool:
    """Whether the three-byte characters outweigh the broken places; GB text read as UTF-8 gives nearly none of them."""
    second_bytes = len(reading.text.encode()) - len(reading.text) - 2 * reading.broken
    if second_bytes // 2 < _GOOD_FOR_ONE_BROKEN * reading.broken:
        return False
    return len(_THREE_BYTES_OR_MORE.findall(reading.text)) >= _GOOD_FOR_ONE_BROKEN * reading.broken


def _is_far_from_utf8(data: bytes) -> bool:
    """Whether a part of the data alone has too many broken places for damaged UTF-8, whatever the rest holds.

    At most three quarters of the bytes that are no ASCII come second or later in a character.
    """
    try:
        data.decode(_UTF8)
    except UnicodeDecodeError as error:
        part = data[error.start : error.start + len(data) // _PARTS]
    else:
        return False
    broken = part.decode(_UTF8, "replace").count(_REPLACEMENT) - part.count(_REPLACEMENT.encode()) - 1
    most_second_bytes = len(data.translate(None, _ASCII)) * 3 // 4
    return most_second_bytes // 2 < _GOOD_FOR_ONE_BROKEN * broken


def _legacy(data: bytes, declared: str | None) -> tuple[str, str]:
    chinese = _read(data, _GB)
    if _may_be_big5(declared) and _foreign_share(chinese.text) > _MAX_FOREIGN_SHARE:
        name = declared if declared in _BIG5 else _BIG5[0]
        big5 = _read(data, name)
        if big5.broken <= chinese.broken and (declared in _BIG5 or _foreign_share(big5.text) < _MAX_FOREIGN_SHARE / 4):
            return _plain(big5.text), name
    if not chinese.broken:
        return _plain(chinese.text), _GB
    other = declared if declared not in (None, _GB, _UTF8) else None
    if other and resolve_encoding(other) and not _read(data, other).broken:
        return _plain(_read(data, other).text), other
    unicode_reading = _read(data, _UTF8)
    best_is_chinese = chinese.broken < unicode_reading.broken or (
        chinese.broken == unicode_reading.broken and declared == _GB
    )
    return (_plain(chinese.text), _GB) if best_is_chinese else (_plain(unicode_reading.text), _UTF8)


def _may_be_big5(declared: str | None) -> bool:
    """Whether the page declares Big5, or nothing that the bytes have not disproved."""
    return declared in (None, _UTF8, *_BIG5)


def _foreign_share(text: str) -> float:
    """The share of kana, Greek, Cyrillic, Bopomofo and private characters: high where Big5 is read as GB18030."""
    sample = text[:_SAMPLE]
    written = len(_NOT_ASCII.findall(sample))
    return len(_FOREIGN_TO_GB.findall(sample)) / written if written else 0.0


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff")
