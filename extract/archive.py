"""The archive: every document's bytes, kept for ever under their SHA-256, and a log of when each address gave them.

Bytes lie in ``objects/ab/cd/<sha256>.gz`` (the first four digits as two folders); ``index.jsonl`` beside them
has one JSON line a visit.  Both only grow.  A crash at any moment leaves every earlier line and object
whole: objects appear by rename, and a line that was cut off is passed over when the log is read.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import tempfile
import threading
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Visit:
    """One line of the log: which bytes an address gave, and when (UTC, ISO 8601).

    ``url`` is None for bytes that did not come from an address (a saved report that was loaded from a file).
    """

    sha256: str
    url: str | None
    fetched_at: str
    status: int | None = None
    content_type: str | None = None
    final_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None


class ArchiveError(Exception):
    """The archive does not hold what was asked for, or holds it damaged; the message is one line."""


class Archive:
    """Content-addressed store of raw bytes with an append-only log; safe for threads and for processes."""

    def __init__(self, root: Path) -> None:
        """Use the archive in folder ``root``, which is made by the first :meth:`put`."""
        self._root = root
        self._objects = root / "objects"
        self._index = root / "index.jsonl"
        self._lock = threading.Lock()
        self._latest: dict[str, Visit] = {}
        self._by_sha: dict[str, Visit] = {}
        self._read_to = 0

    def put(
        self,
        data: bytes,
        *,
        url: str | None,
        fetched_at: str,
        status: int | None = None,
        content_type: str | None = None,
        final_url: str | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Visit:
        """Keep the bytes and log the visit; both are on disk when the visit, with the SHA-256, is returned."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.has(sha256):
            _write_atomically(self._path(sha256), gzip.compress(data, compresslevel=6, mtime=0))
        visit = Visit(sha256, url, fetched_at, status, content_type, final_url, etag, last_modified)
        self._append(visit)
        return visit

    def has(self, sha256: str) -> bool:
        """Whether the bytes with this hash are kept."""
        return self._path(sha256).exists()

    def get(self, sha256: str) -> bytes:
        """The bytes with this hash; raises :class:`ArchiveError` when they are not kept or no longer have that hash."""
        try:
            data = gzip.decompress(self._path(sha256).read_bytes())
        except FileNotFoundError:
            raise ArchiveError(f"the archive has no bytes {sha256}") from None
        except (OSError, EOFError, zlib.error) as error:
            raise ArchiveError(f"the archived bytes {sha256} cannot be read: {error}") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ArchiveError(f"the archived bytes {sha256} no longer have their hash")
        return data

    def file(self, sha256: str) -> str:
        """The file that keeps these bytes, relative to the archive's folder."""
        return self._path(sha256).relative_to(self._root).as_posix()

    def latest(self, url: str) -> Visit | None:
        """The last visit to an address, None when it was never visited."""
        with self._lock:
            self._refresh()
            return self._latest.get(url)

    def visit_of(self, sha256: str) -> Visit | None:
        """The last visit that gave these bytes, None when there was none."""
        with self._lock:
            self._refresh()
            return self._by_sha.get(sha256)

    def visits(self) -> Iterator[Visit]:
        """All visits, oldest first."""
        if self._index.exists():
            with self._index.open("rb") as lines:
                yield from filter(None, map(_parse_visit, lines))

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ArchiveError(f"{sha256!r} is no SHA-256")
        return self._objects / sha256[:2] / sha256[2:4] / f"{sha256}.gz"

    def _append(self, visit: Visit) -> None:
        line = json.dumps(
            {key: value for key, value in asdict(visit).items() if value is not None}, ensure_ascii=False
        ).encode()
        self._index.parent.mkdir(parents=True, exist_ok=True)
        with self._lock, self._index.open("ab+") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            end = log.seek(0, os.SEEK_END)
            torn = end > 0 and os.pread(log.fileno(), 1, end - 1) != b"\n"
            log.write(b"\n" * torn + line + b"\n")
            log.flush()
            os.fsync(log.fileno())

    def _refresh(self) -> None:
        if not self._index.exists():
            return
        with self._index.open("rb") as log:
            log.seek(self._read_to)
            for line in log:
                if not line.endswith(b"\n"):
                    break
                self._read_to += len(line)
                if visit := _parse_visit(line):
                    self._by_sha[visit.sha256] = visit
                    if visit.url is not None:
                        self._latest[visit.url] = visit


_VISIT_FIELDS = frozenset(field.name for field in fields(Visit))


def _parse_visit(line: bytes) -> Visit | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if not isinstance(record, dict) or "sha256" not in record or "fetched_at" not in record:
        return None
    return Visit(**{"url": None, **{key: value for key, value in record.items() if key in _VISIT_FIELDS}})


def _write_atomically(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
