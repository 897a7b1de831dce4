"""Restore beside: a backup into a new database next to the live one, proven before any name changes."""

import shlex

from ...ssh.shell import at_exit, home
from .backup import Backup, Section
from .compare import compare
from .load import load_functions, run_load
from .names import MARK, copy_name, mark
from .psql import Database, ask, change, connector, feed, ident, literal, script
from .sessions import end_sql
from .settings import create_default, create_query, settings_query
from .source import source_functions
from .space import room_functions

STATE = """
SELECT '= ' || current_setting('server_version_num') || ' '
  || (SELECT count(*) FROM pg_database WHERE datname = {live}) || ' '
  || (SELECT count(*) FROM pg_database WHERE datname = {new}
    AND shobj_description(oid, 'pg_database') LIKE {verified}) || ' '
  || coalesce((SELECT pg_database_size(oid) FROM pg_database WHERE datname = {live}), 0);
"""

CHECK = """
umask 077
mkdir -p "$work"
[ "$kind {bytes}" = {expected} ] || refuse {changed}
set -- $state
version=$1 live=$2 done=$3 size=$4
if [ $done = 1 ]; then echo {there}; exit 0; fi
"""

ROOM = """
require_room $(awk -v live=$size 'BEGIN {{ dump = {double}; printf "%.0f", (dump > live ? dump : live) }}')
"""

# Kept on the host, because a restore in place needs them when the live database is gone.
DESCRIBE = """
describe() {{
{create}
}}
settings() {{
{settings}
}}
if [ $live = 1 ]; then
  describe >"$work/create.sql.part" || fail 'the live database could not be described'
  settings >"$work/settings.sql" || fail 'the settings of the live database could not be read'
  mv "$work/create.sql.part" "$work/create.sql"
fi
"""

EMPTY = """
[ -s "$work/create.sql" ] || {{ printf '%s;\\n' {default} >"$work/create.sql"; : >"$work/settings.sql"; }}
created=1
change 'the new database could not be created' admin <"$work/create.sql"
"""

GUARD = """
watcher= created=
finish() {
  PGAPPNAME=fab-rollback
  [ -z "$watcher" ] || kill $watcher 2>/dev/null || :
  [ $code = 0 ] || [ -z "$created" ] || drop_copy >/dev/null 2>&1 || :
  clean_box
}
"""
GUARD += at_exit("finish") + "\n"

DONE = """
change 'the settings of the live database could not be given to the new one' admin <"$work/settings.sql"
"""


def reject(backup: Backup, section: Section | None) -> None:
    """Raise ValueError unless BACKUP, or SECTION of it, can be restored without doing harm."""
    if backup.problems:
        raise ValueError(f"{backup.path}: {backup.problems[0]}")
    if not (section and section.raw) and (backup.cluster or backup.forbidden):
        raise ValueError(f"{backup.path} holds commands for other databases: choose the section to restore")


def describe(db: Database, run_id: str) -> str:
    """Return shell text that keeps how to create DB's copy, empty but alike, in `$work` (see `EMPTY`)."""
    new = copy_name(db.name, "new", run_id)
    create = feed("admin", create_query(db.name, new).rstrip() + ";")
    settings = feed("admin", settings_query(db.name, new) + ";")
    return DESCRIBE.format(create=create, settings=settings)


def preamble(db: Database, backup: Backup, run_id: str, work: str) -> str:
    """Return shell text that checks that the file is still BACKUP, and reads the server's state."""
    names = {"live": literal(db.name), "new": literal(copy_name(db.name, "new", run_id))}
    messages = {
        "expected": f"{backup.kind} {backup.bytes or ''}",
        "changed": f"{backup.path} is not the file that was checked: it changed since",
        "there": f"{copy_name(db.name, 'new', run_id)} is restored and verified",
    }
    return "".join(
        [
            f"work={home(work)}; export work\n",
            source_functions(db, backup.path, run_id),
            ask("state", "admin", STATE.format(verified=literal(f"{MARK} % verified"), **names)),
            CHECK.format(
                bytes="$bytes" if backup.bytes else "", **{key: shlex.quote(text) for key, text in messages.items()}
            ),
        ]
    )


def restore_script(
    db: Database,
    backup: Backup,
    run_id: str,
    work: str,
    section: Section | None = None,
    owners: bool = True,
    jobs: int = 2,
    versions: str = "public.alembic_version",
) -> str:
    """Return a script that restores BACKUP into `copy_name(db.name, "new", run_id)`, beside the live one.

    The rows of every table and Alembic's revisions (VERSIONS: schema.table) are compared with those
    in the file; then statistics, and the live database's settings and grants. WORK is a folder on
    the host for its notes. SECTION is the part of a dump of several databases (or of one that names
    its database). Without OWNERS, what the file says about owners and grants is left out. Prints
    `PROGRESS bytes N TOTAL`, `PROGRESS table NAME`, then `VERIFIED N tables N rows N unverified`.
    A copy that could not be loaded or proven is dropped again. Raises ValueError for a backup that
    has problems, or that holds forbidden commands and no SECTION was chosen. Stands for the second
    half of "Restore from Backup".
    """
    reject(backup, section)
    new = copy_name(db.name, "new", run_id)
    raw = section.raw if section else ""
    return script(
        db,
        connector("copy", db, new),
        f"LC_ALL=C; VERSIONS={shlex.quote(versions)}; SECTION={shlex.quote(raw)}; export LC_ALL VERSIONS SECTION\n",
        preamble(db, backup, run_id, work),
        _room(db, backup, section),
        GUARD,
        load_functions(db, new, backup, jobs, owners),
        describe(db, run_id),
        _empty(new),
        ("fill_box\n" if backup.archive else "") + run_load(new),
        compare(raw, versions),
        _finish(new),
    )


def _room(db: Database, backup: Backup, section: Section | None) -> str:
    size = section.bytes if section else backup.uncompressed
    return room_functions(db) + ROOM.format(double=2 * size)


def _empty(new: str) -> str:
    clear = feed("admin", f"{end_sql([new])}\nDROP DATABASE IF EXISTS {ident(new)};")
    comment = f"{mark('new')}\nCOMMENT ON DATABASE {ident(new)} IS :'mark';"
    return (
        f"drop_copy() {{\n{clear}}}\nchange 'an unfinished copy stays' drop_copy\n"
        + EMPTY.format(default=shlex.quote(create_default(new)))
        + change("the new database could not be dated", "admin", comment)
    )


def _finish(new: str) -> str:
    verified = f"{mark('new', 'verified')}\nCOMMENT ON DATABASE {ident(new)} IS :'mark';"
    return (
        change("the statistics could not be gathered", "copy", "ANALYZE;")
        + DONE
        + change("the new database could not be marked as verified", "admin", verified)
        + f"echo {shlex.quote(f'{new} is restored and verified')}\n"
    )
