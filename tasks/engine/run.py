"""Carries a plan out: show, ask, lock, run, prove; and takes up a run that was cut off."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from ..console import terminal as console
from ..console.errors import Held, Refused
from ..ssh import paths
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from . import journal as runs
from . import record as story
from .execution import Execution, Outcome
from .holding import Locks
from .lock import NEW, OVER, resuming, undoing
from .plan import Plan


class Way(Struct, frozen=True):
    """How the operator wants a plan to be carried out; `activity` is what the host's journals were at the look."""

    yes: bool = False
    plan: bool = False
    take_over: bool = False
    activity: str | None = None


def activity(host: Host) -> str:
    """Return something that is different once any run has done anything on the host."""
    return host.ask(runs.activity(host.environment))


def carry_out(host: Host, plan: Plan, way: Way, started: float) -> Outcome | None:
    """Show `plan`, and unless only that was wanted, ask, run and prove it. `started`: time.monotonic()."""
    from . import display

    display.plan(host, plan)
    if way.plan:
        console.document(msgspec.to_builtins(plan))
        console.say("Nothing was changed (--plan).")
        return None
    if not plan.steps:
        console.document({"changed": False})
        console.say("There is nothing to do.")
        return None
    for question in [*plan.questions, f"Do this on {host.environment.name}?"]:
        console.confirm(question, way.yes)
    locks = Locks(host.fleet, paths.state(host.environment))
    with locks.taken(runs.owner(plan), OVER if way.take_over else undoing(plan.undoes) if plan.undoes else NEW):
        _begin(host, plan, way, locks)
        return Execution(host, plan, locks, started).complete()


def _begin(host: Host, plan: Plan, way: Way, locks: Locks) -> None:
    """Write the plan down on every host; raise Held when another run came between the look and the lock."""
    folder = paths.state(host.environment)
    try:
        _write(host, folder, plan, plan.activity or way.activity or "")
        parallel_map(host.fleet[1:], lambda member: _write(member, folder, plan))
    except BaseException:
        locks.release()
        raise


def _write(member: Host, folder: str, plan: Plan, seen: str = "") -> None:
    for script in runs.begin(folder, runs.owner(plan), plan, seen):
        result = member.sh(script, check=False)
        if result.exited == runs.MOVED:
            raise Held(
                f"{member.address}: another run was at work since this was planned. "
                "Nothing was changed: type the same command again."
            )
        if not result.ok:
            why = " ".join(result.stderr.split())[-300:] or "no reason given"
            raise Refused(f"{member.address}: the run cannot be written down: {why}. Nothing was changed.")


def take_up(host: Host, known: story.Story, started: float) -> Outcome:
    """Continue a run from the first step that is not done, on every host, and prove it."""
    plan, folder = known.plan, paths.state(host.environment)
    locks = Locks(host.fleet, folder)
    with locks.taken(runs.owner(plan), resuming(plan.run)):
        found = parallel_map(host.fleet, lambda member: _story(member, folder, plan))
        stories = dict(zip(host.fleet, found, strict=True))
        parallel_map(host.fleet, lambda m: m.sh(runs.resumed(f"{folder}/runs/{plan.run}", runs.owner(plan))))
        return Execution(host, plan, locks, started, stories).complete()


def _story(member: Host, folder: str, plan: Plan) -> story.Story:
    """Return the story of a run; a host that the cut off run never reached is told of it now."""
    try:
        return story.read(member, plan.run)
    except Refused:
        _write(member, folder, plan)
        return story.read(member, plan.run)
