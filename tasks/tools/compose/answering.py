"""Which service answers an address of the host: by a port that it publishes, or behind a proxy, by its name."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from msgspec import structs

from ...config.settings import Address
from .projects import Member

LOCAL = ("127.0.0.1", "localhost", "::1")
Place = tuple[str, int]
"""A service, and the port of its container."""


def place(address: Address, members: Iterable[Member]) -> Place | None:
    """Return which of `members` answers an address, and by which port; None where that cannot be told."""
    return _published(address, members) or behind(address, members)


def named(address: Address) -> bool:
    """Return whether an address is asked by a name, which a proxy could pass on."""
    return bool(address.host) or urlsplit(address.url).hostname not in LOCAL


def port(address: Address) -> int:
    """Return the port that an address is asked by."""
    said = urlsplit(address.url)
    return said.port or {"https": 443}.get(said.scheme, 80)


def path(address: Address) -> str:
    """Return what is asked for at an address: its path and query."""
    said = urlsplit(address.url)
    return (said.path or "/") + (f"?{said.query}" if said.query else "")


def behind(address: Address, members: Iterable[Member]) -> Place | None:
    """Return which of `members` a proxy passes an address on to, and by which port: it speaks http there."""
    name = address.host.partition(":")[0] or urlsplit(address.url).hostname
    found = ((one.service, _asked(one)) for one in members if name in one.called)
    return next(((service, port) for service, port in found if port), None)


def inside(address: Address) -> Address:
    """Return an address as a proxy asks it: without encryption, by the name that it was asked by."""
    said = urlsplit(address.url)
    return structs.replace(address, url=said._replace(scheme="http").geturl(), insecure=False)


def _published(address: Address, members: Iterable[Member]) -> Place | None:
    said = urlsplit(address.url)
    if said.scheme != "http" or said.hostname not in LOCAL:
        return None
    wanted = port(address)
    return next(((one.service, its.inside) for one in members for its in one.ports if its.port == wanted), None)


def _asked(member: Member) -> int | None:
    """Return the port that a proxy asks: the one that it is told, or the only one that there is; 0: not by http."""
    ports = set(member.asked or member.exposed)
    return ports.pop() if len(ports) == 1 else None
