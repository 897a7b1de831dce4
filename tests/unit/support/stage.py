"""A folder in which a real sh runs scripts, with programs on its PATH that only write down how they were called."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.unit.support import laid

PROGRAMS = ("docker", "docker-compose", "git", "curl", "canary")
STUB = """#!/bin/sh
printf '%s\\0' "$(($# + 1))" {name} "$@" >> "$RECORD"
{answer}
"""
POISON = [
    "$(canary)", "`canary`", ";canary;", "|canary", "&canary", "\ncanary\n", "'", '"', "'canary'", '"$(canary)"', "\\",
    "$HOME", "${HOME}", "*", "~", " ", "-rf", "--help", "-", "#", "!", "é", "日本", "\t", "%s", "{{.Id}}", "a", "b",
]  # fmt: skip
hostile = st.one_of(
    st.lists(st.sampled_from(POISON), min_size=1, max_size=4).map("".join),
    st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), min_size=1, max_size=20),
)
WORST = "a'\"$(canary)`canary`;canary|canary&canary\\'$HOME *~#é日 %s{{.Id}} -rf --help"
few = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))


def listed(*containers: str, status: str = "Up 2 hours", project: str = "app", job: bool = False) -> str:
    """Return what lib.sh reads of `docker ps`, of containers `ID SERVICE`, each called c_SERVICE."""
    words = [one.partition(" ")[::2] for one in containers]
    return "".join(f"{i}\tc_{s}\t{status}\t{s}\t{job}\t{project}\t\t\t\t\t.\n" for i, s in words)


def ps(*containers: str, **about: Any) -> str:
    """Return the shell command that prints what `listed` returns."""
    return f"printf %s {shlex.quote(listed(*containers, **about))}"


class Stage:
    """`run` scripts; then `calls` are the programs that were called, with their arguments."""

    def __init__(self, **answers: str) -> None:
        self.answers = {"docker": f'case "$1" in ps) {ps("id api")} ;; esac', **answers}

    def __enter__(self) -> Stage:
        self._folder = tempfile.TemporaryDirectory()
        self.home = Path(self._folder.name).resolve() / "home"
        self.home.mkdir()
        self.record = self.home.parent / "record"
        programs = self.home.parent / "bin"
        programs.mkdir()
        for name in PROGRAMS:
            (programs / name).write_text(STUB.format(name=name, answer=self.answers.get(name, "")))
            (programs / name).chmod(0o755)
        self.environ = {"HOME": str(self.home), "PATH": f"{programs}:/usr/bin:/bin", "RECORD": str(self.record)}
        self.environ["LC_ALL"] = "C.UTF-8"
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def run(self, script: str) -> subprocess.CompletedProcess:
        """Run a script in the home, and see that no value was taken for a command or broke the script."""
        done = subprocess.run(
            ["/bin/sh", "-c", laid.with_files(script)],
            cwd=self.home,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
        )
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        assert not [call for call in self.calls if call[0] == "canary"], script
        assert "yntax error" not in done.stderr, script
        return done

    @property
    def calls(self) -> list[list[str]]:
        """The calls so far: program and arguments."""
        words = self.record.read_bytes().decode().split("\0")[:-1] if self.record.exists() else []
        calls = []
        while words:
            count = int(words.pop(0))
            calls.append(words[:count])
            words = words[count:]
        return calls

    def arguments(self, program: str) -> set[str]:
        """All arguments that `program` was called with."""
        return {word for name, *words in self.calls if name == program for word in words}
