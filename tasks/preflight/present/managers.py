"""Which manager of a swarm serves: any of those named can; the state of runs lies on the one that carried them out."""

from __future__ import annotations

from typing import NamedTuple

from ...console import terminal
from ...console.errors import Failed, Refused
from ...console.text import last_line
from ...engine import journal
from ...ssh import fleet, scripts
from ...ssh.host import Host
from ...ssh.parallel import parallel_map
from ...ssh.probe import answered
from ...tools.compose import compose


class _Manager(NamedTuple):
    """A manager that was asked: the last run that it knows, and why it does not serve; either may be empty."""

    member: Host
    last: str = ""
    problem: str = ""


def serving(c: Host) -> Host:
    """Return the manager that serves, without the others: the one that was last worked on, else the first that answers.

    Raises Refused where none does.
    """
    if len(c.fleet) == 1:
        return c
    asked = parallel_map(c.fleet, _ask)
    answering = [one for one in asked if not one.problem]
    if not answering:
        raise Refused("; ".join(f"{one.member.address}: {one.problem}" for one in asked) + ".")
    chosen = max(answering, key=lambda one: one.last)
    for one in asked:
        if one.problem:
            terminal.to_stderr(
                f"{chosen.member.address} serves: {one.member.address} does not ({one.problem}); "
                "runs that began there are not known here."
            )
        elif chosen.last and one.member is c.fleet[0] and one is not chosen:
            terminal.to_stderr(f"{chosen.member.address} serves: it has the last run, {chosen.last}.")
    return fleet.only(c, [chosen.member])


def _ask(member: Host) -> _Manager:
    try:
        leads, runs = member.ask(
            answered(scripts.call("tools/swarm/leader.sh", **compose.variables(member.environment))),
            journal.every(member.environment, 1, ["run"]),
        )
    except (Failed, Refused) as error:
        said = error.reason if isinstance(error, Refused) else error.message or ""
        return _Manager(member, problem=said.removeprefix(f"{member.address}: ").rstrip("."))
    return _Manager(member, next(reversed(runs), ""), "" if leads.ok else last_line(leads.err))
