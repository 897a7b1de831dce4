"""SSH keys of this clone: the operator's, each host's, and the known_hosts that vouches for them."""

import shutil
from pathlib import Path

from . import packages, paths, records
from .shell import run


def operator() -> Path:
    """Return the private key that opens every host of this clone, made on first use."""
    paths.state()
    return _ensure(paths.KEY)


def bring(name: str) -> Path:
    """Return a folder with what a host gets at its start: its own key, and who may log in.

    A host keeps its key for life, so that known_hosts stays right when it is reset.
    """
    folder = paths.HOSTS / name
    folder.mkdir(parents=True, exist_ok=True)
    _ensure(folder / "host_key")
    shutil.copy(public(operator()), folder / "authorized_keys")
    return folder


def record() -> None:
    """Write known_hosts: the key of each recorded host that has one, at its address."""
    with records.lock("known_hosts"):
        lines = []
        for name, port in sorted(records.ports().items()):
            key = public(paths.HOSTS / name / "host_key")
            if key.exists():
                lines.append(f"[127.0.0.1]:{port} {' '.join(key.read_text().split()[:2])}\n")
        part = paths.KNOWN_HOSTS.with_suffix(".part")
        part.write_text("".join(lines))
        part.replace(paths.KNOWN_HOSTS)


def public(key: Path) -> Path:
    """Return where the public half of ``key`` lies."""
    return key.with_name(f"{key.name}.pub")


def _ensure(key: Path) -> Path:
    """Make an ed25519 key pair at ``key`` unless it is there."""
    if not (key.exists() and public(key).exists()):
        packages.need("ssh-keygen")
        key.unlink(missing_ok=True)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "sandbox", "-f", str(key))
    return key
