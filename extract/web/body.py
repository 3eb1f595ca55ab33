"""The body of an answer: read to its end within bounds on bytes (on the wire and unpacked) and time."""

from __future__ import annotations

import time
import zlib

import requests

from extract.web.answer import FetchError, FetchLimits, Outcome

_CHUNK_BYTES = 16 * 1024
_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
_MEMBER = b"\x1f\x8b"
_MOST_ENCODINGS = 2


class TooSlowError(Exception):
    """The whole time for an answer is over before its end."""


class Unpacker:
    """Takes a body apart that a server packed with gzip or deflate, chunk by chunk, never more than is asked for.

    A gzip body may have several members; bytes after the last one that begin none are passed over, as browsers do.
    """

    def __init__(self, encoding: str) -> None:
        """``encoding`` is a name of the header Content-Encoding; raises ``ValueError`` for an unknown one."""
        if encoding not in _WINDOWS:
            raise ValueError(f"packed as {encoding}, which was not asked for")
        self._window = _WINDOWS[encoding]
        self._stream = zlib.decompressobj(self._window)
        self._begun = False

    def feed(self, data: bytes, most: int) -> bytes:
        """What some packed bytes give, at most about ``most`` bytes; raises ``zlib.error`` for broken ones."""
        unpacked = bytearray()
        while data and len(unpacked) <= most:
            if self._stream.eof:
                if not data.startswith(_MEMBER):
                    break
                self._stream = zlib.decompressobj(self._window)
            unpacked += self._inflate(data, most - len(unpacked) + 1)
            data = self._stream.unconsumed_tail or self._stream.unused_data
        return bytes(unpacked)

    def _inflate(self, data: bytes, most: int) -> bytes:
        try:
            found = self._stream.decompress(data, most)
        except zlib.error:
            if self._begun or self._window != zlib.MAX_WBITS:
                raise
            self._window = -zlib.MAX_WBITS
            self._stream = zlib.decompressobj(self._window)
            found = self._stream.decompress(data, most)
        self._begun = True
        return found

    @property
    def is_whole(self) -> bool:
        """Whether the packed bytes came to their end."""
        return self._stream.eof or not self._begun


def read_body(url: str, answer: requests.Response, limits: FetchLimits, deadline: float) -> bytes:
    """The whole body, unpacked.

    Raises :class:`FetchError` for one that is larger than ``limits.max_bytes``, packed or unpacked, or is packed in a
    broken way, and :class:`TooSlowError` after ``deadline`` (of the monotonic clock).
    """
    too_large = FetchError(url, f"larger than {limits.max_bytes:,} bytes", answer.status_code, Outcome.TOO_LARGE)
    declared = answer.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > limits.max_bytes:
        raise too_large
    try:
        unpackers = _unpackers(answer.headers.get("Content-Encoding", ""))
        wire, body = 0, bytearray()
        while chunk := answer.raw.read1(_CHUNK_BYTES, decode_content=False):
            wire += len(chunk)
            for unpacker in unpackers:
                chunk = unpacker.feed(chunk, limits.max_bytes - len(body))
            body += chunk
            if max(wire, len(body)) > limits.max_bytes:
                raise too_large
            if time.monotonic() > deadline:
                raise TooSlowError
    except (zlib.error, ValueError) as error:
        reason = f"the answer's compression is broken ({error})"
        raise FetchError(url, reason, answer.status_code, Outcome.MALFORMED) from None
    if not all(unpacker.is_whole for unpacker in unpackers):
        raise FetchError(url, "the answer's compression is cut off", answer.status_code, Outcome.MALFORMED)
    return bytes(body)


def _unpackers(header: str) -> list[Unpacker]:
    names = [name for part in header.lower().split(",") if (name := part.strip()) and name != "identity"]
    if len(names) > _MOST_ENCODINGS:
        raise ValueError(f"packed {len(names)} times")
    return [Unpacker(name) for name in reversed(names)]
