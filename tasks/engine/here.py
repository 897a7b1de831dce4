"""A command of the operator's that runs where `fab` does, its output shown as that of a step on the host is."""

from __future__ import annotations

import os
import subprocess
from collections import deque

from ..console import terminal
from ..ssh.host import Host
from .job import End

KEPT = 10  # of the last lines that it said


def run(command: str, timeout: int, member: Host) -> tuple[End, list[str]]:
    """Return how it ended, 124 where it took longer than `timeout` (seconds), and the last lines it said.

    ROLLBACK_HOST and ROLLBACK_PORT tell it for which host it runs.
    """
    environ = {**os.environ, "ROLLBACK_HOST": member.host, "ROLLBACK_PORT": str(member.port)}
    limited = ["timeout", "-k", "10", str(timeout), "sh", "-c", command]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    said: deque[str] = deque(maxlen=KEPT)
    with subprocess.Popen(limited, text=True, env=environ, errors="replace", **pipes) as running:  # type: ignore[call-overload]  # the pipes are as they have to be
        for line in running.stdout:
            said.append(line.rstrip("\n"))
            terminal.say(f"    {said[-1]}", style="dim")
    code = running.returncode
    return End("ended", code if code >= 0 else 128 - code), list(said)
