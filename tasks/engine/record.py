"""What became of a run: its journal and its tries, put together as data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ..config.settings import Environment
from ..console.commands import fab
from ..console.errors import Refused
from ..ssh import paths, scripts
from ..ssh.host import Host
from ..ssh.probe import Answers, Probe
from . import journal, lock
from .journal import FORMAT, Entry
from .plan import RELIES, Plan, Step, label

LAST = "last"  # how an operator names the run that was worked on last


class StepStatus(Struct, frozen=True, kw_only=True):
    """One step of a run on one host; `state` is waiting, running, done, failed or cut off; times are the host's."""

    name: str
    title: str
    commands: tuple[str, ...]
    state: str
    tries: int = 0
    code: int | None = None
    began: float | None = None
    ended: float | None = None

    @property
    def seconds(self) -> float | None:
        """How long the last try took, if it ended; None as well where the host's clock was set meanwhile."""
        if self.began is None or self.ended is None or self.began > self.ended:
            return None
        return round(self.ended - self.began, 2)


class RunRecord(Struct, frozen=True, kw_only=True):
    """A run as one host knows it; `lock` is the state of the lock there, which `holder` has; `now` its clock."""

    run: str
    owner: dict[str, str]
    plan: Plan
    steps: list[StepStatus]
    journal: list[Entry]
    holder: str = ""
    lock: str = ""
    now: float = 0.0

    @property
    def partially_applied(self) -> bool:
        """Whether something was changed and something is left to change."""
        return journal.partially_applied(self.journal)

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
        return journal.last_word(self.journal)

    def holds(self, number: int) -> bool:
        """Whether a step was done and is not needed anew: no later one relies on it that is still to be begun."""
        if self.steps[number - 1].state != "done":
            return False
        relying = {RELIES.get(effect) for effect in self.plan.steps[number - 1].effects}
        later = list(zip(self.plan.steps[number:], self.steps[number:], strict=True))
        if any(status.state == "running" for _, status in later):
            return True
        return all(status.state == "done" for step, status in later if relying.intersection(step.effects))

    def attempt(self, number: int) -> int:
        """Return which try of a step comes next; one that goes on is still the same."""
        status = self.steps[number - 1]
        return status.tries + (status.state != "running")

    @property
    def changed(self) -> bool:
        """Whether a step began that is more than a preparation, and it was not made good where it failed."""
        word = next((e for e in reversed(self.journal) if e.get("event") in (*journal.LAST_WORD, "resumed")), {})
        began = (s.tries and not p.preparation for s, p in zip(self.steps, self.plan.steps, strict=True))
        return not word.get("amended") and any(began)

    @property
    def unproven(self) -> bool:
        """Whether only the proof is left of it."""
        return bool(self.steps) and not self.over and all(step.state == "done" for step in self.steps)

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


def probe(environment: Environment, run: str | None = None) -> Probe[RunRecord | None]:
    """Return the probe of `run`, by its identifier or how that begins, or of the last one; None where there is none.

    Raises OtherFormat, when it is read, for a run that another version wrote, or whose plan cannot be read.
    """
    state = paths.state(environment)
    chosen = scripts.call("engine/find-run.sh", run or LAST)
    enter = f'cd {state} 2>/dev/null && cd "runs/$({chosen})" 2>/dev/null'
    commands = {
        "plan": f"{enter} && cat plan.json",
        "journal": f"{enter} && cat journal",
        "tries": f"{enter} && {scripts.call('engine/list-tries.sh')}",
        "lock": scripts.call("engine/show-lock.sh", STATE=state),
        "now": "date +%s",
    }
    return Probe(commands, lambda answers: parse(answers) if answers["plan"].out.strip() else None)


def parse(answers: Answers) -> RunRecord:
    """Return the record that the answers to the commands of `probe` make."""
    known = _by_its_journal(answers)
    try:
        owner, plan = _plan(answers["plan"].out)
    except ValueError as error:
        raise OtherFormat(str(error), known) from None
    tries = [line.split() for line in answers["tries"].out.splitlines() if line.strip()]
    steps = [_status(label(n, step), step, known.journal, tries) for n, step in enumerate(plan.steps, start=1)]
    return replace(known, run=plan.run, owner=owner, plan=plan, steps=steps)


def _by_its_journal(answers: Answers) -> RunRecord:
    """Return what is known of a run without its plan."""
    entries, found = journal.read_journal(answers["journal"].out), lock.read(answers["lock"].out)
    owner = {name: str(value) for name, value in journal.first(entries).items()}
    return RunRecord(
        run=owner.get("run", ""),
        owner=owner,
        plan=Plan(task=owner.get("task", "?"), purpose="as another version of these tasks planned it", steps=[]),
        steps=[],
        journal=entries,
        holder=found.run if found else "",
        lock=found.state if found else "",
        now=float(answers["now"].out.strip() or 0),
    )


def _plan(text: str) -> tuple[dict[str, str], Plan]:
    """Return who ran the plan of plan.json, and the plan.

    Raises ValueError where it is of another format as well: its steps would not be run as they were meant.
    """
    try:
        whole: dict[str, Any] = msgspec.convert(json.loads(text), dict[str, Any])
        if (written := whole.get("format", 1)) == FORMAT:
            return whole.get("owner") or {}, msgspec.convert(whole["plan"], Plan)
    except (msgspec.MsgspecError, ValueError, KeyError) as error:
        raise ValueError(f"The plan of the run cannot be read: {' '.join(str(error).split())}.") from None
    raise ValueError(
        f"The run was written by another version of these tasks (format {written}; this one reads {FORMAT}): "
        f"use that version for it, or leave it as it is."
    )


def _status(name: str, step: Step, entries: list[Entry], tries: list[list[str]]) -> StepStatus:
    own = [words for words in tries if words[0].rpartition(".")[0] == name]
    own.sort(key=lambda words: int(words[0].rpartition(".")[2]))
    times = {e["event"]: e.get("at") for e in entries if e.get("step") == name and e.get("try") == len(own)}
    words = own[-1] if own else []
    return StepStatus(
        name=name,
        title=step.title,
        commands=step.commands,
        state=_state(words),
        tries=len(own),
        code=int(words[2]) if len(words) > 2 and words[2].isdigit() else None,
        began=times.get("begin"),
        ended=times.get("end"),
    )


def _state(words: list[str]) -> str:
    if not words:
        return "waiting"
    if len(words) > 2:
        return "done" if words[2] == "0" else "failed"
    return "running" if words[1] == "alive" else "cut off"
