"""Run commands on this machine: always bounded in time, and loud when they fail."""

import os
import subprocess
from dataclasses import dataclass
from typing import Any

PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
Input = str | bytes | None  # what a command reads; None: nothing


@dataclass(frozen=True)
class Done:
    """A finished process: its exit code and what it printed."""

    returncode: int
    stdout: str
    stderr: str


class SandboxError(RuntimeError):
    """The sandbox could not do what it was asked; the message is one readable line or a few."""


def run(*command: str, timeout: float = 60, stdin: Input = None) -> str:
    """Run ``command`` and return its standard output; raise SandboxError unless it exits 0.

    ``timeout`` is in seconds; a command that takes longer is killed.
    """
    done = attempt(*command, timeout=timeout, stdin=stdin)
    if done.returncode:
        raise SandboxError(f"{brief(command)} failed ({done.returncode}): {tail(done)}")
    return done.stdout


def attempt(*command: str, timeout: float = 60, stdin: Input = None) -> Done:
    """Run ``command`` and return the finished process whatever its exit code."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    feed: dict[str, Any] = {"input": data} if data is not None else {"stdin": subprocess.DEVNULL}
    env = {**os.environ, "PATH": PATH}
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout, env=env, **feed)
    except subprocess.TimeoutExpired as error:
        seen = (error.stderr or error.stdout or b"").decode(errors="replace").strip()
        last = f"; last output: {seen[-300:]}" if seen else ""
        raise SandboxError(f"{brief(command)} took longer than {timeout:g} s{last}") from None
    except FileNotFoundError:
        raise SandboxError(f"{command[0]} is not installed") from None
    return Done(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def brief(command: tuple[str, ...]) -> str:
    """Return the command on one line, shortened for a message."""
    line = " ".join(" ".join(command).split())
    return line if len(line) <= 160 else f"{line[:157]}..."


def tail(done: Done, lines: int = 6) -> str:
    """Return the last lines a finished process wrote, stderr first choice."""
    text = done.stderr.strip() or done.stdout.strip() or "no output"
    return "\n".join(text.splitlines()[-lines:])
