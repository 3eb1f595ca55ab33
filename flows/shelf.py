"""What reading takes from the archive, as it is, as it was at some time, or as the registry says."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from extract.archive import Kept


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
