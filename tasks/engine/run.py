"""Carries a plan out: show, ask, lock, run, prove; and takes up a run that was cut off."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from ..console import terminal
from ..console.errors import Held, Refused
from ..ssh import paths
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from . import asking, display, interrupt, journal, left_out, record
from .document import document
from .execution import Execution
from .holding import Locks
from .lock import NEW, NO_UNDO, OVER, Replaceable, resuming, undoing
from .plan import Plan
from .record import RunRecord
from .world import Outcome, Turn, World


class RunOptions(Struct, frozen=True):
    """How the operator wants a plan to be carried out: without questions, only shown, over a run that was cut off.

    `verbose`: the commands of each step are shown, as with `plan`. `because`: why, for those who read of the run.
    `on_failure`: `undo` takes the run back where it fails half-way; else it is held as it is.
    """

    yes: bool = False
    plan: bool = False
    take_over: bool = False
    verbose: bool = False
    because: str | None = None
    on_failure: str | None = None


def carry_out(host: Host, plan: Plan, options: RunOptions, world: World) -> Outcome | None:
    """Show `plan`, and unless only that was wanted, ask, run and prove it."""
    plan = msgspec.structs.replace(plan, because=options.because or "")
    display.plan(host, plan, commands=options.plan or options.verbose)
    if options.plan:
        _show_only(plan)
        return None
    if not plan.steps:
        terminal.emit_json({"changed": False})
        terminal.say("There is nothing to do.")
        return None
    with interrupt.as_refusal():
        display.summary(plan)
        terminal.confirm(asking.question(plan, display.where(host)), options.yes)
    locks = _locks(host)
    with locks.taken(_holder(plan), _replaceable(plan, options)):
        _begin(host, plan, locks)
        return _told(Execution(world, host, plan, locks))


def _show_only(plan: Plan) -> None:
    display.summary(plan)
    display.asked(plan)
    terminal.emit_json(document(plan))
    terminal.say("Nothing was changed (--plan).")


def _locks(host: Host) -> Locks:
    if host.doubt:
        raise Refused(host.doubt)
    return Locks(host.fleet, paths.state(host.environment), host.mirrors)


def _told(execution: Execution) -> Outcome:
    """Carry the run out, and tell those who want to know how it began and how it ended."""
    world, host, plan = execution.world, execution.host, execution.plan
    world.tell(host, plan, Turn("start", again=bool(execution.records)))
    try:
        outcome = execution.complete()
    except Exception as error:
        world.tell(host, plan, Turn("failure", why=str(error)))
        raise
    world.tell(host, plan, Turn("success", outcome=outcome))
    return outcome


def _holder(plan: Plan) -> dict[str, str]:
    """Return who holds the lock, and whether it is no use to type `undo` where the run stops half-way."""
    return journal.owner(plan) | ({} if plan.undoable else {"undo": NO_UNDO})


def _replaceable(plan: Plan, options: RunOptions) -> Replaceable:
    if options.take_over:
        return OVER
    return undoing(plan.undoes) if plan.undoes else NEW


def _begin(host: Host, plan: Plan, locks: Locks) -> None:
    """Write the plan down on every host; raise Held when another run came between the preflight and the lock."""
    elsewhere = msgspec.structs.replace(plan, activity="")  # the preflight reads the primary's journals
    try:
        _write(host, plan)
        parallel_map(host.fleet[1:], lambda member: _write(member, elsewhere))
        _remember(host)
    except BaseException:
        locks.release()
        raise


def _remember(host: Host) -> None:
    if host.left_out:
        left_out.remember(host.fleet, "left", host.left_out)


def _write(member: Host, plan: Plan) -> None:
    for command in journal.begin(member.environment, journal.owner(plan), plan):
        result = member.sh(command, check=False)
        if result.exited == journal.MOVED:
            raise Held(
                f"{member.address}: another run was at work since this was planned. "
                "Nothing was changed: type the same command again."
            )
        if not result.ok:
            why = " ".join(result.stderr.split())[-300:] or "no reason given"
            raise Refused(f"the run cannot be written down: {why}.", at=member.address)


def take_up(host: Host, known: RunRecord, world: World) -> Outcome:
    """Continue a run from the first step that is not done, on every host, and prove it."""
    plan = known.plan
    locks = _locks(host)
    folder, owner = journal.folder(host.environment, plan.run), journal.owner(plan)
    with locks.taken(_holder(plan), resuming(plan.run)):
        records = parallel_map(host.fleet, lambda member: _record(member, plan))
        parallel_map(host.fleet, lambda member: member.sh(journal.resumed(folder, owner)))
        _remember(host)
        known_by = dict(zip(host.fleet, records, strict=True))
        return _told(Execution(world, host, plan, locks, known_by))


def _record(member: Host, plan: Plan) -> RunRecord:
    """Return the record of a run; a host that the cut off run never reached is told of it now."""
    found = member.ask(record.probe(member.environment, plan.run))
    if found is None:
        _write(member, msgspec.structs.replace(plan, activity=""))
    return found or record.read(member, plan.run)
