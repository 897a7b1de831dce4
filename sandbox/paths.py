"""Where the sandbox keeps its state, and how its containers and images are named."""

import hashlib
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
PROJECT = PACKAGE.parent
STATE = PROJECT / ".sandbox"

KEY = STATE / "id_ed25519"
KNOWN_HOSTS = STATE / "known_hosts"
HOSTS = STATE / "hosts"

# Two clones on one machine share images but never containers: the clone's path tells them apart.
CLONE = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:8]
IMAGE = "fab-rollback-sandbox"
LABEL = "fab-rollback.sandbox"
HOST_LABEL = "fab-rollback.sandbox.host"


def container(name: str) -> str:
    """Return the outer container's name of the host called ``name``."""
    return f"fab-sandbox-{CLONE}-{name}"


def state() -> Path:
    """Return the state folder, made on first use and readable by its owner only."""
    STATE.mkdir(mode=0o700, exist_ok=True)
    HOSTS.mkdir(exist_ok=True)
    return STATE


def digest(*parts: str | bytes | Path) -> str:
    """Return 12 hex digits that change when a text, a file or a file of a folder changes."""
    sha = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            for file in _files(part):
                sha.update(str(file.relative_to(PACKAGE)).encode() + b"\0" + file.read_bytes())
        else:
            sha.update(part.encode() if isinstance(part, str) else part)
        sha.update(b"\0")
    return sha.hexdigest()[:12]


def _files(path: Path) -> list[Path]:
    """List the source files at or below ``path``, in a fixed order."""
    if path.is_file():
        return [path]
    found = (file for file in path.rglob("*") if file.is_file())
    return sorted(file for file in found if "__pycache__" not in file.parts)
