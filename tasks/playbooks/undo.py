"""The way back from a rollback: code, schema, images and services as the run found them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..console.errors import Refused
from ..engine.options import LAST_RUN
from ..engine.task import change

if TYPE_CHECKING:
    from ..engine.plan import Expectation, Plan, Step
    from ..preflight.rollback import Sight


@change(help=LAST_RUN)
def undo(c, run=None, restore_snapshot=False):
    """Take a rollback back: code, schema and containers as they were before it."""
    from ..engine import selection as choice
    from ..engine.plan import Plan
    from ..preflight import rollback as look
    from ..preflight import schema as migrations
    from . import undo_restore

    known = choice.to_undo(c, run)
    before = known.plan.before
    if known.plan.task == choice.KEPT and not restore_snapshot:
        raise Refused(f"Back to the release that was kept, with its data: {known.plan.back}. Nothing was changed.")
    if {"swapped", "dropped"} & before.keys():
        return undo_restore.plan(c, known)
    sight = look.look(c, before["commit"], look.Way(schema=False))
    plan = Plan(
        task="undo",
        purpose=f"run {known.run} ({known.plan.task}): back to {sight.target.title}",
        steps=[],
        before={name: was for name, was in look.before(sight).items() if name != "images" or name in before},
        records=[{"event": "unknown", "commit": sight.target.sha, "subject": sight.target.subject}],
        undoes=known.run,
    )
    if before.get("healthy") is False:
        plan.warnings.append("the application was not healthy then: that it answers is not demanded")
    if before.get("revision"):
        sight.schema = migrations.way_up(c, sight.target.sha, before["revision"], migrations.heads_of(c, sight.seen))
        if sight.schema is None and not restore_snapshot:
            raise Refused(_only_down(known))
    plan.back = _back(sight, before)
    plan.expect = _expectation(sight, before)
    data = _data(c, sight, plan, before, restore_snapshot)
    schema = _schema(c, sight, before, restore_snapshot)
    plan.steps = (_whole if "images" in before else _of_the_database)(c, sight, before, data, schema)
    return plan


def _only_down(known) -> str:
    """Return why undo cannot take a run back, an upgrade leading nowhere near, and what does it."""
    before = known.plan.before
    way = _down_to(before["commit"], before["revision"], whole="images" in before)
    over = known.over or not known.half
    return (
        f"Run {known.run} ({known.plan.task}) cannot be taken back by undo: no upgrade leads from where the database "
        f"is to where it was. Nothing was changed. Its way back: {way}{'' if over else ' --take-over'}"
    )


def _back(sight: Sight, before: dict) -> str:
    """Return the command that leads from the state before to the one that is left; empty where they are the same."""
    from ..tools.git import checkout

    head, rows, whole = sight.seen.head, sight.seen.revision or [], "images" in before
    if before.get("revision") and sorted(rows) != sorted(before["revision"]):
        return _down_to(head, rows, whole=whole)
    same = not whole or head == sight.target.sha
    return "" if same else f"fab full-rollback --commit {head[: checkout.SHORT]} --no-database"


def _down_to(commit: str, rows: list[str], *, whole: bool) -> str:
    """Return the command that leads down to the revision `rows`; with `whole`, to the code of `commit` as well."""
    from ..tools.git import checkout

    revision = f" --revision {rows[0] if rows else 'base'}" if len(rows) < 2 else ""
    if not whole:
        return f"fab migration-rollback{revision}"
    return f"fab full-rollback --commit {commit[: checkout.SHORT]}{revision}"


def _whole(c, sight: Sight, before: dict, data: list[Step], schema: list[Step]) -> list[Step]:
    """Return the steps that take code and containers back as well; the code first, it may hold the migrations."""
    from ..steps.builders import containers
    from ..tools.compose.images import keep_step, prepare_step
    from ..tools.git import checkout

    images = sight.wanted.images
    ready = [
        keep_step(c.environment, images, sight.seen.head),
        prepare_step(c.environment, sight.wanted, sight.target),
    ]
    return [
        *(ready if images else []),
        containers.stop_step(c.environment, sight.applications),
        *data,
        checkout.undo_step(c.environment, sight.target, before.get("branch", "")),
        *schema,
        containers.start_step(c.environment, images, sight.target),
    ]


def _of_the_database(c, sight: Sight, before: dict, data: list[Step], schema: list[Step]) -> list[Step]:
    """Return the steps that take the database back alone, with those services stopped that run now."""
    from ..steps.builders import containers

    running = sorted({k.service for k in sight.seen.containers if k.running} & set(sight.applications))
    stop = [containers.stop_step(c.environment, running)] if running else []
    wake = [containers.wake_step(c.environment, running)] if running else []
    return [*stop, *data, *schema, *wake] if data or schema else []


def _data(c, sight: Sight, plan: Plan, before: dict, restore: bool) -> list[Step]:
    """Return the step that puts the data back, or the one that keeps it as it is; tell what either costs."""
    from ..preflight import copies, costs
    from ..steps.builders import database
    from ..steps.builders import snapshots as net

    snapshot, dump = before.get("snapshot"), before.get("dump", "")
    live = copies.database_of(c, sight.seen) if snapshot or sight.migrates else None
    there = bool(snapshot and copies.there(c, live, snapshot))
    dumped = bool(dump) and not there and net.dumped(c, dump)
    if restore and not there and not dumped:
        name = snapshot or "of that run"
        raise Refused(f"{c.address}: there is no snapshot {name}. Nothing was changed: fab undo upgrades.")
    if there:
        plan.facts += costs.costs(c, live, snapshot, restore)
    if restore:
        return [database.swap_step(live, snapshot, plan.run)] if there else net.restore_steps(c, plan, dump)
    if dumped:
        plan.facts.append(f"upgrading brings back no data: {dump} has them as they were (--restore-snapshot)")
    if not sight.migrates:
        return []
    plan.facts += net.room(c, sight.seen)
    plan.before |= net.kept(c, plan.run)
    return [net.snapshot_step(c, sight.seen, plan.run)]


def _schema(c, sight: Sight, before: dict, restore: bool) -> list[Step]:
    """Return the step that upgrades again, with the code that was left."""
    from ..steps.builders import database

    if restore or not sight.migrates:
        return []
    service = c.environment.database.alembic.service
    image = before.get("images", {}).get(service) or database.image_of(c, sight.seen)
    return [database.upgrade_step(c.environment, image, sight.schema)]


def _expectation(sight: Sight, before: dict) -> Expectation:
    from ..engine.plan import Expectation

    services, images = sight.wanted.services, sight.wanted.images if "images" in before else []
    return Expectation(
        commit=sight.target.sha,
        revision=sight.schema.to_heads if sight.schema else before.get("revision"),
        redundant=sight.schema.implied if sight.schema else [],
        images={i.service: i.retained(sight.target.sha) for i in images},
        services=[s for s in services if s in before.get("running", services)],
        healthy=bool(before.get("healthy")),
    )
