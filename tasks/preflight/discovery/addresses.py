"""Which addresses tell whether the application is well: from published ports, health checks, and what answers now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from ...config.writing import Line
from ...tools.compose.projects import Member, Port
from .roles import Roles

PATHS = ("/health", "/healthz", "/api/health", "/api/v1/health", "/health/live", "/ping", "/")
HTTPS = 443


class Asked(Struct, frozen=True):
    """An address that may be right; `checked`: the container's own health check asks it."""

    url: str
    service: str
    checked: bool = False


def to_ask(roles: Roles, members: Sequence[Member]) -> list[Asked]:
    """Return the addresses to ask, of each service the best first."""
    found: list[Asked] = []
    for role, paths in ((roles.backend, PATHS), (roles.frontend, PATHS[-1:])):
        for one in members if role else []:
            if role and one.service == role.service:
                found += [each for port in one.ports for each in _of(one, port, paths)]
    return list({one.url: one for one in reversed(found)}.values())[::-1]


def _of(member: Member, port: Port, paths: Sequence[str]) -> list[Asked]:
    base = f"{'https' if port.inside == HTTPS else 'http'}://{_shown(port.address)}:{port.port}"
    check = urlsplit(member.check)
    inside = check.port or (HTTPS if check.scheme == "https" else 80)
    own = [Asked(f"{base}{check.path or '/'}", member.service, True)] if member.check and inside == port.inside else []
    return [*own, *(Asked(f"{base}{path}", member.service) for path in paths)]


def _shown(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def guess(asked: Sequence[Asked], codes: Mapping[str, int]) -> list[Line]:
    """Return the line of the addresses: of each service the one that its health check asks, or that is there."""
    chosen = [_chosen([one for one in asked if one.service == service], codes) for service in _services(asked)]
    right = [(url, why) for url, why in chosen if url]
    if right:
        urls = [url for url, _ in right]
        return [Line(("health", "urls"), urls, "; ".join(why for _, why in right))]
    ports = ", ".join(dict.fromkeys(urlsplit(one.url).netloc for one in asked)) or "no port is published"
    why = f"fill in: nothing answered with 200 ({ports}); until then the containers' own health checks count"
    return [Line(("health",), {"urls": ["http://127.0.0.1:8000/health"]}, why, open=True)]


def _services(asked: Sequence[Asked]) -> list[str]:
    return list(dict.fromkeys(one.service for one in asked))


def _chosen(asked: Sequence[Asked], codes: Mapping[str, int]) -> tuple[str, str]:
    for one in asked:
        code = codes.get(one.url, 0)
        if one.checked:
            return one.url, f"the health check of {one.service} asks it; it answers {code or 'nothing'} now"
        if code == 200:
            return one.url, f"a published port of {one.service}; it answers 200"
        if code >= 500 and not one.url.endswith("/"):
            return one.url, f"a published port of {one.service}; it is there, and answers {code} now"
    return "", ""
