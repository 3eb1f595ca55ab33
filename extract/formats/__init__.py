"""Bytes of any supported format become a Page; the format is told from the content, never from a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from extract.decode import decode, sure_utf8
from extract.formats.answer import article_in, json_value
from extract.formats.feed import read_feed
from extract.formats.html import read_html
from extract.formats.idle_markup import without_idle_markup
from extract.formats.markdown import is_markdown, read_markdown
from extract.formats.pictured import Beside, pictures_of, with_pictures
from extract.formats.records import lines_of, texts_in
from extract.formats.sniff import DESCRIPTIONS, is_binary_text, sniff
from extract.formats.text import read_text
from extract.page import Block, Grid, Page, UnreadableError

Reader = Callable[[bytes, str | None], Page]

_DOCUMENT = re.compile(r"<(?:!doctype\s+html|html|body|head)\b", re.IGNORECASE)
_DOCUMENT_BYTES = re.compile(_DOCUMENT.pattern.encode(), re.IGNORECASE)
_PACKED = frozenset({"rar", "7z", "bzip2", "xz"})
_HEAD = 1 << 12
_STRUCTURE = re.compile(
    r"</?(?:table|tr|td|th|tbody|div|p|ul|ol|li|dl|dd|h[1-6]|section|article|pre|center|blockquote)\b[^<>]*>",
    re.IGNORECASE,
)
_INLINE = re.compile(r"</?(?:br|span|font|strong|b|a|img)\b[^<>]*>", re.IGNORECASE)
_PIPE_ROWS = re.compile(r"^[^|\n]*\|[^\n]*\n+[^|\n]*\|", re.MULTILINE)


def read_page(
    data: bytes, *, content_type: str | None = None, url: str | None = None, beside: Beside | None = None
) -> Page:
    """Read the bytes of a report page: HTML, Markdown, a pipe-delimited scrape, plain text, or JSON around HTML.

    ``content_type`` is the HTTP header as it was sent, or None; ``beside`` finds the pictures that were saved with an
    HTML page, by their addresses.  Raises :class:`extract.page.UnreadableError`, with one
    line that says what is wrong, for an empty file, a binary that has no reader, and a text with nothing to read.
    """
    if not data.strip():
        raise UnreadableError("the file is empty")
    kind = sniff(data)
    if kind is not None:
        return _read_binary(kind, data, url)
    if _DOCUMENT_BYTES.search(data, 0, _HEAD):
        data = without_idle_markup(data)
    sure = sure_utf8(data)
    text, encoding = decode(data, content_type) if sure is None else (sure, "utf-8")
    if is_binary_text(text):
        sure, text = None, text.replace("\x00", "")
        if text.strip() and is_binary_text(text):
            return _read_binary("binary", data, url)
    page = _read_decoded(text, encoding, url, None if sure is None else data)
    if page.images:
        page = with_pictures(page, pictures_of(text, beside))
    if not page.blocks and not page.images:
        raise UnreadableError("the page holds no readable text")
    return page


def _reader(kind: str) -> Reader | None:
    """The reader of a format that is no text, by the kind that ``sniff`` tells; imported when the first file comes."""
    match kind:
        case "docx":
            from extract.formats.docx import read_docx as read
        case "image":
            from extract.formats.picture import read_picture_file as read
        case "mhtml":
            from extract.formats.mhtml import read_mhtml as read
        case "ole":
            from extract.formats.legacy import read_ole as read
        case "odf":
            from extract.formats.opendocument import read_opendocument as read
        case "ofd":
            from extract.formats.ofd import read_ofd as read
        case "pdf":
            from extract.formats.pdf.document import read_pdf as read
        case "office-xml":
            from extract.formats.office_xml import read_office_xml as read
        case "rtf":
            from extract.formats.rtf import read_rtf as read
        case "xlsx":
            from extract.formats.xlsx import read_xlsx as read
        case "gzip":
            from extract.formats.gzipped import unpack_gzip

            return lambda data, url: read_page(unpack_gzip(data), url=url)
        case "zip":
            from extract.formats.zipped import read_zip

            return lambda data, url: read_zip(data, url, read_page)
        case _:
            return None
    return read


def _read_binary(kind: str, data: bytes, url: str | None) -> Page:
    reader = _reader(kind)
    if reader is None:
        advice = "unpack it and give the report alone" if kind in _PACKED else "give the report as a web page or text"
        raise UnreadableError(f"the file is {DESCRIPTIONS[kind]}, which cannot be read; {advice}")
    return reader(data, url)


def _read_decoded(text: str, encoding: str, url: str | None, utf8: bytes | None) -> Page:
    value = json_value(text)
    answer = read_feed(text) if value is None else article_in(value)
    if answer is not None:
        article, fields = answer
        page = read_html(article, encoding=encoding, url=url)
        return replace(page, meta={**fields, **page.meta})
    if _DOCUMENT.search(text):
        return read_html(text, encoding=encoding, url=url, utf8=utf8)
    if value is not None and (of_value := _read_value(value, encoding, url)) is not None:
        return of_value
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    if is_markdown(text):
        blocks, images = read_markdown(text)
        return Page(tuple(blocks), "markdown", encoding, url, images=images)
    if _STRUCTURE.search(text) or (_INLINE.search(text) and not _PIPE_ROWS.search(text)):
        return read_html(text, encoding=encoding, url=url)
    found, source_format = read_text(text)
    return Page(tuple(found), source_format, encoding, url)


def _read_value(value: object, encoding: str, url: str | None) -> Page | None:
    """The page of JSON without HTML: of the one text that it holds, or of its records; None where it has neither."""
    texts = texts_in(value)
    if len(texts) > 1:
        raise UnreadableError(f"the JSON holds {len(texts)} texts that may be the report; give one alone")
    if texts:
        return _read_decoded(texts[0], encoding, url, None)
    blocks, _ = read_text("\n".join(lines_of(value)))
    return Page(tuple(_by_entry(blocks)), "json", encoding, url) if blocks else None


def _by_entry(blocks: Sequence[Block]) -> Iterator[Block]:
    """Blocks whose places are counted in tables and entries, since the lines are none of the source."""
    tables = 0
    for entry, block in enumerate(blocks, start=1):
        if isinstance(block, Grid):
            tables += 1
            yield replace(block, locator=f"table {tables}", row_lines=())
        else:
            yield block._replace(locator=f"entry {entry}")
