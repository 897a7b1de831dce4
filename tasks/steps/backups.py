"""Backups of the database: written, listed, checked, restored and pruned."""

from __future__ import annotations

from ..console import terminal as console
from ..console.errors import Failed, Refused
from ..engine.task import change, task


@change
def create(c, format="custom"):
    """Write a backup of the database and read it back: plain, gz, zst, custom (the default) or directory."""
    from ..console.units import size
    from ..engine.plan import Plan
    from ..preflight import backup_files as files
    from ..preflight import restore as look
    from .builders import backup_plans as plans
    from .builders import backups as steps

    _seen, db = look.reached(c)
    live = plans.server(c, db).live
    if live is None:
        raise Refused(f"{c.address}: there is no database {db.name}. Nothing was changed.")
    plan = Plan(task="backups.create", purpose="", steps=[])
    path = f"{c.environment.database.backups}/{files.file_name(db.name, plan.run, format)}"
    plan.purpose = f"{db.name} → {path}"
    plan.facts = [f"the database takes {size(live.bytes)}; the application goes on"]
    plan.steps = [steps.dump_step(c.environment, db, path, format)]
    return plan


@task(name="list")
def list_(c, json=False):
    """List the backups, the newest first: age, size, format, revision inside, verified or not."""
    from ..preflight import backup_list as show
    from ..preflight import restore as look

    found = look.found(c)
    now = int(c.sh("date +%s").stdout)
    if console.document([show.as_dict(one, now) for one in found]):
        return found
    if not found:
        console.say(f"No backup in {c.environment.database.backups} yet. Next: fab backups.create")
        return found
    console.table(("backup", "age", "size", "format", "revision", ""), [show.row(one, now) for one in found])
    return found


@task
def check(c, file=None, from_database=None, json=False):
    """Read a backup to its end and say all that can be known without restoring it; exit 1 for a bad one."""
    from ..preflight import backup_check as checks
    from ..preflight import backup_list as show
    from ..preflight import restore as look
    from .builders import backup_plans as plans

    _seen, db = look.reached(c)
    path = look.path_of(c, file)
    backup = checks.inspect(c, db, path, keep=True)
    target = plans.target(c, db)
    reasons, risks = checks.obstacles(backup, target, from_database), checks.risks(backup, target)
    said = show.described(backup, checks.section_of(backup, db.name, from_database))
    if not console.document({**said, "ok": not reasons, "problems": reasons, "risks": risks}):
        show.show(said)
        for risk in risks:
            console.say(f"  ! {risk}", style="yellow")
    if reasons:
        raise Failed(f"{path} is no good for {db.name}: {'; '.join(reasons)}.")
    console.say(f"{path} is whole and can be restored.", style="bold green")
    return backup


@change
def restore(c, file=None, from_database=None, plan=False):
    """Restore a backup beside the live database, compare it with the file, and swap; the old one is kept."""
    from ..engine.plan import Expectation, Plan
    from ..preflight import restore as look
    from ..ssh.shell import quote
    from .builders import backup_plans as plans
    from .builders import backups as steps

    sight = look.look(c, file, from_database, plan)
    again = f"fab emergency-restore --file {quote(sight.backup.path)} --in-place"
    look.require_room(sight, sight.need, f"Ways out: fab backups.prune; {again}")
    made = Plan(
        task="backups.restore",
        purpose=f"{sight.backup.path} becomes {sight.db.name}",
        steps=[],
        facts=sight.facts,
        warnings=[*sight.warnings, "the application goes on; what it writes until the swap stays in the old database"],
        expect=Expectation(revision=plans.revision(sight)),
        questions=plans.questions(sight),
    )
    made.before = sight.before(made.run)
    made.back = "fab undo" if made.before else ""
    made.facts += plans.kept(made)
    name = steps.swap_step if sight.there else steps.take_step
    restored = steps.restore_step(
        c.environment, sight.db, sight.backup, sight.section, made.run, owners=sight.owners, before=True
    )
    made.steps = [restored, name(sight.db, made.run)]
    return made


@change
def prune(c, keep="5"):
    """Remove all but the newest backups that backups.create wrote, and copies of the database no longer needed."""
    from ..console.units import size
    from ..engine.plan import Plan
    from ..preflight import backup_files as files
    from ..preflight import restore as look
    from .builders import backup_plans as plans
    from .builders import backups as steps

    _seen, db = look.reached(c)
    copies = plans.superfluous(plans.server(c, db))
    gone = files.to_prune(look.found(c), db.name, int(keep))
    if not gone and not copies:
        console.say(f"Nothing to remove: at most {keep} backups, and no copy of the database but the last.")
        return None
    return Plan(
        task="backups.prune",
        purpose=f"remove {len(gone)} backups and {len(copies)} copies of {db.name}",
        steps=[
            *([steps.remove_step(c.environment, gone)] if gone else []),
            *(steps.drop_copy_step(db, copy.name) for copy in copies),
        ],
        facts=[
            *(f"backup {one.path}, {size(one.bytes)}, {one.verdict}" for one in gone),
            *(f"database {copy.name}, {size(copy.bytes)}{plans.made(copy)}" for copy in copies),
        ],
        warnings=["nothing brings them back"],
    )
