"""The SSH connection: verified keys, timeouts everywhere, small packets sent at once, errors in one line."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fabric import Connection
from paramiko import PKey

from ..console.errors import ConnectionLost, Refused
from . import address as names
from . import keepalive, openssh
from .explained import address, explain
from .hostkeys import KnownHosts
from .openssh import OpenSSH

CONNECT_TIMEOUT = 10  # seconds, for the TCP connection, the banner, the login and each new channel
KEEPALIVE = 5  # seconds between keepalives
DEAD_AFTER = 15_000  # milliseconds without an acknowledgement until the kernel gives the link up

logging.getLogger("paramiko").addHandler(logging.NullHandler())  # or its threads print tracebacks


class Secured(Connection):
    """A Fabric connection that trusts recorded host keys only, and so do its jump hosts."""

    known_hosts: tuple[Path, ...] = ()
    hint = ""

    @property
    def address(self) -> str:
        """Return user@host:port, for messages."""
        return address(self)

    def open(self) -> Any:
        """Connect once; raise Refused when that fails, ConnectionLost when it fails the second time.

        The first connection is made before anything is changed.
        """
        if self.is_connected:
            return None
        reconnecting = self.transport is not None
        for connection in _chain(self):
            _prepare(connection, self.known_hosts)
        try:
            result = super().open()
        except Exception as error:
            raise self._not_connected(error, reconnecting) from error
        for connection in _chain(self):
            _tune(connection)
        return result

    def get_gateway(self) -> Any:
        """Return the last jump host on the way, reached by those before it; False: `none` is to be used."""
        if "none" in (self.ssh_config.get("proxyjump"), self.ssh_config.get("proxycommand")):
            return False
        if "proxyjump" not in self.ssh_config:
            return super().get_gateway()
        gateway = None
        for hop in self.ssh_config["proxyjump"].split(","):
            gateway = self._hop(hop, gateway)
        return gateway

    def _hop(self, name: str, before: Connection | None) -> Connection | None:
        """Return a jump host; None where it is this host: `ProxyJump` stands under `Host *` then."""
        given, config = names.parse(name), self.config.clone()
        if given.host == self.host:
            return before
        if isinstance(self.config.base_ssh_config, OpenSSH):
            openssh.use(config, given.user, given.port)
        reached = {"gateway": before} if before else {}
        return Connection(given.host, user=given.user, port=given.port, config=config, **reached)

    def _not_connected(self, error: Exception, reconnecting: bool) -> Exception:
        culprit = next((c for c in reversed(list(_chain(self))) if not c.is_connected), self)
        line = explain(error, culprit)
        if line is None:
            return error
        if reconnecting:
            return ConnectionLost(line)
        hint = self.hint if isinstance(error, socket.gaierror) else ""
        return Refused(f"{line}{hint}")


def _chain(connection: Connection) -> Iterator[Connection]:
    """Yield the connection, then the jump hosts on the way to it, the nearest to us last."""
    while isinstance(connection, Connection):
        yield connection
        connection = connection.gateway


def _prepare(connection: Connection, known_hosts: tuple[Path, ...]) -> None:
    """Set the host keys to trust and every limit, before the connection is opened."""
    named = connection.ssh_config.get("userknownhostsfile", "~/.ssh/known_hosts").split()
    shared = connection.ssh_config.get("globalknownhostsfile", "/etc/ssh/ssh_known_hosts").split()
    files = [*known_hosts, *(Path(name).expanduser() for name in [*named, *shared])]
    known = KnownHosts(files, connection.host, connection.port, connection.ssh_config.get("hostkeyalias"))
    connection.client.set_missing_host_key_policy(known)
    limits = dict.fromkeys(("banner_timeout", "auth_timeout", "channel_timeout"), CONNECT_TIMEOUT)
    kwargs = {**limits, **connection.connect_kwargs, "transport_factory": known.transport}
    kwargs["key_filename"] = _present(kwargs.get("key_filename") or [])
    kwargs.setdefault("look_for_keys", "identityfile" not in connection.ssh_config)
    kwargs |= _certified(connection, kwargs) | _agent(connection.ssh_config.get("identityagent", ""))
    timeout = kwargs.pop("timeout", None)  # where `fab -t` puts it
    connection.connect_timeout = connection.connect_timeout or timeout or CONNECT_TIMEOUT
    connection.connect_kwargs = kwargs


def _present(keys: str | list[str]) -> list[str]:
    """Return the key files that are there, each once; ~/.ssh/config may name others, as for OpenSSH."""
    names = [keys] if isinstance(keys, str) else keys
    paths = dict.fromkeys(str(Path(name).expanduser()) for name in names)
    return [path for path in paths if Path(path).is_file()]


def _certified(connection: Connection, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the first key with the certificate that ssh is told to use for it (CertificateFile)."""
    certificates = _present(connection.ssh_config.get("certificatefile", []))
    if not certificates or not kwargs["key_filename"]:
        return {}
    key = PKey.from_path(kwargs["key_filename"][0], kwargs.get("passphrase"))
    key.load_certificate(certificates[0])
    return {"pkey": key}


def _agent(named: str) -> dict[str, Any]:
    """Return whether an agent may be asked, and have it be the one that ssh is told to ask (IdentityAgent).

    Paramiko asks the one that the environment names: all connections of this process ask the same one.
    """
    if named == "none":
        return {"allow_agent": False}
    socket_path = os.environ.get(named[1:], "") if named.startswith("$") else named
    if socket_path and named != "SSH_AUTH_SOCK":
        os.environ["SSH_AUTH_SOCK"] = str(Path(socket_path).expanduser())
    return {}


def _tune(connection: Connection) -> None:
    connection.transport.set_keepalive(KEEPALIVE)
    keepalive.watch(connection.transport)
    link = connection.transport.sock
    if isinstance(link, socket.socket):
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_AFTER)
