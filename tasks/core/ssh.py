"""The SSH connection: verified keys, timeouts everywhere, small packets sent at once."""

from __future__ import annotations

import socket
from pathlib import Path

from fabric import Connection
from paramiko.ssh_exception import BadHostKeyException

from . import hostkeys

CONNECT_TIMEOUT = 10  # seconds, for the TCP connection, the banner, the login and each new channel
KEEPALIVE = 5  # seconds between keepalives
DEAD_AFTER = 15_000  # milliseconds without an acknowledgement until the kernel gives the link up


class Secured(Connection):
    """A Fabric connection that trusts recorded host keys only; so do its jump hosts."""

    known_hosts: tuple[Path, ...] = ()

    def open(self):
        """Connect once, with every limit set before and after."""
        if self.is_connected:
            return None
        hostkeys.trust(self.client, self._known_hosts_files())
        limits = ("banner_timeout", "auth_timeout", "channel_timeout")
        self.connect_kwargs = {**dict.fromkeys(limits, CONNECT_TIMEOUT), **self.connect_kwargs}
        self.connect_timeout = self.connect_timeout or CONNECT_TIMEOUT
        result = super().open()
        self._tune()
        return result

    def get_gateway(self):
        """Return the jump host of ~/.ssh/config as a Secured connection as well."""
        gateway = super().get_gateway()
        return self._secure(gateway) if isinstance(gateway, Connection) else gateway

    def _secure(self, gateway: Connection) -> Secured:
        inner = gateway.gateway
        hop = Secured(
            gateway.host,
            user=gateway.user,
            port=gateway.port,
            config=gateway.config,
            gateway=self._secure(inner) if isinstance(inner, Connection) else (inner or False),
            connect_kwargs=dict(gateway.connect_kwargs),
        )
        hop.known_hosts = self.known_hosts
        return hop

    def _known_hosts_files(self) -> list[Path]:
        configured = self.ssh_config.get("userknownhostsfile", "~/.ssh/known_hosts").split()
        system = ["/etc/ssh/ssh_known_hosts"]
        return [*self.known_hosts, *(Path(f).expanduser() for f in configured + system)]

    def _tune(self) -> None:
        self.transport.set_keepalive(KEEPALIVE)
        link = self.transport.sock
        if isinstance(link, socket.socket):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_AFTER)


def explain(error: Exception, address: str) -> str | None:
    """Return one line for an SSH error at `address`, with the next thing to do; None for others."""
    from paramiko.ssh_exception import (
        AuthenticationException,
        NoValidConnectionsError,
        PasswordRequiredException,
        SSHException,
    )

    if isinstance(error, BadHostKeyException):
        return (
            f"{address}: the host key is not the recorded one: somebody may be listening, or the host was "
            f"rebuilt. Check it, then: ssh-keygen -R '{error.hostname}' and record the new key."
        )
    if isinstance(error, hostkeys.UnknownHostKey):
        return (
            f"{address}: {error}. Compare it with the host's own, then record it: "
            "ssh-keyscan -p PORT HOST >> ~/.ssh/known_hosts"
        )
    if isinstance(error, PasswordRequiredException):
        return f"{address}: the key has a passphrase: ssh-add it, or use fab --prompt-for-passphrase."
    if isinstance(error, AuthenticationException):
        return f"{address}: login refused: check user and key (ssh -v {address} shows what is tried)."
    if isinstance(error, NoValidConnectionsError):
        return f"{address}: nothing answers there: is the host up, the port right, sshd running?"
    if isinstance(error, socket.gaierror):
        return f"{address}: the name is unknown to DNS: check the spelling in hosts.yaml or -H."
    if isinstance(error, TimeoutError):
        return f"{address}: no answer in {CONNECT_TIMEOUT} s: is the address right, a firewall in between?"
    if isinstance(error, (SSHException, EOFError, ConnectionError, OSError)):
        return f"{address}: SSH failed: {' '.join(str(error).split()) or type(error).__name__}"
    return None
