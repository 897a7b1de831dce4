"""Watching a step on its hosts to its end, whatever becomes of a connection or of the operator's patience."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence

from ..console import terminal
from ..console.errors import ConnectionLost, Failed
from ..ssh.host import Host
from ..ssh.hostkeys import UntrustedHostKey
from ..ssh.parallel import Parallel
from . import failure, job
from .display import Log
from .holding import Locks
from .interrupt import Wanted, until_left

RECONNECT = 180  # seconds a lost connection is tried again; ROLLBACK_RECONNECT overrides
LOOKED = 10  # seconds that a look may take whether a step has ended
Ended = tuple[job.End, list[str]]  # how a step ended, and the last lines it said


class Watch:
    """One try of a step on one host, begun or taken up again; `goes_on` while it may run there."""

    def __init__(self, member: Host, locks: Locks, attempt: job.Try, name: str = "") -> None:
        """`name` is said before every line of the step, where it runs on several hosts."""
        self.member, self.locks, self.attempt = member, locks, attempt
        self.goes_on = True
        self._log = Log(name)
        self._lost: float | None = None

    def to_the_end(self) -> Ended:
        """Return how the step ended, over as many connections as it takes, and the last lines it said."""
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
            self._say("connection lost; the step goes on there; trying again ...")
            self._lost = time.monotonic()
        patience = float(os.environ.get("ROLLBACK_RECONNECT", RECONNECT))
        if isinstance(error.__cause__, UntrustedHostKey) or time.monotonic() - self._lost > patience:
            raise ConnectionLost(failure.lost(self.member, self.attempt.step, error)) from None
        time.sleep(1)

    def look(self) -> None:
        """Learn whether the step still runs, where nobody watches it now."""
        with contextlib.suppress(Failed, OSError, EOFError):
            self.goes_on = not self.member.sh(job.has_ended(self.attempt), timeout=LOOKED, check=False).ok

    def leave(self, stop: bool) -> None:
        """Show nothing more of what the step says; with `stop`, end it on the host, with all that it runs."""
        self._log.silent = True
        if stop and self.goes_on:
            self.look()
        if stop and self.goes_on:
            self._say(f"stopping: {self.attempt.step.on([self.member])}")
            with contextlib.suppress(Failed, OSError, EOFError):
                self.goes_on = not self.member.sh(job.stop(self.attempt), timeout=60, check=False).ok

    def _say(self, what: str) -> None:
        terminal.say(f"    {self.member.address}: {what}", style="yellow")


class Watches:
    """The tries of one step, one a host: together they take as long as the slowest of them."""

    def __init__(self, watches: Sequence[Watch], outage: bool = False) -> None:
        """`outage`: nobody is served by their hosts meanwhile."""
        self.watches, self.outage = watches, outage

    @property
    def goes_on(self) -> bool:
        """Whether the step may go on on a host without this client."""
        return any(watch.goes_on for watch in self.watches)

    def to_the_end(self) -> list[Ended]:
        """Return, for each host, how the step ended and the last lines it said; all are waited for.

        Raises the error of the first host that stays away, and KeyboardInterrupt when the operator has enough.
        """
        if len(self.watches) == 1:  # nothing else is printed while the operator is asked
            return until_left(lambda: [self.watches[0].to_the_end()], self)
        return until_left(Parallel(self.watches, lambda watch: watch.to_the_end()).wait, self)

    def has_ended(self) -> bool:
        """Return whether it has ended on all hosts; several are watched while the operator is asked, one is not."""
        if len(self.watches) == 1:
            self.watches[0].look()
        return not self.goes_on

    def goes_on_as(self, wanted: Wanted) -> bool:
        """Watch on, or leave or stop the step; return whether it is watched."""
        if wanted == "watch":
            terminal.say(f"    watching on: {self.watches[0].attempt.step.title}", style="yellow")
            return True
        for watch in self.watches:
            watch.leave(stop=wanted == "stop")
        return False
