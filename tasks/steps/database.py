"""The schema: the way back, and up again; `migrations` says where it is."""

from __future__ import annotations

from ..console import terminal as console
from ..console.commands import fab, render
from ..engine.options import DOWN_TO
from ..engine.plan import UNDO, Expectation, Plan, Step, chain
from ..preflight import downgrade as preflight
from ..preflight.downgrade import DowngradeOptions, DowngradeReport
from ..preflight.present.reports import DeploymentReport, Migration
from ..preflight.revisions import schema
from ..ssh.host import Host
from ..ssh.shell import quote
from ..tools.alembic import migrate, rehearsal
from ..tools.alembic.schema_change import Move, OverrideSql
from ..tools.compose import compose
from ..tools.postgres import changes
from ..tools.postgres.backup import Section
from . import containers
from .data import LONG, restoring
from .data import snapshot_step as snapshot_step
from .declare import change
from .migrations import current as current
from .migrations import heads as heads
from .migrations import history as history
from .migrations import preview as preview


def rehearse_step(report: DeploymentReport) -> Step | None:
    """Return the step that tries the downgrade on a clone while the application still answers; then an image on it."""
    found = report.migration
    if not found or not found.rehearse:
        return None
    trial, extent = found.trial, " with all data" if found.full else " of the schema"
    shown = [f"{_shown('alembic', move)}   (on a server of its own)" for move in found.change.moves]
    return Step(
        name="rehearse",
        title=f"Rehearse the downgrade on a clone{extent}{f', and start {trial.commit.short} on it' if trial else ''}",
        script=rehearsal.downgrade(report.environment, found.image, found.change, found.full, trial),
        stop=rehearsal.stop(report.environment),
        files=migrate.files(found.change),
        commands=(*shown, *([f"docker run {trial.image}   (beside that server)"] if trial else [])),
        primary_only=True,
        preparation=True,
    )


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


def downgrade_step(report: DeploymentReport) -> Step | None:
    """Return the runbook's "Rollback to Specific Revision", with the image that holds the newer migrations.

    It proves the rows that the downgrade leads to. A failure puts the safety snapshot back, if there is one and the
    application is stopped.
    """
    found = report.migration
    if not found:
        return None
    command = schema.alembic_of(report.environment).command
    return Step(
        name="downgrade",
        effects=("migrates",),
        title=f"Downgrade the database to {found.change.goal}",
        script=_downgrade(report, found),
        commands=tuple(_shown(command, move) for move in found.change.moves),
        stop=f"{migrate.stop(report.environment)}\n{changes.stop(found.live)}",
        files=migrate.files(found.change),
        primary_only=True,
        outage=True,
        back=UNDO,
        timeout=LONG if report.safety else 1800,
    )


def _downgrade(report: DeploymentReport, found: Migration) -> str:
    move = f"{_unless_back(report)}{migrate.move(report.environment, found.image, 'downgrade', found.change)}"
    if not report.safety or found.goes_on:
        return move
    dump = report.safety.dump
    by_hand = render(fab(f"emergency-restore --file {quote(dump)} --in-place"))
    back = changes.put_back(found.live, restoring(report, changes.unread(dump), Section()), by_hand)
    return f"{move} && exit 0\n{back}"


def _unless_back(report: DeploymentReport) -> str:
    """Return the line that ends the step where something started again what was stopped; nothing was stopped: none."""
    stopped = [one for one in report.stopping if one != report.environment.service("database")]
    return f"{compose.call(report.environment, 'still-stopped.sh', *stopped)} || exit 1\n" if stopped else ""


def _shown(command: str, move: Move) -> str:
    if isinstance(move, OverrideSql):
        return f"psql: your SQL in place of {move.revision}'s downgrade"
    return f"{command} downgrade {move}"


@change(step=downgrade_step, help=DOWN_TO)
def downgrade(
    c: Host, revision: str | None = None, downgrade_sql: str | None = None, snapshot: bool = True
) -> Plan | None:
    """Downgrade the database by one migration or to a revision, after a snapshot."""
    options = DowngradeOptions(revision=revision, downgrade_sql=downgrade_sql, rehearse=False, snapshot=snapshot)
    return downgrade_plan(preflight.check(c, options), "db.downgrade")


def downgrade_plan(report: DowngradeReport, name: str) -> Plan | None:
    """Return the runbook's "Database Migration Rollback", called `name`; None where there is nothing to downgrade.

    What the report stops is stopped meanwhile, and started again.
    """
    if not report.migration:
        console.say(f"The database is at {report.schema.goal} already.")
        return None
    return chain(
        report,
        rehearse_step(report),
        containers.stop.step(report),
        snapshot_step(report),
        downgrade_step(report),
        containers.start_existing_step(report),
        task=name,
        purpose=f"{report.way}; the code stays",
        proof=Expectation(
            commit=report.state.head,
            revision=report.schema.to_heads,
            implied=report.schema.implied,
            services=report.stopping,
        ),
        back=UNDO,
        before=report.release.of_the_database(),
    )


def upgrade_step(report: DeploymentReport) -> Step | None:
    """Return the step that upgrades the schema again, with the image that holds those migrations."""
    found = report.migration
    if not found:
        return None
    command = schema.alembic_of(report.environment).command
    return Step(
        name="upgrade",
        effects=("migrates",),
        title=f"Upgrade the database to {', '.join(found.change.to_heads)}",
        script=migrate.move(report.environment, found.image, "upgrade", found.change),
        commands=tuple(f"{command} upgrade {move}" for move in found.change.moves),
        stop=migrate.stop(report.environment),
        primary_only=True,
        outage=True,
    )
