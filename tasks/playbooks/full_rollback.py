"""The runbook's "Full Rollback Procedure": look, say, do, prove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..engine.task import change

if TYPE_CHECKING:
    from ..engine.plan import Expectation, Plan, Step
    from ..preflight.rollback import Sight


@change
def full_rollback(
    c,
    commit=None,
    revision=None,
    downgrade_sql=None,
    stash=False,
    rebuild=False,
    stop_first=False,
    database=True,
    rehearse=True,
    snapshot=True,
):
    """Bring code, schema and containers back to a commit, and prove that the application is healthy."""
    from ..engine.plan import Plan
    from ..preflight import commit_choice as choice
    from ..preflight import rollback as look
    from ..steps.builders import containers
    from ..tools.git import checkout

    way = look.Way(stash=stash, revision=revision, schema=database, override_sql=downgrade_sql, snapshot=snapshot)
    sight = look.look(c, choice.required(c, commit), way)
    plan = Plan(
        task="full-rollback",
        purpose=f"{sight.seen.head[: checkout.SHORT]} ({sight.seen.subject}) → {sight.target.title}",
        steps=[],
        expect=_expectation(sight),
        facts=sight.facts,
        warnings=sight.warnings,
        questions=sight.questions,
        back="fab undo",
        before=look.before(sight),
        records=look.records(sight),
    )
    plan.steps = [
        *_prepare(c, sight, rebuild=rebuild, rehearse=rehearse),
        containers.stop_step(c.environment, sight.applications),
        *_schema(c, sight, plan, snapshot=snapshot),
        checkout.checkout_step(c.environment, sight.target, sight.seen.head, stash),
        containers.start_step(c.environment, sight.wanted.images, sight.target),
    ]
    if stop_first:
        plan.steps.sort(key=lambda step: step.name != "stop")
    return plan


def _prepare(c, sight: Sight, *, rebuild: bool, rehearse: bool) -> list[Step]:
    """Return the steps that run while the present version still answers; on one host, side by side."""
    from ..engine.side_by_side import in_turn, together
    from ..steps.builders import database
    from ..tools.compose.images import keep_step, prepare_step

    steps = []
    if images := sight.wanted.images:
        steps.append(keep_step(c.environment, images, sight.seen.head))
        steps.append(prepare_step(c.environment, sight.wanted, sight.target, rebuild))
    if rehearse and sight.migrates:
        steps.append(database.rehearsal_step(c, sight.seen, sight.schema))
    if len(steps) == 3 and len(c.fleet) == 1:
        keep, prepare, rehearsal = steps
        steps = [together(in_turn(keep, prepare), rehearsal)]
    return steps


def _schema(c, sight: Sight, plan: Plan, *, snapshot: bool) -> list[Step]:
    from ..steps.builders import database
    from ..steps.builders import snapshots as net

    if not sight.migrates:
        return []
    steps = []
    if snapshot:
        steps.append(net.snapshot_step(c, sight.seen, plan.run))
        plan.before |= net.kept(c, plan.run)
    return [*steps, database.downgrade_step(c, sight.seen, sight.schema, plan.run, snapshot=snapshot)]


def _expectation(sight: Sight) -> Expectation:
    from ..engine.plan import Expectation

    return Expectation(
        commit=sight.target.sha,
        revision=sight.schema.to_heads if sight.schema else None,
        redundant=sight.schema.implied if sight.schema else [],
        images={i.service: i.retained(sight.target.sha) for i in sight.wanted.images},
        services=sight.wanted.services,
        healthy=True,
    )
