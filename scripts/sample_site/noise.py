"""Noise as mirror sites make it: traditional characters and pinyin in brackets."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

from sample_site.truth import HERE

_NOISE: dict[str, Any] = tomllib.loads((HERE / "wording" / "noise.toml").read_text(encoding="utf-8"))
_TRADITIONAL = str.maketrans(_NOISE["simplified"], _NOISE["traditional"])
_EVERY = 7


def toned(text: str) -> str:
    """Traditional characters, one by one, with toned pinyin in brackets after those that the mirror knows."""
    return "".join(c + f"({_NOISE['toned'][c]})" if c in _NOISE["toned"] else c for c in text.translate(_TRADITIONAL))


def toneless(text: str) -> str:
    """Toneless pinyin in brackets, twice at times, after every seventh of the characters that the mirror knows."""
    result, seen = [], 0
    for character in text:
        result.append(character)
        if syllable := _NOISE["toneless"].get(character):
            seen += 1
            if seen % _EVERY == 1:
                result.append(f"({syllable})" * (1 + seen % 2))
    return "".join(result)


MAKERS: dict[str, Callable[[str], str]] = {"toned": toned, "toneless": toneless, "": str}
