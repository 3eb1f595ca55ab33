"""Visits as WARC 1.1 records, packed one by one; and the bytes that a record has.

The bytes are kept after the transport's encodings are undone, so that they are what was hashed and read; the headers
that spoke of those encodings are kept under names that begin with ``X-Archive-Orig-``.
"""

from __future__ import annotations

import hashlib
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


def first_record(name: str, software: str) -> bytes:
    """The record that a file begins with: what wrote it."""
    info = {"software": software, "format": "WARC File Format 1.1", "robots": "obey"}
    packer = _Packer()
    packer.writer.write_record(packer.writer.create_warcinfo_record(name, info))
    return packer.packed()


def exchange_records(visit: Visit, answer: Response, original: Original | None) -> list[bytes]:
    """The records of a visit that gave bytes; with ``original`` they are kept already, and only referred to."""
    packer = _Packer()
    date = _date(visit.at)
    if original is None:
        response = packer.record(
            answer.final_url, "response", date, _response_headers(answer), answer.data, _digest(visit.sha256)
        )
    else:
        response = packer.writer.create_revisit_record(
            answer.final_url,
            _digest(visit.sha256),
            original.uri,
            _date(original.at),
            http_headers=_response_headers(answer),
            warc_headers_dict={"WARC-Date": date},
        )
        if answer.not_modified:
            response.rec_headers.replace_header("WARC-Profile", _NOT_MODIFIED)
    request = packer.record(answer.final_url, "request", date, _request_headers(answer))
    _refer(request, response)
    about = packer.record(answer.final_url, "metadata", date, None, to_lines(visit))
    _refer(about, response)
    return [packer.pack(record) for record in (response, request, about)]


def file_records(visit: Visit, data: bytes, original: Original | None) -> list[bytes]:
    """The records of a saved file that was loaded: its bytes, unless they are kept already, and when it was loaded."""
    packer = _Packer()
    uri, date = file_uri(visit.path), _date(visit.at)
    about = packer.record(uri, "metadata", date, None, to_lines(visit))
    if original is not None:
        return [packer.pack(about)]
    kind = "application/octet-stream"
    resource = packer.record(uri, "resource", date, None, data, _digest(visit.sha256), kind)
    _refer(about, resource)
    return [packer.pack(resource), packer.pack(about)]


def event_records(event: Event) -> list[bytes]:
    """The record of what has no bytes: a visit that failed, or the begin or end of a run."""
    packer = _Packer()
    uri = f"urn:nianbao:run:{quote(event.run)}" if isinstance(event, RunEvent) else event.url
    return [packer.pack(packer.record(_uri(uri or file_uri(None)), "metadata", _date(event.at), None, to_lines(event)))]


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
