"""Visits as WARC 1.1 records, packed one by one; and the bytes that a record has.

The bytes are kept after the transport's encodings are undone, so that they are what was hashed and read; the headers
that spoke of those encodings are kept under names that begin with ``X-Archive-Orig-``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from extract.archive.records import ArchiveError, Event, RunEvent, Visit, from_lines, to_lines
from extract.web.answer import Response

_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_OF_THE_TRANSPORT = frozenset({"content-encoding", "transfer-encoding", "content-length"})


class Original(NamedTuple):
    """The record that a revisit refers to: the address that gave the same bytes, and when (UTC, ISO 8601)."""

    uri: str
    at: str


class Stored(NamedTuple):
    """Bytes that a record has: their hash, the address that gave them, and when (UTC, ISO 8601)."""

    sha256: str
    uri: str
    at: str


class Packed(NamedTuple):
    """A record as it is written, and what it has, unless it only refers to bytes."""

    data: bytes
    stored: Stored | None = None


Known = Callable[[str], Original | None]
"""The record that has the bytes with a hash, if any."""


class _Found:
    """What is kept already, with what the records at hand are about to keep."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._own: dict[str, Original] = {}

    def original(self, sha256: str) -> Original | None:
        return self._own.get(sha256) or self._known(sha256)

    def add(self, sha256: str, answer: Response) -> Stored:
        stored = Stored(sha256, _uri(answer.final_url), _date(answer.fetched_at))
        self._own[sha256] = Original(stored.uri, stored.at)
        return stored


def first_record(name: str, software: str) -> bytes:
    """The record that a file begins with: what wrote it."""
    info = {"software": software, "format": "WARC File Format 1.1", "robots": "obey"}
    packer = _Packer()
    packer.writer.write_record(packer.writer.create_warcinfo_record(name, info))
    return packer.packed()


def exchange_records(visit: Visit, answers: Sequence[Response], known: Known) -> list[Packed]:
    """The records of a visit to the web: those of each answer, the one that counts first, then what came of it.

    Bytes that are ``known`` are only referred to.
    """
    packer, found = _Packer(), _Found(known)
    packed: list[Packed] = []
    about = packer.record(visit.final_url or visit.url or "", "metadata", _date(visit.at), None, to_lines(visit))
    for answer in answers:
        sha256 = visit.sha256 if answer.not_modified and visit.sha256 else hashlib.sha256(answer.data).hexdigest()
        original = found.original(sha256) if answer.data or answer.not_modified else None
        response = _revisit(packer, answer, sha256, original) if original else _response(packer, answer, sha256)
        if not packed:
            _refer(about, response)
        request = packer.record(answer.final_url, "request", _date(answer.fetched_at), _request_headers(answer))
        _refer(request, response)
        stored = None if original else found.add(sha256, answer)
        packed += [Packed(packer.pack(response), stored), Packed(packer.pack(request))]
    return [*packed, Packed(packer.pack(about))]


def _response(packer: _Packer, answer: Response, sha256: str) -> ArcWarcRecord:
    headers, date = _response_headers(answer), _date(answer.fetched_at)
    response = packer.record(answer.final_url, "response", date, headers, answer.data, _digest(sha256))
    if answer.cut:
        response.rec_headers.add_header("WARC-Truncated", "unspecified")
    return response


def _revisit(packer: _Packer, answer: Response, sha256: str, original: Original) -> ArcWarcRecord:
    revisit = packer.writer.create_revisit_record(
        answer.final_url,
        _digest(sha256),
        original.uri,
        _date(original.at),
        http_headers=_response_headers(answer),
        warc_headers_dict={"WARC-Date": _date(answer.fetched_at)},
    )
    if answer.not_modified:
        revisit.rec_headers.replace_header("WARC-Profile", _NOT_MODIFIED)
    return revisit


def file_records(visit: Visit, data: bytes, original: Original | None) -> list[Packed]:
    """The records of a saved file that was loaded: its bytes, unless they are kept already, and when it was loaded."""
    packer = _Packer()
    uri, date = file_uri(visit.path), _date(visit.at)
    about = packer.record(uri, "metadata", date, None, to_lines(visit))
    if original is not None:
        return [Packed(packer.pack(about))]
    kind = "application/octet-stream"
    resource = packer.record(uri, "resource", date, None, data, _digest(visit.sha256), kind)
    _refer(about, resource)
    stored = Stored(visit.sha256 or "", uri, date)
    return [Packed(packer.pack(resource), stored), Packed(packer.pack(about))]


def said_records(visit: Visit) -> list[Packed]:
    """The record of something that was said of a source; nothing was asked."""
    packer = _Packer()
    uri = visit.final_url or visit.url or file_uri(visit.path)
    return [Packed(packer.pack(packer.record(uri, "metadata", _date(visit.at), None, to_lines(visit))))]


def run_records(event: RunEvent) -> list[Packed]:
    """The record of the begin or the end of a run."""
    packer = _Packer()
    uri = f"urn:nianbao:run:{quote(event.run)}"
    return [Packed(packer.pack(packer.record(uri, "metadata", _date(event.at), None, to_lines(event))))]


def stored_in(record: bytes) -> Stored | None:
    """What an unpacked record has, None where it only refers to bytes, or has none."""
    lines = record[: record.find(b"\r\n\r\n")].decode("utf-8", "replace").split("\r\n")
    fields = {name: value for name, _, value in (line.partition(": ") for line in lines)}
    if fields.get("WARC-Type") not in ("response", "resource"):
        return None
    digest = fields.get("WARC-Payload-Digest", "")
    return Stored(digest.removeprefix("sha256:"), fields.get("WARC-Target-URI", ""), fields.get("WARC-Date", ""))


def event_of(record: bytes) -> Event | None:
    """The event that an unpacked ``metadata`` record tells of, None for another kind of record."""
    parsed = _parse(record)
    return from_lines(parsed.raw_stream.read()) if parsed.rec_type == "metadata" else None


def bytes_of(record: bytes, sha256: str) -> bytes:
    """The bytes that an unpacked record has; raises :class:`ArchiveError` unless they have that hash."""
    data: bytes = _parse(record).raw_stream.read()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ArchiveError(f"the archived bytes {sha256} no longer have their hash")
    return data


def file_uri(path: str | None) -> str:
    """The address that the records of a saved file stand under."""
    return f"file:{quote(path or '-', errors='surrogateescape')}"


class _Packer:
    """Makes records and packs each as a gzip member of its own."""

    def __init__(self) -> None:
        self.buffer = BytesIO()
        self.writer = WARCWriter(self.buffer, gzip=True, warc_version="1.1")

    def record(
        self,
        uri: str,
        kind: str,
        date: str,
        http: StatusAndHeaders | None = None,
        data: bytes = b"",
        digest: str | None = None,
        content_type: str = "",
    ) -> ArcWarcRecord:
        headers = {"WARC-Type": kind, "WARC-Date": date} | ({"WARC-Payload-Digest": digest} if digest else {})
        return self.writer.create_warc_record(
            _uri(uri),
            kind,
            payload=BytesIO(data),
            length=len(data),
            warc_headers_dict=headers,
            http_headers=http,
            warc_content_type=content_type,
        )

    def pack(self, record: ArcWarcRecord) -> bytes:
        self.writer.write_record(record)
        return self.packed()

    def packed(self) -> bytes:
        data = self.buffer.getvalue()
        self.buffer.seek(0)
        self.buffer.truncate()
        return data


def _parse(record: bytes) -> ArcWarcRecord:
    try:
        return next(iter(ArchiveIterator(BytesIO(record))))
    except Exception as error:
        raise ArchiveError(f"a record of the archive cannot be read: {error}") from None


def _refer(record: ArcWarcRecord, to: ArcWarcRecord) -> None:
    record.rec_headers.add_header("WARC-Concurrent-To", to.rec_headers.get_header("WARC-Record-ID"))


def _response_headers(answer: Response) -> StatusAndHeaders:
    headers = [
        (f"X-Archive-Orig-{name}" if name.lower() in _OF_THE_TRANSPORT else name, _flat(value))
        for name, value in answer.headers
    ]
    if not answer.not_modified:
        headers.append(("Content-Length", str(len(answer.data))))
    return StatusAndHeaders(f"{answer.status} {answer.reason}".rstrip(), headers, protocol="HTTP/1.1")


def _request_headers(answer: Response) -> StatusAndHeaders:
    parts = urlsplit(answer.final_url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = [("Host", parts.netloc.rpartition("@")[2]), *((n, _flat(v)) for n, v in answer.request_headers)]
    return StatusAndHeaders(f"GET {target} HTTP/1.1", headers, is_http_request=True)


def _flat(value: str) -> str:
    return " ".join(value.splitlines())


def _digest(sha256: str | None) -> str:
    return f"sha256:{sha256}"


def _date(at: str) -> str:
    return at.replace("+00:00", "Z")


def _uri(uri: str) -> str:
    return quote(uri, safe="!#$%&'()*+,/:;=?@[]~")
