"""The runbook's "Emergency Database Restore": stop the backend, restore, start the backend, verify."""

from __future__ import annotations

from ..engine.plan import Expectation, Plan, chain
from ..preflight import restore
from ..preflight.restore_report import RestoreOptions, RestoreReport
from ..ssh.host import Host
from ..steps import backups, containers
from ..steps import database as db
from ..steps.declare import change


@change
def emergency_restore(
    c: Host,
    file: str | None = None,
    online: bool = False,
    in_place: bool = False,
    from_database: str | None = None,
    dump: bool = True,
    migrate: bool = False,
    health: bool = True,
    plan: bool = False,
) -> Plan:
    """Restore the database from a backup with the backend stopped, and prove that the application runs again."""
    chosen = {"online": online, "in_place": in_place, "dump": dump, "migrate": migrate, "health": health}
    options = RestoreOptions(source=from_database, stop=True, **chosen)
    return restore_plan(restore.check(c, file, options, plan=plan))


def restore_plan(report: RestoreReport) -> Plan:
    """Return the runbook's steps; with --online the backup is loaded before the stop, and only the swap comes after."""
    stop, start = containers.stop.step(report), containers.start_existing_step(report)
    load = backups.restore.step(report, start)
    make_room = [backups.dump_live_step(report, start), backups.drop_step(report)]
    return chain(
        report,
        [load, stop] if report.options.online and not report.same else [stop, *make_room, load],
        backups.swap_step(report),
        db.upgrade_step(report),
        start,
        task="emergency-restore",
        purpose=report.purpose,
        proof=Expectation(
            revision=report.revision,
            implied=report.migration.change.implied if report.migration else [],
            services=sorted({*report.well, *report.stopping}),
            healthy=report.options.health,
        ),
        back=report.back,
        before=report.before,
    )
