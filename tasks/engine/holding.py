"""Holding the lock from here: a channel on each host, on which this client shows that it lives."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Iterator

from ..console.errors import ConnectionLost, Failed, Held, Refused
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from ..ssh.shell import quote
from . import lock
from . import process_tags as marks

BEAT = 10  # seconds between two signs of life


class Lock:
    """The lock of one deployment on one host; it ends with `release`, `let_go` or this process."""

    def __init__(self, host: Host, folder: str, token: str) -> None:
        self.host, self.folder, self.token = host, folder, token
        self._channel = None
        self._gone = threading.Event()

    def take(self, owner: dict, replace: str = lock.NEW) -> None:
        """Take the lock or raise Held, naming who has it and what to type."""
        answer, rest = self._open(lock.take(self.folder, self.token, owner, replace))
        if answer == "TAKEN":
            return
        self.let_go()
        if answer not in ("LIVE", "RUNNING", "DEAD", "FREE"):
            why = " ".join([answer, *rest]).strip() or "no answer"
            raise Refused(f"{self.host.address}: the lock cannot be taken: {why}. Nothing was changed.")
        raise Held(f"{self.host.address}: {lock.describe(answer, rest)}")

    def renew(self) -> None:
        """Hold the lock over a new connection; raise Held when somebody else has taken it meanwhile."""
        self.let_go()
        answer, _rest = self._open(lock.renew(self.folder, self.token))
        if answer == "LOST":
            raise Held(
                f"{self.host.address}: somebody took the lock over meanwhile. This run stops here: fab runs.list"
            )
        if answer != "HELD":
            raise ConnectionLost(f"{self.host.address}: the lock could not be held again: {answer or 'no answer'}")

    @property
    def held(self) -> bool:
        """Whether the connection that the lock is held over is still there, as far as it is known."""
        return self._channel is not None and not self._channel.closed

    def release(self) -> None:
        """Give the lock back."""
        with contextlib.suppress(Failed, OSError, EOFError):
            self.host.sh(lock.release(self.folder, self.token), timeout=30)

    def let_go(self) -> None:
        """Stop holding it; what is left on the host is the lock of a client that went away."""
        self._gone.set()
        if self._channel is not None:
            self._channel.close()

    def _open(self, script: str) -> tuple[str, list[str]]:
        self._gone = threading.Event()
        self._channel = self.host.open_channel(f"exec env {quote(marks.holder(self.token))} sh -c {quote(script)}")
        with self._channel.makefile("r") as lines:
            answer = lines.readline().strip()
            if answer in ("TAKEN", "HELD"):
                threading.Thread(target=_beat, args=(self._channel, self._gone), daemon=True).start()
                return answer, []
            return answer, [line.strip() for line in lines.readlines()]


def _beat(channel, gone: threading.Event) -> None:
    with contextlib.suppress(Exception):
        while not gone.wait(BEAT):
            channel.sendall(b".")


class Locks:
    """The locks of all hosts of a fleet: all of them, taken in one order, or none."""

    def __init__(self, hosts: tuple[Host, ...], folder: str) -> None:
        self.token = secrets.token_hex(8)
        self.of = {h: Lock(h, folder, self.token) for h in sorted(hosts, key=lambda h: h.address)}

    @contextlib.contextmanager
    def taken(self, owner: dict, replace: str = lock.NEW) -> Iterator[Locks]:
        """Hold all locks inside the block; it is the block that releases them, or leaves them as a sign."""
        try:
            self._take(owner, replace)
            yield self
        finally:
            for one in self.of.values():
                one.let_go()

    def _take(self, owner: dict, replace: str) -> None:
        """Take the first lock, which decides between clients that want the same hosts, then the others at once."""
        first, *others = self.of.values()
        taken = []

        def take(one: Lock) -> None:
            one.take(owner, replace)
            taken.append(one)

        try:
            take(first)
            parallel_map(others, take)
        except BaseException:
            parallel_map(taken, Lock.release)
            raise

    def release(self) -> None:
        """Give all locks back, the first one last."""
        first, *others = self.of.values()
        parallel_map(others, Lock.release)
        first.release()
