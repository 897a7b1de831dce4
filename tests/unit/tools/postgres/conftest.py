"""A `docker` that answers from a script of its own, for flows that a real server would not go through."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.support import laid

# Call number N prints what it was told to, ends with the code it was told, and keeps what it was asked.
DOCKER = """#!/bin/sh
n=$(($(cat "$FAKE/calls" 2>/dev/null || echo 0) + 1))
echo $n >"$FAKE/calls"
printf '%s\\n' "$*" >"$FAKE/$n.asked"
cat >>"$FAKE/$n.asked"
[ -e "$FAKE/$n.out" ] || { echo "unscripted call $n: $*" >&2; exit 99; }
cat "$FAKE/$n.out"
exit "$(cat "$FAKE/$n.code")"
"""


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


class Engine:
    """Runs scripts with a `docker` that gives ANSWERS (output, or output and exit code) in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "docker").write_text(DOCKER)
        (folder / "docker").chmod(0o755)

    def run(self, script: str, *answers: str | tuple[str, int]) -> Ended:
        (self.folder / "calls").unlink(missing_ok=True)
        for number, answer in enumerate(answers, start=1):
            out, code = answer if isinstance(answer, tuple) else (answer, 0)
            (self.folder / f"{number}.out").write_bytes(out.encode("latin-1"))
            (self.folder / f"{number}.code").write_text(str(code))
        ran = subprocess.run(
            ["sh", "-c", laid.with_files(script)],
            capture_output=True,
            text=True,
            cwd=self.folder.parent,
            env={"PATH": f"{self.folder}:/usr/bin:/bin", "FAKE": str(self.folder), "HOME": str(self.folder.parent)},
        )
        return Ended(ran.returncode, ran.stdout, ran.stderr)

    def asked(self, number: int) -> str:
        return (self.folder / f"{number}.asked").read_text()

    @property
    def calls(self) -> int:
        calls = self.folder / "calls"
        return int(calls.read_text()) if calls.exists() else 0


def seen(
    free: int = 9_000_000, *, live: int = 1, copy: int = 0, verified: int = 0, sessions: int = 0, size: int = 1000
) -> str:
    """Return what `see` is answered: FREE kilobytes on the one disk, and which databases are there."""
    disks = f"= df Filesystem 1024-blocks Used\n= df a 1 1 {free} 1% /d\n= df a 1 1 {free} 1% /d\n= data /d\n"
    state = f"= version 150000\n= live {live}\n= copy {copy}\n= verified {verified}\n= sessions {sessions}\n"
    return f"{disks}= wal 1073741824\n{state}{f'= size {size}' if live else ''}\n"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    folder = tmp_path / "engine"
    folder.mkdir()
    return Engine(folder)
