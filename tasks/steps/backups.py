"""Backups of the database: written, listed, checked, restored (in `data`) and pruned."""

from __future__ import annotations

from msgspec import to_builtins

from ..console import terminal as console
from ..console.commands import fab
from ..console.errors import Failed
from ..engine import completion
from ..engine.plan import Plan, Step, chain
from ..preflight import stored
from ..preflight.backups import backup_check, backup_files, backup_list, finding
from ..preflight.backups.backup_files import Found
from ..preflight.backups.safety import configured
from ..preflight.stored import DumpReport, StoredReport
from ..ssh.host import Host
from ..ssh.probe import clock
from ..ssh.shell import join
from ..tools.postgres import changes
from ..tools.postgres.backup import Backup
from .data import drop_step as drop_step
from .data import dump
from .data import dump_live_step as dump_live_step
from .data import restore as restore
from .data import swap_step as swap_step
from .declare import change, task


def create_step(report: DumpReport) -> Step:
    """Return the step that writes a backup, and reads it back to its end."""
    return dump(report.environment, report.live, report.path, report.form)


@change(step=create_step)
def create(c: Host, format: str = "custom") -> Plan:
    """Write a backup of the database and read it back: plain, gz, zst, custom (the default) or directory."""
    report = stored.check_dump(c, format)
    purpose = f"{report.live.name} → {report.path}"
    return chain(report, create_step(report), task="backups.create", purpose=purpose)


@task(name="list")
def list_(c: Host, json: bool = False) -> list[Found]:
    """List the backups, the newest first: age, size, format, revision inside, verified or not."""
    found = finding.found(c)
    completion.remember(c.environment, "file", (one.path for one in found))
    now = int(c.ask(clock()))
    if console.emit_json([backup_list.as_dict(one, now) for one in found]):
        return found
    if not found:
        folder = configured(c.environment).storage.folder
        console.say(f"No backup in {folder} yet. Next: {fab('backups.create')}")
        return found
    rows = [backup_list.row(one, now) for one in found]
    console.table(("backup", "age", "size", "format", "revision", "verified"), rows)
    return found


@task
def check(
    c: Host, file: str | None = None, from_database: str | None = None, restore: bool = False, json: bool = False
) -> Backup:
    """Read a backup to its end and say all that can be known of it, or restore it on trial; exit 1 for a bad one."""
    checked = stored.check_file(c, file, from_database)
    tried = stored.try_restore(c, checked) if restore and not checked.reasons else []
    wrong = [f"{one.question}: {one.answer or 'no answer'}" for one in tried if not one.ok]
    backup, problems = checked.backup, [*checked.reasons, *wrong]
    said = backup_list.described(backup, checked.section)
    judged = {"ok": not problems, "problems": problems, "risks": checked.risks, "asked": to_builtins(tried)}
    if not console.emit_json({**said, **judged}):
        backup_list.show(said)
        for risk in checked.risks:
            console.say(f"  ! {risk}", style="yellow")
        for one in tried:
            console.say(f"  {'ok' if one.ok else 'WRONG'}: {one.question}: {one.answer}")
    if problems:
        name = configured(c.environment).name
        why = f"{backup.path} is no good for {name}: {'; '.join(problems)}"
        raise Failed(f"{why}. {finding.another(c, backup.path)}")
    how = "was restored on trial, and compared" if restore else "is whole and can be restored"
    console.say(f"{backup.path} {how}.", style="bold green")
    return backup


def remove_step(report: StoredReport) -> Step | None:
    """Return the step that removes backups with their checksums."""
    gone = report.backups
    if not gone:
        return None
    return Step(
        name="remove",
        title=f"Remove {len(gone)} backups",
        script=backup_files.remove(gone, backup_check.reports(report.environment)),
        commands=tuple(join("rm", "-r", one.path) for one in gone),
        primary_only=True,
    )


def drop_copies_steps(report: StoredReport) -> list[Step]:
    """Return the steps that drop the copies of the database that nothing needs."""
    return [
        Step(
            name="drop-copy",
            title=f"Drop the copy {copy.name}",
            script=changes.drop_copy(report.live, copy.name),
            commands=(f'DROP DATABASE "{copy.name}"',),
            stop=changes.stop(report.live),
            primary_only=True,
        )
        for copy in report.copies
    ]


@change
def prune(c: Host, keep: int | str = "5", copy: str | None = None) -> Plan | None:
    """Remove all but the newest backups that were created or fetched here, and copies of the database not needed."""
    return prune_plan(stored.check_prune(c, int(keep), copy), int(keep))


def prune_plan(report: StoredReport, keep: int) -> Plan | None:
    """Return the plan that removes what nothing needs; None where there is none of it."""
    if not report.backups and not report.copies:
        console.say(f"Nothing to remove: at most {keep} backups, and no copy of the database but the last.")
        for fact in report.facts:
            console.say(f"  {fact}")
        return None
    return chain(
        report,
        remove_step(report),
        drop_copies_steps(report),
        task="backups.prune",
        purpose=f"remove {len(report.backups)} backups and {len(report.copies)} copies of {report.live.name}",
    )
