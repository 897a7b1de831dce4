"""The steps that write and read all data: dump, snapshot, restore, swap, drop; and the restore as a task."""

from __future__ import annotations

from msgspec import structs

from ..config.settings import Environment
from ..console.commands import fab
from ..engine import journal
from ..engine.plan import Expectation, Plan, Step, chain
from ..preflight import restore as preflight
from ..preflight.backups import backup_check
from ..preflight.present.reports import DeploymentReport
from ..preflight.restore_report import RestoreOptions, RestoreReport
from ..preflight.undo_report import UndoReport
from ..ssh.host import Host
from ..ssh.shell import Word, quote
from ..tools.postgres import changes
from ..tools.postgres.backup import Backup, Section
from ..tools.postgres.changes import Form, Restore
from ..tools.postgres.psql import Database
from .declare import change

LONG = 86400  # seconds that reading or writing all data may take
FORMS: dict[str, Form] = {"plain": "plain", "gz": "gzip", "zst": "zstd", "custom": "custom", "directory": "directory"}
FLAGS = {"plain": "-Fp", "gz": "-Fp -Z1", "zst": "-Fp | zstd", "custom": "-Fc -Z1", "directory": "-Fd -j2 -Z1"}


def dump(environment: Environment, live: Database, path: str, form: str = "custom") -> Step:
    """Return the step that writes a dump to `path` (relative to the login's home) and reads it back to its end."""
    reports, versions = backup_check.reports(environment), backup_check.versions_table(environment)
    return Step(
        name="dump",
        title=f"Write {path} and read it back",
        script=changes.write_backup(live, path, FORMS[form], reports, versions),
        commands=(f"pg_dump {FLAGS[form]} -d {quote(live.name)} > {path}",),
        stop=changes.stop(live),
        primary_only=True,
        timeout=LONG,
    )


def snapshot_step(report: DeploymentReport) -> Step | None:
    """Return the step that clones the database on the server, or dumps it: both are named after the run."""
    kept = report.safety
    if not kept:
        return None
    instead = dump(report.environment, kept.live, kept.dump)
    reports, versions = backup_check.reports(report.environment), backup_check.versions_table(report.environment)
    return Step(
        name="snapshot",
        effects=("snapshots",),
        title=f"Snapshot the database as {kept.clone}",
        script=changes.clone_or_dump(kept.live, report.run, kept.dump, reports, versions),
        stop=instead.stop,
        commands=(f'CREATE DATABASE "{kept.clone}" TEMPLATE "{kept.live.name}"   (else: {instead.commands[0]})',),
        primary_only=True,
        outage=True,
        timeout=instead.timeout,
    )


def restore_step(report: RestoreReport, amends: Step | None = None) -> Step:
    """Return the runbook's "Restore from Backup": loaded beside the live database, and compared with the file.

    It is a preparation where the application goes on meanwhile. `amends` is what makes good a stop before it where it
    fails: the live database is as it was then, unless it was dropped.
    """
    if report.same:
        return _load_same(report, amends)
    backup, goes_on = report.backup, report.options.goes_on
    loaded = "pg_restore -e -j2" if backup.archive else "psql -X -v ON_ERROR_STOP=1"
    return Step(
        name="restore",
        title=f"Restore {backup.path} beside, as {report.incoming}, and compare it with the file",
        script=changes.restore(report.live, restoring(report, backup, report.section, owners=report.owners)),
        commands=(
            f'CREATE DATABASE "{report.incoming}" TEMPLATE template0',
            f"{loaded} -d {quote(report.incoming)} < {backup.path}",
        ),
        stop=changes.stop(report.live),
        primary_only=True,
        preparation=goes_on,
        outage=not goes_on,
        timeout=LONG,
        amends=None if goes_on or report.drops or not report.there else amends,
    )


def _load_same(report: RestoreReport, amends: Step | None) -> Step:
    live, backup = report.live, report.backup
    if amends:  # what was loaded, but is not the backup, is no untouched database
        amends = structs.replace(amends, script=f"[ ! -e loaded ] || exit 1\n{amends.script}")
    return Step(
        name="restore",
        effects=("drops",),
        title=f"Load {backup.path} into {live.name} itself, in place of what it holds, and compare it with the file",
        script=changes.load_same(live, restoring(report, backup, report.section, owners=report.owners)),
        commands=(f"{{ echo BEGIN; DROP ...; cat {backup.path}; echo COMMIT; }} | psql -d {quote(live.name)}",),
        stop=changes.stop(live),
        primary_only=True,
        outage=True,
        timeout=LONG,
        amends=amends,
    )


def restoring(report: DeploymentReport, backup: Backup, section: Section, *, owners: bool = True) -> Restore:
    """Return what the run restores, with the folders that it needs for that."""
    return Restore(
        backup,
        report.run,
        work=Word(f"{journal.folder(report.environment, report.run)}/restore"),
        section=section,
        owners=owners,
        versions=backup_check.versions_table(report.environment),
        reports=backup_check.reports(report.environment),
        decrypt=backup_check.decrypt(report.environment),
    )


@change(step=restore_step)
def restore(c: Host, file: str | None = None, from_database: str | None = None, plan: bool = False) -> Plan:
    """Restore a backup beside the live database, compare it with the file, and swap; the old one is kept."""
    return restore_plan(preflight.check(c, file, RestoreOptions(source=from_database), plan=plan))


def restore_plan(report: RestoreReport) -> Plan:
    """Return the plan of a restore while the application goes on."""
    return chain(
        report,
        dump_live_step(report),
        restore_step(report),
        swap_step(report),
        task="backups.restore",
        purpose=report.purpose,
        proof=Expectation(revision=report.revision),
        back=report.back,
        before=report.before,
    )


def swap_step(report: RestoreReport | UndoReport) -> Step | None:
    """Return the step that gives the database that comes the live name; the present one is kept beside it.

    None where none comes, or the live one itself was loaded. Where there is none now, or it was dropped, the name is
    only taken.
    """
    live, incoming, outgoing = report.live, report.incoming, report.outgoing
    if not live or not incoming or (isinstance(report, RestoreReport) and report.same):
        return None
    if isinstance(report, RestoreReport) and (report.drops or not report.there):
        return _take(live, incoming)
    return Step(
        name="swap",
        title=f"Swap {incoming} in; the present database stays as {outgoing}",
        script=changes.swap(live, incoming, outgoing),
        commands=(
            f'ALTER DATABASE "{live.name}" RENAME TO "{outgoing}"',
            f'ALTER DATABASE "{incoming}" RENAME TO "{live.name}"',
        ),
        primary_only=True,
        outage=True,
        back=fab("undo"),
    )


def _take(live: Database, incoming: str) -> Step:
    return Step(
        name="take",
        title=f"Give {incoming} the name {live.name}",
        script=changes.take(live, incoming),
        commands=(f'ALTER DATABASE "{incoming}" RENAME TO "{live.name}"',),
        primary_only=True,
        outage=True,
    )


def dump_live_step(report: RestoreReport, amends: Step | None = None) -> Step | None:
    """Return the step that dumps the live database before it is lost; None where it is not, or there is no room."""
    if not report.dump_to:
        return None
    return structs.replace(dump(report.environment, report.live, report.dump_to), amends=amends)


def drop_step(report: RestoreReport) -> Step | None:
    """Return the runbook's drop, to make room; the backup is read to its end once more. None: the database stays."""
    if not report.drops:
        return None
    live, backup = report.live, report.backup
    return Step(
        name="drop",
        effects=("drops",),
        title=f"Drop {live.name}, after {backup.path} was read to its end once more",
        script=changes.drop_live(live, restoring(report, backup, report.section)),
        commands=(f'DROP DATABASE "{live.name}"',),
        stop=changes.stop(live),
        primary_only=True,
        outage=True,
        timeout=LONG,
    )
