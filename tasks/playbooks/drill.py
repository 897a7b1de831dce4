"""The day, practised: back to the last good release, undo, back to the newest backup, undo; timed and proven."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import structs, to_builtins

from ..console import terminal as console
from ..console.commands import fab
from ..console.errors import Failed, Held, Refused, Stopped
from ..engine import asking, display, turns
from ..engine.plan import Plan
from ..engine.run import RunOptions, carry_out
from ..engine.world import Outcome
from ..preflight import practice, restore, rollback, throwaway
from ..preflight.history import drill_view, drills
from ..preflight.history.drills import FAILED, PROVEN, Drill, Kind, Part
from ..preflight.practice import Aim
from ..preflight.restore_report import RestoreOptions
from ..preflight.rollback_report import RollbackOptions
from ..ssh.host import Host
from ..steps.declare import DEPLOYMENT, task
from . import emergency_restore, full_rollback, undo

Tried = tuple[list[Part], str]
"""The parts, and why no other one may follow: the host is not as it was. Empty where it is."""

INTERRUPTED = "Interrupted"
IN_PLACE = "roll back, undo, restore, undo"
BESIDE = "the last good release on the newest backup, as a copy of the stack that is removed again"
HELP = {
    "beside": "with a copy of the stack that nobody reaches, from kept images; what runs is not touched",
    "interrupt": "the name of the environment, where it is production: those who use it are interrupted",
    "history": "the drills that were made here, as a table and a small chart",
}


@task(help=HELP)
def drill(
    c: Host,
    beside: bool = False,
    interrupt: str | None = None,
    history: bool = False,
    yes: bool = False,
    json: bool = False,
    quiet: bool = False,
    verbose: bool = False,
) -> Drill | list[Drill]:
    """Practise a rollback, a restore and their undo, timed, proven and held against objectives; 0 if all is well."""
    if history:
        return show(c)
    if beside:
        practice.may_copy(c.environment)
    else:
        practice.may_interrupt(c.environment, interrupt)
        practice.must_be_well(c)
    aim = practice.aim(c)
    console.say(f"drill: {BESIDE if beside else IN_PLACE}, on {display.where(c)}", style="bold")
    for line in aim.told:
        console.say(f"  - {line}")
    if beside:
        return ended(c, _judged(c, aim, throwaway.tried(c, aim), "beside"))
    console.confirm(f"Practise this on {display.where(c)}? Those who use it are interrupted, four times.", yes)
    with console.as_part():
        parts, stuck = in_place(c, aim, yes)
    return ended(c, _judged(c, aim, parts, "in place"), stuck)


def _judged(c: Host, aim: Aim, parts: list[Part], kind: Kind) -> Drill:
    known = {"at": aim.now, "commit": aim.commit, "backup": aim.backup, "backup_age": aim.old}
    return drills.judged(c.environment, parts, kind=kind, **known)


def show(c: Host) -> list[Drill]:
    """Show the drills that the host remembers."""
    found = drills.remembered(c)
    if console.emit_json(to_builtins(found)):
        return found
    if not found:
        beside = "" if c.environment.stack else f", or {fab('drill --beside')}"
        console.say(f"No drill was made here yet: {fab('drill')}{beside}.")
        return found
    console.table(drill_view.HEADINGS, map(drill_view.line, reversed(found)))
    for line in drill_view.chart(found):
        console.say(line, as_is=True)
    return found


def in_place(c: Host, aim: Aim, yes: bool) -> Tried:
    """Return what became of the parts; the restore is tried unless the host is not as it was."""
    back, stuck = _there_and_back(c, "rollback", lambda: _rollback(c, aim), yes)
    if stuck:
        why = "the host was not as before"
        return [*back, drills.not_run("restore", why), drills.not_run("undo of the restore", why)], stuck
    data, stuck = _there_and_back(c, "restore", lambda: _restore(c, aim), yes)
    return [*back, *data], stuck


def _rollback(c: Host, aim: Aim) -> Plan:
    if not aim.commit:
        raise Refused(aim.no_commit)
    return full_rollback.plan(rollback.check(c, aim.commit, RollbackOptions()))


def _restore(c: Host, aim: Aim) -> Plan:
    if not aim.backup:
        raise Refused(aim.no_backup)
    report = restore.check(c, aim.backup, RestoreOptions(stop=True))
    if report.fit.kind == "behind" and not report.fit.upgrade:  # made before the last deployment
        report = restore.check(c, aim.backup, RestoreOptions(stop=True, migrate=True))
    return emergency_restore.restore_plan(report)


def _there_and_back(c: Host, name: str, make: Callable[[], Plan], yes: bool) -> Tried:
    undoing = f"undo of the {name}"
    there, way = _part(c, name, make, yes)
    if there.state == FAILED:
        return [there, drills.not_run(undoing, f"the {name} did not end")], _half_way(there, way)
    if not there.run:
        stuck = f"{INTERRUPTED}." if there.found == INTERRUPTED else ""
        return [there, drills.not_run(undoing, "there is nothing to take back")], stuck
    try:
        back, _ = _part(c, undoing, lambda: undo.exactly(c, there.run), yes)
    except Held as held:
        back = drills.not_run(undoing, str(held))
    return [there, back], "" if back.run else _left(back, way)


def _half_way(there: Part, way: str) -> str:
    """Return what is said of a host on which a part did not end: what went wrong, and that resume is not all."""
    return f"{there.found}\n  a drill: what it did is taken back by {way}" if way else there.found


def _left(back: Part, way: str) -> str:
    """Return what is said of a host that was not brought back: what went wrong, with the command that leads on."""
    if back.state == FAILED and fab("resume") in back.found:
        return back.found
    return f"{back.found.rstrip('.')}. It is still to be taken back: {way}"


def _part(c: Host, name: str, make: Callable[[], Plan], yes: bool) -> tuple[Part, str]:
    """Carry out what `make` plans; return what became of it, with its run where it came to its end, and its way back.

    The ledger is not told: a release that is practised on has neither become bad nor good.
    """
    began, way = time.monotonic(), ""
    console.say(f"drill: {name}", style="bold cyan")
    try:
        plan = turns.taken(structs.replace(make(), closing=""), c)
        if asked := asking.sentences(plan):
            console.confirm(f"{' '.join(asked)}{asking.SURE}", yes)
        way = fab(f"undo --run {plan.run}{' --restore-snapshot' if plan.keeps_data else ''}")
        part = _ended(name, _carried_out(c, plan), time.monotonic() - began)
    except Held:
        raise
    except Refused as refused:
        part = drills.not_run(name, refused.reason)
    except Stopped as failed:
        part = Part(name=name, state="failed", seconds=round(time.monotonic() - began, 2), found=str(failed))
    except KeyboardInterrupt:
        part = drills.not_run(name, INTERRUPTED)
    return part, way


def _carried_out(c: Host, plan: Plan) -> Outcome | None:
    """Carry a plan out; a Ctrl-C before its first step or after its last one, which no run tells of, is a failure."""
    try:
        return carry_out(c, plan, RunOptions(yes=True, because=drills.BECAUSE), DEPLOYMENT)
    except KeyboardInterrupt:
        where = f"before the first step of run {plan.run}, or after its last one"
        raise Failed(f"Interrupted {where}: {fab('status')} says which.") from None


def _ended(name: str, outcome: Outcome | None, seconds: float) -> Part:
    if outcome is None:
        return drills.not_run(name, "there was nothing to do")
    left = ", ".join(outcome.left_out)
    return Part(
        name=name,
        state="not proven" if left else "proven",
        seconds=round(seconds, 2),
        outage=outcome.outage,
        run=outcome.run,
        found=f"left out of the proof: {left}" if left else outcome.purpose,
    )


def ended(c: Host, drill: Drill, stuck: str = "") -> Drill:
    """Remember a drill and tell of it; Failed unless it passed, with what the host was left in."""
    drills.remember(c, drill)
    if not console.emit_json(to_builtins(drill)):
        console.table(drill_view.PARTS, drill_view.rows(drill))
        console.say(drill_view.objectives(drill), style="yellow" if drill.missed else None)
    if not drill.passed:
        unproven = [part for part in drill.parts if part.state != PROVEN]
        wrong = [f"{part.name}: {part.state}, {part.found.splitlines()[0].rstrip('.')}" for part in unproven]
        said = f"{c.environment.name}: the drill is not passed: {'; '.join([*wrong, *drill.missed])}."
        raise Failed("\n".join(filter(None, (said, stuck))))
    console.say(f"{c.environment.name}: the drill is passed.", style="bold green")
    return drill
