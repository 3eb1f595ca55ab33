"""Patterns that are tried only on texts which hold one of their cues: a cue is found faster than a pattern fails."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cued:
    """A pattern, and words of which one stands in every text that it finds something in."""

    pattern: re.Pattern[str]
    cues: tuple[str, ...]

    def worth(self, text: str) -> bool:
        """Whether the pattern may find something in a text."""
        return any(map(text.__contains__, self.cues))

    def finditer(self, text: str) -> Iterable[re.Match[str]]:
        """All that the pattern finds in a text."""
        return self.pattern.finditer(text) if self.worth(text) else ()

    def without(self, text: str) -> str:
        """A text without what the pattern finds in it."""
        return self.pattern.sub("", text) if self.worth(text) else text

    def through(self, texts: Iterable[str]) -> Iterator[re.Match[str]]:
        """All that the pattern finds in several texts, in their order."""
        for text in texts:
            yield from self.finditer(text)
