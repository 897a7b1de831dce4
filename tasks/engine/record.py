"""What became of a run: its journal and its tries, put together as data."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from ..console.errors import Refused
from ..ssh import paths
from ..ssh.host import Host
from ..ssh.shell import Answer
from . import job
from . import journal as runs
from .plan import Plan

# The last word about a run, by the last entry of its journal that says one.
LAST_WORD = {
    "proven": "done and verified",
    "failed": "failed",
    "interrupted": "interrupted",
    "undone": "taken back",
    "left": "left as it was",
}


class Told(Struct, frozen=True, kw_only=True):
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
        """How long the last try took, if it ended."""
        known = self.began and self.ended and self.began <= self.ended  # the host's clock may have been set
        return round(self.ended - self.began, 2) if known else None


class Story(Struct, kw_only=True):
    """A run as one host knows it."""

    run: str
    owner: dict
    plan: Plan
    steps: list[Told]
    journal: list[dict]
    holder: str = ""
    lock: str = ""
    now: float = 0.0

    @property
    def half(self) -> bool:
        """Whether the host is half-done: something was changed and something is left to change."""
        return next((e["half"] for e in reversed(self.journal) if "half" in e), False)

    @property
    def state(self) -> str:
        """What became of the run, in a word or three."""
        if self.holder == self.run and self.lock == "LIVE":
            return "running"
        if any(step.state == "running" for step in self.steps):
            return "a step goes on without its operator"
        return last_word(self.journal)

    def holds(self, number: int) -> bool:
        """Whether a step was done and is not needed anew: no later one relies on it that is still to be begun."""
        if self.steps[number - 1].state != "done":
            return False
        if any(told.state == "running" for told in self.steps[number:]):
            return True
        until, every = self.plan.steps[number - 1].until, zip(self.plan.steps, self.steps, strict=True)
        return all(told.state == "done" for step, told in every if step.name in until)

    def attempt(self, number: int) -> int:
        """Return which try of a step comes next; one that goes on is still the same."""
        told = self.steps[number - 1]
        return told.tries + (told.state != "running")

    @property
    def over(self) -> bool:
        """Whether there is nothing left to do: the run was proven, taken back, or left as it was."""
        return any(e.get("event") in ("proven", "undone", "left") for e in self.journal)


def last_word(journal: list[dict]) -> str:
    """Return what the journal says of a run that nobody works on."""
    events = [e.get("event") for e in journal]
    said = next((e for e in reversed(events) if e in LAST_WORD or e == "resumed"), None)
    return LAST_WORD.get(said, "cut off")


def read(host: Host, run: str | None = None) -> Story:
    """Return the story of `run`, or of the last one; Refused when the host knows none."""
    folder = paths.state(host.environment)
    answers = host.ask(runs.questions(folder, run or ""))
    if not answers["plan"].out.strip():
        known = f"no run {run}; fab runs.list names them" if run else "no run yet"
        raise Refused(f"{host.address}: {known}.")
    return parse(answers)


def holder(host: Host) -> str:
    """Return the run that holds the lock, or nothing."""
    return host.sh(f"cat {paths.state(host.environment)}/lock/run 2>/dev/null || :").stdout.strip()


def parse(answers: dict[str, Answer]) -> Story:
    """Return the story that the answers to `runs.questions` tell; Refused when the plan cannot be read."""
    try:
        whole = msgspec.json.decode(answers["plan"].out.strip())
        plan = msgspec.convert(whole["plan"], Plan)
    except (msgspec.MsgspecError, KeyError, TypeError) as error:
        raise Refused(f"The plan of the run cannot be read: {' '.join(str(error).split())}.") from None
    journal = runs.read_journal(answers["journal"].out)
    tries = [line.split() for line in answers["tries"].out.splitlines() if line.strip()]
    return Story(
        run=plan.run,
        owner=whole.get("owner") or {},
        plan=plan,
        steps=[_told(n, step, journal, tries) for n, step in enumerate(plan.steps, start=1)],
        journal=journal,
        holder=answers["holder"].out.strip(),
        lock=answers["lock"].out.strip().partition("\n")[0],
        now=float(answers["now"].out.strip() or 0),
    )


def _told(number: int, step, journal: list[dict], tries: list[list[str]]) -> Told:
    name = job.label(number, step)
    own = [words for words in tries if words[0].rpartition(".")[0] == name]
    own.sort(key=lambda words: int(words[0].rpartition(".")[2]))
    entries = [e for e in journal if e.get("step") == name and e.get("try") == len(own)]
    times = {e["event"]: e.get("at") for e in entries}
    words = own[-1] if own else []
    return Told(
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
