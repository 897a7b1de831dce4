"""Outage and recovery of a run: the hosts are had to note them by themselves, and what they noted is read."""

from __future__ import annotations

from ..ssh import paths
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from . import record, uptime
from .plan import Plan
from .uptime import Measured
from .world import World


def begin(world: World, fleet: tuple[Host, ...], plan: Plan) -> None:
    """Have every host note when the application answers, whatever becomes of this client, where a step stops it."""

    def on(member: Host) -> None:
        asking = world.asking(member)
        if asking is not None:
            state = paths.state(member.environment)
            member.sh(uptime.begin(state, plan.run, asking), timeout=20, check=False)

    if plan.outage:
        parallel_map(fleet, on)


def measured(fleet: tuple[Host, ...], plan: Plan) -> Measured | None:
    """Return the longest outage of a plan that was carried out; None where a host did not measure it."""
    patience = uptime.SETTLING if plan.expect.healthy else 0

    def on(member: Host) -> Measured | None:
        known = member.ask(record.probe(member.environment, plan.run, patience))
        return known.measured if known else None

    return uptime.worst(parallel_map(fleet, on)) if plan.outage else None
