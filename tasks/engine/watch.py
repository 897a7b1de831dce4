"""Watching one step on one host to its end, whatever becomes of the connection or of the operator's patience."""

from __future__ import annotations

import contextlib
import os
import time

from ..console.errors import ConnectionLost, Failed
from ..ssh.host import Host
from ..ssh.hostkeys import UntrustedHostKey
from . import display, failure, job
from .holding import Locks
from .interrupt import Wanted, until_left

RECONNECT = 180  # seconds a lost connection is tried again; ROLLBACK_RECONNECT overrides
Ended = tuple[job.End, list[str]]  # how a step ended, and the last lines it said


class Watch:
    """One try of a step, begun or taken up again; `goes_on` while it may run on the host."""

    def __init__(self, member: Host, locks: Locks, attempt: job.Try, name: str = "") -> None:
        """`name` is said before every line of the step, where it runs on several hosts."""
        self.member, self.locks, self.attempt = member, locks, attempt
        self.goes_on = True
        self._log = display.Log(name)
        self._lost: float | None = None

    def to_the_end(self) -> Ended:
        """Return how the step ended and the last lines it said.

        Raises ConnectionLost when the host stays away, and KeyboardInterrupt when the operator has enough.
        """
        return until_left(self._end, self._go_on)

    def _end(self) -> Ended:
        """Return how the step ended, over as many connections as it takes."""
        while True:
            try:
                self._hold_again()
                found = self._follow()
                self.goes_on = False
                return found
            except (ConnectionLost, OSError, EOFError) as error:
                self._wait(error)

    def _hold_again(self) -> None:
        """Connect anew, and show life on the lock again, where a lost connection ended that."""
        own = self.locks.of[self.member]
        if self._lost is not None or not own.held:
            self.member.close()
            own.renew()
            self._lost = None

    def _follow(self) -> Ended:
        nonce = self._log.begin()
        command = job.watch(self.attempt, self.locks.token, nonce, self._log.lines)
        result = self.member.sh(command, timeout=None, check=False, out=self._log)
        end = job.ended(result.stdout, nonce)
        if end is None and result.ok:
            raise ConnectionLost(f"{self.member.address}: the connection was lost.")
        if end is None or end.kind == "cut":
            self._log.tail.extend(result.stderr.splitlines())
        return end or job.End("cut"), list(self._log.tail)

    def _wait(self, error: Exception) -> None:
        """Wait a second before the next try to connect, or give up."""
        if self._lost is None:
            display.reconnecting(self.member)
            self._lost = time.monotonic()
        patience = float(os.environ.get("ROLLBACK_RECONNECT", RECONNECT))
        if isinstance(error.__cause__, UntrustedHostKey) or time.monotonic() - self._lost > patience:
            raise ConnectionLost(failure.lost(self.member, self.attempt.step, error)) from None
        time.sleep(1)

    def _go_on(self, wanted: Wanted) -> bool:
        if wanted == "watch":
            display.watching(self.attempt.step)
        if wanted == "stop":
            self.stop()
        return wanted == "watch"

    def stop(self) -> None:
        """End the step on the host, with all that it runs."""
        display.stopping(self.member, self.attempt.step)
        with contextlib.suppress(Failed, OSError, EOFError):
            self.goes_on = not self.member.sh(job.stop(self.attempt), timeout=60, check=False).ok

    def silence(self) -> None:
        """Show nothing more of what the step says."""
        self._log.silent = True
