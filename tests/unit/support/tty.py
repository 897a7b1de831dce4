"""A terminal that keeps what it gets."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import subprocess
import sys
import termios
from pathlib import Path

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
