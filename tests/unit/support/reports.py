"""Preflight reports as data: of a deployment that is well, unless a test says otherwise."""

from __future__ import annotations

from typing import Any, TypeVar

from msgspec import structs

from tasks.engine.before import AnyBefore
from tasks.engine.plan import Plan, Step
from tasks.engine.record import RunRecord, StepStatus
from tasks.preflight import restore_facts
from tasks.preflight.backup_fit import Fit
from tasks.preflight.downgrade import DowngradeReport
from tasks.preflight.present.reports import DeploymentReport, Migration, Safety
from tasks.preflight.restore_report import RestoreReport
from tasks.preflight.restore_undo import RestoreUndoReport
from tasks.preflight.rollback_report import RollbackReport
from tasks.preflight.service_choice import ServicesReport
from tasks.preflight.target.service_moves import Moves
from tasks.preflight.undo_report import RollbackUndoReport
from tasks.tools.alembic.schema_change import SchemaChange
from tasks.tools.compose.compose import Built
from tasks.tools.compose.images import Target
from tasks.tools.compose.project import Project
from tasks.tools.git.commits import Commit
from tasks.tools.postgres.psql import Database
from tests.unit.support.deployment import GOOD, container, environment, state
from tests.unit.support.restoring import BACKUP, SECTION, server

Report = TypeVar("Report", bound=DeploymentReport)
RUN = "20240101-000000-abc123"
DATABASE = Database("id-db", "d", "u")
SAFETY = Safety(DATABASE, f"d__snap_{RUN}", "backups/d.dump")
COMMIT = Commit(sha=GOOD, short=GOOD[:12], date="", author="", subject="good")
STAYS = SchemaChange(["two"], ["two"])
DOWN = SchemaChange(["two"], ["one"], moves=["one"])
UP = SchemaChange(["one"], ["two"], moves=["two"])
FILES = Project(
    name="app",
    services={"api": {"build": "."}, "worker": {"build": "."}, "web": {"build": "./web"}, "db": {"image": "postgres"}},
    built=[Built(name, f"app_{name}:latest") for name in ("api", "web", "worker")],
)
WANTED = Target(FILES)
MOVES = Moves(["api", "web", "worker"], list(FILES.services))


def migration(change: SchemaChange = DOWN, **values: Any) -> Migration:
    """Return a change of the schema, made with the image that runs."""
    return Migration(**{"change": change, "live": DATABASE, "image": "image-api", **values})


def deployment(**values: Any) -> dict[str, Any]:
    """Return what every report knows."""
    return {"environment": environment(), "state": state(activity="a"), "run": RUN, **values}


def rollback(change: SchemaChange | None = STAYS, **values: Any) -> RollbackReport:
    """Return what a rollback of all services would meet, where the schema has to `change` so."""
    moves = change is not None and change.changes
    ordinary = {
        "stopping": MOVES.stopping,
        "moves": MOVES,
        "images": list(FILES.built),
        "migration": migration(change) if moves else None,
        "safety": SAFETY if moves else None,
        "target": COMMIT,
        "wanted": WANTED,
        "schema": change,
    }
    return RollbackReport(**deployment(**{**ordinary, **values}))


def downgrade(change: SchemaChange = DOWN, **values: Any) -> DowngradeReport:
    """Return what a downgrade would meet."""
    ordinary = {"migration": migration(change) if change.changes else None, "safety": SAFETY, "schema": change}
    return DowngradeReport(**deployment(**{**ordinary, **values}))


def services(named: str = "", *, files: Project = FILES, **values: Any) -> ServicesReport:
    """Return what a task on the service `named`, or on all, is about."""
    seen = values.pop("state", state(container("api"), container("db"), container("worker")))
    picked = values.pop("services", [named] if named else ["api", "db", "worker"])
    ordinary = {
        "state": seen,
        "stopping": picked,
        "images": files.builders([s for s in picked if s in files.services]),
        "project": files,
        "services": picked,
        "named": named,
    }
    return ServicesReport(**deployment(**{**ordinary, **values}))


def restore(**values: Any) -> RestoreReport:
    """Return what a restore would meet: a backup that fits and is whole, with all that is told of it."""
    ordinary = {
        "live": DATABASE,
        "server": server(),
        "backup": BACKUP,
        "section": SECTION,
        "rows": {"public.orders": 4},
        "fit": Fit("same", "it fits"),
    }
    return restore_facts.told(RestoreReport(**deployment(**{**ordinary, **values})))


def record(before: AnyBefore | None, *steps: Step, states: tuple[str, ...] = (), **values: Any) -> RunRecord:
    """Return a run that began from `before`, its steps in these states (all done)."""
    made = Plan(task="full-rollback", purpose="", steps=list(steps), before=before, run=RUN, **values)
    told = [
        StepStatus(name=s.name, title=s.title, commands=(), state=of, tries=int(of != "waiting"))
        for s, of in zip(steps, states or ["done"] * len(steps), strict=True)
    ]
    return RunRecord(run=RUN, owner={}, plan=made, steps=told, journal=[{"event": "proven", "half": False}])


def rollback_undo(found: AnyBefore, change: SchemaChange | None = STAYS, **values: Any) -> RollbackUndoReport:
    """Return what the way back from a rollback would meet, where the schema has to `change` so."""
    moves = change is not None and change.changes
    ordinary = {
        "record": record(found),
        "stopping": MOVES.stopping,
        "moves": MOVES,
        "images": list(FILES.built),
        "migration": migration(change) if moves else None,
        "safety": SAFETY if moves else None,
        "live": DATABASE,
        "target": COMMIT,
        "wanted": WANTED,
        "schema": change,
        "found": found,
    }
    return RollbackUndoReport(**deployment(**{**ordinary, **values}))


def restore_undo(found: AnyBefore, **values: Any) -> RestoreUndoReport:
    """Return what the way back from a restore would meet."""
    ordinary = {"record": record(found), "live": DATABASE, "found": found}
    return RestoreUndoReport(**deployment(**{**ordinary, **values}))


def named(plan: Plan) -> list[str]:
    """Return the names of a plan's steps, in their order."""
    return [step.name for step in plan.steps]


def shown(plan: Plan) -> list[str]:
    """Return the commands that a plan shows, in their order."""
    return [command for step in plan.steps for command in step.commands]


def in_swarm(report: Report) -> Report:
    """Return the report of a deployment that a swarm runs."""
    stack = structs.replace(report.environment, orchestrator="swarm", stack="shop")
    return structs.replace(report, environment=stack)
