"""When a page says that it was published: meta tags, info box, address, sign-off line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache

from transform.metadata.gazetteer import wording
from transform.metadata.titles import cued_with_years, with_years
from transform.wording.cued import Cued
from transform.wording.fold import fold

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
    meta: Mapping[str, str],
    info: Iterable[str],
    above: Iterable[str],
    url: str | None,
    signed: date | None,
    year: int | None,
) -> str | None:
    """The date of publication as ISO text.

    It is looked for in meta tags, in folded texts of an info box, as a date by itself in folded lines above the text,
    in the address and in the sign-off line.  What the page states itself may lie in December of the year reported on at
    the earliest; a date in an address must lie after that year's end, since folders and addresses lie.
    """
    earliest = date(year, 11, 30) if year else None
    ended = date(year, 12, 31) if year else None
    found = _after(earliest, _stated(meta, info)) or _after(ended, _by_itself(above))
    if found is None and url:
        found = _after(ended, (_date(shape.search(url)) for shape in _patterns()[2]))
    found = found or _after(earliest, (signed,))
    return found.isoformat() if found else None


def _by_itself(lines: Iterable[str]) -> Iterator[date]:
    """Dates without a label: a line that is nothing else, or the one date among words of an info box."""
    bare, beside, words = _unlabelled()
    for line in lines:
        if match := bare.match(line):
            found = _date(match)
        elif any(map(line.__contains__, words)) and len(dates := list(beside.finditer(line))) == 1:
            found = _date(dates[0])
        else:
            continue
        if found:
            yield found


@lru_cache(maxsize=1)
def _unlabelled() -> tuple[re.Pattern[str], re.Pattern[str], tuple[str, ...]]:
    rules = wording()["dates"]
    return with_years(rules["bare"]), with_years(rules["beside"]), tuple(rules["beside_words"])


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
