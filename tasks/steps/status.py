"""Where the deployment is now, on one screen."""

from __future__ import annotations

import msgspec

from ..core import console, state
from ..core.checks import examine, overview
from ..core.execution import lock
from ..core.task import task


@task
def status(c, json=False):
    """Show where the deployment is now, on one screen, however much of it is broken."""
    found = [look(member) for member in c.fleet]
    if console.document([{**msgspec.to_builtins(o), "lines": dict(o.lines)} for o in found]):
        return found
    for one in found:
        console.say(f"{c.environment.name} ({one.host})", style="bold")
        for subject, text in one.lines:
            console.say(f"  {subject:<12}{text}")
    if not all(one.well for one in found):
        console.say("Something is wrong. Next: fab diagnose", style="yellow")
    return found


def look(member) -> overview.Overview:
    """Return what stands where on one host; what cannot be read is said in its line."""
    environment = member.environment
    answers = member.ask({**examine.questions(environment), **overview.questions(environment)})
    found = examine.read(environment, {n: answers[n] for n in examine.questions(environment)})
    return overview.overview(member.address, environment, found, answers)


def half_done(c) -> str:
    """Return the line about a run that stopped half-way; empty when there is none."""
    answer = c.ask({"lock": lock.show(state.folder(c.environment))})["lock"]
    first, *rest = answer.out.strip().splitlines() or [""]
    return lock.describe(first, rest) if first == "DEAD" else ""
