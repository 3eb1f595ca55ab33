"""What the dashboard says, and the measures that it shows, from ``data/dashboard.toml`` and the crosswalk."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from load.board_views import Measure
from load.crosswalk import load_crosswalk

Language = Literal["zh", "en"]
LANGUAGES: Mapping[Language, str] = {"zh": "中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of the dashboard in one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key of ``[words]``, its ``{names}`` filled in."""
        return str(_data()["words"][key][self.language]).format(**values)

    def level(self, level: str) -> str:
        """The name of a level of divisions."""
        return self("town_level" if level == "town" else level)

    def verdict(self, verdict: str) -> str:
        """The name of a verdict."""
        return self("verdict_empty" if verdict == "empty" else verdict)

    def shares(self) -> dict[str, str]:
        """What shares are called, by the id of the measure."""
        return {share["id"]: share[self.language] for share in _data()["share"]}

    def counts(self) -> dict[str, str]:
        """What counts are called, by the id of the measure."""
        return {c.id: c.label if self.language == "zh" else c.gloss for c in load_crosswalk().concepts}

    def measures(self) -> dict[str, str]:
        """Shares, then counts."""
        return self.shares() | self.counts()


@lru_cache(maxsize=1)
def measures() -> dict[str, Measure]:
    """Every share and every count by its id."""
    shares = {s["id"]: Measure(s["id"], s["numerator"], s["denominator"]) for s in _data()["share"]}
    return shares | {concept.id: Measure(concept.id, concept.id, None) for concept in load_crosswalk().concepts}


def units() -> dict[str, str]:
    """The unit of each count."""
    return {concept.id: concept.unit for concept in load_crosswalk().concepts}


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("data").joinpath("dashboard.toml").read_text(encoding="utf-8"))
