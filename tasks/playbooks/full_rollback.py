"""The runbook's "Full Rollback Procedure": preflight, say, do, prove."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.plan import Plan
from ..engine.side_by_side import at_once
from ..preflight import rollback
from ..preflight.rollback_report import RollbackOptions, RollbackReport
from ..ssh.host import Host
from ..steps import containers, git
from ..steps import database as db
from ..steps.declare import change
from .code_rollback import to_release


@change(iterable=["image"])
def full_rollback(
    c: Host,
    commit: str | None = None,
    revision: str | None = None,
    downgrade_sql: str | None = None,
    stash: bool = False,
    rebuild: bool = False,
    image: Sequence[str] | None = None,
    stop_first: bool = False,
    database: bool = True,
    rehearse: bool | None = None,
    snapshot: bool = True,
) -> Plan:
    """Bring code, schema and containers back to a commit, and prove that the application is healthy."""
    options = RollbackOptions(
        revision=revision,
        downgrade_sql=downgrade_sql,
        stash=stash,
        rebuild=rebuild,
        image=list(image or ()),
        database=database,
        rehearse=rehearse,
        snapshot=snapshot,
    )
    return plan(rollback.check(c, commit, options), stop_first=stop_first)


def plan(report: RollbackReport, *, stop_first: bool = False) -> Plan:
    """Return the procedure: what can be prepared is done while the present version answers, or after the stop."""
    prepare = at_once(
        [containers.keep_images_step(report), containers.build.step(report), containers.carry_step(report)],
        db.rehearse.step(report),
        apart=len(report.environment.hosts) > 1 or bool(report.environment.stack),
    )
    stop = containers.stop.step(report)
    return to_release(
        report,
        [stop, *prepare] if stop_first else [*prepare, stop],
        db.snapshot_step(report),
        db.downgrade.step(report),
        git.checkout.step(report),
        containers.start.step(report),
        task="full-rollback",
    )
