"""Which run an operator means, and whether that can be done with it."""

from __future__ import annotations

from ..console.errors import Refused
from . import record as story
from .before import SchemaBefore, SwappedBefore
from .record import Story

KEPT = "release.begin"  # what it kept is gone back to by name only: a deployment came after it


def to_continue(c, run: str | None) -> Story:
    """Return the run that `resume` means; Refused when there is nothing to continue."""
    known = story.read(c, run or story.holder(c) or None)
    if known.over:
        raise Refused(f"Run {known.run} ({known.plan.task}) is over: {known.state}. There is nothing to continue.")
    return known


def to_undo(c, run: str | None) -> Story:
    """Return the run that `undo` means; Refused when it left nothing that could be taken back."""
    known = story.read(c, run or story.holder(c) or None)
    changed = any(t.tries and not s.preparation for t, s in zip(known.steps, known.plan.steps, strict=True))
    if not changed:
        raise Refused(f"Run {known.run} ({known.plan.task}) changed nothing: there is nothing to take back.")
    if any(e.get("event") == "undone" for e in known.journal):
        raise Refused(f"Run {known.run} ({known.plan.task}) was taken back already.")
    if not run and known.plan.task == KEPT:
        raise Refused(f"Run {known.run} ({KEPT}) only kept a release. The way back to that: {known.plan.back}")
    if not isinstance(known.plan.before, (SchemaBefore, SwappedBefore)):
        back = known.plan.back or "none is known"
        raise Refused(
            f"Run {known.run} ({known.plan.task}) is not taken back by undo. Its way back: {back}. "
            "An earlier run is: fab undo --run ID; fab runs.list shows them."
        )
    return known
