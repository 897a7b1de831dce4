"""Which addresses tell whether the application is well: from published ports, health checks, and what answers now.

What publishes no port is asked through the proxy that publishes 80 or 443 on the host, by the name that it is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, structs

from ...config.settings import Address
from ...config.writing import Line
from ...tools.compose.projects import Member, Port
from .roles import Roles

PATHS = ("/health", "/healthz", "/up", "/api/health", "/api/v1/health", "/health/live", "/ping", "/")
HTTPS = 443
PROXIES = re.compile(r"traefik|caddy.*|nginx-proxy.*")


class Asked(Struct, frozen=True):
    """An address that may be right, asked as `host`; `checked`: the container's own health check asks it."""

    url: str
    service: str
    checked: bool = False
    host: str = ""

    @property
    def address(self) -> Address:
        """How it is fetched: no certificate is for the name that the host calls itself by."""
        return Address(url=self.url, host=self.host, insecure=bool(self.host) and self.url.startswith("https:"))

    @property
    def key(self) -> str:
        """What tells it from others."""
        return f"{self.url} {self.host}".rstrip()

    @property
    def written(self) -> str | dict[str, Any]:
        """How hosts.yaml has it."""
        secure = {"insecure": True} if self.address.insecure else {}
        return {"url": self.url, "host": self.host, **secure} if self.host else self.url


def to_ask(roles: Roles, members: Sequence[Member], all_: Sequence[Member] = ()) -> list[Asked]:
    """Return the addresses to ask of a project's `members`, of each service the best first; `all_` are the host's."""
    doors = _doors(all_)
    found: list[Asked] = []
    for role, paths in ((roles.backend, PATHS), (roles.frontend, PATHS[-1:])):
        for one in members if role else []:
            if role and one.service == role.service:
                found += [each for port in one.ports for each in _of(one, port, paths)]
                found += [each for port in doors if not one.ports for each in _behind(one, port, paths)]
    return list({one.key: one for one in reversed(found)}.values())[::-1]


def _doors(members: Sequence[Member]) -> list[Port]:
    """Return where the host's proxies answer, the secure ones first."""
    ports = [port for one in members if PROXIES.fullmatch(one.kind) for port in one.ports]
    return sorted((one for one in ports if one.port in (80, HTTPS)), key=lambda one: -one.port)


def _behind(member: Member, port: Port, paths: Sequence[str]) -> list[Asked]:
    """Return the addresses of a service behind a proxy: by its first name."""
    inside = structs.replace(port, inside=HTTPS if port.port == HTTPS else 80)
    own = urlsplit(member.check).path
    found = _of(structs.replace(member, check=""), inside, [own] if own else paths)
    return [structs.replace(one, host=name, checked=bool(own)) for name in member.called[:1] for one in found]


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
    right = [(one, why) for one, why in chosen if one]
    if right:
        urls = [one.written for one, _ in right]
        return [Line(("health", "urls"), urls, "; ".join(why for _, why in right))]
    ports = ", ".join(dict.fromkeys(urlsplit(one.url).netloc for one in asked)) or "no port is published"
    why = f"fill in: nothing answered with 200 ({ports}); until then the containers' own health checks count"
    return [Line(("health",), {"urls": ["http://127.0.0.1:8000/health"]}, why, open=True)]


def _services(asked: Sequence[Asked]) -> list[str]:
    return list(dict.fromkeys(one.service for one in asked))


def _chosen(asked: Sequence[Asked], codes: Mapping[str, int]) -> tuple[Asked | None, str]:
    checked = [one for one in asked if one.checked]
    if checked:
        one = next((each for each in checked if _there(codes.get(each.key, 0))), checked[0])
        what = f"the health check of {one.service} asks {'its path' if one.host else 'it'}{_by(one)}"
        return one, f"{what}; it answers {codes.get(one.key) or 'nothing'} now"
    for one in asked:
        code, what = codes.get(one.key, 0), "the address" if one.host else "a published port"
        if code == 200:
            return one, f"{what} of {one.service}{_by(one)}; it answers 200"
        if _there(code) and urlsplit(one.url).path != "/":
            return one, f"{what} of {one.service}{_by(one)}; it is there, and answers {code} now"
    return None, ""


def _by(one: Asked) -> str:
    return f", through the proxy as {one.host}" if one.host else ""


def _there(code: int) -> bool:
    """Return whether it is an application's own answer: not a way on, nor that there is nothing."""
    return code == 200 or code >= 500
