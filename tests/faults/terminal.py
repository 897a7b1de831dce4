"""An operator at a terminal: fab on a pseudo-terminal, its screen read, keys typed."""

from __future__ import annotations

import os
import pty
import subprocess
import threading
import time
from contextlib import suppress

from tests.faults.running import hears_ctrl_c


class Terminal:
    """A command with a terminal of its own, which is read all the time: one that nobody reads holds up who writes."""

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
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def until(self, text: str, seconds: float = 120) -> str:
        """Wait until the screen shows `text`."""
        deadline = time.monotonic() + seconds
        while text not in self.screen:
            assert time.monotonic() < deadline, self.screen
            time.sleep(0.02)
        return self.screen

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self.master, f"{text}\n".encode())

    def end(self, seconds: float = 120) -> int:
        """Wait for the end and return the exit code."""
        code = self.process.wait(seconds)
        self.reader.join(5)
        os.close(self.master)
        return code

    def _read(self) -> None:
        """Read until the other side has closed it."""
        with suppress(OSError):
            while text := os.read(self.master, 65536):
                self.screen += text.decode(errors="replace")
