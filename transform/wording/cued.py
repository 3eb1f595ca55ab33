"""Patterns that are tried only on texts which hold one of their cues: a cue is found faster than a pattern fails."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Cued:
    """A pattern, and words of which one stands in every text that it finds something in."""

    pattern: re.Pattern[str]
    cues: tuple[str, ...]

    def worth(self, text: str) -> bool:
        """Whether the pattern may find something in a text."""
        return any(map(text.__contains__, self.cues))

    def search(self, text: str) -> re.Match[str] | None:
        """The first that the pattern finds in a text."""
        return self.pattern.search(text) if self.worth(text) else None

    def finditer(self, text: str) -> Iterable[re.Match[str]]:
        """All that the pattern finds in a text."""
        return self.pattern.finditer(text) if self.worth(text) else ()

    def without(self, text: str) -> str:
        """A text without what the pattern finds in it."""
        return self.pattern.sub("", text) if self.worth(text) else text

    def through(self, texts: Iterable[str]) -> Iterator[re.Match[str]]:
        """All that the pattern finds in several texts, in their order."""
        texts = tuple(texts)
        for text in texts if self.worth("\n".join(texts)) else ():
            yield from self.finditer(text)


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Many words, of which only those are looked for in a text whose first character stands in it."""

    words: tuple[str, ...]
    heads: re.Pattern[str]

    @classmethod
    def of(cls, words: Iterable[str]) -> Words:
        """Some words, none of them empty, in an order that ``within`` keeps."""
        words = tuple(words)
        return cls(words, re.compile("|".join(sorted({re.escape(word[0]) for word in words}))))

    def within(self, text: str) -> tuple[str, ...]:
        """Those that a text holds."""
        heads = frozenset(self.heads.findall(text))
        return tuple([word for word in _headed(self, heads) if word in text]) if heads else ()


@lru_cache(maxsize=1 << 10)
def _headed(words: Words, heads: frozenset[str]) -> tuple[str, ...]:
    return tuple(word for word in words.words if word[0] in heads)
