"""When a page says that it was published: meta tags, info box, address, sign-off line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache

from transform.cued import Cued
from transform.fold import fold
from transform.gazetteer import wording
from transform.titles import cued_with_years, with_years

_EARLIEST = date(2008, 1, 1)


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], Cued, tuple[re.Pattern[str], ...]]:
    rules = wording()["dates"]
    labelled = cued_with_years(rules["labels"], "date_labels")
    return with_years("DATE"), labelled, tuple(re.compile(shape) for shape in rules["addresses"])


def _date(match: re.Match[str] | None) -> date | None:
    if match is None:
        return None
    try:
        found = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    return found if found >= _EARLIEST else None


def date_in(folded: str) -> date | None:
    """The first date in a folded text, None where there is none or it is no day of the calendar since 2008."""
    return _date(_patterns()[0].search(folded))


def published_on(
    meta: Mapping[str, str], info: Iterable[str], url: str | None, signed: date | None, year: int | None
) -> str | None:
    """The date of publication as ISO text: from meta tags, folded info-box texts, the address, the sign-off line.

    What the page states itself may lie in December of the year reported on at the earliest; a date in an address must
    lie after that year's end, since folders and addresses lie.
    """
    stated = _after(date(year, 11, 30) if year else None, _stated(meta, info))
    ended = date(year, 12, 31) if year else None
    address = _after(ended, (_date(shape.search(url)) for shape in _patterns()[2])) if url else None
    found = stated or address or _after(date(year, 11, 30) if year else None, (signed,))
    return found.isoformat() if found else None


def address_date(url: str | None) -> date | None:
    """The date that an address carries, None without one."""
    return next((found for shape in _patterns()[2] if (found := _date(shape.search(url)))), None) if url else None


def stated_date(meta: Mapping[str, str], info: Iterable[str]) -> date | None:
    """The first date of publication that the page itself states."""
    return next(_stated(meta, info), None)


def _stated(meta: Mapping[str, str], info: Iterable[str]) -> Iterator[date]:
    for name in wording()["dates"]["meta"]:
        if name in meta and (found := date_in(fold(meta[name]))):
            yield found
    for match in _patterns()[1].through(info):
        if found := _date(match):
            yield found


def _after(limit: date | None, dates: Iterable[date | None]) -> date | None:
    return next((found for found in dates if found and (limit is None or found > limit)), None)
