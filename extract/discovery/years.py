"""Addresses that take the year reported on: every year can be asked for without a listing."""

from __future__ import annotations

from extract.discovery.rules import rules


def takes_the_year(url: str) -> bool:
    """Whether the address names the year in a place that :func:`addresses_of_years` can step."""
    return any(pattern.search(url) for pattern in rules().year_addresses)


def addresses_of_years(url: str, last: int) -> tuple[str, ...]:
    """The address for each year from the first with reports (2008) to ``last``, the newest first; none for others."""
    for pattern in rules().year_addresses:
        if match := pattern.search(url):
            start, end = match.span("year")
            return tuple(f"{url[:start]}{year}{url[end:]}" for year in range(last, rules().first_year - 1, -1))
    return ()
