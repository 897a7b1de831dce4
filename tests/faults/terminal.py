"""An operator at a terminal: fab on a pseudo-terminal, its screen read, keys typed."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time

from tests.faults.running import hears_ctrl_c


class Terminal:
    """A command with a terminal of its own."""

    def __init__(self, command: list[str], environ: dict[str, str], folder: str) -> None:
        self.master, slave = pty.openpty()
        self.screen = ""
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environ,
            cwd=folder,
            start_new_session=True,
            preexec_fn=hears_ctrl_c,
        )
        os.close(slave)

    def until(self, text: str, seconds: float = 120) -> str:
        """Read the screen until it shows `text`."""
        deadline = time.monotonic() + seconds
        while text not in self.screen:
            assert time.monotonic() < deadline, self.screen
            self._read(deadline)
        return self.screen

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self.master, f"{text}\n".encode())

    def end(self, seconds: float = 120) -> int:
        """Read to the end and return the exit code."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(time.monotonic() + 0.2)
        self._read(time.monotonic() + 0.2)
        os.close(self.master)
        return self.process.wait(5)

    def _read(self, deadline: float) -> None:
        ready, _, _ = select.select([self.master], [], [], max(0.0, deadline - time.monotonic()))
        if ready:
            try:
                self.screen += os.read(self.master, 65536).decode(errors="replace")
            except OSError:  # the other side has closed it
                time.sleep(0.05)
