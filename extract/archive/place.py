"""Where the WARC files are: a folder, or object storage with a folder before it in which they are written.

Objects cannot be appended to.  So files are written in the folder, as safely as if they stayed there; at each
checkpoint the one that is written is finished, and all that are finished are put into the storage and then leave the
folder.  What the end of a process leaves in the folder is put into the storage by the next run, and never written on:
whatever is put under one name, and however late, is the same.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from extract.archive.records import ArchiveError
from extract.archive.volume import SUFFIX, sync_folder, volumes

_BLOCK = 1_000_000
"""Bytes that are read from the storage at a time."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder, and the address of the storage (``s3://bucket/prefix``) behind it, None without one."""

    folder: Path
    storage: str | None = None

    def __str__(self) -> str:
        """The storage, else the folder."""
        return self.storage or str(self.folder)

    def resolved(self) -> Place:
        """The same place for a process with another working folder."""
        return Place(self.folder.resolve(), self.storage)

    def sizes(self) -> dict[str, int]:
        """The length of each WARC file by name, in the order in which they were begun.

        The folder is asked first: what has left it by then is in the storage.
        """
        near = {path.name: size for path in volumes(self.folder) if (size := _size(path)) is not None}
        far = self._stored() if self.storage else {}
        return dict(sorted({**far, **near}.items()))

    def volume(self, name: str) -> Volume:
        """A WARC file by its name, wherever it is when it is opened."""
        return Volume(self, name)

    def put_away(self) -> None:
        """Put every WARC file of the folder that nobody writes into the storage, whole; only then it leaves the folder.

        Raises ArchiveError when the storage does not take one: it stays in the folder.
        """
        if self.storage is None:
            return
        with _told_of(self):
            for path in volumes(self.folder):
                self._put(path)

    def _put(self, path: Path) -> None:
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            files, target = self._files(), self._far(path.name)
            files.put_file(str(path), target)
            stored = files.info(target, refresh=True)["size"]
            if stored != path.stat().st_size:
                raise ArchiveError(f"{target}: has {stored} bytes in place of {path.stat().st_size}")
            path.unlink()
            sync_folder(self.folder)
        finally:
            os.close(handle)

    def _stored(self) -> dict[str, int]:
        with _told_of(self):
            try:
                found = self._files().ls(str(self.storage), detail=True, refresh=True)
            except FileNotFoundError:
                return {}
        names = ((entry["name"].rsplit("/", 1)[-1], entry["size"]) for entry in found)
        return {name: size for name, size in names if name.endswith(SUFFIX)}

    def _far(self, name: str) -> str:
        return f"{str(self.storage).rstrip('/')}/{name}"

    def _files(self) -> Any:
        try:
            import fsspec

            return fsspec.core.url_to_fs(self.storage)[0]
        except ImportError:
            raise ArchiveError("an archive on object storage needs an extra: pip install 'nianbao[s3]'") from None


@dataclass(frozen=True, slots=True)
class Volume:
    """A WARC file, in the folder or in the storage."""

    place: Place
    name: str

    def open(self, _mode: str = "rb") -> BinaryIO:
        """The bytes of the file, which can be read from any offset."""
        try:
            return (self.place.folder / self.name).open("rb")
        except FileNotFoundError:
            if self.place.storage is None:
                raise
        with _told_of(self.place):
            files, path = self.place._files(), self.place._far(self.name)
            return cast("BinaryIO", files.open(path, "rb", block_size=_BLOCK, cache_type="readahead"))


@contextmanager
def _told_of(place: Place) -> Iterator[None]:
    """Whatever the storage says is one line."""
    try:
        yield
    except ArchiveError:
        raise
    except Exception as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise ArchiveError(f"{place}: the storage cannot be used: {said}") from None


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
