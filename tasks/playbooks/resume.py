"""Go on where a run was cut off."""

from __future__ import annotations

import time

from ..console import terminal as console
from ..engine.options import LAST_RUN
from ..engine.task import task


@task(help=LAST_RUN)
def resume(c, run=None, yes=False, plan=False, json=False):
    """Continue a run that was cut off or failed half-way, from the first step that is not done."""
    from ..engine import history as tell
    from ..engine import run as runner
    from ..engine import selection as choice

    started = time.monotonic()
    known = choice.to_continue(c, run)
    tell.tell(known)
    left = [step for step in known.steps if step.state != "done"]
    for step in left:
        console.say(f"  left: {step.title} ({step.state})")
    if not left:
        console.say("  left: the proof")
    if plan:
        console.document(tell.describe(known))
        console.say("Nothing was changed (--plan).")
        return
    console.confirm(f"Continue this on {c.environment.name}?", yes)
    runner.take_up(c, known, started)
