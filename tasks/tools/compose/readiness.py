"""Waiting until containers do what they will keep doing: steadily up and healthy, or visibly not."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from ...config.settings import Address, Environment
from ..http import fetch
from . import answering, compose


class NotReady(Struct, frozen=True):
    """A service that is not ready: how it is, and its container's last log lines (no container: `-`)."""

    how: str
    service: str
    container: str
    lines: list[str]


def wait(
    environment: Environment, services: list[str], addresses: list[Address], replicas: Mapping[str, int] | None = None
) -> str:
    """Return the call that waits until `services` are ready and all `addresses` answer right, or visibly will not.

    There have to be as many containers of a service as `replicas` say, or one.
    """
    return compose.call(
        environment,
        "containers/wait-until-ready.sh",
        *(f"{service}={(replicas or {}).get(service, 1)}" for service in services),
        URLS=fetch.lines(addresses),
        PORTS=" ".join(str(answering.port(one)) for one in addresses if urlsplit(one.url).hostname in answering.LOCAL),
        TIMEOUT=str(environment.health.timeout),
    )


def read(out: str) -> list[NotReady]:
    """Return what stood in the way when the wait ended, as the script of `wait` printed it."""
    found: list[NotReady] = []
    for line in out.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "not-ready":
            how, service, name = rest.split(" ", 2)
            found.append(NotReady(how.replace("-", " "), service, name, []))
        elif kind == "log" and found:
            found[-1].lines.append(rest)
    return found
