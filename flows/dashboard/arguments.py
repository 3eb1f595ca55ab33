"""What the program that Streamlit runs is started with: written by who starts it, read back by the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from extract.archive import Place
from load.lake_address import Database, database_at


@dataclass(frozen=True, slots=True)
class Arguments:
    """The published ``database``, the ``folder`` of its aggregates, and the ``archive``."""

    database: Database
    folder: Path
    archive: Place

    def words(self) -> list[str]:
        """The arguments of the command, from which :func:`arguments_of` gives these again."""
        return [str(self.database), str(self.folder), str(self.archive.folder), self.archive.storage or ""]


def arguments_of(words: Sequence[str]) -> Arguments:
    """What :meth:`Arguments.words` has written."""
    database, folder, archive, storage = words
    return Arguments(database_at(database), Path(folder), Place(Path(archive), storage or None))
