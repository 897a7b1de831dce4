"""What became of runs, for the screen and as data."""

from __future__ import annotations

from typing import Any

import msgspec

from ..console import terminal
from ..console.commands import JOINT, fab
from ..console.units import clock, lasting, moment
from ..ssh.host import Host
from ..ssh.probe import combined
from . import journal, journaled, uptime
from .journaled import Entry
from .record import RunRecord
from .step_status import StepStatus

LOG_LINES = 40
FOR_PROGRAMS = ("kind", "ids")  # parts of what was before that say nothing to people
STOPPED = ("failed", "interrupted", "stopped")  # events that say why a run went no further
Journals = dict[str, list[Entry]]  # by the name of the run


def summaries(found: Journals) -> list[dict[str, Any]]:
    """Return who did what and what became of it, for each of the journals that `journal.every` found."""
    return [_summary(run, entries) for run, entries in found.items()]


def _summary(run: str, entries: list[Entry]) -> dict[str, Any]:
    first = journaled.first(entries)
    return {
        "run": run,
        "at": first.get("at"),
        **{name: first.get(name, "?") for name in ("task", "who", "machine")},
        "state": journaled.last_word(entries) if entries else "never begun",
        "half": journaled.partially_applied(entries),
    }


def row(run: dict[str, Any]) -> tuple[str, ...]:
    """Return the line of a table about one run of `summaries`."""
    ending = f"{run['state']}, half-way: {fab('resume')}" if run["half"] else run["state"]
    return run["run"], moment(run["at"]), run["task"], f"{run['who']} from {run['machine']}", ending


def describe(known: RunRecord) -> dict[str, Any]:
    """Return all that is known of a run."""
    return {
        **known.owner,
        "run": known.run,
        "purpose": known.plan.purpose,
        "state": known.state,
        "half": known.partially_applied,
        "lock": known.lock if known.holder == known.run else "",
        "before": msgspec.to_builtins(known.plan.before) or {},
        "outage": known.measured.outage if known.measured else None,
        "recovery": known.measured.recovery if known.measured else None,
        "answers": msgspec.to_builtins(known.answers.changes if known.answers else []),
        "steps": [{**msgspec.to_builtins(step), "seconds": step.seconds} for step in known.steps],
        "journal": known.journal,
    }


def brief(known: RunRecord) -> None:
    """Print how far a run came, what stopped it, and what is left of it."""
    _head(known)
    for entry in [entry for entry in known.journal if entry.get("event") in STOPPED][-1:]:
        terminal.say(_event(entry))
    done = [step.name for step, status in zip(known.plan.steps, known.steps, strict=True) if status.state == "done"]
    terminal.say(f"  done: {', '.join(done) or 'nothing'}")
    for number, step in enumerate(known.steps, start=1):
        if step.state != "done":
            terminal.say(f"  left: {number}. {step.title}{'' if step.state == 'waiting' else f' ({step.state})'}")
    if all(step.state == "done" for step in known.steps):
        terminal.say("  left: the proof")


def render(known: RunRecord) -> None:
    """Print what became of a run."""
    _head(known)
    before: dict[str, Any] = msgspec.to_builtins(known.plan.before) or {}
    for name, value in before.items():
        if name not in FOR_PROGRAMS and value not in ("", [], {}):
            terminal.say(f"  before: {name} {_plain(value)}")
    for entry in known.journal:
        if entry.get("event") in (*STOPPED, "resumed", "undone", "left"):
            terminal.say(_event(entry))
    if known.answers or known.plan.outage:
        terminal.say(f"  {uptime.told(known.answers, known.measured)}")
    terminal.table(("state", "began (UTC)", "took", "step"), map(_row, known.steps))


def _head(known: RunRecord) -> None:
    own = known.owner
    terminal.say(f"run {known.run}: {known.plan.task}, {known.plan.purpose}", style="bold")
    terminal.say(
        f"  by {own.get('who', '?')} from {own.get('machine', '?')}, since {own.get('since', '?')}: {known.state}"
    )
    if known.plan.because:
        terminal.say(f"  because: {known.plan.because}")


def _event(entry: Entry) -> str:
    details = ", ".join(str(entry[k]) for k in ("step", "why", "who", "by") if entry.get(k))
    return f"  {moment(entry.get('at'))} {entry['event']}{': ' + details if details else ''}"


def _row(step: StepStatus) -> tuple[str, ...]:
    """Return the line of a table about one step."""
    began = clock(step.began) if step.began else ""
    took = "" if step.seconds is None else lasting(step.seconds)
    tries = f" ({step.tries} tries)" if step.tries > 1 else ""
    return f"{step.state}{tries}", began, took.replace(" ", JOINT), f"{step.name}: {step.title}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def logs(host: Host, known: RunRecord) -> dict[str, str]:
    """Return the last lines of the logs of steps that did not succeed, or of the last one that ran."""
    ran = [s for s in known.steps if s.tries]
    wanted = [s for s in ran if s.state != "done"] or ran[-1:]
    folder = journal.folder(host.environment, known.run)
    names = [f"{s.name}.{s.tries}" for s in wanted]
    found: dict[str, str] = host.ask(
        combined(dict, **{name: journal.log_of(folder, name, LOG_LINES) for name in names})
    )
    return {name: text for name, text in found.items() if text.strip()}
