"""The decision tree's "Migration Rollback": the schema goes back, the code stays."""

from __future__ import annotations

from ..console.errors import Refused
from ..engine.options import DOWN_TO
from ..engine.task import change


@change(help=DOWN_TO)
def migration_rollback(c, revision=None, downgrade_sql=None, rehearse=True, snapshot=True):
    """Take back one migration, or all down to a revision, with the application stopped meanwhile."""
    from ..engine.plan import Expectation, Plan
    from ..preflight import losses, schema, state
    from ..preflight import rollback as look
    from ..preflight import schema_choice as choice
    from ..steps.builders import containers, database
    from ..steps.builders import snapshots as net

    seen = state.look(c)
    look.fit(c, seen)
    wanted = choice.way_down(c, seen, revision, downgrade_sql)
    if upgrade := schema.start_up_upgrade(c, seen.head):
        raise Refused(
            f"The application's start-up runs `{upgrade}`, which would bring the migration back. Nothing was "
            "changed. Take the code back with it: fab full-rollback"
        )
    running = sorted({k.service for k in seen.containers if k.running} - {c.environment.service("database")})
    facts, questions = losses.describe(c, seen, wanted, snapshot=snapshot)
    plan = Plan(
        task="migration-rollback",
        purpose=f"{', '.join(wanted.from_heads)} → {wanted.goal}; the code stays",
        steps=[],
        facts=facts,
        questions=questions,
        warnings=[] if seen.healthy else ["the application does not answer now: that it does is not demanded"],
        expect=Expectation(commit=seen.head, revision=wanted.to_heads, redundant=wanted.implied, services=running),
        back="fab undo",
        before={"commit": seen.head, "branch": seen.branch, "revision": wanted.from_heads, "healthy": seen.healthy},
    )
    if snapshot:
        plan.before |= net.kept(c, plan.run)
    plan.steps = [
        *([database.rehearsal_step(c, seen, wanted)] if rehearse else []),
        *([containers.stop_step(c.environment, running)] if running else []),
        *([net.snapshot_step(c, seen, plan.run)] if snapshot else []),
        database.downgrade_step(c, seen, wanted, plan.run, snapshot=snapshot),
        *([containers.wake_step(c.environment, running)] if running else []),
    ]
    return plan if wanted.changes else None
