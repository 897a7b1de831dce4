"""One step out of two: both at once where neither needs the other, else one after the other."""

from __future__ import annotations

from functools import partial, reduce

from ..ssh.scripts import call
from .plan import Part, Step, flat


def at_once(first: Part, second: Part, *, apart: bool) -> list[Step]:
    """Return one step that runs both parts at once, each in its order; or `apart`: all steps, one after the other."""
    one, two = flat(first), flat(second)
    if not one or not two or apart:
        return [*one, *two]
    in_turn = partial(joined, "engine/in-turn.sh")
    return [joined("engine/together.sh", reduce(in_turn, one), reduce(in_turn, two))]


def joined(file: str, first: Step, second: Step) -> Step:
    """Return one step whose script `file` runs both, and fails as the one that fails."""
    names = [f"{step.name}.sh" for step in (first, second)]
    return Step(
        name=f"{first.name}-and-{second.name}",
        title=f"{first.title}; {second.title[0].lower()}{second.title[1:]}",
        script=call(file, *names),
        files={**first.files, **second.files, names[0]: first.script, names[1]: second.script},
        commands=(*first.commands, *second.commands),
        primary_only=first.primary_only,
        preparation=first.preparation and second.preparation,
        outage=first.outage or second.outage,
        stop="\n".join(filter(None, (first.stop, second.stop))),
        timeout=max(first.timeout, second.timeout),
        effects=(*first.effects, *second.effects),
    )
