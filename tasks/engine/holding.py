"""Holding the lock from here: a channel on each host, on which this client shows that it lives."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Iterator

from paramiko import Channel

from ..console import terminal
from ..console.commands import fab
from ..console.errors import ConnectionLost, Failed, Held, Refused, reason
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from ..ssh.shell import Word
from . import lock
from .lock import Replaceable

HEARTBEAT = 10  # seconds between two signs of life


class Lock:
    """The lock of one deployment on one host; it ends with `release`, `let_go` or this process."""

    def __init__(self, host: Host, state: Word, token: str) -> None:
        self.host, self.state, self.token = host, state, token
        self._channel: Channel | None = None
        self._gone = threading.Event()

    def take(self, owner: dict[str, str], replace: Replaceable = lock.NEW) -> None:
        """Take the lock or raise Held, naming who has it and what to type."""
        lines = self._open(lock.take(self.state, self.token, owner, replace))
        if lines[0] == "TAKEN":
            return
        self.let_go()
        if found := lock.read("\n".join(lines)):
            raise Held(f"{self.host.address}: {lock.describe(found)}")
        why = " ".join(lines).strip() or "no answer"
        raise Refused(f"the lock cannot be taken: {why}.", at=self.host.address)

    def renew(self) -> None:
        """Hold the lock over a new connection; raise Held when somebody else has taken it meanwhile."""
        self.let_go()
        answer = self._open(lock.renew(self.state, self.token))[0]
        if answer == "LOST":
            raise Held(taken_over(self.host))
        if answer != "HELD":
            raise ConnectionLost(f"{self.host.address}: the lock could not be held again: {answer or 'no answer'}")

    @property
    def held(self) -> bool:
        """Whether the connection that the lock is held over is still there, as far as it is known."""
        return self._channel is not None and not self._channel.closed

    def release(self) -> None:
        """Give the lock back."""
        with contextlib.suppress(Failed, OSError, EOFError):
            self.host.sh(lock.release(self.state, self.token), timeout=30)

    def let_go(self) -> None:
        """Stop holding it; what is left on the host is the lock of a client that went away."""
        self._gone.set()
        if self._channel is not None:
            self._channel.close()

    def _open(self, command: str) -> list[str]:
        """Run `command` for as long as signs of life come; return what it says before it waits for them."""
        self._gone = threading.Event()
        self._channel = self.host.open_channel(command, merged=True)
        with self._channel.makefile("r") as lines:
            answer = lines.readline().strip()
            if answer not in ("TAKEN", "HELD"):
                return [answer, *(line.strip() for line in lines.readlines())]
            threading.Thread(target=_show_life, args=(self._channel, self._gone), daemon=True).start()
            return [answer]


def taken_over(host: Host) -> str:
    """Return the line for a run whose lock is not its own any more."""
    why = "this run does not hold the lock any more: another took it over, or it was removed"
    return f"{host.address}: {why}. This run stops here: {fab('runs.list')}"


def _show_life(channel: Channel, gone: threading.Event) -> None:
    with contextlib.suppress(Exception):  # a channel that is gone is noticed by those who use it
        while not gone.wait(HEARTBEAT):
            channel.sendall(b".")


class Locks:
    """The locks of all hosts of a fleet, and of its mirrors that answer: all of them, taken in one order, or none."""

    def __init__(self, hosts: tuple[Host, ...], state: Word, mirrors: tuple[Host, ...] = ()) -> None:
        self.token, self.mirrors = secrets.token_hex(8), mirrors
        self.of = {h: Lock(h, state, self.token) for h in sorted((*hosts, *mirrors), key=lambda h: h.address)}

    @contextlib.contextmanager
    def taken(self, owner: dict[str, str], replace: Replaceable = lock.NEW) -> Iterator[Locks]:
        """Hold all locks inside the block; it is the block that releases them, or leaves them as a sign."""
        try:
            self._take(owner, replace)
            yield self
        finally:
            for one in self.of.values():
                one.let_go()

    def _take(self, owner: dict[str, str], replace: Replaceable) -> None:
        """Take the first lock, which decides between clients that want the same hosts, then the others at once."""
        first, *others = self.of.values()
        taken: list[Lock] = []

        def take(one: Lock) -> None:
            try:
                one.take(owner, replace)
                taken.append(one)
            except (Failed, Refused, OSError, EOFError) as error:  # not Held
                self._go_without(one, error)

        try:
            take(first)
            parallel_map(others, take)
        except BaseException:
            parallel_map(taken, Lock.release)
            raise

    def _go_without(self, one: Lock, error: Exception) -> None:
        """Say that a mirror is not locked; raise the error of any other host."""
        if one.host not in self.mirrors:
            raise error
        self.of.pop(one.host).let_go()
        why = reason(error, one.host.address)
        terminal.say(f"{one.host.address} is not locked, and gets no copy of this run: {why}", style="yellow")

    def release(self) -> None:
        """Give all locks back, the first one last."""
        first, *others = self.of.values()
        parallel_map(others, Lock.release)
        first.release()
