"""Where the deployment is now, on one screen."""

from __future__ import annotations

from ..console import terminal as console
from ..engine.task import task


@task
def status(c, json=False):
    """Show where the deployment is now, on one screen, however much of it is broken."""
    from msgspec import to_builtins

    from ..preflight import overview
    from ..ssh.parallel import parallel_map

    found = parallel_map(c.fleet, overview.look)
    if console.document([{**to_builtins(o), "lines": dict(o.lines)} for o in found]):
        return found
    for one in found:
        console.say(f"{c.environment.name} ({one.host})", style="bold")
        for subject, text in one.lines:
            console.say(f"  {subject:<12}{text}")
    if not all(one.well for one in found):
        console.say("Something is wrong. Next: fab diagnose", style="yellow")
    return found
