"""The hosts of a registry in shares, so that several places can crawl at once and each host is asked from one only.

Towns that may ask a common host belong together.  Which shares there are follows from the registry alone, so that all
places agree on it; the name of a share's limit holds a hash of the division, so that places that do not agree are
refused by the server.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flows.errors import ExitCode, UserError
from flows.settings import Settings
from flows.sources import Town


@dataclass(frozen=True, slots=True)
class Share:
    """One of the shares: ``2/4`` is the second of four."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Share:
        """The share that a text such as ``2/4`` names; raises :class:`UserError` for what names none."""
        number, _, of = text.partition("/")
        if not (
            number.isascii() and number.isdigit() and of.isascii() and of.isdigit() and 1 <= int(number) <= int(of)
        ):
            raise UserError(f"{text}: not a share such as 2/4, the second of four")
        return cls(int(number), int(of))

    @property
    def name(self) -> str:
        """As folders and limits are named after it."""
        return f"{self.number}-of-{self.of}"


@dataclass(frozen=True, slots=True)
class Division:
    """The towns of each share, in the order of the registry, and a hash of which hosts belong to which share."""

    shares: tuple[tuple[Town, ...], ...]
    fingerprint: str

    def towns_of(self, share: Share) -> tuple[Town, ...]:
        """The towns of a share; raises :class:`UserError` where the registry has too few hosts for so many shares."""
        if not self.shares[share.number - 1]:
            reason = f"the hosts of the registry make fewer than {share.number} shares; divide them in fewer"
            raise UserError(reason, ExitCode.NOTHING_DONE)
        return self.shares[share.number - 1]


def divided(towns: Sequence[Town], count: int) -> Division:
    """The towns in ``count`` shares of about as many addresses each; no two shares may ask a common host."""
    groups = sorted(_groups(towns), key=lambda group: (-sum(map(_addresses, group)), min(map(_first_host, group))))
    shares: list[list[Town]] = [[] for _ in range(count)]
    loads = [0] * count
    for group in groups:
        least = loads.index(min(loads))
        shares[least] += group
        loads[least] += sum(map(_addresses, group))
    place = {town.key: position for position, town in enumerate(towns)}
    hosts = [sorted({host for town in share for host in town.hosts}) for share in shares]
    fingerprint = hashlib.sha256(repr(hosts).encode()).hexdigest()[:8]
    return Division(tuple(tuple(sorted(share, key=lambda town: place[town.key])) for share in shares), fingerprint)


def in_share(settings: Settings, towns: Sequence[Town]) -> tuple[Settings, tuple[Town, ...]]:
    """The settings and the towns of the share that the settings name, which has a home folder of its own; else all.

    Raises :class:`UserError` for what is no share, or one without a town.
    """
    if settings.share is None:
        return settings, tuple(towns)
    share = Share.parse(settings.share)
    home = settings.home / "shares" / share.name
    return settings.model_copy(update={"home": home}), divided(towns, share.of).towns_of(share)


def _first_host(town: Town) -> str:
    return min(town.hosts, default="")


def _addresses(town: Town) -> int:
    return len(town.addresses) + len(town.listings)


def _groups(towns: Sequence[Town]) -> list[list[Town]]:
    """The towns that belong together because they, or others between them, may ask a common host."""
    above: dict[str, str] = {}

    def first(host: str) -> str:
        while (upper := above.setdefault(host, host)) != host:
            above[host] = host = above[upper]
        return host

    for town in towns:
        names = sorted(town.hosts)
        for name in names[1:]:
            above[first(name)] = first(names[0])
    groups: dict[str, list[Town]] = defaultdict(list)
    for town in towns:
        groups[first(_first_host(town))].append(town)
    return list(groups.values())
