"""Signs within a page that its text was copied: sentences of a template, another year's text, another town's name.

Wording is in ``data/copied_text.toml``.  A text copied from the report of the year before needs that report: see
``load/between.py``.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from transform.metadata.gazetteer import gazetteer
from transform.model import Finding, Metadata, Passage
from transform.wording.cued import Cued

_MAX_QUOTE = 30
_TOWN_CODE = 9
_LEAST_NAME = 2


@dataclass(frozen=True, slots=True)
class _Signs:
    template: Cued
    own_year: Cued
    organ: re.Pattern[str]
    named: re.Pattern[str]
    least: int


@lru_cache(maxsize=1)
def _signs() -> _Signs:
    raw = tomllib.loads(resources.files("data").joinpath("copied_text.toml").read_text(encoding="utf-8"))
    template, own_year, own_organ = raw["template"], raw["own_year"], raw["own_organ"]
    endings, bodies = "|".join(own_organ["endings"]), "|".join(own_organ["bodies"])
    left_in = re.compile("|".join(f"(?:{pattern})" for pattern in template["patterns"]))
    return _Signs(
        template=Cued(left_in, tuple(template["cues"])),
        own_year=Cued(re.compile(own_year["begins"]), tuple(own_year["cues"])),
        organ=re.compile(f"(?:{endings})(?:{bodies})"),
        named=re.compile(f"(?P<name>[\u4e00-\u9fff]{{2,7}}?(?:{endings}))(?:{bodies})"),
        least=own_organ["least"],
    )


def copied_text(passages: Sequence[Passage], metadata: Metadata, known: Collection[str]) -> Iterator[Finding]:
    """Findings where the prose shows that it was copied; ``known`` are the rules of the findings made before.

    Rules: ``text.template`` and ``text.issuer`` (info), ``text.year`` (warning); what the findings about metadata say
    already is not said twice.
    """
    yield from _template(passages)
    if "metadata.year" not in known:
        yield from _other_year(passages, metadata.year)
    if "metadata.issuer" not in known:
        yield from _other_issuer(passages, metadata)


def _template(passages: Sequence[Passage]) -> Iterator[Finding]:
    found = [(match[0], p.locator) for p in passages if (match := _signs().template.search(p.folded))]
    if found:
        quote, locator = found[0]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        message = f"words of a template were left in: '{quote[:_MAX_QUOTE]}' at {locator}{more}"
        yield Finding("text.template", "info", (), message, "source")


def _other_year(passages: Sequence[Passage], year: int | None) -> Iterator[Finding]:
    """The text speaks of its own organ in the year before only: last year's text, with the year not changed."""
    if year is None:
        return
    spoken = [(int(m["year"]), p.locator) for p in passages for m in _signs().own_year.finditer(p.folded)]
    before = [locator for named, locator in spoken if named == year - 1]
    if before and all(named != year for named, _ in spoken):
        message = f"the text speaks of its own {year - 1} ({before[0]}) and never of its own {year}"
        yield Finding("text.year", "warning", (), message, "source")


def _other_issuer(passages: Sequence[Passage], metadata: Metadata) -> Iterator[Finding]:
    """The text names another town as an organ, again and again, and never the town that reports."""
    if metadata.issuer is None or len(metadata.division_code or "") != _TOWN_CODE:
        return
    texts = (p.folded for p in passages if _signs().organ.search(p.folded))
    named = [match["name"] for text in texts for match in _signs().named.finditer(text)]
    towns = Counter(town for name in named if (town := _town(name)))
    own = {town for town in towns if town in metadata.issuer}
    others = [(town, count) for town, count in towns.most_common() if town not in own and count >= _signs().least]
    if others and not own:
        town, count = others[0]
        message = f"the text names {town} {count} times and never {metadata.issuer}, who reports"
        yield Finding("text.issuer", "info", (), message, "source")


def _town(words: str) -> str | None:
    """The longest town name that some words end with."""
    endings = (words[start:] for start in range(len(words) - _LEAST_NAME))
    return next((ending for ending in endings if gazetteer().is_town(ending)), None)
