"""What goes wrong with an SSH connection, in one line with the next thing to do."""

from __future__ import annotations

import socket

from fabric import Connection
from paramiko.ssh_exception import (
    AuthenticationException,
    ChannelException,
    NoValidConnectionsError,
    PasswordRequiredException,
    SSHException,
)

from ..console.commands import HOSTS_FILE
from ..console.text import one_line
from . import address as names
from .hostkeys import UntrustedHostKey


def address(connection: Connection) -> str:
    """Return user@host:port of any Fabric connection."""
    return f"{connection.user}@{names.shown(connection.host)}:{connection.port}"


def explain(error: Exception, connection: Connection) -> str | None:
    """Return one line for an error of an SSH connection, with the next thing to do; None for others."""
    where, said = address(connection), one_line(str(error))
    keys = ", ".join(connection.connect_kwargs.get("key_filename") or ["those of ~/.ssh"])
    if isinstance(error, UntrustedHostKey):
        return f"{where}: {error}."
    for kind, line in _EXPLAINED.items():
        if isinstance(error, kind):
            return f"{where}: {line.format(error=said, c=connection, keys=keys)}"
    for beginning, line in _SAID.items():
        if isinstance(error, SSHException) and str(error).startswith(beginning):
            return f"{where}: {line.format(c=connection)}"
    if isinstance(error, SSHException) and any(words in str(error) for words in ("private key", "Invalid key")):
        return f"{where}: {said}, or not its passphrase; the keys that were tried: {keys}."
    if isinstance(error, (SSHException, EOFError, OSError)):
        return f"{where}: SSH failed: {said or type(error).__name__}."
    return None


_TRY = "ssh -v -p {c.port} {c.user}@{c.host}"
_REFUSED = f"login refused: check user and key ({_TRY} shows what is tried)."
_MUTE = "something answers on port {c.port}, but it does not speak SSH: is the port right, sshd overloaded?"
_SAID = {
    "No authentication methods available": _REFUSED,
    "Error reading SSH protocol banner": _MUTE,
    "No existing session": _MUTE,
}
_EXPLAINED = {
    PasswordRequiredException: "a key has a passphrase, which was not given; the keys that were tried: {keys}. "
    "ssh-add it, or use fab --prompt-for-passphrase.",
    AuthenticationException: _REFUSED,
    ChannelException: "the host on the way there (ProxyJump) cannot reach it, or allows no more sessions: {error}.",
    NoValidConnectionsError: "nothing answers there: is the host up, the port right, sshd running?",
    socket.gaierror: f"the name is unknown to DNS: check the spelling in {HOSTS_FILE} or -H.",
    TimeoutError: "no answer in {c.connect_timeout} s: is the address right, a firewall in between?",
}
