"""Scripts of a run, played by a real sh in a folder that is somebody's home."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tasks.ssh import scripts
from tests.unit.support import laid
from tests.unit.support.deployment import environment

ENVIRONMENT = environment()
STATE = ".fab-rollback/app"  # below the home


class Home:
    """A login's home on a host."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state = folder, folder / STATE
        self.environ = {**os.environ, "HOME": str(folder)}

    def words(self, command: str) -> list[str]:
        """The program and its arguments that run `command` as a host would."""
        return ["sh", "-c", laid.with_files(command)]

    def sh(self, command: str) -> subprocess.CompletedProcess:
        """Run `command` to its end."""
        return subprocess.run(self.words(command), env=self.environ, capture_output=True, text=True, timeout=120)

    def start(self, command: str, **options) -> subprocess.Popen:
        """Start `command`."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        return subprocess.Popen(self.words(command), env=self.environ, text=True, **pipes, **options)

    def run(self, name: str) -> Path:
        """The folder of a run, with the scripts that lie there once it was begun."""
        folder = self.state / "runs" / name
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "scripts").exists():
            (folder / "scripts").symlink_to(scripts.PACKAGE)
        return folder

    def tagged(self, tag: str) -> list[str]:
        """The processes that bear a tag."""
        return [p.name for p in Path("/proc").iterdir() if p.name.isdigit() and tag.encode() in environ_of(p)]


def environ_of(process: Path) -> bytes:
    """The environment of a process; nothing where it is gone."""
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""
