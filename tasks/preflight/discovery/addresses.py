"""Which addresses tell whether the application is well: from published ports, health checks, and what answers now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from ...config.writing import Line
from ...tools.compose.projects import Member, Port
from .roles import Roles

PATHS = ("/health", "/healthz", "/up", "/api/health", "/api/v1/health", "/health/live", "/ping", "/")
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
    own = [check.path or "/"] if member.check and inside == port.inside else []
    asked = [(path, True) for path in own] + [(path, False) for path in paths]
    return [Asked(f"{base}{way}", member.service, is_own) for path, is_own in asked for way in _ways(path)]


def _ways(path: str) -> list[str]:
    """Return a path, and the one that applications lead on to where it ends otherwise."""
    return [path] if path.endswith("/") else [path, f"{path}/"]


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
    checked = [one for one in asked if one.checked]
    if checked:
        one = next((each for each in checked if _there(codes.get(each.url, 0))), checked[0])
        return one.url, f"the health check of {one.service} asks it; it answers {codes.get(one.url) or 'nothing'} now"
    for one in asked:
        code = codes.get(one.url, 0)
        if code == 200:
            return one.url, f"a published port of {one.service}; it answers 200"
        if _there(code) and urlsplit(one.url).path != "/":
            return one.url, f"a published port of {one.service}; it is there, and answers {code} now"
    return "", ""


def _there(code: int) -> bool:
    """Return whether it is an application's own answer: not a way on, nor that there is nothing."""
    return code == 200 or code >= 500
