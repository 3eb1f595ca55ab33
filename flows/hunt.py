"""The hunt of one run: for every town, what its addresses lead to, until nothing more is to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from extract.archive import Kept
from extract.discovery.search import Problem, Search, Wanted
from extract.web.answer import Outcome
from flows.errors import one_line
from flows.shelf import Shelf
from flows.sources import Town


@dataclass(frozen=True, slots=True)
class Content:
    """What an address gave: its bytes, the type that the server stated, and the address that answered."""

    url: str
    data: bytes
    content_type: str | None
    final_url: str | None


def kept_content(url: str, kept: Kept, archive: Shelf) -> Content:
    """What an address gave, from the archive."""
    return Content(url, archive.get(kept.sha256), kept.content_type, kept.final_url)


class Hunt:
    """Follows the listings and reports of some towns; an address that several lead to belongs to the first one."""

    def __init__(self, towns: Iterable[Town]) -> None:
        """Begin with the addresses of the registry; reports that it names go before all that is found."""
        self.towns = {town.key: town for town in towns}
        known: set[str] = set()
        last_year = date.today().year - 1
        self._searches = {
            key: Search(town.listings, town.addresses, last_year, known) for key, town in self.towns.items()
        }
        self._owner: dict[str, str] = {}
        self._pending: dict[str, set[str]] = {key: set() for key in self.towns}
        self._registered = [self._owned(key, search.reports()) for key, search in self._searches.items()]
        self._registered += [self._owned(key, search.listings()) for key, search in self._searches.items()]

    def first(self) -> Iterator[Wanted]:
        """What the registry names."""
        for wanted in self._registered:
            yield from wanted

    def idle(self) -> tuple[Town, ...]:
        """The towns for which nothing is to be asked now; at first, those whose addresses all belong to others."""
        return tuple(town for key, town in self.towns.items() if not self._pending[key])

    def town(self, url: str) -> Town:
        """The town that an address belongs to."""
        return self.towns[self._owner[url]]

    def wanted(self, url: str) -> Wanted:
        """What an address is asked for, as far as that is known by now."""
        return self._searches[self._owner[url]].wanted[url]

    def take(self, content: Content) -> tuple[Wanted, ...]:
        """What an answer leads to, see :meth:`Search.take`; one that cannot be taken apart is a problem, no error."""
        key = self._owner[content.url]
        search = self._searches[key]
        try:
            found = search.take(
                content.url, content.data, content_type=content.content_type, final_url=content.final_url
            )
        except Exception as error:
            reason = f"the page cannot be taken apart for its links ({type(error).__name__}: {one_line(error)})"
            search.problems.append(Problem(content.url, Outcome.MALFORMED, reason))
            return ()
        return self._owned(key, found)

    def is_over(self, url: str) -> bool:
        """Tell that all is done about an address; whether nothing is left to be done for its town."""
        pending = self._pending[self._owner[url]]
        pending.discard(url)
        return not pending

    def problems(self, key: str) -> tuple[Problem, ...]:
        """What gave nothing of what it was asked for."""
        return tuple(self._searches[key].problems)

    def _owned(self, key: str, found: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
        self._owner.update((wanted.url, key) for wanted in found)
        self._pending[key].update(wanted.url for wanted in found)
        return found


def hunt_in_archive(town: Town, archive: Shelf) -> Iterator[tuple[Wanted, Kept | None]]:
    """What a town's addresses lead to by the bytes last kept of them, without asking anybody; None where none are."""
    hunt = Hunt([town])
    waiting = list(hunt.first())
    for wanted in waiting:
        kept = archive.latest(wanted.url)
        if kept:
            waiting += hunt.take(kept_content(wanted.url, kept, archive))
        yield hunt.wanted(wanted.url), kept
