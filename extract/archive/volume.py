"""The WARC files: appended to by one writer at a time, read record by record, cut back to the last whole visit.

Each record is a gzip member of its own, so that it can be read from its offset alone.
"""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, Protocol

from extract.archive.records import ArchiveError

_CHUNK = 64 * 1024
_GZIP = zlib.MAX_WBITS | 16
_MAGIC = b"\x1f\x8b\x08"
_LAST_OF_GROUP = (b"\r\nWARC-Type: metadata\r\n", b"\r\nWARC-Type: warcinfo\r\n")
SUFFIX = ".warc.gz"


class Group(NamedTuple):
    """The records of one visit, unpacked, each with its offset; the ``metadata`` record is the last one."""

    begin: int
    end: int
    records: tuple[tuple[int, bytes], ...]


class Readable(Protocol):
    """What has a name and can be opened, as a path can."""

    @property
    def name(self) -> str:
        """The name of the file."""

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """The bytes of the file, which can be read from any offset."""


def volumes(root: Path) -> list[Path]:
    """The WARC files of an archive, in the order in which they were begun."""
    return sorted(root.glob(f"*{SUFFIX}"))


def record_at(path: Readable, offset: int) -> bytes:
    """The record that begins at ``offset``, unpacked; raises :class:`ArchiveError` when there is no whole one."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            record, _, _ = _member(file.read)
    except (OSError, zlib.error) as error:
        raise ArchiveError(f"{path.name}: the record at {offset} cannot be read: {error}") from None
    if record is None:
        raise ArchiveError(f"{path.name}: the record at {offset} cannot be read: it is cut off")
    return record


def groups(path: Readable, start: int = 0) -> Iterator[Group]:
    """The whole groups of records from ``start`` on.

    Ends silently where a record is cut off or damaged, or a group lacks its last record.
    """
    rest = b""
    with path.open("rb") as file:
        file.seek(start)
        begin = offset = start
        found: list[tuple[int, bytes]] = []

        def read(size: int) -> bytes:
            nonlocal rest
            taken, rest = rest or file.read(size), b""
            return taken

        while True:
            try:
                record, length, rest = _member(read)
            except zlib.error:
                return
            if record is None:
                return
            found.append((offset, record))
            offset += length
            head = record[: record.find(b"\r\n\r\n") + 2]
            if any(mark in head for mark in _LAST_OF_GROUP):
                yield Group(begin, offset, tuple(found))
                begin, found = offset, []


def _holds_groups(path: Path, start: int) -> bool:
    """Whether whole groups stand anywhere behind ``start``: then what stands there is damaged, and not cut off."""
    with path.open("rb") as file:
        file.seek(start)
        tail = file.read()
    at = tail.find(_MAGIC)
    while at >= 0:
        if next(groups(path, start + at), None) is not None:
            return True
        at = tail.find(_MAGIC, at + 1)
    return False


def _member(read: Callable[[int], bytes]) -> tuple[bytes | None, int, bytes]:
    """The next gzip member unpacked, None where it is cut off; its length; what was read behind it."""
    unpacker, parts, length = zlib.decompressobj(_GZIP), [], 0
    while not unpacker.eof:
        chunk = read(_CHUNK)
        if not chunk:
            return None, 0, b""
        parts.append(unpacker.decompress(chunk))
        length += len(chunk)
    return b"".join(parts), length - len(unpacker.unused_data), unpacker.unused_data


class Writer:
    """Appends groups of records to the last file of an archive, or to a new one, and holds a lock on that file."""

    def __init__(
        self,
        root: Path,
        *,
        most_bytes: int,
        whole: Callable[[str], int],
        begin: Callable[[str], bytes],
        names: Callable[[], Iterable[str]],
        write_on: bool = True,
    ) -> None:
        """Nothing is opened before the first group.

        ``names`` gives the files that there are, in their order; those that are not in the folder are never written.
        ``whole`` gives the length of the whole groups in a file.  What a write that was cut off has left behind them is
        taken away; a file with other groups behind damaged bytes stays as it is, and a new one is begun.  ``begin``
        gives the records that a new file begins with.  Unless ``write_on``, a file with whole groups that an earlier
        writer has left is only cut back, and a new one is begun.
        """
        self._root = root
        self._most_bytes = most_bytes
        self._whole = whole
        self._begin = begin
        self._names = names
        self._write_on = write_on
        self._handle: int | None = None
        self._name = ""

    def append(self, records: list[bytes]) -> tuple[str, int]:
        """Write the packed records of one group: the file's name and the group's offset.

        A write that fails leaves the file as it was; one that is cut off by the end of the process is undone by the
        next writer.
        """
        if self._handle is not None and os.fstat(self._handle).st_size >= self._most_bytes:
            self.close()
        handle = self._handle if self._handle is not None else self._open()
        start = os.fstat(handle).st_size
        try:
            _write(handle, b"".join(records))
        except BaseException:
            os.ftruncate(handle, start)
            raise
        return self._name, start

    def sync(self) -> None:
        """Wait until all that was written is on the disk."""
        if self._handle is not None:
            os.fsync(self._handle)

    def close(self) -> None:
        """Let go of the file, which is on the disk then."""
        if self._handle is not None:
            self.sync()
            os.close(self._handle)
            self._handle = None

    def _open(self) -> int:
        self._root.mkdir(parents=True, exist_ok=True)
        last = volumes(self._root)[-1:]
        handle = _lock(last[0], 0) if last else None
        if handle is not None and os.fstat(handle).st_size >= self._most_bytes:
            os.close(handle)
            handle = None
        path = last[0] if last else self._root
        whole = self._whole(path.name) if handle is not None else 0
        if handle is not None and _holds_groups(path, whole):
            os.close(handle)
            handle, whole = None, 0
        if handle is not None and whole and not self._write_on:
            os.ftruncate(handle, whole)
            os.close(handle)
            handle, whole = None, 0
        while handle is None:
            path = self._root / _next_name(list(self._names()))
            handle = _lock(path, os.O_CREAT | os.O_EXCL)
        os.ftruncate(handle, whole)
        if os.fstat(handle).st_size == 0:
            _write(handle, self._begin(path.name))
            sync_folder(self._root)
        self._handle, self._name = handle, path.name
        return handle


def _lock(path: Path, flags: int) -> int | None:
    """The file, opened for appending and locked; None when another writer has it, or it has just left the folder."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | flags, 0o644)
    except (FileExistsError, FileNotFoundError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    if os.fstat(handle).st_nlink == 0:
        os.close(handle)
        return None
    return handle


def _next_name(before: list[str]) -> str:
    number = int(before[-1].split("-")[1]) + 1 if before else 1
    return f"nianbao-{number:06d}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def sync_folder(folder: Path) -> None:
    """Wait until the names of a folder's files are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
