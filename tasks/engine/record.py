"""What became of a run: its journal and its tries, put together as data."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..config.settings import Environment
from ..console.commands import fab
from ..console.errors import Refused
from ..ssh import paths, scripts
from ..ssh import probe as probes
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from ..ssh.probe import Probe
from . import journaled, lock, plan_file, uptime
from .journaled import Entry
from .plan import RELIES, Plan, Step, label
from .step_status import StepStatus, status_of
from .uptime import Answers, Measured

LAST = "last"  # how an operator names the run that was worked on last


class RunRecord(Struct, frozen=True, kw_only=True):
    """A run as one host knows it; `lock` is the state of the lock there, which `holder` has; `now` its clock.

    `answers` is what was noted of the application meanwhile; None where nobody asked. `elsewhere`: another host of
    the fleet was changed, whose turn came first.
    """

    run: str
    owner: dict[str, str]
    plan: Plan
    steps: list[StepStatus]
    journal: list[Entry]
    holder: str = ""
    lock: str = ""
    now: float = 0.0
    answers: Answers | None = None
    elsewhere: bool = False

    @property
    def measured(self) -> Measured | None:
        """How long the application did not answer, as the host noted it, else as the journal says; None: not known."""
        return uptime.measured(self.answers, self.journal, self.plan) or uptime.closed_with(self.journal)

    @property
    def partially_applied(self) -> bool:
        """Whether something was changed and something is left to change."""
        return journaled.partially_applied(self.journal)

    @property
    def running(self) -> bool:
        """Whether a step runs there."""
        return any(step.state == "running" for step in self.steps)

    @property
    def state(self) -> str:
        """What became of the run, in a word or three."""
        if self.holder == self.run and self.lock == "LIVE":
            return "running"
        if self.running:
            return "a step goes on without its operator"
        return journaled.last_word(self.journal)

    def holds(self, number: int) -> bool:
        """Whether a step was done and is not needed anew: no later one relies on it that is still to be begun."""
        step, status = self.plan.steps[number - 1], self.steps[number - 1]
        if status.state != "done" or step.after or (step.own and status.elsewhere):
            return False
        relying = {RELIES.get(effect) for effect in step.effects}
        later = list(zip(self.plan.steps[number:], self.steps[number:], strict=True))
        if step.closes:  # what it closes is opened again where that does not hold
            return self.holds(next(n for n, one in enumerate(self.plan.steps, start=1) if one.name == step.closes))
        if any(other.closes == step.name for other in self.plan.steps):  # it may have been closed meanwhile
            return all(status.state == "done" for other, status in later if not other.after)
        if any(status.state == "running" for _, status in later):
            return True
        return all(status.state == "done" for step, status in later if relying.intersection(step.effects))

    @property
    def begun(self) -> list[Step]:
        """The steps that were begun, however they ended."""
        return [step for step, status in zip(self.plan.steps, self.steps, strict=False) if status.tries]

    def left_open(self, *, after: bool) -> list[Step]:
        """Return the steps that close what was begun and not closed since: at the end, or in the host's turn."""
        begun = {status.name.partition("-")[2]: status.began or 0 for status in self.steps if status.tries}
        closing = [(p, s) for p, s in zip(self.plan.steps, self.steps, strict=True) if p.closes and p.after is after]
        return [p for p, s in closing if p.closes in begun and (s.ended or 0) <= begun[p.closes]]

    def attempt(self, number: int) -> int:
        """Return which try of a step comes next; one that goes on is still the same."""
        status = self.steps[number - 1]
        return status.tries + (status.state != "running")

    @property
    def changed(self) -> bool:
        """Whether a step began that is more than a preparation, and it was not made good where it failed."""
        began = (s.tries and not p.preparation for s, p in zip(self.steps, self.plan.steps, strict=True))
        return not journaled.last_turn(self.journal).get("amended") and (self.elsewhere or any(began))

    @property
    def unproven(self) -> bool:
        """Whether only the proof is left of it."""
        main = [status for status, step in zip(self.steps, self.plan.steps, strict=False) if not step.after]
        return bool(main) and not self.over and all(status.state == "done" for status in main)

    @property
    def undone(self) -> bool:
        """Whether it was taken back."""
        return self._says("undone")

    @property
    def over(self) -> bool:
        """Whether there is nothing left to do: the run was proven, taken back, or left as it was."""
        return self._says("proven", "undone", "left")

    def _says(self, *events: str) -> bool:
        return any(e.get("event") in events for e in self.journal)


def done(plan: Plan, records: Sequence[RunRecord]) -> list[str]:
    """Return the names of the steps that are done on every host they are for; `records`: the primary's first."""
    return [
        step.name
        for at, step in enumerate(plan.steps)
        if all(known.steps[at].state == "done" for known in (records[:1] if step.primary_only else records))
    ]


class OtherFormat(Refused):
    """The plan of a run cannot be read: another version of these tasks wrote it; `known` is what its journal says."""

    def __init__(self, message: str, known: RunRecord) -> None:
        super().__init__(message)
        self.known = known


def read(host: Host, run: str | None = None) -> RunRecord:
    """Return the record of `run`, or of the last one; Refused when the host knows none, or not how to read it."""
    found = host.ask(probe(host.environment, run))
    if found is None:
        known = f"no run {run}, or several; {fab('runs.list')} names them" if run and run != LAST else "no run yet"
        raise Refused(f"{known}.", at=host.address)
    return found


def of_fleet(host: Host, known: RunRecord) -> RunRecord:
    """Return the record of a run that the first host has with what only others know: that it changed something."""
    if known.changed or len(host.fleet) < 2:
        return known
    others = parallel_map(host.fleet[1:], lambda member: member.ask(probe(member.environment, known.run)))
    return replace(known, elsewhere=any(other.changed for other in others if other))


def probe(environment: Environment, run: str | None = None, patience: int = 0) -> Probe[RunRecord | None]:
    """Return the probe of `run`, by its identifier or how that begins, or of the last one; None where there is none.

    `patience`: tenths of a second that it may take until the application was seen to answer.

    Raises OtherFormat, when it is read, for a run that another version wrote, or whose plan cannot be read.
    """
    state = paths.state(environment)
    chosen = scripts.call("engine/find-run.sh", run or LAST)
    enter = f'cd {state} 2>/dev/null && cd "runs/$({chosen})" 2>/dev/null'
    commands = {
        "plan": f"{enter} && cat plan.json",
        "journal": f"{enter} && cat journal",
        "tries": f"{enter} && {scripts.call('engine/list-tries.sh')}",
        "answers": f"{enter} && {uptime.shown(patience)}",
        "lock": scripts.call("engine/show-lock.sh", STATE=state),
        "now": "date +%s",
    }
    return Probe(commands, lambda found: parse(found) if found["plan"].out.strip() else None)


def parse(found: probes.Answers) -> RunRecord:
    """Return the record that the answers to the commands of `probe` make."""
    known = _by_its_journal(found)
    try:
        owner, plan = plan_file.read(found["plan"].out)
    except ValueError as error:
        raise OtherFormat(str(error), known) from None
    tries = [line.split() for line in found["tries"].out.splitlines() if line.strip()]
    steps = [status_of(label(n, step), step, known.journal, tries) for n, step in enumerate(plan.steps, start=1)]
    return replace(known, run=plan.run, owner=owner, plan=plan, steps=steps)


def _by_its_journal(found: probes.Answers) -> RunRecord:
    """Return what is known of a run without its plan."""
    entries, held = journaled.read(found["journal"].out), lock.read(found["lock"].out)
    owner = {name: str(value) for name, value in journaled.first(entries).items()}
    return RunRecord(
        run=owner.get("run", ""),
        owner=owner,
        plan=Plan(task=owner.get("task", "?"), purpose="as another version of these tasks planned it", steps=[]),
        steps=[],
        journal=entries,
        holder=held.run if held else "",
        lock=held.state if held else "",
        now=float(found["now"].out.strip() or 0),
        answers=uptime.read(found["answers"].out),
    )
