"""Concurrency limits of the Prefect server: declared in ``data/limits.toml``, created by a command, then required."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources

from flows.errors import ExitCode, UserError
from flows.output import say
from flows.server import connected_server, is_own_server
from flows.settings import Settings

CRAWL = "nianbao-crawl"
LOAD = "nianbao-load"
_LEASE_SECONDS = 60.0
"""How long a slot stays taken after its holder was killed; the shortest that Prefect allows."""


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


def create_limits(settings: Settings) -> tuple[Limit, ...]:
    """Create the limits on the Prefect server that this process is connected to, or set them anew."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        for limit in limits(settings):
            client.upsert_global_concurrency_limit_by_name(limit.name, limit.slots)
    return limits(settings)


def prepare_server(settings: Settings) -> None:
    """Create the limits on a server of our own; on one that ``PREFECT_API_URL`` names, the operator does."""
    if is_own_server(settings.home):
        create_limits(settings)


def print_limits(settings: Settings) -> ExitCode:
    """Create the limits on the server of ``PREFECT_API_URL``, or on the one of the home folder, and print them."""
    with connected_server(settings.home, port=settings.prefect_port) as url:
        for limit in create_limits(settings):
            say(f"{limit.name}: {limit.slots} ({limit.about})\n")
        say(f"created at {url}\n")
    return ExitCode.OK


@contextmanager
def slot(name: str) -> Iterator[None]:
    """Hold one slot of a limit, after a wait for it; raises :class:`UserError` where the server has no such limit."""
    from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
    from prefect.concurrency.sync import concurrency

    with ExitStack() as held:
        try:
            held.enter_context(
                concurrency(name, strict=True, lease_duration=_LEASE_SECONDS, raise_on_lease_renewal_failure=False)
            )
        except ConcurrencySlotAcquisitionError:
            missing = f"the Prefect server has no concurrency limit {name}; create it with nianbao limits"
            raise UserError(missing, ExitCode.NOTHING_DONE) from None
        yield
