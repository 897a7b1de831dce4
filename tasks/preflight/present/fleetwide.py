"""A deployment whose services run on different hosts, as one: what the first host has, and what only others run."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from ...ssh.host import Host
from ...ssh.parallel import parallel_map
from . import state
from .state import State


def look(c: Host) -> State:
    """Return where the deployment is now, as its first host says it, with what only other hosts run."""
    seen = state.look(c)
    return joined(c, [seen, *parallel_map(c.fleet[1:], state.look)]) if c.environment.elsewhere else seen


def joined(c: Host, states: Sequence[State]) -> State:
    """Return the first of the `states` of a fleet's hosts, with the containers and answers that only others have.

    Of a service that several others run, those of the first of them.
    """
    seen, *others = states
    for one in others if c.environment.elsewhere else ():
        there, asked = {k.service for k in seen.containers}, {answer.url for answer in seen.responses}
        seen = structs.replace(
            seen,
            containers=[*seen.containers, *(k for k in one.containers if k.service not in there)],
            responses=[*seen.responses, *(answer for answer in one.responses if answer.url not in asked)],
        )
    return seen
