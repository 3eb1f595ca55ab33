"""Questions with a name: one SQL file each in ``load/queries``, its first line says what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A question: its name, what it answers (one sentence), and its SQL."""

    name: str
    about: str
    sql: str


@lru_cache(maxsize=1)
def named_queries() -> dict[str, NamedQuery]:
    """All of them by name, sorted."""
    found = {}
    folder = resources.files("load").joinpath("queries")
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".sql"):
            first, _, sql = entry.read_text(encoding="utf-8").partition("\n")
            name = entry.name.removesuffix(".sql")
            found[name] = NamedQuery(name, first.removeprefix("-- "), sql)
    return found
