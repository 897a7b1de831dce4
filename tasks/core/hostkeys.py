"""Which SSH host keys are trusted: known_hosts, read the way OpenSSH reads it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from paramiko import SSHClient
from paramiko.client import MissingHostKeyPolicy
from paramiko.hostkeys import HostKeyEntry
from paramiko.ssh_exception import SSHException


class UnknownHostKey(SSHException):
    """The host showed a key that no known_hosts file vouches for, or one that was revoked."""


class Verified(MissingHostKeyPolicy):
    """Reject every key that is not recorded, and say which file was read."""

    def __init__(self, files: list[Path]) -> None:
        self.files = files

    def missing_host_key(self, client: SSHClient, hostname: str, key) -> None:
        """Raise UnknownHostKey, naming the key's fingerprint."""
        raise UnknownHostKey(
            f"no trusted key for {hostname} in {', '.join(map(str, self.files))}; "
            f"it showed {key.get_name()} {key.fingerprint}"
        )


def trust(client: SSHClient, files: Iterable[Path]) -> None:
    """Make `client` accept exactly the keys recorded in `files`, revoked ones left out."""
    paths = list(files)
    recorded, revoked = [], set()
    for path in paths:
        for line in _lines(path):
            _read(line, recorded, revoked)
    for entry in recorded:
        if entry.key.asbytes() not in revoked:
            for name in entry.hostnames:
                client.get_host_keys().add(name, entry.key.get_name(), entry.key)
    client.set_missing_host_key_policy(Verified(paths))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _read(line: str, recorded: list[HostKeyEntry], revoked: set[bytes]) -> None:
    text = line.strip()
    if not text or text.startswith(("#", "@cert-authority")):
        return
    marked = text.startswith("@revoked")
    entry = _entry(text.removeprefix("@revoked").strip())
    if entry is None or not entry.key:
        return
    if marked:
        revoked.add(entry.key.asbytes())
    else:
        recorded.append(entry)


def _entry(text: str) -> HostKeyEntry | None:
    try:
        return HostKeyEntry.from_line(text)
    except Exception:
        return None  # OpenSSH passes over a line that it cannot read
