"""Where the deployment is now, on one screen."""

from __future__ import annotations

from typing import Any

from msgspec import to_builtins

from ..console import terminal as console
from ..console.commands import fab
from ..preflight.checks import mix
from ..preflight.checks.overview import Overview
from ..ssh.host import Host
from .declare import task


@task
def status(c: Host, json: bool = False) -> list[Overview]:
    """Show where the deployment is now, on one screen, however much of it is broken.

    The exit code is 0 where it could be read, even if something is wrong: `verify` ends with 1 then.
    """
    found = mix.look(c.fleet)
    if console.emit_json([_as_data(o) for o in found]):
        return found
    for one in found:
        console.say(f"{c.environment.name} ({one.host})", style="bold")
        for subject, text in one.lines:
            console.say(f"  {subject:<12}{text}")
    if not all(one.well for one in found):
        leads_on = ": a host cannot be reached." if any(map(mix.away, found)) else f". Next: {fab('diagnose')}"
        console.say(f"Something is wrong{leads_on}", style="yellow")
    if mixed := mix.told(found):
        console.say(f"MIXED: {mixed}", style="bold yellow")
    return found


def _as_data(one: Overview) -> dict[str, Any]:
    """Return a host as data: its facts under their own names, and the lines as they stand on the screen."""
    whole: dict[str, Any] = to_builtins(one)
    return {**whole.pop("facts"), **whole, "lines": dict(one.lines)}
