"""Waiting until containers do what they will keep doing: steadily up and healthy, or visibly not."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

from ...config.settings import Environment
from . import compose


class NotReady(Struct, frozen=True):
    """A service that is not ready: how it is, and its container's last log lines (no container: `-`)."""

    how: str
    service: str
    container: str
    lines: list[str]


class Readiness(Struct, frozen=True):
    """What stood in the way when the wait ended; `healthy_at`: the host's clock (seconds) when all addresses answered.

    `healthy_at` is None where they did not.
    """

    healthy_at: float | None
    not_ready: list[NotReady]


def wait(environment: Environment, services: list[str], urls: list[str]) -> str:
    """Return the call that waits until `services` are ready and all `urls` answer 200, or visibly will not.

    Nothing is waited for longer than health.timeout, and no address once a container is seen to be broken.
    """
    return compose.call(
        environment,
        "wait-until-ready.sh",
        *services,
        URLS="\n".join(urls),
        PORTS=" ".join(_ports(urls)),
        TIMEOUT=str(environment.health.timeout),
    )


def _ports(urls: list[str]) -> list[str]:
    """Return the host's ports that `urls` on the host itself are served by."""
    parts = [urlsplit(url) for url in urls]
    local = [p for p in parts if p.hostname in ("127.0.0.1", "localhost", "::1")]
    return [str(p.port or {"https": 443}.get(p.scheme, 80)) for p in local]


def read(out: str) -> Readiness:
    """Return what the script of `wait` printed."""
    healthy_at = None
    found: list[NotReady] = []
    for line in out.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "healthy" and rest:
            healthy_at = float(rest)
        elif kind == "not-ready":
            how, service, name = rest.split(" ", 2)
            found.append(NotReady(how.replace("-", " "), service, name, []))
        elif kind == "log" and found:
            found[-1].lines.append(rest)
    return Readiness(healthy_at, found)
