"""The way back from a rollback: code, schema, images and services as the run found them."""

from __future__ import annotations

from ..core.errors import Refused
from ..core.plan import Expectation, Plan, Step
from ..core.task import change
from ..steps import containers, database, git, runs, way_back
from . import look


@change
def undo(c, run=None, restore_snapshot=False):
    """Take a rollback back: code, schema and containers as they were before it."""
    known = runs.to_undo(c, run)
    before = known.plan.before
    sight = look.look(c, before["commit"], schema=False)
    plan = Plan(
        task="undo",
        purpose=f"run {known.run} ({known.plan.task}): back to {sight.target.title}",
        steps=[],
        expect=_expectation(sight, before),
        back=f"fab full-rollback --commit {sight.seen.head[: git.SHORT]}",
        before=look.before(sight),
        undoes=known.run,
    )
    if before.get("healthy") is False:
        plan.warnings.append("the application was not healthy then: that it answers is not demanded")
    plan.steps = [
        containers.keep_step(c.environment, sight.wanted.images, sight.seen.head),
        containers.prepare_step(c.environment, sight.wanted, sight.target),
        containers.stop_step(c.environment, sight.applications),
        *_data(c, sight, plan, before, restore_snapshot),
        way_back.checkout_step(c.environment, sight.target, before.get("branch", "")),
        *_schema(c, sight, before, restore_snapshot),
        containers.start_step(c.environment, sight.wanted.images, sight.target),
    ]
    return plan


def _data(c, sight: look.Sight, plan: Plan, before: dict, restore: bool) -> list[Step]:
    """Return the step that puts the data back, or the one that keeps it as it is; tell what either costs."""
    live = way_back.live_database(c, sight.seen)
    snapshot = before.get("snapshot")
    there = bool(live and snapshot and c.sh(way_back.exists(live, snapshot)).stdout.strip())
    if restore and not there:
        raise Refused(
            f"{c.address}: there is no snapshot {snapshot or 'of that run'}. Nothing was changed: fab undo upgrades."
        )
    if there:
        plan.facts += way_back.losses(c, live, snapshot, restore)
    if restore:
        return [way_back.swap_step(live, snapshot, plan.run)]
    if not _moves(sight, before):
        return []
    plan.before["snapshot"] = database.snapshot_name(c, plan.run)
    return [database.snapshot_step(c, sight.seen, plan.run)]


def _schema(c, sight: look.Sight, before: dict, restore: bool) -> list[Step]:
    """Return the step that upgrades again, with the code that was left."""
    if restore or not _moves(sight, before):
        return []
    service = c.environment.database.alembic.service
    image = before.get("images", {}).get(service) or database.image_of(c, sight.seen)
    return [way_back.upgrade_step(c.environment, image, before["revision"])]


def _moves(sight: look.Sight, before: dict) -> bool:
    return bool(before.get("revision")) and sight.seen.revision != before["revision"]


def _expectation(sight: look.Sight, before: dict) -> Expectation:
    services = sight.wanted.services
    return Expectation(
        commit=sight.target.sha,
        revision=before.get("revision"),
        images={i.service: i.retained(sight.target.sha) for i in sight.wanted.images},
        services=[s for s in services if s in before.get("running", services)],
        healthy=bool(before.get("healthy")),
    )
