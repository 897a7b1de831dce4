"""A terminal that keeps what it gets."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[a-zA-Z]|\][^\x07]*\x07|\([AB]|[=>])")
PATIENCE = 60  # seconds that something may take to be shown, on a machine with other work
PROJECT = Path(__file__).parent.parent.parent.parent


def at_a_terminal(script: str, width: int = 80, colour: bool = False) -> tuple[str, list[str]]:
    """Return what a terminal gets that runs the Python script, whole and by lines."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environ = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "COLUMNS", "LINES", "NO_COLOR")}
    environ |= {"TERM": "xterm", **({} if colour else {"NO_COLOR": "1"})}
    running = subprocess.Popen(
        [sys.executable, "-c", script], cwd=PROJECT, env=environ, stdout=theirs, stderr=theirs, stdin=theirs
    )
    os.close(theirs)
    got = b""
    with contextlib.suppress(OSError):  # what Linux says at the end of a terminal
        while piece := os.read(ours, 4096):
            got += piece
    os.close(ours)
    assert running.wait(60) == 0, got
    return got.decode(), got.decode().replace("\r", "").split("\n")


def typed(shell: Sequence[str], environ: Mapping[str, str], folder: Path, *steps: tuple[str, str]) -> str:
    """Return what a terminal shows at whose shell is typed; a step: what is waited for, a pattern, and typed then."""
    child, ours = pty.fork()
    if not child:
        os.chdir(folder)
        os.execvpe(shell[0], list(shell), dict(environ))
    try:
        shown = ""
        for pattern, words in steps:
            shown = until(ours, pattern)
            os.write(ours, words.encode())
        return shown
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ours)


def until(terminal: int, pattern: str) -> str:
    """Return what a terminal shows from now on until there is something like PATTERN, without colours and moves."""
    shown, end = b"", time.monotonic() + PATIENCE
    while not re.search(pattern, found := ESCAPES.sub("", shown.decode(errors="replace"))):
        assert select.select([terminal], [], [], max(0, end - time.monotonic()))[0], found
        shown += os.read(terminal, 4096)
    return found
