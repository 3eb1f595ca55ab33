"""What a registry says that does not fit: unknown divisions, hosts that are no government's, copies of pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from extract.discovery.families import family_of_address
from extract.discovery.listing import is_copy
from extract.discovery.rules import rules
from flows.settings import Settings
from flows.sources import SourceRow, read_registry
from transform.metadata.gazetteer import gazetteer


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something about one row that a person has to look at; ``wrong`` where it cannot stay as it is."""

    row: SourceRow
    message: str
    wrong: bool


def is_official(host: str) -> bool:
    """Whether a host's name is one of a government body (``data/discovery.toml``, [hosts])."""
    return rules().official_hosts.search(host) is not None


def unlisted_hosts(row: SourceRow, own: Collection[str] = ()) -> list[str]:
    """Hosts of a row's addresses that are no government's, nor named by the row, nor the operator's ``own``."""
    addresses = filter(None, (row.url, row.listing_url))
    hosts = dict.fromkeys(urlsplit(url).hostname or "" for url in addresses)
    allowed = {*own, *row.named_hosts}
    return [host for host in hosts if not is_official(host) and host not in allowed]


def allowed_registry(settings: Settings) -> tuple[list[SourceRow], list[str]]:
    """The rows of the registry that may be asked, and its problems, hosts that may not be asked among them."""
    rows, problems = read_registry(settings.sources, settings.base_url)
    foreign = {row: [doubt.message for doubt in _foreign_hosts(row, settings.own_hosts)] for row in rows}
    problems += [f"line {row.line}: {message}" for row, messages in foreign.items() for message in messages]
    return [row for row in rows if not foreign[row]], problems


def doubts(rows: Iterable[SourceRow], own: Collection[str] = ()) -> list[Doubt]:
    """Everything that does not fit, in the order of the rows; ``own`` are hosts that the operator has allowed."""
    return [doubt for row in rows for doubt in _doubts(row, own)]


def _foreign_hosts(row: SourceRow, own: Collection[str]) -> Iterator[Doubt]:
    for host in unlisted_hosts(row, own):
        message = f"{host} is no host of a government; if it is the issuer's, name it in the column hosts"
        yield Doubt(row, message, wrong=True)


def _doubts(row: SourceRow, own: Collection[str]) -> Iterator[Doubt]:
    yield from _foreign_hosts(row, own)
    yield from _division_doubts(row)
    for url in filter(None, (row.url, row.listing_url)):
        if is_copy(url):
            yield Doubt(row, f"{url} is a copy of a page (for telephones, or in another script)", wrong=False)
    shape = family_of_address(row.url) if row.url else None
    if row.cms and shape and shape != row.cms:
        yield Doubt(row, f"the address has the shape of {shape}, the column cms says {row.cms}", wrong=False)


def _division_doubts(row: SourceRow) -> Iterator[Doubt]:
    code = row.division_code
    if code is None:
        return
    if gazetteer().by_code(code) is None:
        yield Doubt(row, f"the division code {code} is not in the gazetteer", wrong=True)
        return
    reading = gazetteer().read(row.issuer)
    if reading and code not in reading.codes:
        found = ", ".join(gazetteer().full_name(other) for other in reading.codes[:3])
        yield Doubt(row, f"{row.issuer} is {found}, the division code says {gazetteer().full_name(code)}", wrong=False)
