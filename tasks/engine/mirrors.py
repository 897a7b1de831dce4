"""Copies of runs and ledgers on hosts that could take this one's place: other managers of its swarm."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Sequence

from msgspec import Struct

from ..config.settings import Environment
from ..console import terminal
from ..console.errors import Failed, Refused, reason
from ..console.text import last_line
from ..ssh import paths, scripts
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from ..ssh.probe import Probe, single
from . import job, journal
from .holding import Locks
from .plan import Plan

LOOKED_AT = 20  # runs, the last ones
SOON = 30  # seconds that a host may take to note something
HERE = "here"
UNHEARD = (Failed, Refused, OSError, EOFError)


class Copy(Struct, frozen=True):
    """What a host has of a run: when its journal was written last, and the node that carries it out, or HERE.

    `turns` is how often somebody took it up, back or to its end: a host that was away knows of fewer. `worked` is when
    somebody began to work on it last: what takes a run back writes into its journal as well.
    """

    turns: int
    worked: float
    at: float
    node: str


def known(environment: Environment) -> Probe[dict[str, Copy]]:
    """Return the probe of the last runs that a host knows, by their names."""
    command = scripts.call("engine/list-copies.sh", str(LOOKED_AT), STATE=paths.state(environment))
    return single(command, lambda answer: dict(map(_read, answer.out.splitlines())))


def _read(line: str) -> tuple[str, Copy]:
    run, turns, worked, at, node = line.split(" ", 4)
    return run, Copy(int(turns), float(worked), float(at), node)


def taken_out(source: Host, node: str, runs: Sequence[str], last: str = "", *, whole: bool = True) -> list[str]:
    """Return the commands that take in, on another host, what `source`, which is called `node`, has of `runs`.

    `last` is the run that was worked on last, if that is one of them. Not `whole`: without what lies there since they
    began.
    """
    state, named = paths.state(source.environment), secrets.token_hex(6)
    command = scripts.call("engine/copy-out.sh", "all" if whole else "news", *runs, STATE=state)
    pieces = journal.pieces(source.sh(command).stdout.strip())
    said = [{"FIRST": "" if at else "yes", "NODE": "", "LAST": ""} for at in range(len(pieces))]
    said[-1] |= {"NODE": node, "LAST": last}
    return [
        scripts.call("engine/copy-in.sh", piece, STATE=state, NAMED=named, **variables)
        for piece, variables in zip(pieces, said, strict=True)
    ]


def take_in(member: Host, pieces: Sequence[str]) -> None:
    """Run, on a host, the commands of `taken_out`."""
    for piece in pieces:
        member.sh(piece, timeout=SOON)


class Mirrors:
    """The mirrors of a host while a run of it goes on; one that does not answer is named, and passed over since."""

    def __init__(self, host: Host, plan: Plan, locks: Locks) -> None:
        self.host, self.plan, self.token = host, plan, locks.token
        self.members = [member for member in host.mirrors if member in locks.of]

    def begun(self, attempt: job.Try) -> None:
        """Have them note that a step begins which only the host carries out."""
        if not attempt.step.own:
            self._each(lambda member: member.sh(job.begun_elsewhere(attempt), timeout=SOON))

    def ended(self, attempt: job.Try, *, well: bool) -> None:
        """Have them do what is for each host by itself, and know how far the run came."""
        if attempt.step.own and well:
            self._each(lambda member: self._do(member, attempt))
        self.follow()

    def _do(self, member: Host, attempt: job.Try) -> None:
        nonce = secrets.token_hex(8)
        command = job.watch(attempt, self.token, nonce)
        said = member.sh(command, timeout=attempt.step.timeout, check=False)
        end = job.ended(said.stdout, nonce)
        if end is None or end.code != 0:
            why = last_line(said.stdout.partition(f"\n{nonce} ")[0]) or last_line(said.stderr)
            terminal.say(f"    {member.address} goes without: {attempt.step.title}: {why}", style="yellow")

    def follow(self, *, whole: bool = False) -> None:
        """Give them all that the host has of the run, and of the one that it takes back."""
        runs = [run for run in (self.plan.run, self.plan.undoes) if run]
        with contextlib.suppress(*UNHEARD):  # where the host itself is gone, those who wait for it say so
            pieces = taken_out(self.host, self.host.node, runs, self.plan.run, whole=whole) if self.members else []
            self._each(lambda member: take_in(member, pieces))

    def _each(self, do: Callable[[Host], object]) -> None:
        def on(member: Host) -> None:
            try:
                do(member)
            except UNHEARD as error:
                self.members.remove(member)
                why = reason(error, member.address)
                terminal.say(f"    {member.address} has no copy of this run from here on: {why}", style="yellow")

        parallel_map(list(self.members), on)
