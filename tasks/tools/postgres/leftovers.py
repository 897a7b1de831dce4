"""Drop the copies that nobody needs any more."""

import shlex

from .names import parse_copy
from .psql import Database, ask, change, ident, literal, script

# A copy that somebody is connected to is in use, whatever its name says.
SESSIONS = """
SELECT '= ' || (SELECT count(*) FROM pg_database WHERE datname = {name}) || ' '
  || (SELECT count(*) FROM pg_stat_activity
    WHERE datname = {name} AND backend_type IS DISTINCT FROM 'autovacuum worker');
"""

FLOW = """
set -- $state
if [ $1 = 0 ]; then echo {gone}; exit 0; fi
[ $2 = 0 ] || refuse {busy}
{drop}{after}set -- $state
[ $1 = 0 ] || fail {still}
echo {gone}
"""


def drop_script(db: Database, name: str) -> str:
    """Return a script that drops the copy NAME of DB and proves that it is gone.

    Refuses (2) while somebody is connected to it. Raises ValueError for any name that is not one
    of a copy of DB, the live name among them.
    """
    if name == db.name or parse_copy(name, db.name) is None:
        raise ValueError(f"{name!r} is not a copy of {db.name!r}")
    state = ask("state", "admin", SESSIONS.format(name=literal(name)))
    drop = change(f"{name} could not be dropped", "admin", f"DROP DATABASE IF EXISTS {ident(name)};")
    gone, busy = f"{name} is gone", f"somebody is connected to {name}: it was not dropped"
    still = f"{name} is still there"
    messages = {"gone": gone, "busy": busy, "still": still}
    flow = FLOW.format(drop=drop, after=state, **{k: shlex.quote(v) for k, v in messages.items()})
    return script(db, state, flow)
