"""Whether the other end of a connection still answers: the kernel cannot tell behind a jump host or a proxy."""

from __future__ import annotations

import threading

from paramiko import Transport

EVERY = 5  # seconds between two questions
PATIENCE = 15  # seconds until a host that does not answer is given up


def watch(transport: Transport) -> None:
    """Ask the host for a sign of life as long as `transport` is open, and close it when none comes."""
    threading.Thread(target=_watch, args=(transport, threading.Event()), daemon=True).start()


def _watch(transport: Transport, never: threading.Event) -> None:
    while transport.is_active() and not never.wait(EVERY):
        asked = threading.Thread(target=_ask, args=(transport,), daemon=True)
        asked.start()
        asked.join(PATIENCE)
        if asked.is_alive():
            transport.close()
            return


def _ask(transport: Transport) -> None:
    """Return when the host has answered, a refusal being an answer, or the transport is closed."""
    try:
        transport.global_request("keepalive@openssh.com", wait=True)
    except Exception:  # whatever ends the transport is reported by those who use it
        return
