"""Drills: what was tried when, how long it took, whether it was proven and soon enough; remembered on the host."""

from __future__ import annotations

import getpass
import json
import socket
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct, field, to_builtins

from ...config.conversion import convert, json_lines
from ...config.settings import Environment
from ...console import commands
from ...console import terminal as console
from ...console.errors import Stopped
from ...console.units import age, lasting, seconds
from ...ssh import paths, scripts
from ...ssh.host import Host
from ...ssh.probe import Probe, single

BECAUSE = "a drill"  # why a run was made, in its journal: it is none of those that something had happened before
PROVEN, FAILED, NOT_RUN = "proven", "failed", "not run"
RECOVERIES = ("rollback", "restore", "release")  # the parts that bring the application back: the others take that back
Kind = Literal["in place", "beside"]


class Part(Struct, frozen=True, kw_only=True):
    """One part of a drill: `found` says what was proven, or why not; `run` is its run, `outage` what it cost (seconds).

    `seconds` is how long it took from its command to its proof, what it looked at beforehand included.
    """

    name: str
    state: Literal["proven", "not proven", "failed", "not run"]
    seconds: float | None = None
    outage: float | None = None
    run: str = ""
    found: str = ""


def not_run(name: str, why: str) -> Part:
    """Return a part that was not run, and why."""
    return Part(name=name, state="not run", found=why)


class Drill(Struct, frozen=True, kw_only=True):
    """A drill; `at` is the host's clock, all other times are seconds too. None: it is not known, or not wanted.

    `commit` is the release that was gone back to, `backup_age` how old the newest backup was; `rto` and `rpo` are the
    objectives, `missed` those that were not met, in words. `passed`: each part ran, was proven, and met them.
    """

    at: float
    kind: Kind
    commit: str = ""
    backup: str = ""
    backup_age: float | None = None
    rto: int | None = None
    rpo: int | None = None
    parts: list[Part] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    passed: bool = False
    who: str = ""
    machine: str = ""

    def took(self, name: str) -> float | None:
        """Return how long the part of that name took; None where it was not proven, or there is none."""
        return next((part.seconds for part in self.parts if part.name == name and part.state == PROVEN), None)


def judged(environment: Environment, parts: Sequence[Part], **known: object) -> Drill:
    """Return the drill that `parts` make, held against the objectives of hosts.yaml; `known` is the rest of it."""
    wanted = {name: seconds(limit) for name, limit in to_builtins(environment.objectives).items() if limit}
    who = {"who": getpass.getuser(), "machine": socket.gethostname()}
    drill = convert({**known, **wanted, **who, "parts": to_builtins(list(parts))}, Drill)
    missed = list(_missed(drill))
    passed = bool(parts) and all(part.state == PROVEN for part in parts) and not missed
    return convert({**to_builtins(drill), "missed": missed, "passed": passed}, Drill)


def _missed(drill: Drill) -> Iterator[str]:
    """Yield the objectives that were not met; what was not proven took no time that could be good enough."""
    for part in drill.parts if drill.rto else ():
        if part.name in RECOVERIES and part.state == PROVEN and (part.seconds or 0) > (drill.rto or 0):
            yield f"the {part.name} took {lasting(part.seconds or 0)}, rto is {age(drill.rto or 0)}"
    if drill.rpo and drill.backup_age is None:
        yield f"there is no backup, rpo is {age(drill.rpo)}"
    if drill.rpo and (drill.backup_age or 0) > drill.rpo:
        yield f"the newest backup is {age(drill.backup_age or 0)} old, rpo is {age(drill.rpo)}"


def remember(c: Host, drill: Drill) -> None:
    """Write a drill down on the host and its mirrors; where that fails, it is said, and the drill counts as well."""
    line = json.dumps(commands.rendered(to_builtins(drill)))
    call = scripts.call("preflight/history/remember-drill.sh", line, STATE=paths.state(c.environment))
    for member in (c, *c.mirrors):
        try:
            member.sh(call)
        except Stopped as error:
            console.say(f"The drill is not remembered: {error}", style="yellow")


def probe(environment: Environment) -> Probe[list[Drill]]:
    """Return the probe of the drills that are remembered, the oldest first."""
    command = f"cat {paths.state(environment)}/drills.jsonl 2>/dev/null || :"
    return single(command, lambda answer: json_lines(answer.out, Drill))


def remembered(c: Host) -> list[Drill]:
    """Return the drills that the host remembers, the oldest first."""
    found: list[Drill] = c.ask(probe(c.environment))
    return found
