"""The runbook's "Git Rollback (Code Changes)": other code on the same schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..console.errors import Refused
from ..engine.task import change

if TYPE_CHECKING:
    from ..preflight.rollback import Sight


@change
def code_rollback(c, commit=None, service=None, stash=False, rebuild=False, database=True):
    """Bring the code back to a commit that needs the present schema, and prove that the application is healthy."""
    from msgspec import structs

    from ..engine.plan import Expectation, Plan
    from ..preflight import commit_choice as choice
    from ..preflight import rollback as look
    from ..steps.builders import containers
    from ..tools.compose.images import keep_step, prepare_step
    from ..tools.git import checkout

    sight = look.look(c, choice.required(c, commit), look.Way(stash=stash, schema=database))
    _refuse_other_schema(sight)
    services = _services(c, sight, service)
    images = sight.wanted.files.builders(services) if services else sight.wanted.images
    sight.wanted = structs.replace(sight.wanted, images=images)
    environment = c.environment
    return Plan(
        task="code-rollback",
        purpose=f"{sight.seen.head[: checkout.SHORT]} ({sight.seen.subject}) → {sight.target.title}",
        steps=[
            keep_step(environment, images, sight.seen.head),
            prepare_step(environment, sight.wanted, sight.target, rebuild),
            containers.stop_step(environment, services or sight.applications),
            checkout.checkout_step(environment, sight.target, sight.seen.head, stash),
            containers.start_step(environment, images, sight.target, services),
        ],
        expect=Expectation(
            commit=sight.target.sha,
            revision=sight.seen.revision if sight.schema else None,
            images={i.service: i.retained(sight.target.sha) for i in images},
            services=services or sight.wanted.services,
            healthy=True,
        ),
        facts=[*sight.facts, *([f"only {', '.join(services)} start anew"] if services else [])],
        warnings=sight.warnings,
        back="fab undo",
        before=look.before(sight),
        records=[] if services else look.records(sight),
    )


def _refuse_other_schema(sight: Sight) -> None:
    if not sight.migrates:
        return
    rows = sight.schema.goal
    present = ", ".join(sight.seen.revision or []) or "base"
    raise Refused(
        f"{sight.target.title} needs the database at {rows}; it is at {present}. Nothing was changed. "
        f"Code and schema together: fab full-rollback --commit {sight.target.short}. "
        f"The schema alone: fab migration-rollback --revision {rows}"
    )


def _services(c, sight: Sight, name: str | None) -> list[str]:
    """Return the named service and all that share its image; nothing for all services."""
    from ..tools.compose import project

    if not name:
        return []
    files = sight.wanted.files
    service = project.resolve(c.environment, files, sight.seen, name)
    if service not in files.services:
        raise Refused(f"{sight.target.title} has no service {service}. Nothing was changed.")
    group = files.sharing(service)
    if not files.builders(group):
        raise Refused(f"{service}: its image is not built here, so no commit changes it. Nothing was changed.")
    return group
