"""A `fab` command in the background, as a shell in front of an operator would start it."""

from __future__ import annotations

import signal
import subprocess

from tests.operator import PROJECT, Ran

LIMIT = 240  # seconds for any command


class Running:
    """A command that is under way."""

    def __init__(self, command: list[str], environ: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=hears_ctrl_c,
        )

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.process.poll() is not None

    def send(self, number: int) -> None:
        """Send a signal to it."""
        self.process.send_signal(number)

    def end(self, timeout: float = LIMIT) -> Ran:
        """Wait until it ends."""
        out, err = self.process.communicate(timeout=timeout)
        return Ran(self.process.returncode, out, err)

    def give_up(self) -> None:
        """End it, if it has not ended."""
        if not self.ended:
            self.process.kill()
            self.process.communicate()


def hears_ctrl_c() -> None:
    """Undo what a shell does to those it starts in the background: they ignore Ctrl-C, and so do their children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
