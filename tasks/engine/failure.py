"""What the operator reads when a run did not end well: the cause, the state of the host, the next command."""

from __future__ import annotations

from ..console.errors import Stopped
from ..console.text import last_line
from ..console.units import size
from ..preflight import copies, safety, state
from ..preflight.state import State
from ..ssh.host import Host
from ..tools.alembic.migrate import WAYS_OUT
from . import job
from .before import DroppedBefore, SchemaBefore
from .plan import Plan, Step

SHOWN = 6  # lines of the failed step's log
NO_SPACE = "no space left on device"  # what a build says long before its last line
# How last lines begin that say that something failed, and how the line before them begins that says what.
VAGUE = {
    "(Background on this error at: ": "sqlalchemy.exc.",
    "remove the file manually to continue.": "fatal: ",
    "Encountered errors while bringing up the project.": "ERROR: ",
}
LITTLE = 2**28  # bytes free below which the disk may be the cause, and is in the way of what comes next
SIGNALLED = range(129, 129 + 64)  # exit codes of what a signal ended


def cause(step: Step, end: job.End, said: list[str]) -> str:
    """Return one line that says why a step did not succeed."""
    if end.code is None:
        reason = f": {last_line(said[-1])}" if said else ""
        return f"was cut off on the host{reason}"
    if end.code == 124:
        return f"took longer than {step.timeout} s and was stopped"
    if end.code in SIGNALLED:
        return f"was ended by signal {end.code - SIGNALLED[0] + 1}"
    why = _reason(said)
    full = any(NO_SPACE in line.lower() for line in said) and NO_SPACE not in why.lower()
    return f"{why} ({NO_SPACE})" if full else why


def _reason(said: list[str]) -> str:
    """Return the line of a log that says why it ended: mostly the last one."""
    last = last_line("\n".join(said))
    begins = next((telling for vague, telling in VAGUE.items() if last.startswith(vague)), "\0")
    telling = [line for line in said if line.startswith(begins)]
    return last_line(telling[-1]) if telling else last


def described(run, member: Host, step: Step, why: str, said: list[str]) -> str:
    """Return the lines that say what failed, what was done, where the host stands, and what to type next."""
    lines = [f"{member.address}: {step.title}: {why}"]
    lines += [f"  | {line}" for line in said[-SHOWN:] if last_line(line) != why]
    return "\n".join([*lines, *standing(run), *_next(run)])


def interrupted(run, step: Step | None) -> str:
    """Return the lines for a run that was interrupted: between two steps, or during one that goes on."""
    title = f": {step.title}" if step else ""
    what = "the step goes on on the host" if run.goes_on else "nothing runs on the host any more"
    return "\n".join([f"Interrupted{title}. Run {run.plan.run}: {what}.", *standing(run), *_go_on(run)])


def lost(member: Host, step: Step, error: Exception) -> str:
    """Return the lines for a connection that did not come back."""
    why = error.message if isinstance(error, Stopped) else str(error)
    return "\n".join(
        [
            f"{member.address}: the connection is gone ({' '.join(why.split())})",
            f"  {step.title}: goes on on the host by itself, or has ended; nothing is run twice",
            "  next, when the host can be reached: fab resume",
        ]
    )


def ways_out(run, why: str) -> str:
    """Return the data of before, as commands, where a rehearsal found that the downgrade cannot work; else nothing."""
    rows, before = run.plan.expect.revision, run.plan.before
    if WAYS_OUT not in why or rows is None or rows == getattr(before, "revision", None):
        return ""
    try:
        from ..preflight import ways_out

        return "".join(f" {way}" for way in ways_out.data_at(run.host, state.look(run.host), rows))
    except Stopped:
        return ""


def standing(run) -> list[str]:
    """Return what was done, what the host serves now, and where the database's snapshot is."""
    done = ", ".join(d["step"] for d in run.done) or "nothing"
    try:
        seen = state.look(run.host)
        return [f"  done: {done}", f"  the host now: {serves(seen)}", *_snapshot(run, seen)]
    except Exception:  # the description of a failure must not fail
        return [f"  done: {done}", "  the host now: it cannot be read"]


def _snapshot(run, seen: State) -> list[str]:
    """Return the line about the run's snapshot, if the server has it."""
    before = run.plan.before
    if not isinstance(before, SchemaBefore) or not before.snapshot:
        return []
    name, dump = before.snapshot, before.dump
    try:
        if copies.there(run.host, copies.database_of(run.host, seen), name):
            return [f"  the data as it was: database {name}"]
        return [f"  the data as it was: the dump {dump}"] if dump and safety.dumped(run.host, dump) else []
    except Stopped:
        return [f"  whether the snapshot {name} is there cannot be read"]


def serves(seen: State) -> str:
    """Return where a deployment is, in one line."""
    running = [c.service for c in seen.containers if c.status == "running"]
    others = [f"{c.service} ({c.status})" for c in seen.containers if c.status != "running"]
    parts = [
        f"HEAD {seen.head[:12]} ({seen.subject})" if seen.head else "HEAD cannot be read",
        f"running: {', '.join(running) or 'nothing'}",
        f"not running: {', '.join(others)}" if others else "",
        f"revision {', '.join(seen.revision) or 'none'}" if seen.revision is not None else "",
        *(f"{r.url}: {r.code or 'no answer'}" for r in seen.responses),
        *(f"{place} has {size(free)} free" for place, free in seen.free.items() if free < LITTLE),
    ]
    return "; ".join(part for part in parts if part)


def _next(run) -> list[str]:
    log = f"  its log: fab runs.show --run {run.plan.run}"
    if run.half:
        back = "; or take it back: fab undo" if _undone(run) else ""
        return [f"  next: mend the cause, then fab resume{back}", log]
    return ["  next: fab status", *_back(run.plan), log]


def _go_on(run) -> list[str]:
    log = f"  its log: fab runs.show --run {run.plan.run}"
    back = "; or take it back: fab undo" if run.half and not run.goes_on and _undone(run) else ""
    return [f"  next: fab resume{back}", log]


def _undone(run) -> bool:
    """Return whether `fab undo` takes a half-done run back: not once it dropped the database in its place."""
    before, done = run.plan.before, [d["step"] for d in run.done]
    if not isinstance(before, DroppedBefore):
        return before is not None
    try:
        return "drop" not in done and copies.stands(run.host, copies.database_of(run.host, state.look(run.host)))
    except Exception:  # the description of a failure must not fail
        return False


def _back(plan: Plan) -> list[str]:
    return [f"  the way back: {plan.way_back}"] if plan.back else []
