"""Which network addresses may be connected to: a host is resolved once, and the address that was checked is used.

A public name may resolve to a private address, at once, by a redirect, or only at the second look (DNS rebinding).
So the check sits where the connection is made, and there is no second look.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

Resolve = Callable[[str, int], list[str]]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class RefusedAddressError(Exception):
    """A host that resolves to an address which must not be asked; the message is one line."""


def system_resolve(host: str, port: int) -> list[str]:
    """The numeric addresses of a host, as the system resolves it; raises ``OSError`` when it cannot."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether a numeric address lies in the public internet, also where it embeds an IPv4 address."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None and not is_public(str(inner)):
            return False
    return found.is_global and not found.is_multicast


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Opens connections to public addresses only.

    ``hosts`` sends a host to a fixed ``address:port``, and ``private_hosts`` may resolve to any address: both are for
    the operator's own machines.  ``resolve`` gives the numeric addresses of all other hosts.
    """

    hosts: Mapping[str, str] = field(default_factory=dict)
    private_hosts: frozenset[str] = frozenset()
    resolve: Resolve = system_resolve

    def targets(self, host: str, port: int) -> list[tuple[str, int]]:
        """Where to connect for a host; raises :class:`RefusedAddressError` when any of its addresses is not public."""
        name = host.lower().rstrip(".").strip("[]")
        if fixed := self.hosts.get(name):
            address, _, fixed_port = fixed.rpartition(":")
            return [(address.strip("[]"), int(fixed_port))]
        addresses = self.resolve(name, port)
        refused = [] if name in self.private_hosts else [a for a in addresses if not is_public(a)]
        if refused:
            raise RefusedAddressError(f"{host} is at {refused[0]}, which is no public address")
        return [(address, port) for address in addresses]

    def connect(self, connection: HTTPConnection) -> socket.socket:
        """A connected socket for a connection of urllib3; raises urllib3's errors, so that it acts as its own does."""
        timeout = connection.timeout if isinstance(connection.timeout, int | float) else None
        failure: OSError = OSError("the host has no address")
        try:
            for target in self.targets(connection.host, connection.port or connection.default_port):
                try:
                    return socket.create_connection(target, timeout)
                except OSError as error:
                    failure = error
        except OSError as error:
            failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(connection, f"no connection to {connection.host}") from failure
        raise NewConnectionError(connection, str(failure)) from failure


def guarded_adapter(guard: AddressGuard) -> HTTPAdapter:
    """An adapter for ``requests`` whose connections are all opened by the guard."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return guard.connect(self)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return guard.connect(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
            super().init_poolmanager(*arguments, **options)
            self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    return Adapter(pool_connections=2, pool_maxsize=1, max_retries=0)
