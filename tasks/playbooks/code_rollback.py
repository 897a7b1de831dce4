"""The runbook's "Git Rollback (Code Changes)": other code on the same schema."""

from __future__ import annotations

from collections.abc import Sequence

from ..console.commands import fab
from ..console.errors import Refused
from ..engine.plan import Part, Plan, chain
from ..preflight import rollback
from ..preflight.history import ledger
from ..preflight.rollback_report import RollbackOptions, RollbackReport
from ..ssh.host import Host
from ..steps import containers, git, verify
from ..steps.declare import change


@change(iterable=["image"])
def code_rollback(
    c: Host,
    commit: str | None = None,
    service: str | None = None,
    stash: bool = False,
    rebuild: bool = False,
    image: Sequence[str] | None = None,
    database: bool = True,
) -> Plan:
    """Bring the code back to a commit that needs the present schema, and prove that the application is healthy."""
    options = RollbackOptions(
        service=service, stash=stash, rebuild=rebuild, image=list(image or ()), database=database, snapshot=False
    )
    return plan(rollback.check(c, commit, options))


def plan(report: RollbackReport) -> Plan:
    """Return the runbook's steps, the build first; Refused where the target needs another schema."""
    _refuse_other_schema(report)
    return to_release(
        report,
        containers.keep_images_step(report),
        containers.build.step(report),
        containers.carry_step(report),
        containers.stop.step(report),
        git.checkout.step(report),
        containers.start.step(report),
        task="code-rollback",
    )


def to_release(report: RollbackReport, *parts: Part, task: str) -> Plan:
    """Return the plan of a rollback: proven as the release that it leads to, recorded as it, taken back by undo."""
    return chain(
        report,
        *parts,
        task=task,
        purpose=report.purpose,
        proof=verify.expect(report),
        back=report.way_back,
        before=report.release,
        closing=ledger.closing(report.environment, report.records),
    )


def _refuse_other_schema(report: RollbackReport) -> None:
    schema, target = report.schema, report.target
    if not schema or not schema.changes:
        return
    present = ", ".join(report.state.revision or []) or "base"
    raise Refused(
        f"{target.title} needs the database at {schema.goal}; it is at {present}.",
        next=f"Code and schema together: {fab(f'full-rollback --commit {target.short}')}. "
        f"The schema alone: {fab(f'migration-rollback --revision {schema.goal}')}",
    )
