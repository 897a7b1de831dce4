"""How a plan, its run and its result look on the operator's screen."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from ..console import living, screen
from ..console import terminal as console
from ..console.commands import fab
from ..console.units import lasting
from ..ssh.host import Host
from ..ssh.shell import nonce
from . import asking, grouped, journaled, turns
from .plan import Plan
from .progress import PREFIX, Progress
from .world import Check, Outcome


class Log:
    """A stream that shows a step's output line by line, indented, without the watcher's own lines.

    Where a line lives at the terminal, the last one of the output is a part of it; else all are printed.

    `lines` counts the lines of the log that were seen; `tail` holds the last of them. `name` stands before each.
    """

    def __init__(self, name: str = "") -> None:
        self.before = f"    {name}: " if name else "    "
        self.silent = False
        self.nonce, self.rest, self.lines = "", "", 0
        self.progress = Progress()
        self.tail: deque[str] = deque(maxlen=10)

    def begin(self) -> str:
        """Return what the watcher's own lines begin with, for one connection."""
        self.nonce, self.rest = nonce(), ""
        return self.nonce

    def write(self, text: str) -> None:
        """Print the complete lines of `text`; keep the last, incomplete one (at most 4096 characters)."""
        *lines, rest = (self.rest + text).split("\n")
        self.rest = rest[-4096:]
        for line in lines:
            if line.startswith(self.nonce):
                return
            self.lines += 1
            self._show(line.rstrip("\r").rsplit("\r")[-1])

    def _show(self, line: str) -> None:
        if line.startswith(PREFIX):
            line = self.progress.words(line)
            living.measured(self.progress.done, self.progress.total)
        elif line.strip():
            self.tail.append(line)
        if line.strip() and not self.silent and not living.note(f"{self.before}{line}"):
            console.say(f"{self.before}{line}", style="dim", as_is=True)

    def flush(self) -> None:
        """Do nothing: lines are printed when they are complete."""


def where(host: Host) -> str:
    """Return the environment and its hosts, as they are called in a plan and in the question after it."""
    return f"{host.environment.name} ({', '.join(h.address for h in host.fleet)})"


def plan(host: Host, plan: Plan, commands: bool) -> None:
    """Print what would happen, what can be taken back, and the outage; with `commands`, also those of each step."""
    console.say(f"{plan.task}: {plan.purpose}", style="bold")
    console.say(f"  on {where(host)}")
    if host.left_out:
        console.say(f"  without {', '.join(host.left_out)}: out of step until {fab('converge')}", style="yellow")
    if told := turns.told(plan.turns):
        console.say(f"  {told}")
    for fact in plan.facts:
        console.say(f"    {fact}" if fact.startswith(" ") else f"  - {fact}")
    for warning in plan.warnings:
        console.say(f"  ! {warning}", style="yellow")
    for number, step in enumerate(plan.steps, start=1):
        notes = [n for n in (step.outage and "outage", step.back and f"back: {step.back}") if n]
        console.say(f"  {number}. {step.title}" + (f"  ({'; '.join(notes)})" if notes else ""))
        for command in step.commands if commands else ():
            console.say(f"       {command}", style="dim", as_is=True)


@contextlib.contextmanager
def running(name: str) -> Iterator[None]:
    """Show that a step runs inside the block: as a line that lives, or else as one that is printed before it."""
    if not living.possible():
        console.say(name, style="cyan")
    with living.waiting(name):
        yield


def done(name: str, seconds: float | None) -> None:
    """Print the line of a step that ended well, and how long it took; None: it was done before."""
    tick = console.shown("✓", "ok")
    console.say(f"{tick} {name}: {'done before' if seconds is None else lasting(seconds)}", style="green")


def summary(plan: Plan) -> None:
    """Print what matters most of a plan, right above the question: what goes back, what is lost, who is not served."""
    outage = {"not served": _outage(plan)} if plan.outage and plan.summary else {}
    for heading, text in {**plan.summary, **outage}.items():
        console.say(f"  {heading:<11} {text}", style="bold")


def asked(plan: Plan) -> None:
    """Print what would be asked by name, and is not said above: a plan alone asks nothing."""
    for one in asking.sentences(plan, "\n".join(plan.summary.values())):
        console.say(f"  {'is asked':<11} {one}", style="bold")


def _outage(plan: Plan) -> str:
    first, last = plan.unserved[0], plan.unserved[-1]
    one_by_one = len(plan.turns.batches) > 1 and plan.in_turn(first)
    return f"{'each host in its turn, ' if one_by_one else ''}from step {first} to step {last}"


def checks(found: Sequence[Check], left_out: Sequence[Check] = ()) -> None:
    """Print the proof, and what was `left_out` of it: a line for each kind that is well, or with -v for each thing."""
    if not (found or left_out):
        return
    if not screen.asked("verbose"):
        console.table(("state", "check", "looked at and found"), grouped.rows(found, left_out))
        return
    rows = [("ok" if c.ok else "WRONG", c.name, c.looked_at, c.found) for c in found]
    rows += [(grouped.LEFT_OUT, c.name, c.looked_at, c.found) for c in left_out]
    console.table(("state", "check", "looked at", "found"), rows)


def last_lines(logs: Mapping[str, list[str]]) -> None:
    """Print the last log lines of containers that are not ready, by name."""
    for container, lines in logs.items():
        if lines:
            console.say(f"  the last lines of {container}:", style="yellow")
        for line in lines:
            console.say(f"    {line}", style="yellow", as_is=True)


def outcome(outcome: Outcome, outage: str, *, again: bool = False) -> None:
    """Print the last lines of a run that was proven.

    `outage`: what is said of it, empty where none is expected. `again`: the run was taken up again.
    """
    if console.emit_json(msgspec.to_builtins(outcome)):
        return
    how = f"{journaled.NOT_ALL}," if outcome.left_out else "done and verified"
    since = "it was taken up again" if again else "the run began"
    said = f"{outcome.task}: {how} {lasting(outcome.seconds)} after {since}"
    left = f"not required, and left out of the proof: {', '.join(outcome.left_out)}" if outcome.left_out else ""
    back = f"\nThe way back: {outcome.back}" if outcome.back else ""
    style = f"bold {'yellow' if left else 'green'}"
    console.say(f"{'; '.join(filter(None, (said, outage, left)))}.{back}", style=style)
    if outcome.back and "." not in outcome.task and not (screen.asked("quiet") or screen.asked("part")):
        console.say(f"A report for the team: {fab('incident.report')}")
