"""A change of the schema tried out: on a clone of the database, while the application still answers."""

from __future__ import annotations

from ..console import terminal as console
from ..console.commands import fab, render
from ..console.units import moment
from ..engine.plan import Expectation, Plan, Step, chain
from ..preflight import downgrade as preflight
from ..preflight.backups import only_copies
from ..preflight.present.reports import DeploymentReport, Migration
from ..preflight.revisions.schema_choice import DowngradeOptions
from ..preflight.undo_report import RollbackUndoReport
from ..ssh.host import Host
from ..tools.alembic import migrate, rehearsal
from .declare import change


def rehearse_step(report: DeploymentReport) -> Step | None:
    """Return the step that tries the downgrade on a clone while the application still answers; then an image on it.

    Where a rehearsal that holds was kept, it is tried only if that has changed by then.
    """
    found = report.migration
    if not found or not found.rehearse:
        return None
    trial = found.trial
    shown = [f"{migrate.shown('alembic', move)}   (on a server of its own)" for move in found.change.moves]
    return Step(
        name="rehearse",
        title=_title(found),
        script=rehearsal.downgrade(
            report.environment, found.image, found.change, found.full, trial, unless_kept=bool(found.rehearsed)
        ),
        stop=rehearsal.stop(report.environment),
        files=migrate.files(found.change),
        commands=(*shown, *([f"docker run {trial.image}   (beside that server)"] if trial else [])),
        primary_only=True,
        preparation=True,
    )


def _title(found: Migration) -> str:
    if found.rehearsed:
        return f"See that the rehearsal of {moment(found.rehearsed)} still holds; else rehearse the downgrade again"
    extent = " with all data" if found.full else " of the schema"
    then = f", and start {found.trial.commit.short} on it" if found.trial else ""
    return f"Rehearse the downgrade on a clone{extent}{then}"


@change(step=rehearse_step)
def rehearse(
    c: Host,
    commit: str | None = None,
    revision: str | None = None,
    downgrade_sql: str | None = None,
    full: bool = False,
) -> Plan | None:
    """Try a downgrade, and the target's image, on a clone of the database; the database itself is only read."""
    options = DowngradeOptions(revision=revision, downgrade_sql=downgrade_sql)
    report = preflight.check_rehearsal(c, options, commit, full)
    if not report.migration:
        console.say("There is nothing to downgrade.")
        return None
    return chain(
        report,
        rehearse_step(report),
        task="db.rehearse",
        purpose=f"{report.way}, on a clone",
        proof=Expectation(revision=report.schema.from_heads),
    )


def rehearse_upgrade_step(report: RollbackUndoReport) -> Step | None:
    """Return the step that tries the upgrade on a clone of the schema while the application still answers."""
    found, before = report.migration, report.found
    if not found or not found.rehearse:
        return None
    instead = fab(f"undo --run {report.record.run} --restore-snapshot")
    ways_out = f"The data of before that run: {instead}." if before.snapshot or before.dump else ""
    return Step(
        name="rehearse",
        title="Rehearse the upgrade on a clone of the schema",
        script=rehearsal.upgrade(report.environment, found.image, found.change, render(ways_out), found.tree),
        stop=rehearsal.stop(report.environment),
        commands=tuple(f"alembic upgrade {move}   (on a server of its own)" for move in found.change.moves),
        primary_only=True,
        preparation=True,
    )


def keep_copy_step(report: RollbackUndoReport) -> Step | None:
    """Return the step that keeps `backups.prune` from what alone holds values that upgrading does not bring back."""
    if not report.only_copy:
        return None
    return Step(
        name="keep-copy",
        title=f"Keep {report.only_copy}: backups.prune leaves it until it is named",
        script=only_copies.note(report.environment, report.only_copy),
        primary_only=True,
        preparation=True,
    )
