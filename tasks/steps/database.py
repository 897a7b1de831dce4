"""The schema: the way back, and up again; `migrations` says where it is."""

from __future__ import annotations

from msgspec.structs import replace

from ..console import terminal as console
from ..console.commands import fab, render
from ..engine.options import DOWN_TO
from ..engine.plan import Expectation, Plan, Step, chain
from ..preflight import downgrade as preflight
from ..preflight.downgrade import DowngradeReport
from ..preflight.present.reports import DeploymentReport, Migration
from ..preflight.revisions import schema
from ..preflight.revisions.schema_choice import DowngradeOptions
from ..ssh import scripts
from ..ssh.host import Host
from ..ssh.shell import quote
from ..tools.alembic import migrate
from ..tools.compose import compose
from ..tools.git import checkout
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
from .rehearsals import keep_copy_step as keep_copy_step
from .rehearsals import rehearse as rehearse
from .rehearsals import rehearse_step as rehearse_step
from .rehearsals import rehearse_upgrade_step as rehearse_upgrade_step


def downgrade_step(report: DeploymentReport) -> Step | None:
    """Return the runbook's "Rollback to Specific Revision", with the image that holds the newer migrations."""
    found = report.migration
    if not found:
        return None
    command = schema.alembic_of(report.environment).command
    move = f"{_unless_back(report)}{migrate.move(report.environment, found.image, 'downgrade', found.change)}"
    return replace(
        _migrating(report, found, "downgrade", move if found.goes_on else _or_put_back(report, found, move)),
        commands=tuple(migrate.shown(command, move) for move in found.change.moves),
        files=migrate.files(found.change),
        back=report.way_back,
    )


def upgrade_step(report: DeploymentReport) -> Step | None:
    """Return the step that upgrades the schema again, with the image that holds those migrations."""
    found = report.migration
    if not found:
        return None
    command = schema.alembic_of(report.environment).command
    move = migrate.move(report.environment, found.image, "upgrade", found.change)
    return replace(
        _migrating(report, found, "upgrade", _or_put_back(report, found, move)),
        commands=tuple(f"{command} upgrade {move}" for move in found.change.moves),
    )


def _migrating(report: DeploymentReport, found: Migration, direction: str, script: str) -> Step:
    """Return the step that moves the schema.

    A failure puts the safety snapshot and the checkout back, if there is one and the application is stopped, and starts
    that again.
    """
    return Step(
        name=direction,
        effects=("migrates",),
        title=f"{direction.capitalize()} the database to {found.change.goal}",
        script=script,
        stop=f"{migrate.stop(report.environment)}\n{changes.stop(found.live)}",
        primary_only=True,
        outage=True,
        timeout=LONG if report.safety else 1800,
        amends=start_what_ran_step(report),
    )


def _or_put_back(report: DeploymentReport, found: Migration, move: str) -> str:
    """Return a script that runs `move` and, if it fails, puts the snapshot back, if there is one; it fails then too."""
    if not report.safety:
        return move
    dump = report.safety.dump
    by_hand = render(fab(f"emergency-restore --file {quote(dump)} --in-place"))
    back = changes.put_back(found.live, restoring(report, changes.unread(dump), Section()), by_hand)
    return f"rm -f put-back\n{move} && exit 0\n{back} && : >put-back\nexit 1"


def start_what_ran_step(report: DeploymentReport) -> Step | None:
    """Return the step that starts again what was stopped, where a migration failed and its snapshot was put back.

    The checkout, too, is as it was then. There is none where nothing is put back. Hosts on which no migration was tried
    come after the one that says so.
    """
    found = report.migration
    if not found or not report.safety or found.goes_on or not report.stopping:
        return None
    checked_out = checkout.check_out(report.environment, report.state.head, report.state.branch)
    start = compose.call(report.environment, "containers/start-existing.sh", *report.stopping)
    return Step(
        name="start-what-ran",
        effects=("starts",),
        title=f"Start {', '.join(report.stopping)} again as they were",
        script=f"{scripts.call('tools/postgres/copies/data-are-back.sh')} && {checked_out} && {start}",
        commands=(f"docker start {' '.join(report.stopping)}",),
        timeout=300,
    )


def _unless_back(report: DeploymentReport) -> str:
    """Return the line that ends the step where something started again what was stopped; nothing was stopped: none."""
    stopped = [one for one in report.stopping if one != report.environment.service("database")]
    return f"{compose.call(report.environment, 'reads/still-stopped.sh', *stopped)} || exit 1\n" if stopped else ""


@change(step=downgrade_step, help=DOWN_TO)
def downgrade(
    c: Host, revision: str | None = None, downgrade_sql: str | None = None, snapshot: bool = True
) -> Plan | None:
    """Downgrade the database by one migration or to a revision, after a snapshot."""
    options = DowngradeOptions(revision=revision, downgrade_sql=downgrade_sql, rehearse=False, snapshot=snapshot)
    return downgrade_plan(preflight.check(c, options), "db.downgrade")


def downgrade_plan(report: DowngradeReport, name: str) -> Plan | None:
    """Return the runbook's "Database Migration Rollback", called `name`; None where there is nothing to downgrade."""
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
        back=report.way_back,
        before=report.release.of_the_database(),
    )
