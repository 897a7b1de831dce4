"""Messages to the team, sent with Apprise; an address is a secret and never shown."""

from __future__ import annotations

import logging

from msgspec import Struct


class Sent(Struct, frozen=True):
    """What became of the message to one address; `to` tells which without giving it away."""

    to: str
    ok: bool
    why: str = ""


def send(addresses: list[str], title: str, body: str) -> list[Sent]:
    """Send a message to every address, one after the other, and return what became of each."""
    return [_send(f"address {n} ({_scheme(a)})", a, title, body) for n, a in enumerate(addresses, start=1)]


def _send(to: str, address: str, title: str, body: str) -> Sent:
    import apprise

    logging.getLogger("apprise").addHandler(logging.NullHandler())  # its warnings hold the address
    service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if service is None:
        return Sent(to, False, "Apprise does not understand it")
    try:
        ok = bool(service.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT))
    except Exception as error:
        return Sent(to, False, type(error).__name__)
    return Sent(to, ok, "" if ok else "not delivered: refused, or no answer")


def _scheme(address: str) -> str:
    scheme, found, _rest = address.partition("://")
    return scheme if found and scheme.isalnum() else "not an address"
