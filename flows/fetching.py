"""Asking the web: the towns of the registry, and all that their addresses lead to, kept as it comes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from extract.archive import Archive, Visit
from extract.discovery.search import Role, Wanted
from extract.web.answer import Ask, Response
from extract.web.crawler import Answer, Crawler
from flows.errors import ExitCode, UserError
from flows.hunt import Content, Hunt, kept_content
from flows.results import FetchedTown
from flows.settings import Settings
from flows.source_checks import allowed_registry
from flows.sources import Town, group_towns


def registered_towns(settings: Settings) -> tuple[Town, ...]:
    """The towns of the registry; raises :class:`UserError` when the registry has problems, or no rows."""
    rows, problems = allowed_registry(settings)
    name = settings.sources or "the shipped sources file"
    if problems:
        more = f" (and {len(problems) - 1} more, see nianbao sources check)" if len(problems) > 1 else ""
        raise UserError(f"{name}, {problems[0]}{more}")
    if not rows:
        raise UserError(f"{name} has no addresses; name another one with --sources", ExitCode.NOTHING_DONE)
    return group_towns(rows)


def fetch_towns(
    towns: Iterable[Town], *, crawler: Crawler, archive: Archive, visited: Mapping[str, Visit] | None = None
) -> Iterator[FetchedTown]:
    """Ask every address of some towns, and all that these lead to, and keep what comes; each town when it is done.

    An address that was kept before is asked whether it has changed; a 304 is a visit to the kept bytes, and what they
    lead to is asked as if they had come again.  What was ``visited`` (by address) before the run was cut off is not
    asked again.
    """
    hunt = Hunt(towns)
    visits: dict[str, list[Visit]] = {key: [] for key in hunt.towns}
    over: list[Town] = []

    def still_to_ask(found: Iterable[Wanted]) -> list[Ask]:
        """Asks for what was not visited; what was leads on at once."""
        waiting, asks = deque(found), []
        while waiting:
            wanted = waiting.popleft()
            visit = (visited or {}).get(wanted.url)
            if visit is None:
                asks.append(_ask(wanted, hunt, archive))
                continue
            town = hunt.town(wanted.url)
            visits[town.key].append(visit)
            if visit.kept:
                waiting.extend(hunt.take(kept_content(wanted.url, visit.kept, archive)))
            if hunt.is_over(wanted.url):
                over.append(town)
        return asks

    def keep(ask: Ask, answer: Answer) -> Iterable[Ask]:
        """What an answer leads to; the answer is kept under the role that it turns out to have."""
        further = hunt.take(_content(answer, archive)) if isinstance(answer, Response) else ()
        wanted, town = hunt.wanted(ask.url), hunt.town(ask.url)
        visits[town.key].append(archive.keep(answer, role=wanted.role, page=wanted.page, division=town.division_code))
        return still_to_ask(further)

    yield from (FetchedTown(town, ()) for town in hunt.idle())
    first = still_to_ask(hunt.first())
    yield from (FetchedTown(town, tuple(visits[town.key]), hunt.problems(town.key)) for town in over)
    for ask, _ in crawler.ask_all(first, keep):
        if hunt.is_over(ask.url):
            town = hunt.town(ask.url)
            yield FetchedTown(town, tuple(visits[town.key]), hunt.problems(town.key))


def _ask(wanted: Wanted, hunt: Hunt, archive: Archive) -> Ask:
    """An ask that is conditional where the bytes of the last answer can still be had."""
    kept = archive.latest(wanted.url)
    known = kept if kept and kept.file else None
    return Ask(
        wanted.url,
        etag=known.etag if known else None,
        last_modified=known.last_modified if known else None,
        hosts=hunt.town(wanted.url).hosts,
        reads_scripts=wanted.role is Role.LISTING,
    )


def _content(answer: Response, archive: Archive) -> Content:
    """What an answer gave, or, where it says that nothing has changed, what is kept."""
    kept = archive.latest(answer.url) if answer.not_modified else None
    if kept is None:
        return Content(answer.url, answer.data, answer.content_type, answer.final_url)
    return kept_content(answer.url, kept, archive)
