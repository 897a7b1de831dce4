"""The runbook's drop-create-load, for when two copies do not fit: the first of its three steps.

Then `restore_script` loads into a new database, because a name should never stand for half a
database, and `take_script` gives that the live name.
"""

import shlex

from ...ssh.shell import at_exit
from .backup import Backup, Section
from .psql import Database, ask, change, ident, literal, script
from .restore import describe, preamble, reject
from .scan import FUNCTION
from .sessions import ENDS, end_sql
from .space import room_functions
from .swap import open_function

# What keeps a database from being dropped cannot be mended while nobody can connect to it.
# In a subshell, because open_up exits where it fails, and the box is cleaned then too.
GUARD = at_exit(f'[ $code = 0 ] || (PGAPPNAME="$PGAPPNAME{ENDS}"; open_up) || code=1; clean_box') + "\n"

# Nothing brings the live database back: the file is read to its end once more, whatever was known.
READABLE = r"""
{scan}
REPORT='cat >/dev/null'; export REPORT
case $kind in custom|directory) fill_box ;; esac
{{ unpack 2>/dev/null || printf 'UNREADABLE\n' >&3; }} 3>"$work/unreadable" | scan ||
  refuse {damaged}
[ ! -s "$work/unreadable" ] || refuse {damaged}
"""

ROOM = """
require_room $(awk -v live=$size 'BEGIN {{ more = {double} - live; printf "%.0f", (more > 0 ? more : 0) }}')
"""

FLOW = """
if [ $live = 0 ]; then echo {gone}; exit 0; fi
{readable}{describe}{drop}{after}[ "$left" = 0 ] || fail {still}
echo {gone}
"""

# Two statements, one by one: in one -c they would be one transaction, which DROP DATABASE refuses.
DROP = """
ALTER DATABASE {live_id} ALLOW_CONNECTIONS false;
{end}
DROP DATABASE {live_id};
"""


def drop_script(db: Database, backup: Backup, run_id: str, work: str, section: Section | None = None) -> str:
    """Return a script that drops the live database DB to make room for BACKUP, and proves it is gone.

    WORK keeps, on the host, how to create its like. Reads the whole backup first; refuses (2) if it
    is damaged or would not fit even then. Where it fails, the database is open to connections.
    Nothing but a dump brings the data back.
    """
    reject(backup, section)
    size = section.bytes if section else backup.uncompressed
    sql = DROP.format(live_id=ident(db.name), end=end_sql([db.name]))
    messages = {
        "gone": f"{db.name} is dropped",
        "still": f"{db.name} is still there",
        "damaged": "the backup is damaged or cut off: nothing was dropped",
    }
    said = {key: shlex.quote(text) for key, text in messages.items()}
    return script(
        db,
        f"LC_ALL=C; SECTION={shlex.quote(section.raw if section else '')}; export LC_ALL SECTION\n",
        preamble(db, backup, run_id, work),
        open_function(db, db.name),
        GUARD,
        room_functions(db),
        ROOM.format(double=2 * size),
        FLOW.format(
            readable=READABLE.format(scan=FUNCTION, damaged=said.pop("damaged")),
            describe=describe(db, run_id),
            drop=change("the live database could not be dropped", "admin", sql),
            after=_left(db.name),
            **said,
        ),
    )


def _left(live: str) -> str:
    query = f"SELECT '= ' || count(*) FROM pg_database WHERE datname = {literal(live)};"
    return ask("left", "admin", query)
