"""Script files on this machine, laid once for all tests that need the same: a host unpacks them for every command."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from tasks.ssh import scripts


@functools.cache
def folder(names: frozenset[str]) -> Path:
    """A folder that holds these files and no others."""
    place = Path(tempfile.mkdtemp(prefix="scripts-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).symlink_to(scripts.PACKAGE / name)
    return place


def with_files(script: str) -> str:
    """Return `script` with a folder of the files that it names."""
    names = frozenset(scripts.needed(script))
    return f"{scripts.LOGIN}\nSCRIPTS={folder(names)}; export SCRIPTS\n{script}" if names else script


def programs_inside(place: Path) -> None:
    """Lay PostgreSQL's programs into `place`/inside, which ask the docker that stands in for containers."""
    (place / "inside").mkdir()
    for name in ("psql", "pg_dump", "pg_dumpall"):
        (place / "inside" / name).write_text(f'#!/bin/sh\nexec docker exec {name} "$@"\n')
        (place / "inside" / name).chmod(0o755)
