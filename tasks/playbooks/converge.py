"""Hosts that a run went on without, brought to where the others are."""

from __future__ import annotations

from msgspec import structs

from ..console import terminal as console
from ..console.commands import fab
from ..console.errors import Failed
from ..engine import left_out, turns
from ..engine.plan import Plan
from ..engine.run import RunOptions, carry_out
from ..engine.world import Outcome
from ..preflight import out_of_step, rollback
from ..preflight.present import state
from ..preflight.rollback_report import RollbackOptions, RollbackReport
from ..ssh import fleet
from ..ssh.host import Host
from ..steps import containers, git
from ..steps.declare import DEPLOYMENT, task
from .code_rollback import to_release

SAME_SCHEMA = RollbackOptions(database=False, snapshot=False)


@task
def converge(
    c: Host,
    yes: bool = False,
    plan: bool = False,
    json: bool = False,
    quiet: bool = False,
    verbose: bool = False,
) -> Outcome | None:
    """Bring hosts that a run left out to the commit of the others, and prove that they are healthy."""
    members = out_of_step.members(c)
    if not members:
        console.say("No host was left out: there is nothing to do.")
        console.emit_json({"changed": False})
        return None
    alone = fleet.only(c, members)
    in_step = next(member for member in c.fleet if member not in members)
    report = rollback.check(alone, state.look(in_step).head, SAME_SCHEMA)
    made = turns.taken(converge_plan(structs.replace(report, questions=[])), alone)
    # What stopped half-way there is over: the host is brought to where the others are.
    options = RunOptions(yes=yes, plan=plan, verbose=verbose, take_over=True)
    try:
        outcome = carry_out(alone, made, options, DEPLOYMENT)
    except Failed as failed:
        raise _again(failed) from None
    if outcome:
        left_out.remember(c.fleet, "back", [member.address for member in c.fleet])
    return outcome


def _again(failed: Failed) -> Failed:
    """Return what is told of a failure: the first host does not know the run, resume and undo would mean another."""
    kept = [line for line in str(failed).splitlines() if not line.startswith("  next:")]
    said = [*kept, f"  next: mend the cause, then {fab('converge')}, which begins anew"]
    return Failed("\n".join(said).replace(f"{fab('resume')} or {fab('undo')}", fab("converge")))


def converge_plan(report: RollbackReport) -> Plan:
    """Return the steps of a rollback of the code, on hosts that are out of step: where they were is no way back."""
    made = to_release(
        report,
        containers.keep_images_step(report),
        containers.build.step(report),
        containers.stop.step(report),
        git.checkout.step(report),
        containers.start.step(report),
        task="converge",
    )
    return structs.replace(made, back="", before=None)
