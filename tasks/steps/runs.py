"""The runs: what was done on the host, by whom, and what became of it."""

from __future__ import annotations

from ..console import terminal as console
from ..engine import history, journal, record
from ..engine.task import task
from ..ssh import paths
from ..ssh.host import Host


@task(name="list")
def list_(c: Host, count: int | str = "20", json: bool = False) -> None:
    """List the last runs: when, what, who, and what became of them."""
    found = history.parse_list(c.sh(journal.every(paths.state(c.environment), int(count))).stdout)
    if console.document(found):
        return
    if not found:
        console.say("No run yet.")
        return
    console.table(("run", "began", "task", "who", ""), map(history.row, found))


@task
def show(c: Host, run: str | None = None, json: bool = False) -> None:
    """Show a run: its steps, their commands, times and logs, and the state before."""
    known = record.read(c, run)
    logs = history.logs(c, known)
    if console.document({**history.describe(known), "logs": logs}):
        return
    history.tell(known)
    for name, text in logs.items():
        console.say(f"The last lines of {name}:", style="bold")
        console.say(text, style="dim")
