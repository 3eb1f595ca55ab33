"""Concurrency limits of the Prefect server: declared in ``data/limits.toml``, created by a command, then required."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import count
from typing import TYPE_CHECKING

from flows.errors import ExitCode, UserError
from flows.fetching import registered_towns
from flows.output import say
from flows.server import connected_server, is_own_server
from flows.settings import Settings
from flows.shares import Share, divided
from flows.sources import Town

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse

CRAWL = "nianbao-crawl"
LOAD = "nianbao-load"
_LEASE_SECONDS = 60.0
"""How long a slot stays taken after its holder was killed; the shortest that Prefect allows."""
_SHARE_LEASE_SECONDS = 300.0
"""The same for a share: its holder asks for more time after three quarters of it, and is stopped within some 30 s when
the server does not answer."""
_LIMITS_A_PAGE = 100
_OF_A_SHARE = re.compile(rf"^{CRAWL}-[0-9]+-of-([0-9]+)-")


@dataclass(frozen=True, slots=True)
class Limit:
    """How many holders there may be at once, and of what."""

    name: str
    slots: int
    about: str


@cache
def _declared() -> tuple[Limit, ...]:
    text = resources.files("data").joinpath("limits.toml").read_text(encoding="utf-8")
    return tuple(Limit(**entry) for entry in tomllib.loads(text)["limit"])


def limits(settings: Settings) -> tuple[Limit, ...]:
    """The declared limits with the numbers of the settings; an unknown name in those raises :class:`UserError`."""
    names = [limit.name for limit in _declared()]
    if unknown := sorted(settings.concurrency.keys() - set(names)):
        raise UserError(f"NIANBAO_CONCURRENCY: there is no limit {unknown[0]}, only {', '.join(names)}")
    return tuple(
        Limit(limit.name, settings.concurrency.get(limit.name, limit.slots), limit.about) for limit in _declared()
    )


def crawl_limits(settings: Settings, towns: Sequence[Town]) -> tuple[str, ...]:
    """The limits of all shares of the towns, in their order; the one limit where the settings name no share."""
    return _crawl_names(towns, Share.parse(settings.share).of) if settings.share else (CRAWL,)


def crawl_limit(settings: Settings, towns: Sequence[Town]) -> str:
    """The limit that a crawl of the share of the settings has to hold."""
    number = Share.parse(settings.share).number if settings.share else 1
    return crawl_limits(settings, towns)[number - 1]


def _crawl_names(towns: Sequence[Town], shares: int) -> tuple[str, ...]:
    fingerprint = divided(towns, shares).fingerprint
    return tuple(f"{CRAWL}-{Share(number, shares).name}-{fingerprint}" for number in range(1, shares + 1))


def create_limits(settings: Settings, shares: int = 1) -> tuple[Limit, ...]:
    """Create the limits on the Prefect server that this process is connected to, or set them anew.

    With several ``shares`` the limit of crawls gives way to one for each share of the registry's hosts, and these to
    others or to the one again.  Raises :class:`UserError` while a crawl holds a limit that is to go.
    """
    from prefect.client.orchestration import get_client

    wanted = limits(settings)
    if shares > 1:
        about = "crawls of this share of the hosts at the same time, over all installations that share the server"
        crawls = tuple(Limit(name, 1, about) for name in _crawl_names(registered_towns(settings), shares))
        wanted = (*crawls, *(limit for limit in wanted if limit.name != CRAWL))
    names = {limit.name for limit in wanted}
    with get_client(sync_client=True) as client, ExitStack() as held:
        gone = [there for there in _all_limits(client) if there.name.startswith(CRAWL) and there.name not in names]
        for there in gone:
            held.enter_context(_whole(client, there.name, there.limit))
        for there in gone:
            client.delete_global_concurrency_limit_by_name(there.name)
        for limit in wanted:
            client.upsert_global_concurrency_limit_by_name(limit.name, limit.slots)
    return wanted


def _all_limits(client: SyncPrefectClient) -> Iterator[GlobalConcurrencyLimitResponse]:
    for offset in count(step=_LIMITS_A_PAGE):
        page = client.read_global_concurrency_limits(limit=_LIMITS_A_PAGE, offset=offset)
        yield from page
        if len(page) < _LIMITS_A_PAGE:
            return


def prepare_server(settings: Settings) -> None:
    """Create the limits on a server of our own; on one that ``PREFECT_API_URL`` names, the operator does."""
    if is_own_server(settings.home):
        create_limits(settings, Share.parse(settings.share).of if settings.share else 1)


def print_limits(settings: Settings, shares: int) -> ExitCode:
    """Create the limits on the server of ``PREFECT_API_URL``, or on the one of the home folder, and print them."""
    with connected_server(settings.home, port=settings.prefect_port) as url:
        for limit in create_limits(settings, shares):
            say(f"{limit.name}: {limit.slots} ({limit.about})\n")
        say(f"created at {url}\n")
    return ExitCode.OK


@contextmanager
def slot(name: str) -> Iterator[None]:
    """Hold one slot of a limit, after a wait for it; raises :class:`UserError` where the server has no such limit.

    Who can no longer prove to the server that he holds the slot of a share is stopped, before another can have it.
    """
    from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
    from prefect.concurrency.sync import concurrency

    share = _OF_A_SHARE.search(name)
    lease = _SHARE_LEASE_SECONDS if share else _LEASE_SECONDS
    with ExitStack() as held:
        try:
            held.enter_context(
                concurrency(name, strict=True, lease_duration=lease, raise_on_lease_renewal_failure=bool(share))
            )
        except ConcurrencySlotAcquisitionError:
            command = f"nianbao limits --shares {share[1]}" if share else "nianbao limits"
            missing = f"the Prefect server has no concurrency limit {name}; create it with {command}"
            raise UserError(missing, ExitCode.NOTHING_DONE) from None
        yield


@contextmanager
def slots(names: Iterable[str]) -> Iterator[None]:
    """Hold one slot of each limit; one after the other, since Prefect is only strict about the first of several."""
    with ExitStack() as held:
        for name in names:
            held.enter_context(slot(name))
        yield


@contextmanager
def _whole(client: SyncPrefectClient, name: str, size: int) -> Iterator[None]:
    """Hold all slots of a limit; raises :class:`UserError` where somebody holds one."""
    from prefect.exceptions import PrefectHTTPStatusError

    try:
        answer = client.increment_concurrency_slots_with_lease([name], size, "concurrency", _LEASE_SECONDS)
    except PrefectHTTPStatusError:
        raise UserError(
            f"a crawl holds {name}; divide the hosts anew when it has ended", ExitCode.NOTHING_DONE
        ) from None
    try:
        yield
    finally:
        client.release_concurrency_slots_with_lease(answer.json()["lease_id"])
