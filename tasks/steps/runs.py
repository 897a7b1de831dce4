"""The runs: what was done on the host, by whom, and what became of it."""

from __future__ import annotations

from ..console import terminal as console
from ..engine.task import task
from ..ssh import paths


@task(name="list")
def list_(c, count="20", json=False):
    """List the last runs: when, what, who, and what became of them."""
    from ..engine import history as tell
    from ..engine import journal as runs

    found = tell.parse_list(c.sh(runs.every(paths.state(c.environment), int(count))).stdout)
    if console.document(found):
        return
    if not found:
        console.say("No run yet.")
        return
    console.table(("run", "began", "task", "who", ""), map(tell.row, found))


@task
def show(c, run=None, json=False):
    """Show a run: its steps, their commands, times and logs, and the state before."""
    from ..engine import history as tell
    from ..engine import record as story

    known = story.read(c, run)
    logs = tell.logs(c, known)
    if console.document({**tell.describe(known), "logs": logs}):
        return
    tell.tell(known)
    for name, text in logs.items():
        console.say(f"The last lines of {name}:", style="bold")
        console.say(text, style="dim")
