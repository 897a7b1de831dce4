"""The deployment as the engine sees it: what it asks of the world that a run changes."""

from __future__ import annotations

from collections.abc import Sequence

from ..console.commands import fab
from ..console.errors import Stopped
from ..console.units import size
from ..engine import journal
from ..engine.before import DroppedBefore, SchemaBefore
from ..engine.plan import UNDO, Expectation, Plan
from ..engine.uptime import Asking
from ..engine.world import Check, Proof
from ..ssh.host import Host
from ..ssh.probe import answered
from ..tools.alembic.migrate import WAYS_OUT
from ..tools.http import fetch
from . import ways_out
from .backups import copies, safety
from .checks import health, proof
from .present import state
from .present.state import State

NO_ADDRESS = Check("health", "no health address is configured", "the containers alone were looked at", False)
LITTLE = 2**28  # bytes free below which the disk may be the cause, and is in the way of what comes next


class DeploymentWorld:
    """Containers, checkout and database of an environment: `engine.world.World`, read from the host each time."""

    def prove(self, host: Host, expect: Expectation) -> Proof:
        """Wait until `host` is ready, or visibly will not be, and return what it is then."""
        not_ready = proof.wait(host, expect)
        checks, left_out = proof.look(host, expect)
        return Proof(
            checks=health.suspecting([*health.steady(not_ready), *checks]),
            left_out=left_out if host.environment.health.addresses or not expect.healthy else [*left_out, NO_ADDRESS],
            logs={one.container: one.lines for one in not_ready if one.lines},
        )

    def asking(self, host: Host) -> Asking | None:
        """Return how `host` asks its health addresses; None where there is none."""
        addresses = host.environment.health.addresses
        if not addresses:
            return None
        return Asking(
            about=" ".join(one.shown for one in addresses),
            words=(fetch.ALL_ANSWER, str(fetch.QUICK)),
            variables={"URLS": fetch.lines(addresses)},
        )

    def standing(self, host: Host, plan: Plan) -> list[str]:
        """Return lines that say what the host serves now, and where the data of before lie."""
        try:
            seen = state.look(host)
            return [f"the host now: {serves(seen)}", *_data(host, plan, seen)]
        except Exception:  # the description of a failure must not fail
            return ["the host now: it cannot be read"]

    def remedies(self, host: Host, plan: Plan, why: str) -> list[str]:
        """Return the data of before, as commands, where a rehearsal found that the downgrade cannot work."""
        heads, before = plan.expect.revision, plan.before
        moves = heads is not None and isinstance(before, SchemaBefore) and heads != before.revision
        if WAYS_OUT not in why or not moves:
            return []
        try:
            return ways_out.data_at(host, state.look(host), heads or [])
        except Stopped:
            return []

    def way_back(self, host: Host, plan: Plan) -> str:
        """Return the command that takes a run back: with its snapshot, where the rehearsal found no way up again."""
        before = plan.before
        if plan.back != UNDO or not isinstance(before, SchemaBefore) or not before.snapshot:
            return plan.way_back
        try:
            one_way = host.ask(answered(f"[ -e {journal.folder(host.environment, plan.run)}/no-way-up ]")).ok
        except Stopped:
            return plan.way_back
        return fab(f"undo --run {plan.run} --restore-snapshot") if one_way else plan.way_back

    def can_undo(self, host: Host, plan: Plan, done: Sequence[str]) -> bool:
        """Return whether `undo` takes back a run that stopped half-way: not once it dropped the database."""
        if not isinstance(plan.before, DroppedBefore):
            return plan.undoable
        if any(step.name in done and "drops" in step.effects for step in plan.steps):
            return False
        try:
            return copies.stands(host, copies.database_of(host, state.look(host)))
        except Exception:  # the description of a failure must not fail
            return False


def serves(seen: State) -> str:
    """Return where a deployment is, in one line."""
    running = [c.service for c in seen.containers if c.running]
    others = [
        f"{c.service} ({c.status} {c.health}".rstrip() + ")" for c in seen.containers if not (c.running or c.ended)
    ]
    unread = "containers" in seen.problems
    parts = [
        f"HEAD {seen.head[:12]} ({seen.subject})" if seen.head else "HEAD cannot be read",
        "what runs cannot be read" if unread else f"running: {', '.join(running) or 'nothing'}",
        f"not well: {', '.join(others)}" if others else "",
        f"revision {', '.join(seen.revision) or 'none'}" if seen.revision is not None else "",
        *(check.line for check in health.answers(seen)),
        *(f"{place} has {size(free)} free" for place, free in seen.free.items() if free < LITTLE),
    ]
    return "; ".join(part for part in parts if part)


def _data(host: Host, plan: Plan, seen: State) -> list[str]:
    """Return the line about the run's snapshot, if it is there."""
    before = plan.before
    if not isinstance(before, SchemaBefore) or not before.snapshot:
        return []
    try:
        if copies.there(host, copies.database_of(host, seen), before.snapshot):
            return [f"the data as it was: database {before.snapshot}"]
        there = before.dump and safety.dumped(host, before.dump)
        return [f"the data as it was: the dump {before.dump}"] if there else []
    except Stopped:
        return [f"whether the snapshot {before.snapshot} is there cannot be read"]
