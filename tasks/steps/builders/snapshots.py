"""The safety net of a run: a clone on the server, or a dump on the host where no clone can be made."""

from __future__ import annotations

from ...config.settings import Environment
from ...console.errors import Refused
from ...console.units import size
from ...engine.plan import Plan, Step
from ...preflight import backup_files as files
from ...preflight import state
from ...preflight.backup_check import versions_table
from ...preflight.copies import database_of, questions
from ...ssh import paths
from ...ssh.shell import Answer, die, home, quote
from ...tools.postgres.backup import Backup
from ...tools.postgres.dumps import tables_size
from ...tools.postgres.leftovers import drop_script
from ...tools.postgres.names import copy_name
from ...tools.postgres.psql import Database, literal, script
from ...tools.postgres.psql import ask as sql_ask
from ...tools.postgres.report import Server, parse_server
from ...tools.postgres.restore import restore_script
from ...tools.postgres.snapshot import snapshot_script
from ...tools.postgres.space import room_functions
from ...tools.postgres.swap import swap_script
from . import backups

# On a disk that is full up to what the server's log may need, a migration is not begun at all.
CLONE_OR_DUMP = """if [ -e {path} ] && [ -e {path}.sha256 ]; then echo {there}; exit 0; fi
code=0; sh -c {clone} || code=$?
case $code in 1 | 2) sh -c {log} || exit ;; *) exit $code ;; esac
echo {instead}
sh -c {dump}"""

THERE = "SELECT '= ' || count(*) FROM pg_database WHERE datname = {name};"
# The checksum gives way first: a cut between the two must not leave one that stands for no file.
SWAP_BACK = """if [ ! -e {path} ] || [ ! -e {path}.sha256 ]; then
  sh -c {there} && sh -c {clear} >/dev/null && sh -c {swap} || {{ echo {lost} >&2; exit 1; }}
  echo {swapped} >&2; exit 1
fi
[ "$(sha256sum <{path} | cut -c1-64)" = "$(cut -c1-64 {path}.sha256)" ] && sh -c {restore} &&
  sh -c {clear} >/dev/null && sh -c {take} || {{
  echo {by_hand} >&2; exit 1; }}
mv {path}.sha256 {used}.sha256; mv {path} {used}
echo {restored} >&2; exit 1"""


def kept(c, run: str) -> dict[str, str]:
    """Return what `undo` has to know of the net of `run`: the clone's name, the dump's path; one of them is there."""
    name = c.environment.database.name
    return {"snapshot": copy_name(name, "snap", run), "dump": dump_path(c.environment, run)}


def dump_path(environment: Environment, run: str) -> str:
    """Return where the dump of `run` lies, relative to the login's home."""
    database = environment.database
    return f"{database.backups}/{files.file_name(database.name, run, 'custom')}"


def snapshot_step(c, seen: state.State, run: str) -> Step:
    """Return the step that clones the database on the server, or dumps it where that does not fit or cannot be done.

    Both have names that say which run they are for.
    """
    db = database_of(c, seen)
    name, path = kept(c, run).values()
    dump = backups.dump_step(c.environment, db, path, "custom")
    return Step(
        name="snapshot",
        effects=("snapshots",),
        title=f"Snapshot the database as {name}",
        script=clone_or_dump(db, run, path, dump.script),
        stop=dump.stop,
        commands=(f'CREATE DATABASE "{name}" TEMPLATE "{db.name}"   (else: {dump.commands[0]})',),
        primary_only=True,
        outage=True,
        back="fab backups.prune",
        until=("downgrade", "upgrade"),
        timeout=dump.timeout,
    )


def clone_or_dump(db: Database, run: str, path: str, dump: str) -> str:
    """Return the script that clones DB, or, where that cannot be, runs the script `dump`, which writes PATH."""
    return CLONE_OR_DUMP.format(
        path=home(path),
        there=quote(f"{path} is there already"),
        clone=quote(snapshot_script(db, run)),
        log=quote(script(db, room_functions(db), "require_room 0\n")),
        instead=quote(f"no clone could be made: {path} is written instead"),
        dump=quote(dump),
    )


def room(c, seen: state.State, answer: Answer | None = None) -> list[str]:
    """Return a line where no clone fits beside the database, but a dump on the host; Refused where neither does.

    `answer` is that to the question `server` of `copies`, where it was asked before.
    """
    db = database_of(c, seen)
    answer = answer or c.ask(questions(c, seen))["server"]
    server = parse_server(answer.out, db.name) if answer.ok else None
    if not server or not server.live or server.fits(server.live.bytes):
        return []
    if not server.fits(0) or not _dump_fits(c, db, server):
        raise Refused(_no_room(c, db, server))
    folder = c.environment.database.backups
    return [f"no clone of {db.name} ({size(server.live.bytes)}) fits beside it: the snapshot is a dump in {folder}"]


def _dump_fits(c, db: Database, server: Server) -> bool:
    folder = home(c.environment.database.backups)
    free = f'd={folder}; [ -d "$d" ] || d=$HOME; df -Pk "$d" | awk \'NR == 2 {{ printf "%.0f", $4 * 1024 }}\''
    answers = c.ask({"need": tables_size(db), "free": free})
    if not all(answer.ok and answer.out.strip() for answer in answers.values()):
        return False
    return float(answers["free"].out) > float(answers["need"].out) + server.max_wal


def _no_room(c, db: Database, server: Server) -> str:
    return (
        f"{c.address}: too little disk for a snapshot, and for a dump: {db.name} has {size(server.live.bytes)}, "
        f"{size(server.data_free)} are free. Nothing was changed. Make room (fab backups.prune), or bring a dump to "
        "another machine, then the same command with --no-snapshot"
    )


def dumped(c, path: str) -> bool:
    """Return whether the dump of a run is there, whole."""
    return c.ask({"there": f"[ -e {home(path)}.sha256 ] && [ -e {home(path)} ]"})["there"].ok


def restore_steps(c, plan: Plan, path: str) -> list[Step]:
    """Return the steps that restore the dump of a run beside and swap it in, and tell what that costs.

    Raises Refused where it cannot be restored, or two copies do not fit, with the command that then does it.
    """
    from ...preflight import restore as look  # which itself stands on this folder

    sight = look.look(c, path, None, plan=False)
    way_out = f"Ways out: fab emergency-restore --file {quote(path)} --in-place; fab undo upgrades instead."
    look.require_room(sight, sight.need, way_out)
    plan.facts += sight.facts
    plan.warnings += sight.warnings
    restore = backups.restore_step(
        c.environment, sight.db, sight.backup, sight.section, plan.run, owners=sight.owners, before=False
    )
    return [restore, backups.swap_step(sight.db, plan.run)]


def back(environment: Environment, db: Database, run: str) -> str:
    """Return sh text, for a change that failed, that puts the net of `run` in the place of the database; it exits 1.

    A clone is swapped in; a dump is restored beside and swapped in, or, where that cannot be, the command
    is named that brings it back. What an earlier try of the same run left as its failed state gives way.
    """
    names = {kind: copy_name(db.name, kind, run) for kind in ("snap", "old", "new")}
    path = dump_path(environment, run)
    used = f"{path.removesuffix('.dump')}-restored.dump"
    failed = f"{names['old']} holds the failed state"
    gone = die(f"the snapshot {names['snap']} is gone")
    by_hand = f"fab emergency-restore --file {quote(path)} --in-place"
    texts = {
        "there": script(
            db, sql_ask("there", "admin", THERE.format(name=literal(names["snap"]))), f"[ $there = 1 ] || {gone}\n"
        ),
        "clear": drop_script(db, names["old"]),
        "swap": swap_script(db, names["snap"], names["old"]),
        "lost": f"the downgrade failed, and {names['snap']} could not be swapped back",
        "swapped": f"the downgrade failed; the snapshot was swapped back, {failed}",
        "restore": _restore(environment, db, run, path),
        "take": swap_script(db, names["new"], names["old"]),
        "by_hand": f"the downgrade failed; the data as they were are in {path}, which was not restored: {by_hand}",
        "restored": f"the downgrade failed; its dump was restored and swapped in, {failed}; it lies in {used} now",
    }
    return SWAP_BACK.format(path=home(path), used=home(used), **{key: quote(text) for key, text in texts.items()})


def _restore(environment: Environment, db: Database, run: str, path: str) -> str:
    unwritten = Backup(path, "custom", 0, 0, "ok", complete=True)
    work = f"{paths.state_path(environment)}/runs/{run}/restore"
    return restore_script(db, unwritten, run, work, versions=versions_table(environment))
