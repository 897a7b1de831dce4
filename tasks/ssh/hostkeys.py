"""Which SSH host keys are trusted: known_hosts, read the way OpenSSH reads it."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from shlex import quote
from typing import Any

from paramiko import PKey, SSHClient, Transport
from paramiko.client import MissingHostKeyPolicy
from paramiko.hostkeys import HostKeyEntry, HostKeys
from paramiko.ssh_exception import SSHException

MARKERS = ("@revoked", "@cert-authority")


class UntrustedHostKey(SSHException):
    """The host showed a key that was revoked, is not the recorded one, or is recorded nowhere."""


class KnownHosts(MissingHostKeyPolicy):
    """Accepts exactly the keys that `files` record for one host; unreadable lines are passed over.

    The host is known as `alias` (HostKeyAlias), or else by its address: `[host]:port`, and as OpenSSH
    has it, plain `host` where nothing stands under the address with its port.
    """

    def __init__(self, files: Iterable[Path], host: str, port: int = 22, alias: str | None = None) -> None:
        self.files, self.host, self.port = list(files), host, port
        names = [alias] if alias else [host] if port == 22 else [f"[{host}]:{port}", host]
        lines = [line for path in self.files for line in _lines(path)]
        self.name = names[0]
        self.recorded = _keys(lines, "", self.name)
        self.trusted = self.recorded or _keys(lines, "", names[-1])
        self.revoked = [key for name in names for key in _keys(lines, "@revoked", name)]
        self.certified = any(line.startswith("@cert-authority") for line in lines)

    def missing_host_key(self, client: SSHClient, hostname: str, key: PKey) -> None:
        """Return for a trusted key; raise UntrustedHostKey, with the next thing to do, for any other."""
        shown = f"{key.get_name()} {key.fingerprint}"
        if key in self.revoked:
            raise UntrustedHostKey(f"its host key {shown} is marked @revoked; do not connect")
        if key in self.trusted:
            return
        if self.recorded:
            raise UntrustedHostKey(
                f"the host key is not the recorded one, it showed {shown}: somebody may be listening, or the host "
                f"was rebuilt. If it was: ssh-keygen -R {quote(self.name)} -f {quote(str(self._holding()))}, "
                f"then {self._record()}"
            )
        authority = " (a @cert-authority line does not count here: plain keys only)" if self.certified else ""
        raise UntrustedHostKey(
            f"no host key is recorded for {self.name} in {', '.join(map(str, self.files))}{authority}; it showed "
            f"{shown}. If that is the host's own: {self._record()}"
        )

    def transport(self, sock: Any, **options: Any) -> Transport:
        """Return a transport that asks the host for a key of a recorded type first."""
        made = Transport(sock, **options)
        known = {name for key in self.trusted for name in _algorithms(key)}
        security = made.get_security_options()
        security.key_types = sorted(security.key_types, key=lambda name: name not in known)
        return made

    def _holding(self) -> Path:
        return next(path for path in self.files if _keys(_lines(path), "", self.name))

    def _record(self) -> str:
        return f"ssh-keyscan -p {self.port} {quote(self.host)} >> {quote(str(self.files[0]))}"


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return []


def _keys(lines: Iterable[str], marker: str, name: str) -> list[PKey]:
    """Return the keys of the lines that bear `marker` (none: empty) and stand for `name`."""
    entries = (_entry(line.removeprefix(marker).strip()) for line in lines if _marker(line) == marker)
    return [entry.key for entry in entries if entry and _matches(entry.hostnames, name.lower())]


def _marker(line: str) -> str:
    return next((marker for marker in MARKERS if line.startswith(marker)), "")


def _entry(text: str) -> HostKeyEntry | None:
    try:
        return HostKeyEntry.from_line(text)
    except Exception:
        return None  # OpenSSH passes over a line that it cannot read


def _matches(patterns: list[str], name: str) -> bool:
    """Return whether a line's host patterns (`*`, `?`, `!not-this`, hashed) stand for `name`."""
    if any(_same(pattern[1:], name) for pattern in patterns if pattern.startswith("!")):
        return False
    return any(_same(pattern, name) for pattern in patterns)


def _same(pattern: str, name: str) -> bool:
    if pattern.startswith("|1|"):
        return HostKeys.hash_host(name, pattern) == pattern
    return fnmatchcase(name, pattern.lower().replace("[", "[[]"))


def _algorithms(key: PKey) -> tuple[str, ...]:
    return ("rsa-sha2-512", "rsa-sha2-256") if key.get_name() == "ssh-rsa" else (key.get_name(),)
