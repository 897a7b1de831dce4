"""What happened, in plain sentences with times: each entry of the journals, as somebody reads it who was not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..console.units import lasting
from ..engine.plan import label
from ..engine.record import RunRecord
from .timeline import Incident, TimelineEntry

WORDS = {
    "run": "{task} was started by {who} from {machine}",
    "resumed": "the run was taken up again by {who}",
    "failed": "{step} failed: {why}",
    "interrupted": "the run was interrupted during {step}",
    "answers": "the application answers",
    "silent": "the application does NOT answer",
    "unclosed": "what comes after the run failed: {why}",
    "proven": "the result was proven on the host",
    "undone": "the run was taken back",
    "left": "the run was left as it was",
    "notified": "the team was told: {what}",
    "documented": "the incident was documented: {what}",
}


class Event(Struct, frozen=True):
    """Something that happened: when (the host's clock, seconds), of which run, and what, in a sentence."""

    at: float
    run: str
    text: str
    bad: bool = False


def events(incident: Incident, main: RunRecord) -> Iterator[Event]:
    """Yield what happened; of other runs than the main one only what became of them, not their steps."""
    ended = {attempt(entry): entry for entry in incident.entries if entry.event == "end"}
    for entry in incident.entries:
        begins = entry.event == "begin"
        if entry.event == "end" or (begins and entry.run != main.run):
            continue
        end = ended.get(attempt(entry))
        text = f"{title(main, entry)}: {ending(entry, end)}" if begins else _worded(main, entry)
        bad = entry.event in ("failed", "unclosed") or (begins and end is not None and end.said.get("code") != 0)
        yield Event(entry.at, entry.run, text, bad)


def steps(incident: Incident, main: RunRecord) -> list[str]:
    """Return what became of each step of the plan, in its order, by its last try."""
    ends = {attempt(entry): entry for entry in incident.entries if entry.event == "end"}
    last = {number(main, e): e for e in incident.entries if e.run == main.run and e.event == "begin"}
    became = {n: ending(entry, ends.get(attempt(entry))) for n, entry in last.items()}
    return [f"{step.title}: {became.get(n, 'not begun')}" for n, step in enumerate(main.plan.steps, start=1)]


def attempt(entry: TimelineEntry) -> tuple[str, Any, Any]:
    """Return what a beginning and an end have in common: run, step and try."""
    return entry.run, entry.said.get("step"), entry.said.get("try")


def ending(begun: TimelineEntry, end: TimelineEntry | None) -> str:
    """Return how a step ended, and how long it took."""
    if end is None:
        return "begun, its end is not journaled"
    code = end.said.get("code")
    return f"{'done' if code == 0 else f'FAILED with exit code {code}'} in {lasting(end.at - begun.at)}"


def title(main: RunRecord, entry: TimelineEntry) -> str:
    """Return what a step does, in the plan's words; its name where it is of another run."""
    titles = {status.name: status.title for status in main.steps}
    titles |= {step.name: step.title for step in main.plan.steps}
    own = entry.run == main.run
    return titles.get(str(entry.said.get("step"))) or titles.get(entry.step) or entry.step if own else entry.step


def number(main: RunRecord, entry: TimelineEntry) -> int:
    """Return the number of the step of the plan that an entry is about; 0: of none."""
    labels = [label(n, step) for n, step in enumerate(main.plan.steps, start=1)]
    name = str(entry.said.get("step"))
    return labels.index(name) + 1 if name in labels else 0


def _worded(main: RunRecord, entry: TimelineEntry) -> str:
    said = defaultdict(lambda: "?", {key: str(value) for key, value in entry.said.items()})
    if "step" in said:
        said["step"] = title(main, entry)
    if entry.said.get("left_out"):
        return f"{WORDS['proven']}, but for what was not required: {', '.join(entry.said['left_out'])}"
    return WORDS.get(entry.event, entry.event).format_map(said)
