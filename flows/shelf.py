"""What reading takes from the archive: as it is, as it was, or with what the registry says."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from extract.archive import Archive, Kept


class Shelf(Protocol):
    """Bytes by their hash, and the last version of an address."""

    def get(self, sha256: str) -> bytes:
        """The bytes with this hash; raises :class:`ArchiveError` when they are not kept."""

    def latest(self, url: str) -> Kept | None:
        """The last version of an address."""


class Registered:
    """A shelf on which everything is of the division that the registry gives, whatever was said before."""

    def __init__(self, shelf: Shelf, division: str | None) -> None:
        """With None as the division, nothing is said anew."""
        self._shelf = shelf
        self._division = division

    def get(self, sha256: str) -> bytes:
        """The bytes with this hash, see :meth:`Shelf.get`."""
        return self._shelf.get(sha256)

    def latest(self, url: str) -> Kept | None:
        """The last version of an address, of this division."""
        kept = self._shelf.latest(url)
        return replace(kept, division=self._division) if kept and self._division else kept


class AsSeen:
    """The archive as it was when a version of a page was seen last."""

    def __init__(self, archive: Archive, at: str) -> None:
        """``at`` is a time in UTC (ISO 8601)."""
        self._archive = archive
        self._at = at

    def get(self, sha256: str) -> bytes:
        """The bytes with this hash, see :meth:`Shelf.get`."""
        return self._archive.get(sha256)

    def latest(self, url: str) -> Kept | None:
        """The last version of an address that had come by then, else the first one that came."""
        versions = self._archive.versions(url)
        return next((kept for kept in reversed(versions) if kept.fetched_at <= self._at), next(iter(versions), None))
