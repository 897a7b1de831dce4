"""Which manager of a swarm serves: any of those named can; the state of runs lies on the one that carried them out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...config.settings import Environment
from ...console import terminal
from ...console.commands import fab, fab_at
from ...console.errors import Failed, Refused
from ...console.text import last_line
from ...engine import journal, lock
from ...ssh import fleet, scripts
from ...ssh.host import Host
from ...ssh.parallel import parallel_map
from ...ssh.probe import Probe, answered, single
from ...ssh.shell import quote
from ...tools.compose import compose
from ...tools.git import standing
from ...tools.git.commits import SHORT


class _Manager(NamedTuple):
    """A manager that was asked.

    Attributes:
        last: the last run that it knows; may be empty, as all of these.
        held: the run that holds it and is not over.
        head: the commit of its checkout.
        database: whether the database's task runs on its node.
        problem: why it does not serve.
    """

    member: Host
    last: str = ""
    held: str = ""
    head: str = ""
    database: bool = False
    problem: str = ""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.member.address

    def type(self, command: str) -> str:
        """Return `command` as it is typed for this manager alone."""
        return f"ROLLBACK_ENV={self.member.environment.name} {fab_at(self.name, command)}"


def serving(c: Host) -> Host:
    """Return the manager that serves, without the others, of those that answer.

    That is one that a run holds which is not over; else the one with the database's task, if its checkout is where that
    of the last run is; else the one with the last run, or the first. Raises Refused where none answers.
    """
    if len(c.fleet) == 1:
        return c
    asked = parallel_map(c.fleet, _ask)
    answering = [one for one in asked if not one.problem]
    if not answering:
        raise Refused("; ".join(f"{one.name}: {one.problem}" for one in asked) + ".")
    head = max(answering, key=lambda one: one.last).head
    chosen = max(answering, key=lambda one: (bool(one.held), one.database and one.head == head, one.last))
    for line in _told(chosen, asked):
        terminal.to_stderr(line)
    return fleet.only(c, [chosen.member])


def _told(chosen: _Manager, asked: list[_Manager]) -> Iterator[str]:
    """Yield what there is to know of the managers that do not serve, a line each."""
    for one in asked:
        if one is chosen:
            continue
        if one.problem:
            yield (
                f"{chosen.name} serves: {one.name} does not ({one.problem}); runs that began there are not known here."
            )
            continue
        if one is asked[0]:
            yield f"{chosen.name} serves: {_reason(chosen)}."
        if one.held or one.last > chosen.last:
            what = f"run {one.held} there is not over" if one.held else f"the last run, {one.last}, began there"
            yield f"{one.name} does not serve, though {what}: {one.type('runs.show')}"
        if one.database and not chosen.database:
            yield f"{one.name} has the database's task, and serves once {_until(chosen, one)}"


def _reason(chosen: _Manager) -> str:
    if chosen.held:
        return f"run {chosen.held} there is not over ({fab('runs.show')})"
    return "it has the database's task" if chosen.database else f"it has the last run, {chosen.last}"


def _until(chosen: _Manager, other: _Manager) -> str:
    if chosen.held:
        return f"run {chosen.held} is over; steps of that which need the database are not possible before it is back."
    head = chosen.head[:SHORT]
    return f"its checkout is at {head} too: {other.type(f'git.checkout --commit {head}')}"


def _ask(member: Host) -> _Manager:
    environment = member.environment
    try:
        leads, runs, held, head, database = member.ask(
            answered(scripts.call("tools/swarm/leader.sh", **compose.variables(environment))),
            journal.every(environment, 1, ["run"]),
            lock.show(environment),
            standing.head(environment),
            _has_database(environment),
        )
    except (Failed, Refused) as error:
        said = error.reason if isinstance(error, Refused) else error.message or ""
        return _Manager(member, problem=said.removeprefix(f"{member.address}: ").rstrip("."))
    if not leads.ok:
        return _Manager(member, problem=last_line(leads.err))
    run = held.run if held and held.state != "FREE" else ""
    return _Manager(member, next(reversed(runs), ""), run, head.commit, database)


def _has_database(environment: Environment) -> Probe[bool]:
    service = f"{environment.stack}_{environment.service('database')}"
    label = quote(f"label=com.docker.swarm.service.name={service}")
    return single(f"docker ps -q --filter {label}", lambda answer: bool(answer.out.strip()))
