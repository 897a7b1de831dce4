"""One host of one environment: the connection every task works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Protocol, TypeVar, cast, overload

from invoke.exceptions import CommandTimedOut, ThreadException
from invoke.runners import Result
from paramiko import Channel

from ..config.settings import Environment
from ..console import living
from ..console.errors import ConnectionLost, Failed, TimedOut
from ..console.text import last_line
from . import login, probe, scripts, shell
from .connection import Secured
from .explained import explain
from .probe import Probe
from .runner import Runner

PROBE_TIMEOUT = 60  # seconds
LONGEST_COMMAND = 130_000  # bytes; Linux takes 131,072 in one argument
ONE_MOMENT = "export ONE_MOMENT=yes\n"
# Said with every command, because what is said there beats the operator's own Fabric settings (-w, --dry, ...).
PLAIN = {
    "warn": True,
    "pty": False,
    "in_stream": False,
    "dry": False,
    "echo": False,
    "asynchronous": False,
    "disown": False,
    "encoding": "utf-8",
}


A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


class Output(Protocol):
    """What takes the output of a command as it comes."""

    def write(self, text: str, /) -> Any:
        """Take a part of the output."""

    def flush(self) -> Any:
        """Show what was taken."""


class Host(Secured):
    """A connection that knows its environment; `fleet` holds all hosts of it, the primary first.

    `environment` is what the host itself has of what is `shared` by all, where it stands at `position` among `hosts`.
    `left_out` are the addresses of those that the operator wants to go on without.

    `mirrors` are hosts that hold the same lock and copies of the state, and could take its place: other managers of a
    swarm, where it is called `node`. `doubt` is why no run may begin or go on; empty: it may.
    """

    # Values that `fleet` sets: without a class attribute, Fabric would take them for settings of its own.
    environment: Environment = cast(Environment, None)
    shared: Environment = cast(Environment, None)
    position: int = 0
    fleet: tuple[Host, ...] = ()
    left_out: tuple[str, ...] = ()
    mirrors: tuple[Host, ...] = ()
    node: str = ""
    doubt: str = ""

    def _remote_runner(self) -> Runner:
        return Runner(context=self, inline_env=True)

    def sh(
        self, script: str, timeout: int | None = PROBE_TIMEOUT, check: bool = True, out: Output | None = None
    ) -> Result:
        """Run a POSIX sh script on the host and return Fabric's result.

        `timeout` is in seconds; `out` is a stream that gets the output as it comes (the result then holds
        only the end of it). With `check`, an exit code other than 0 raises Failed with the last line of
        what the script said. Raises TimedOut, ConnectionLost, and Refused if the host was never reached.
        """
        command = login.command(self._whole(script))
        if len(command.encode()) > LONGEST_COMMAND:
            raise Failed(f"{self.address}: a script of {len(command.encode())} bytes is too long for one command.")
        quiet = nullcontext() if out else living.waiting(f"asking {self.address}")
        with quiet, self._explained(timeout):
            result: Result = self.run(command, hide="stderr" if out else True, out_stream=out, timeout=timeout, **PLAIN)
        if result.exited == -1 and not self.is_connected:
            raise ConnectionLost(f"{self.address}: the connection was lost.")
        if check and not result.ok:
            raise Failed(f"{self.address}: {last_line(result.stderr or result.stdout)}")
        return result

    @overload
    def ask(self, one: Probe[A], /, *, timeout: int = ...) -> A: ...
    @overload
    def ask(self, one: Probe[A], two: Probe[B], /, *, timeout: int = ...) -> tuple[A, B]: ...
    @overload
    def ask(self, one: Probe[A], two: Probe[B], three: Probe[C], /, *, timeout: int = ...) -> tuple[A, B, C]: ...
    @overload
    def ask(self, *probes: Probe[Any], timeout: int = ...) -> tuple[Any, ...]: ...
    def ask(self, *probes: Any, timeout: int = PROBE_TIMEOUT) -> Any:
        """Return what each of `probes` found, asked in one round trip: a tuple, or the value of a single probe.

        `timeout`, in seconds, is for all of them. A command that did not end in time has the exit code 124,
        those after it 127.
        """
        delimiter, asked = shell.nonce(), probe.together(*probes)
        script = ONE_MOMENT + shell.batch(asked.commands, delimiter, asked.early())
        try:
            result = self.sh(script, timeout, check=False)
            found = shell.answers(result.stdout, result.stderr, delimiter)
            if asked.commands and not found and not result.ok:
                raise Failed(f"{self.address}: {last_line(result.stderr or result.stdout)}")
        except TimedOut as stuck:
            found = shell.answers(stuck.out, stuck.err, delimiter, unfinished=f"no answer in {timeout} s")
        read = asked.read({name: found.get(name, shell.NOT_REACHED) for name in asked.commands})
        return read if len(read) > 1 else read[0]

    def open_channel(self, script: str, merged: bool = False) -> Channel:
        """Return a channel on which `script` runs until it ends or is closed; `merged`: both streams are one."""
        with self._explained(PROBE_TIMEOUT):
            channel: Channel = self.create_session()
            channel.settimeout(PROBE_TIMEOUT)
            channel.exec_command(login.command(self._whole(script), merged))
            login.skip(channel.recv)
        return channel

    def _whole(self, script: str) -> str:
        """Return the script with the files that it names, and with what is so on this host."""
        sudo = scripts.SUDO if self.environment.compose.sudo else ""
        return scripts.with_files(f"{sudo}{scripts.elsewhere(self.environment.elsewhere)}{script}")

    @contextmanager
    def _explained(self, timeout: int | None) -> Iterator[None]:
        """Turn what Fabric and Paramiko raise into one line."""
        try:
            yield
        except CommandTimedOut as error:
            message = f"{self.address}: a command did not end in {timeout} s; it may still run there."
            raise TimedOut(message, error.result.stdout, error.result.stderr) from error
        except ThreadException as error:
            inner = error.exceptions[0].value
            raise Failed(f"{self.address}: {inner.message if isinstance(inner, Failed) else inner!r}") from error
        except Exception as error:
            if line := explain(error, self):
                raise ConnectionLost(line) from error
            raise
