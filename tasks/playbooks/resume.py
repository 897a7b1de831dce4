"""Go on where a run was cut off."""

from __future__ import annotations

from ..console import terminal as console
from ..engine import display, history, selection
from ..engine import run as runner
from ..engine.options import LAST_RUN
from ..ssh import fleet
from ..ssh.host import Host
from ..steps.declare import DEPLOYMENT, task


@task(help=LAST_RUN)
def resume(
    c: Host,
    run: str | None = None,
    skip_host: str | None = None,
    yes: bool = False,
    plan: bool = False,
    json: bool = False,
    quiet: bool = False,
    verbose: bool = False,
) -> None:
    """Continue a run that was cut off or failed half-way, from the first step that is not done."""
    c = fleet.without(c, skip_host) if skip_host else c
    known = selection.to_continue(c, run)
    history.brief(known)
    if plan:
        console.emit_json(history.describe(known))
        console.say("Nothing was changed (--plan).")
        return
    display.summary(known.plan)
    console.confirm(f"Continue this on {display.where(c)}?", yes)
    runner.take_up(c, known, DEPLOYMENT)
