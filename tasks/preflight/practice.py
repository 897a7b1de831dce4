"""The preflight of a drill: whose users it may interrupt, which release it goes back to, which backup is the newest."""

from __future__ import annotations

from msgspec import Struct, structs

from ..config import inventory
from ..config.settings import Environment
from ..console.commands import fab
from ..console.errors import Refused
from ..console.units import age
from ..ssh.host import Host
from ..ssh.probe import clock
from ..tools.git.commits import SHORT
from .backups import finding
from .present import fleetwide
from .target import commit_choice


class Aim(Struct, frozen=True, kw_only=True):
    """What a drill goes back to, at the host's clock `now` (seconds); why not, where it cannot.

    `backup` is the path of the newest one, `old` its age in seconds; `why` is why the `commit` is thought to be good.
    """

    now: float
    commit: str = ""
    why: str = ""
    no_commit: str = ""
    backup: str = ""
    old: float | None = None
    no_backup: str = ""

    @property
    def told(self) -> list[str]:
        """What the operator is told of it."""
        release = f"{self.commit[:SHORT]}, {self.why}" if self.commit else f"none: {self.no_commit}"
        backup = f"{self.backup}, {age(self.old or 0)} old" if self.backup else f"none: {self.no_backup}"
        return [f"the last good release: {release}", f"the newest backup: {backup}"]


def may_interrupt(environment: Environment, named: str | None) -> None:
    """Raise Refused for a drill in place of production, unless the operator has `named` the environment."""
    name = environment.name
    if named not in (None, name):
        raise Refused(f"--interrupt {named}: this is {name}.")
    if named is None and inventory.is_production(name):
        beside = "" if environment.stack else f"Without touching it: {fab('drill --beside')}. "
        raise Refused(
            f"{name} is production: a drill in its place interrupts those who use it.",
            next=f"{beside}All the same: {fab(f'drill --interrupt {name}')}",
        )


def may_copy(environment: Environment) -> None:
    """Raise Refused for a drill beside the stack of a swarm: compose, which makes the copy, is not told its secrets."""
    if environment.stack:
        trial = f"{fab('backups.check --file latest --restore')}, {fab('db.rehearse')}"
        raise Refused(
            "--beside: no copy of a swarm's stack is made, its secrets are told to its own tasks alone.",
            next=f"Without touching it: {trial}; in its place: {fab('drill')}",
        )


def must_be_well(c: Host) -> None:
    """Raise Refused where the application is ill: what a drill would prove of it afterwards cannot be proven."""
    if said := fleetwide.look(c).answered:
        raise Refused(
            f"{said}: a drill starts from an application that is well.", at=c.address, next=f"Next: {fab('diagnose')}"
        )


def aim(c: Host) -> Aim:
    """Return what a drill goes back to, as far as there is any."""
    return _with_backup(c, _with_release(c, Aim(now=c.ask(clock()))))


def _with_release(c: Host, found: Aim) -> Aim:
    try:
        commit, why = commit_choice.find_last_good(c)
    except Refused as refused:
        return structs.replace(found, no_commit=refused.reason)
    return structs.replace(found, commit=commit, why=why)


def _with_backup(c: Host, found: Aim) -> Aim:
    try:
        newest = finding.latest(c)
    except Refused as refused:
        return structs.replace(found, no_backup=refused.reason)
    return structs.replace(found, backup=newest.path, old=max(0.0, found.now - newest.taken))
