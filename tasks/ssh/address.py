"""How a host is named: [user@]host[:port], an IPv6 address with a port in brackets."""

from __future__ import annotations

import re
from typing import NamedTuple

from fabric.connection import derive_shorthand

BRACKETS = re.compile(r"(?:(.+)@)?\[(.+)\](?::(\d+))?")


class Named(NamedTuple):
    """What a name says; None: nothing of that."""

    host: str
    user: str | None
    port: int | None


def parse(text: str) -> Named:
    """Return what `text` names, in -H, in hosts.yaml or in ProxyJump."""
    text = text.removeprefix("ssh://")
    if found := BRACKETS.fullmatch(text):
        user, host, port = found.groups()
        return Named(host, user, int(port) if port else None)
    given = derive_shorthand(text)
    return Named(given["host"], given["user"], given["port"])


def shown(host: str) -> str:
    """Return `host` as it stands before a port."""
    return f"[{host}]" if ":" in host else host
