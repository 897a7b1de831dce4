"""The runbook's "Full Rollback Procedure": look, say, do, prove."""

from __future__ import annotations

from ..core.errors import Refused
from ..core.plan import Expectation, Plan, Step
from ..core.task import change
from ..steps import containers, database, git

ROOM = 1024**3  # bytes that a build and a snapshot need at the least


@change
def full_rollback(c, commit=None, revision=None, stash=False, rebuild=False, stop_first=False):
    """Bring code, schema and containers back to a commit, and prove that the application is healthy."""
    seen = _look(c, stash)
    target = git.resolve(c, git.required(c, commit))
    wanted = containers.look_at(c, seen, target)
    schema = database.look_at(c, seen, target, revision)
    plan = Plan(
        task="full-rollback",
        purpose=f"{seen.head[: git.SHORT]} ({seen.subject}) → {target.title}",
        steps=_steps(c, seen, target, wanted, schema, stash=stash, rebuild=rebuild),
        expect=_expectation(target, wanted, schema),
        facts=_facts(seen, schema),
        back="fab undo",
        before={"commit": seen.head, "revision": seen.revision},
    )
    if stop_first:
        plan.steps.sort(key=lambda step: step.name != "stop")
    return plan


def _look(c, stash: bool):
    """Return the primary's state, after every host was found fit."""
    states = [member.look() for member in c.fleet]
    for member, seen in zip(c.fleet, states, strict=True):
        for part, cure in (
            ("engine", "is Docker running, and is the login in the docker group?"),
            ("compose", "install docker-compose, or set compose.command"),
            ("head", "is app.path a git checkout?"),
        ):
            if problem := seen.problems.get(part):
                raise Refused(
                    f"{member.address}: {part}: {' '.join(problem.split())[-200:]}; {cure} Nothing was changed."
                )
        full = [f"{place} has {free // 2**20} MB" for place, free in seen.free.items() if free < ROOM]
        if full:
            raise Refused(
                f"{member.address}: too little disk: {', '.join(full)}; {ROOM // 2**20} MB are needed. Nothing was changed."
            )
        git.refuse_local_changes(seen, stash)
    return states[0]


def _steps(c, seen, target, wanted, schema, *, stash: bool, rebuild: bool) -> list[Step]:
    environment = c.environment
    database_service = environment.service("database")
    steps = []
    if wanted.images:
        steps.append(containers.keep_step(environment, wanted.images, seen.head))
        steps.append(
            containers.prepare_step(environment, wanted.images, target, wanted.project, wanted.version, rebuild)
        )
    running = sorted({k.service for k in seen.containers} - {database_service})
    steps.append(containers.stop_step(environment, running))
    if schema and schema.arguments:
        steps.append(database.downgrade_step(c, seen, schema))
    steps.append(git.checkout_step(environment, target, seen.head, stash))
    steps.append(containers.start_step(environment, wanted.images, target))
    return steps


def _expectation(target, wanted, schema) -> Expectation:
    return Expectation(
        commit=target.sha,
        revision=schema.rows if schema else None,
        images={i.service: i.retained(target.sha) for i in wanted.images},
        services=wanted.services,
        healthy=True,
    )


def _facts(seen, schema) -> list[str]:
    if not schema:
        return ["no alembic here: the schema is left as it is"]
    if not schema.arguments:
        return [f"the database is at {', '.join(schema.rows) or 'base'}, where the target needs it"]
    return [f"downgrades: {', '.join(schema.downgrades)}"]
