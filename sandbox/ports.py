"""Which port of 127.0.0.1 a host's sshd is published on."""

import os
import socket

from . import paths, records
from .shell import SandboxError

DEFAULT = "production"
# Below the range that outgoing connections take theirs from, and not where another clone looks first.
FIRST = 22300 + int(paths.CLONE, 16) % 70 * 100
OTHERS = range(FIRST, FIRST + 100)


def wanted(name: str, port: int | None, known: records.HostRecord | None) -> int:
    """Return the port for a host: the one asked for, or the default host's, or the one it had, or a free one."""
    if port:
        return port
    if name == DEFAULT:
        return int(os.environ.get("SANDBOX_PORT") or 2222)
    if known:
        return known["port"]
    taken = set(records.ports().values())
    return next(number for number in OTHERS if number not in taken and is_free(number))


def check_free(port: int) -> None:
    """Raise SandboxError when something else listens on ``port``."""
    if not is_free(port):
        raise SandboxError(f"port {port} is taken on this machine: set SANDBOX_PORT (or --port) to a free one")


def is_free(port: int) -> bool:
    """Tell whether a server could listen on 127.0.0.1 at ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
