"""What a fabfile elsewhere imports to build tasks and playbooks of its own; these names stay.

`task`, `change`: decorators; the body gets a connection to the host that hosts.yaml names.
`preflight`: what looks, refuses and returns a report: `preflight.rollback.check(c, commit, RollbackOptions())`.
`git`, `containers`, `db`, `backups`, `verify`: our steps. Each task carries the builder of its step, which takes a
report: `git.checkout.step(report)`; steps without a task are functions beside it: `db.snapshot_step(report)`.
`chain`: makes a `Plan` of a report and of steps, ours and your own (`Step`), towards an `Expectation`.
`Refused`, `Failed`, `Held`, `ConnectionLost`: how a task ends early, with one line and an exit code.
`fab`: a command inside a message, written out with -H and the name that the tasks are mounted under.

A task is also a function, called with whatever Fabric or Invoke handed the caller: `git.log(c)`. The namespace to
mount is `fab_rollback.ns`.
"""

from . import preflight
from .console.commands import fab
from .console.errors import ConnectionLost, Failed, Held, Refused
from .engine.before import CheckoutBefore, ReleaseBefore, SchemaBefore, SwappedBefore
from .engine.plan import Expectation, Plan, Step, chain
from .engine.told import PreflightReport
from .preflight.restore_report import RestoreOptions
from .preflight.revisions.schema_choice import DowngradeOptions
from .preflight.rollback_report import RollbackOptions
from .steps import backups, containers, git, incident, release, runs, status, verify
from .steps import database as db
from .steps.declare import change, task

__all__ = [
    "CheckoutBefore",
    "ConnectionLost",
    "DowngradeOptions",
    "Expectation",
    "Failed",
    "Held",
    "Plan",
    "PreflightReport",
    "Refused",
    "ReleaseBefore",
    "RestoreOptions",
    "RollbackOptions",
    "SchemaBefore",
    "Step",
    "SwappedBefore",
    "backups",
    "chain",
    "change",
    "containers",
    "db",
    "fab",
    "git",
    "incident",
    "preflight",
    "release",
    "runs",
    "status",
    "task",
    "verify",
]
