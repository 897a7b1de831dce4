"""Backups of the database: written, listed, checked, restored and pruned."""

from __future__ import annotations

from ..core import console
from ..core.backups import check as checks
from ..core.backups import files, look
from ..core.backups.look import look as look_at
from ..core.backups.look import require_room as require_room
from ..core.backups.look import safety_path as safety_path
from ..core.backups.steps import drop_copy_step, drop_step, dump_step, remove_step, restore_step, swap_step, take_step
from ..core.backups.tell import age
from ..core.errors import Failed, Refused
from ..core.execution.progress import size
from ..core.plan import Expectation, Plan
from ..core.postgres.reads import rows_script, server_script
from ..core.postgres.report import Server, parse_server, parse_tables
from ..core.shell import quote
from ..core.task import change, task

__all__ = ["drop_step", "dump_step", "restore_step", "swap_step", "take_step"]
KEEP = "5"


@change
def create(c, format="custom"):
    """Write a backup of the database and read it back: plain, gz, zst, custom (the default) or directory."""
    _seen, db = look.reached(c)
    server = _server(c, db)
    if server.live is None:
        raise Refused(f"{c.address}: there is no database {db.name}. Nothing was changed.")
    plan = Plan(task="backups.create", purpose="", steps=[])
    path = f"{c.environment.database.backups}/{files.file_name(db.name, plan.run, format)}"
    plan.purpose = f"{db.name} → {path}"
    plan.facts = [f"the database takes {size(server.live.bytes)}; the application goes on"]
    plan.steps = [dump_step(c.environment, db, path, format)]
    return plan


@task(name="list")
def list_(c, json=False):
    """List the backups, the newest first: age, size, format, revision inside, verified or not."""
    found = look.found(c)
    now = int(c.sh("date +%s").stdout)
    if console.document([_as_dict(one, now) for one in found]):
        return found
    if not found:
        console.say(f"No backup in {c.environment.database.backups} yet. Next: fab backups.create")
        return found
    headings = ("backup", "age", "size", "format", "revision", "")
    rows = [
        (one.path, age(now - one.modified), size(one.bytes), one.kind, ", ".join(one.revisions) or "?", _verdict(one))
        for one in found
    ]
    console.table(headings, rows)
    return found


def _verdict(one: files.Found) -> str:
    return one.verdict + (" (sha256)" if one.checksum and one.good else "")


def _as_dict(one: files.Found, now: int) -> dict:
    verified = None if one.checked is None else one.good
    known = {name: getattr(one, name) for name in ("path", "bytes", "modified", "checksum")}
    return {
        **known,
        "age": now - one.modified,
        "format": one.kind,
        "revision": list(one.revisions),
        "verified": verified,
        "verdict": one.verdict,
    }


@task
def check(c, file=None, from_database=None, json=False):
    """Read a backup to its end and say all that can be known without restoring it; exit 1 for a bad one."""
    _seen, db = look.reached(c)
    path = look.path_of(c, file)
    backup = checks.inspect(c, db, path, keep=True)
    answers = c.ask({"server": server_script(db), "rows": rows_script(db)}, timeout=look.COUNTING)
    rows = {name: t.rows for name, t in parse_tables(answers["rows"].out).items()} if answers["rows"].ok else None
    target = look.target(c, db, parse_server(answers["server"].out, db.name), rows)
    reasons = checks.obstacles(backup, target, from_database)
    section = checks.section_of(backup, db.name, from_database)
    said = _described(backup, section)
    if not console.document({**said, "ok": not reasons, "problems": reasons, "risks": checks.risks(backup, target)}):
        _show(said)
        for risk in checks.risks(backup, target):
            console.say(f"  ! {risk}", style="yellow")
    if reasons:
        raise Failed(f"{path} is no good for {db.name}: {'; '.join(reasons)}.")
    console.say(f"{path} is whole and can be restored.", style="bold green")
    return backup


def _described(backup, section) -> dict:
    """Return what a check found, as data."""
    plain = ("path", "kind", "bytes", "uncompressed", "modified", "checksum", "server", "dumper", "encoding", "cluster")
    return {
        **{name: getattr(backup, name) for name in plain},
        "database": (section.database if section else None) or backup.database,
        "databases": [s.database for s in backup.sections if s.raw],
        "roles": list(backup.roles),
        "missing_roles": None if backup.missing_roles is None else list(backup.missing_roles),
        "revision": list(section.revisions) if section else [],
        "rows": dict(section.rows) if section else {},
    }


def _show(said: dict) -> None:
    lines = {
        "format": said["kind"] + (", of all databases" if said["cluster"] else ""),
        "size": f"{size(said['bytes'])}, as SQL {size(said['uncompressed'])}",
        "sha256": {"ok": "right", "bad": "WRONG", "none": "none beside it: a flipped bit would not be seen"}[
            said["checksum"]
        ],
        "database": ", ".join(said["databases"]) or said["database"] or "not named",
        "PostgreSQL": f"{said['server'] or '?'} (pg_dump {said['dumper'] or '?'}), {said['encoding'] or '?'}",
        "revision": ", ".join(said["revision"]) or "none",
        "roles": ", ".join(said["roles"]) or "none named",
        "missing": ", ".join(said["missing_roles"] or ()) or "no role",
    }
    console.say(said["path"], style="bold")
    for name, value in lines.items():
        console.say(f"  {name:<12}{value}")
    rows = [(table, "?" if count is None else count) for table, count in sorted(said["rows"].items())]
    console.table(("table", "rows"), rows)


@change
def restore(c, file=None, from_database=None, plan=False):
    """Restore a backup beside the live database, compare it with the file, and swap; the old one is kept."""
    sight = look_at(c, file, from_database, plan)
    again = f"fab emergency-restore --file {quote(sight.backup.path)} --in-place"
    require_room(sight, sight.need, f"Ways out: fab backups.prune; {again}")
    made = Plan(
        task="backups.restore",
        purpose=f"{sight.backup.path} becomes {sight.db.name}",
        steps=[],
        facts=sight.facts,
        warnings=[*sight.warnings, "the application goes on; what it writes until the swap stays in the old database"],
        expect=Expectation(revision=revision(c, sight)),
        questions=questions(sight),
    )
    made.before = sight.before(made.run)
    made.back = "fab undo" if made.before else ""
    made.facts += kept(made)
    name = swap_step(sight.db, made.run) if sight.there else take_step(sight.db, made.run)
    restored = restore_step(
        c.environment, sight.db, sight.backup, sight.section, made.run, owners=sight.owners, before=True
    )
    made.steps = [restored, name]
    return made


def revision(c, sight: look.Sight) -> list[str] | None:
    """Return the rows of Alembic's table that a restore must lead to; None where the start-up may move them."""
    return None if sight.fit.upgrade else list(sight.section.revisions)


def questions(sight: look.Sight) -> list[str]:
    """Return what has to be asked by name."""
    return [] if sight.fit.kind in ("same", "untold") else [f"Code and backup do not fit: {sight.fit.text} Go on?"]


def kept(plan: Plan) -> list[str]:
    """Return the line that says where the present data stay."""
    old = plan.before.get("swapped")
    return [f"what is in the database now stays, as {old}; fab undo swaps it back"] if old else []


@change
def prune(c, keep=KEEP):
    """Remove all but the newest backups that backups.create wrote, and copies of the database no longer needed."""
    _seen, db = look.reached(c)
    server = _server(c, db)
    gone = files.to_prune(look.found(c), db.name, int(keep))
    copies = superfluous(server)
    if not gone and not copies:
        console.say(f"Nothing to remove: at most {keep} backups, and no copy of the database but the last.")
        return None
    return Plan(
        task="backups.prune",
        purpose=f"remove {len(gone)} backups and {len(copies)} copies of {db.name}",
        steps=[
            *([remove_step(c.environment, gone)] if gone else []),
            *(drop_copy_step(db, copy.name) for copy in copies),
        ],
        facts=[
            *(f"backup {one.path}, {size(one.bytes)}, {one.verdict}" for one in gone),
            *(f"database {copy.name}, {size(copy.bytes)}{_made(copy)}" for copy in copies),
        ],
        warnings=["nothing brings them back"],
    )


def superfluous(server: Server) -> list:
    """Return the copies that may go: unfinished ones, and all old and snapshot ones but the last made."""
    last = max((m for m in server.copies if m.copy.kind != "new"), key=lambda m: m.copy.id, default=None)
    return [m for m in server.copies if m is not last]


def _made(copy) -> str:
    return "" if copy.age is None else f", {age(copy.age)} old"


def _server(c, db) -> Server:
    answer = c.ask({"server": server_script(db)})["server"]
    if not answer.ok:
        raise Refused(f"{c.address}: {answer.err}. Nothing was changed.")
    return parse_server(answer.out, db.name)
