"""The tool itself: which version this is, and what it can do."""

from __future__ import annotations

from invoke import Context
from msgspec import to_builtins

from ..console import terminal as console
from ..console.terminal import SCHEMA_VERSION
from ..console.version import NAME, VERSION
from ..engine import listing, mounting
from ..engine.task import HereTask
from .declare import task


@task(klass=HereTask)
def about(c: Context, json: bool = False) -> None:
    """Print the version of this tool, and its tasks in groups; no host is asked."""
    groups = listing.groups(mounting.offered())
    if console.emit_json({"name": NAME, "version": VERSION, "groups": to_builtins(groups)}):
        return
    console.say(f"{NAME} {VERSION}, JSON documents of version {SCHEMA_VERSION}", style="bold")
    for group in groups:
        console.say(f"{group.title}: {', '.join(entry.name for entry in group.tasks)}")
