"""The runs: what was done on the host, by whom, and what became of it."""

from __future__ import annotations

from ..console import terminal as console
from ..engine import completion, history, journal, record
from ..ssh.host import Host
from .declare import task


@task(name="list")
def list_(c: Host, count: int | str = "20", json: bool = False) -> None:
    """List the last runs: when, what, who, and what became of them."""
    found = history.summaries(c.ask(journal.every(c.environment, int(count))))
    completion.remember(c.environment, "run", (one["run"] for one in reversed(found)))
    if console.emit_json(found):
        return
    if not found:
        console.say("No run yet.")
        return
    console.table(("run", "began", "task", "who", "state"), map(history.row, reversed(found)))


@task
def show(c: Host, run: str | None = None, json: bool = False) -> None:
    """Show a run: its steps, their commands, times and logs, and the state before."""
    known = record.read(c, run)
    logs = history.logs(c, known)
    if console.emit_json({**history.describe(known), "logs": logs}):
        return
    history.render(known)
    for name, text in logs.items():
        console.say(f"The last lines of {name}:", style="bold")
        console.say(text, style="dim", as_is=True)
