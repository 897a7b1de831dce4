"""What became of runs, for the screen and as data."""

from __future__ import annotations

import msgspec

from ..console import terminal as console
from ..console.units import moment
from ..ssh import paths
from . import journal as runs
from . import record as story
from .record import Story, Told

LOG_LINES = 40


def parse_list(out: str) -> list[dict]:
    """Return who did what and what became of it, for each run that `runs.every` printed."""
    found = []
    for name, journal in runs.journals(out).items():
        first = next((e for e in journal if e.get("event") == "run"), {})
        found.append(
            {
                "run": name,
                "at": first.get("at"),
                "task": first.get("task", "?"),
                "who": first.get("who", "?"),
                "machine": first.get("machine", "?"),
                "state": story.last_word(journal) if journal else "never begun",
                "half": next((e["half"] for e in reversed(journal) if "half" in e), False),
            }
        )
    return found


def row(run: dict) -> tuple[str, ...]:
    """Return the line of a table about one run of `parse_list`."""
    ending = f"{run['state']}{', half-way: fab resume' if run['half'] else ''}"
    return run["run"], moment(run["at"]), run["task"], f"{run['who']} from {run['machine']}", ending


def describe(known: Story) -> dict:
    """Return all that is known of a run."""
    return {
        **known.owner,
        "run": known.run,
        "purpose": known.plan.purpose,
        "state": known.state,
        "half": known.half,
        "lock": known.lock if known.holder == known.run else "",
        "before": _before(known),
        "steps": [{**msgspec.to_builtins(step), "seconds": step.seconds} for step in known.steps],
        "journal": known.journal,
    }


def tell(known: Story) -> None:
    """Print the story of a run."""
    own = known.owner
    console.say(f"run {known.run}: {known.plan.task}, {known.plan.purpose}", style="bold")
    console.say(
        f"  by {own.get('who', '?')} from {own.get('machine', '?')}, since {own.get('since', '?')}: {known.state}"
    )
    for name, value in _before(known).items():
        if name != "kind" and value not in ("", [], {}):
            console.say(f"  before: {name} {_plain(value)}")
    for entry in known.journal:
        if entry.get("event") in ("resumed", "failed", "interrupted", "undone", "left", "stopped"):
            details = ", ".join(str(entry[k]) for k in ("step", "why", "who", "by") if entry.get(k))
            console.say(f"  {moment(entry.get('at'))} {entry['event']}{': ' + details if details else ''}")
    console.table(("step", "", "state", "tries", "began", "took"), map(_row, known.steps))


def _row(step: Told) -> tuple[str, ...]:
    """Return the line of a table about one step."""
    began = moment(step.began) if step.began else ""
    took = "" if step.seconds is None else f"{step.seconds:.1f} s"
    return step.name, step.title, step.state, str(step.tries or ""), began, took


def _before(known: Story) -> dict:
    return msgspec.to_builtins(known.plan.before) or {}


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def logs(c, known: Story) -> dict[str, str]:
    """Return the last lines of the logs of steps that did not succeed, or of the last one that ran."""
    ran = [s for s in known.steps if s.tries]
    wanted = [s for s in ran if s.state != "done"] or ran[-1:]
    folder = f"{paths.state(c.environment)}/runs/{known.run}"
    names = [f"{s.name}.{s.tries}" for s in wanted]
    answers = c.ask({name: runs.log_of(folder, name, LOG_LINES) for name in names})
    return {name: answer.out.strip("\n") for name, answer in answers.items() if answer.out.strip()}
