"""One file packed with gzip, as a browser or ``curl`` saves an answer that nobody unpacked; within bounds."""

from __future__ import annotations

import gzip
import io
import zlib

from extract.formats.sniff import sniff
from extract.formats.zipped import MAX_PART
from extract.page import UnreadableError


def unpack_gzip(data: bytes) -> bytes:
    """The packed file, as far as it goes where it is cut off.

    Raises ``UnreadableError`` where it is damaged from the start, larger than 64 MB, or packed once more.
    """
    pieces: list[bytes] = []
    length = 0
    reason = "it is empty"
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        try:
            while length <= MAX_PART and (piece := file.read1()):
                pieces.append(piece)
                length += len(piece)
        except (OSError, EOFError, zlib.error) as error:
            reason = str(error)
    if length > MAX_PART:
        raise UnreadableError(f"the gzip file unpacks to more than {MAX_PART >> 20} MB; it is not read")
    unpacked = b"".join(pieces)
    if sniff(unpacked) == "gzip":
        reason, unpacked = "it is packed twice", b""
    if not unpacked:
        raise UnreadableError(f"the gzip file cannot be read: {reason}")
    return unpacked
