"""What `--on-failure undo` does: a run that fails half-way is taken back at once, by the task that takes runs back."""

from __future__ import annotations

from typing import Any

from invoke import Exit, Task

from ..console import terminal
from ..console.errors import Failed, Held, Refused, Stopped
from ..ssh.host import Host
from . import journaled, record
from .plan import Plan
from .run import RunOptions
from .run import carry_out as held
from .world import Outcome, World

Undo = Task[Any] | None


def carry_out(host: Host, plan: Plan, options: RunOptions, world: World, undo: Undo) -> Outcome | None:
    """Carry a plan out; where a step or the proof fails, take back what was done, and raise Failed all the same.

    What the operator interrupted, or a host that is gone, holds the run as ever: nobody knows that it failed.
    """
    if undo is None or not plan.undoable:
        raise Refused(f"--on-failure: {plan.task} is not taken back by undo.")
    try:
        return held(host, plan, options, world)
    except (Held, Refused):
        raise
    except Failed as failed:
        if not _failed(host, plan):
            raise
        terminal.say(str(failed), style="yellow")
        raise _taken_back(host, plan, undo, failed) from None


def _failed(host: Host, plan: Plan) -> bool:
    """Return whether the run failed, as its journals say, and left something changed."""
    try:
        known = record.of_fleet(host, record.read(host, plan.run))
    except (Stopped, OSError, EOFError):
        return False
    return known.changed and journaled.last_word(known.journal) == journaled.LAST_WORD["failed"]


def _taken_back(host: Host, plan: Plan, undo: Task[Any], failed: Failed) -> Failed:
    """Return what the operator is told at last, once the run was taken back, or could not be."""
    why = str(failed).splitlines()[0]
    try:
        with terminal.as_part():
            undo(host, run=plan.run, yes=True)
    except Exit as error:
        return Failed(f"{plan.task} failed: {why}\nIt could not be taken back either: {error.message}")
    return Failed(f"{plan.task} failed: {why}\nIt was taken back (--on-failure undo): what came back stands above.")
