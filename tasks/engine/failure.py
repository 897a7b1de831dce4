"""What the operator reads when a run did not end well: the cause, the state of the host, the next command."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass, field
from typing import Any

from ..console.commands import fab
from ..console.errors import Stopped
from ..console.text import last_line
from ..ssh.fleet import has_the_database
from ..ssh.host import Host
from . import job
from .plan import Plan, Step
from .world import World

SHOWN = 6  # lines of the failed step's log
NO_SPACE = "no space left on device"  # what a build says long before its last line
# Last lines that say only that something failed; and how the line before them begins that says what (empty: any).
VAGUE = {
    r"\(Background on this error at: ": "sqlalchemy.exc.",
    r"remove the file manually to continue\.": "fatal: ",
    r"Encountered errors while bringing up the project\.": "ERROR: ",
    r"Service '.+' failed to build : Build failed": "",
}
SIGNALLED = range(129, 129 + 64)  # exit codes of what a signal ended


@dataclass
class Progress:
    """How far a run has come: the steps that are done (name and seconds), whether it is partially applied now.

    `amended` says what made good what had been done before a step failed; empty: nothing did. `turns` says which hosts
    have had their turn; empty: there are none.
    """

    world: World
    host: Host
    plan: Plan
    done: list[dict[str, Any]] = field(default_factory=list)
    partially_applied: bool = False
    amended: str = ""
    turns: str = ""

    @property
    def names(self) -> list[str]:
        """The names of the steps that are done."""
        return [step["step"] for step in self.done]


def cause(step: Step, end: job.End, said: list[str]) -> str:
    """Return one line that says why a step did not succeed."""
    if end.code is None:
        reason = f": {last_line(said[-1])}" if said else ""
        return f"was cut off on the host{reason}"
    if end.code == 124:
        return f"took longer than {step.timeout} s and was stopped"
    if end.code in SIGNALLED:
        return f"was ended by {_signal(end.code - SIGNALLED[0] + 1)}"
    why = _reason(said)
    full = any(NO_SPACE in line.lower() for line in said) and NO_SPACE not in why.lower()
    return f"{why} ({NO_SPACE})" if full else why


def _signal(number: int) -> str:
    """Return the name of a signal, and what mostly sends the one that nothing can catch."""
    name = next((one.name for one in signal.Signals if one == number), f"signal {number}")
    return f"{name} (by somebody, or by a host that ran out of memory)" if number == signal.SIGKILL else name


def _reason(said: list[str]) -> str:
    """Return the line of a log that says why it ended: mostly the last one."""
    last = last_line("\n".join(said))
    begins = next((telling for vague, telling in VAGUE.items() if re.match(vague, last)), "\0")
    telling = [line for line in said if line.startswith(begins) and line.strip() and last_line(line) != last]
    return last_line(telling[-1]) if telling else last


def described(run: Progress, member: Host, step: Step, why: str, said: list[str]) -> str:
    """Return the lines that say what failed, what was done, where the host stands, and what to type next."""
    lines = [f"{member.address}: {step.on([member])}: {why}"]
    lines += [f"  | {line}" for line in said[-SHOWN:] if last_line(line) != why]
    return "\n".join([*lines, *_standing(run), *_next(run)])


def refused(run: Progress, member: Host, step: Step, why: str) -> str:
    """Return the line for a preparation that failed: nothing that runs was changed."""
    remedies = "".join(f" {one}" for one in run.world.remedies(run.host, run.plan, why))
    return f"{member.address}: {step.on([member])}: {why.rstrip('.')}. The application was not touched.{remedies}"


def unclosed(member: Host, step: Step, why: str) -> str:
    """Return the line for a hook after a run that did not succeed, and what to type."""
    return f"  {member.address}: {step.title}: {' '.join(why.split())}. Type it by hand: {'; '.join(step.commands)}"


def left_open(plan: Plan, number: int, member: Host | None = None) -> str:
    """Return the line for a hook, step `number`, that is still to be closed, on `member` or everywhere."""
    step, undo = plan.steps[number - 1], f" or {fab('undo')}" if plan.undoable else ""
    title = f"{member.address}: {step.title}" if member else step.title
    return f"  still to come, by {fab('resume')}{undo}: {title} ({'; '.join(step.commands)})"


def interrupted(run: Progress, step: Step | None, goes_on: bool) -> str:
    """Return the lines for a run that was interrupted: between two steps, or during one that may go on."""
    title = f": {step.title}" if step else ""
    ended = "the step is done; " if step and step.name in run.names else ""
    what = "the step goes on on the host" if goes_on else f"{ended}no step of it runs on the host any more"
    back = _or_back(run) if run.partially_applied and not goes_on else ""
    next_ = [f"  next: {fab('resume')}{back}", _log(run)]
    return "\n".join([f"Interrupted{title}. Run {run.plan.run}: {what}.", *_standing(run), *next_])


def lost(member: Host, step: Step, error: Exception) -> str:
    """Return the lines for a connection that did not come back."""
    why = str(error.message) if isinstance(error, Stopped) else str(error)
    others = len(member.fleet) > 1 and not has_the_database(member)
    return "\n".join(
        [
            f"{member.address}: the connection is gone ({' '.join(why.split())})",
            f"  {step.on([member])}: goes on on the host by itself, or has ended; nothing is run twice",
            f"  next, when the host can be reached: {fab('resume')}",
            *([f"  or without it: {fab(f'resume --skip-host {member.address}')}"] if others else []),
        ]
    )


def _standing(run: Progress) -> list[str]:
    """Return what was done, and what the world says of the host."""
    done = f"  done: {', '.join(run.names) or 'nothing'}{f'; then: {run.amended}' if run.amended else ''}"
    done = f"{done}\n  {run.turns}" if run.turns else done
    try:
        return [done, *(f"  {line}" for line in run.world.standing(run.host, run.plan))]
    except Exception:  # the description of a failure must not fail
        return [done, "  the host now: it cannot be read"]


def _next(run: Progress) -> list[str]:
    if run.partially_applied:
        return [f"  next: mend the cause, then {fab('resume')}{_or_back(run)}", _log(run)]
    if run.amended:
        return [f"  next: mend the cause, then {fab('resume')}, or begin anew", _log(run)]
    way = run.world.way_back(run.host, run.plan)
    if run.names == [step.name for step in run.plan.steps if not step.after]:
        taken_back = f"; or take it back: {way}" if way and _undone(run) else ""
        return [f"  next: mend the cause, then {fab('resume')}, which proves it again{taken_back}", _log(run)]
    back = f"  the way back: {way}" if way else ""
    return [line for line in (f"  next: {fab('status')}", back, _log(run)) if line]


def _or_back(run: Progress) -> str:
    return f"; or take it back: {fab('undo')}" if _undone(run) else ""


def _log(run: Progress) -> str:
    return f"  its log: {fab(f'runs.show --run {run.plan.run}')}"


def _undone(run: Progress) -> bool:
    """Return whether `undo` takes the run back as it is now."""
    try:
        return run.world.can_undo(run.host, run.plan, run.names)
    except Exception:  # the description of a failure must not fail
        return False
