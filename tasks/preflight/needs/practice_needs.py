"""Whether the way back was gone lately, as practice: `fab drill`."""

from __future__ import annotations

from ...console.commands import fab
from ...console.units import age
from ..history.drills import PROVEN, Drill
from .looked import Looked
from .need import Need, doubtful, ok

LATELY = 31 * 86400  # seconds: a drill is for every week, or at least for every month


def drill(k: Looked) -> Need | None:
    """Return whether the last drill was passed, and lately; it is remembered on the first host."""
    if not k.primary:
        return None
    cure = _cure(k)
    if not k.drills:
        return doubtful("never drilled", cure)
    last = k.drills[-1]
    past = max(0.0, k.examined.now - last.at)
    if not last.passed:
        return doubtful(f"the last one, {last.kind}, {age(past)} ago: {_why(last)}", cure)
    said = f"the last one, {last.kind}, passed {age(past)} ago"
    return doubtful(said, cure) if past > LATELY else ok(said)


def _cure(k: Looked) -> str:
    """Return the drill that fits: of production, where it interrupts nobody, unless it is a stack: of that none is."""
    if not k.production:
        return fab("drill")
    return fab(f"drill --interrupt {k.environment.name}" if k.environment.stack else "drill --beside")


def _why(last: Drill) -> str:
    """Return what kept a drill from being passed."""
    return ", ".join([*(f"{part.name} {part.state}" for part in last.parts if part.state != PROVEN), *last.missed])
