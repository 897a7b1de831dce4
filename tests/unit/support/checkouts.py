"""Real checkouts in a folder, for the scripts that ask git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tasks.config.settings import App, Environment, HostSettings
from tasks.tools.compose.compose import Deployment
from tests.unit.support import laid

NOBODY = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


class Checkout:
    """A clone on a host, and the origin it comes from."""

    def __init__(self, folder: Path, branch: str = "main") -> None:
        self.folder, self.origin = folder / "app", folder / "origin"
        self.made = 0
        folder.mkdir(exist_ok=True)
        self.git("init", "-q", "-b", "main", str(self.origin), at=folder)
        self.commit("one", at=self.origin)
        self.git("clone", "-q", str(self.origin), str(self.folder), at=folder)
        app = App(path=str(self.folder), branch=branch)
        self.environment = Environment(hosts=[HostSettings(host="h")], app=app, compose=Deployment(project="app"))

    def git(self, *words: str, at: Path | None = None) -> str:
        """Run git and return what it printed."""
        command = ["git", "-C", str(at or self.folder), *words]
        moment = {"GIT_COMMITTER_DATE": f"2024-01-01T00:00:{self.made:02}Z"}
        known = {**os.environ, **NOBODY, **moment}
        return subprocess.run(command, check=True, capture_output=True, text=True, env=known).stdout.strip()

    def commit(self, subject: str, at: Path | None = None, file: str = "file") -> str:
        """Commit a change of `file` and return the hash."""
        where = at or self.folder
        self.made += 1
        (where / file).parent.mkdir(exist_ok=True)
        (where / file).write_text(subject)
        self.git("add", file, at=where)
        self.git("commit", "-q", "-m", subject, at=where)
        return self.head(where)

    def release(self, subject: str) -> str:
        """Commit on origin and pull it, as a deployment does; return the hash."""
        sha = self.commit(subject, at=self.origin)
        self.git("pull", "-q", "--ff-only")
        return sha

    def head(self, at: Path | None = None) -> str:
        """The hash of HEAD."""
        return self.git("rev-parse", "HEAD", at=at)

    def sh(self, script: str) -> subprocess.CompletedProcess:
        """Run a script as the host would."""
        return subprocess.run(
            ["sh", "-c", laid.with_files(script)], capture_output=True, text=True, env={**os.environ, **NOBODY}
        )
