"""The runs: what was done on the host, by whom, and what became of it."""

from __future__ import annotations

import time

import msgspec

from ..core import console, state
from ..core.errors import Refused
from ..core.journal import runs, story
from ..core.task import task

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


def moment(at: float | None) -> str:
    """Return a time of the host as the operator's clock shows it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at)) if at else ""


def describe(known: story.Story) -> dict:
    """Return all that is known of a run."""
    return {
        **known.owner,
        "run": known.run,
        "purpose": known.plan.purpose,
        "state": known.state,
        "half": known.half,
        "lock": known.lock if known.holder == known.run else "",
        "before": known.plan.before,
        "steps": [{**msgspec.to_builtins(step), "seconds": step.seconds} for step in known.steps],
        "journal": known.journal,
    }


@task(name="list")
def list_(c, count="20", json=False):
    """List the last runs: when, what, who, and what became of them."""
    found = parse_list(c.sh(runs.every(state.folder(c.environment), int(count))).stdout)
    if console.document(found):
        return
    if not found:
        console.say("No run yet.")
        return
    rows = [(r["run"], moment(r["at"]), r["task"], f"{r['who']} from {r['machine']}", _ending(r)) for r in found]
    console.table(("run", "began", "task", "who", ""), rows)


def _ending(run: dict) -> str:
    return f"{run['state']}{', half-way: fab resume' if run['half'] else ''}"


@task
def show(c, run=None, json=False):
    """Show a run: its steps, their commands, times and logs, and the state before."""
    known = story.read(c, run)
    logs = _logs(c, known)
    if console.document({**describe(known), "logs": logs}):
        return
    tell(known)
    for name, text in logs.items():
        console.say(f"The last lines of {name}:", style="bold")
        console.say(text, style="dim")


def tell(known: story.Story) -> None:
    """Print the story of a run."""
    own = known.owner
    console.say(f"run {known.run}: {known.plan.task}, {known.plan.purpose}", style="bold")
    console.say(
        f"  by {own.get('who', '?')} from {own.get('machine', '?')}, since {own.get('since', '?')}: {known.state}"
    )
    for name, value in known.plan.before.items():
        console.say(f"  before: {name} {_plain(value)}")
    for entry in known.journal:
        if entry.get("event") in ("resumed", "failed", "interrupted", "undone", "left", "stopped"):
            details = ", ".join(str(entry[k]) for k in ("step", "why", "who", "by") if entry.get(k))
            console.say(f"  {moment(entry.get('at'))} {entry['event']}{': ' + details if details else ''}")
    rows = [
        (s.name, s.title, s.state, s.tries or "", moment(s.began), "" if s.seconds is None else f"{s.seconds:.1f} s")
        for s in known.steps
    ]
    console.table(("step", "", "state", "tries", "began", "took"), rows)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _logs(c, known: story.Story) -> dict[str, str]:
    """Return the last lines of the logs of steps that did not succeed, or of the last one that ran."""
    ran = [s for s in known.steps if s.tries]
    wanted = [s for s in ran if s.state != "done"] or ran[-1:]
    folder = f"{state.folder(c.environment)}/runs/{known.run}"
    names = [f"{s.name}.{s.tries}" for s in wanted]
    answers = c.ask({name: runs.log_of(folder, name, LOG_LINES) for name in names})
    return {name: answer.out.strip("\n") for name, answer in answers.items() if answer.out.strip()}


def to_continue(c, run: str | None) -> story.Story:
    """Return the run that `resume` means; Refused when there is nothing to continue."""
    known = story.read(c, run or story.holder(c) or None)
    if known.over:
        raise Refused(f"Run {known.run} ({known.plan.task}) is over: {known.state}. There is nothing to continue.")
    return known


def to_undo(c, run: str | None) -> story.Story:
    """Return the run that `undo` means; Refused when it left nothing that could be taken back."""
    known = story.read(c, run or story.holder(c) or None)
    changed = any(t.tries and not s.preparation for t, s in zip(known.steps, known.plan.steps, strict=True))
    if not changed:
        raise Refused(f"Run {known.run} ({known.plan.task}) changed nothing: there is nothing to take back.")
    if any(e.get("event") == "undone" for e in known.journal):
        raise Refused(f"Run {known.run} ({known.plan.task}) was taken back already.")
    if not ({"images", "revision"} & known.plan.before.keys()):
        back = known.plan.back or "none is known"
        raise Refused(f"Run {known.run} ({known.plan.task}) is not taken back by undo. Its way back: {back}.")
    return known
