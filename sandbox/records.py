"""What this clone knows about its hosts: one JSON file per host, and locks against hurry."""

import fcntl
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict

from . import paths
from .progress import console
from .shell import SandboxError


class HostRecord(TypedDict):
    """What is known of a host."""

    port: int
    variant: dict[str, Any]
    image: str
    releases: dict[str, str]


def load(name: str) -> HostRecord | None:
    """Return what was recorded about the host, or None."""
    file = _file(name)
    if not file.exists():
        return None
    found: HostRecord = json.loads(file.read_text())
    return found


def save(name: str, record: HostRecord) -> None:
    """Record the host's port, variant, image and releases."""
    part = _file(name).with_suffix(".part")
    part.write_text(json.dumps(record, indent=2) + "\n")
    part.replace(_file(name))


def forget(name: str) -> None:
    """Drop the record of a host; its key stays, should it come back."""
    _file(name).unlink(missing_ok=True)


def ports() -> dict[str, int]:
    """Return the port of every recorded host."""
    return {file.stem: json.loads(file.read_text())["port"] for file in paths.HOSTS.glob("*.json")}


def check_name(name: str) -> str:
    """Return ``name`` if it can name a host, else raise SandboxError."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise SandboxError(f"a host's name is lower-case letters, digits and dashes, not {name!r}")
    return name


@contextmanager
def lock(what: str, shared_by_clones: bool = False) -> Iterator[None]:
    """Let one process at a time do ``what``: in this clone, or on the whole machine."""
    folder = Path(tempfile.gettempdir()) if shared_by_clones else paths.state()
    file = folder / (f"fab-sandbox-{os.getuid()}-{what}.lock" if shared_by_clones else f"{what}.lock")
    with file.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print(f"Another process holds {file}; waiting for it", style="dim", markup=False)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _file(name: str) -> Path:
    """Return the host's record file."""
    return paths.HOSTS / f"{name}.json"
