"""The safety copy before a change to the schema: a clone inside the server, as fast as the disk copies."""

import shlex

from .names import copy_name, mark
from .psql import Database, ask, change, connector, ident, literal, script
from .sessions import end_sql
from .settings import settings_query
from .space import room_functions
from .swap import GUARD, OPEN, open_function

STATE = """
SELECT '= ' || concat_ws(' ',
  (SELECT count(*) FROM pg_database WHERE datname = {live}),
  (SELECT count(*) FROM pg_database WHERE datname = {snap}),
  coalesce((SELECT pg_database_size(oid) FROM pg_database WHERE datname = {live}), 0));
"""

# What a copy must have: the same relations. Sizes are compared on their own.
RELATIONS = """
SELECT '= ' || count(*) || ' relations ' || md5(coalesce(string_agg(
  format('%I.%I %s', nspname, relname, relkind), ',' ORDER BY nspname, relname), ''))
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'p', 'm', 'S', 'i', 'v') AND nspname !~ '^pg_(toast|temp)';
"""

CLEAR = """{open}
{end}
DROP DATABASE IF EXISTS {new_id};
"""

# What prints the sizes has opened the live database again: from there on nothing has to.
CLONE = """
SELECT format('CREATE DATABASE %I TEMPLATE %I', {new}, {live})
  || CASE WHEN current_setting('server_version_num')::int >= 150000
     THEN ' STRATEGY file_copy' ELSE '' END AS clone \\gset
ALTER DATABASE {live_id} ALLOW_CONNECTIONS false;
{end}
:clone;
ALTER DATABASE {live_id} ALLOW_CONNECTIONS true;
SELECT '= ' || pg_database_size({live}) || ' ' || pg_database_size({new});
"""

NAME = """
{mark}
{settings} \\gexec
COMMENT ON DATABASE {new_id} IS :'mark';
ALTER DATABASE {new_id} RENAME TO {snap_id};
"""

FLOW = """
set -- $state
if [ $2 = 1 ]; then echo {done}; exit 0; fi
[ $1 = 1 ] || refuse {missing}
require_room $3
{guard}{clear}{relations_live}{clone}trap - EXIT
{relations_new}set -- $sizes
[ "$relations" = "$copied" ] || fail {different}
awk -v a=$1 -v b=$2 'BEGIN {{ d = a - b; exit (d < 0 ? -d : d) > a / 100 + 1048576 }}' || fail {different}
{name}{final}set -- $state
[ $1 = 1 ] && [ $2 = 1 ] || fail {unnamed}
echo {done}
"""


def snapshot_script(db: Database, run_id: str) -> str:
    """Return a script that clones DB to the name `copy_name(db.name, "snap", run_id)`.

    The sessions on DB are ended and new ones refused while it copies. Built under the `new` name
    and renamed once its relations and size (within 1 %) are those of the live database, so a name
    that is there is a whole copy: run again, it changes nothing. Refuses (2) when it does not fit.
    """
    names = {"live": db.name, "new": copy_name(db.name, "new", run_id)}
    names["snap"] = copy_name(db.name, "snap", run_id)
    return script(
        db,
        connector("live", db, db.name),
        connector("copy", db, names["new"]),
        open_function(db, db.name),
        room_functions(db),
        _flow(names),
    )


def _flow(names: dict[str, str]) -> str:
    values = {key: literal(name) for key, name in names.items()}
    values |= {f"{key}_id": ident(name) for key, name in names.items()}
    state = ask("state", "admin", STATE.format(**values))
    end, end_new = end_sql([names["live"]]), end_sql([names["new"]])
    settings = settings_query(names["live"], names["new"])
    clear = CLEAR.format(open=OPEN.format(names=values["live"]), end=end_new, **values)
    name = NAME.format(mark=mark("snap"), settings=settings, **values)
    return state + FLOW.format(
        guard=GUARD,
        relations_live=ask("relations", "live", RELATIONS),
        relations_new=ask("copied", "copy", RELATIONS),
        clear=change("the copy could not be begun", "admin", clear),
        clone=ask("sizes", "admin", CLONE.format(end=end, **values)),
        name=change("the copy could not be named", "admin", name),
        final=state,
        **_messages(**names),
    )


def _messages(live: str, new: str, snap: str) -> dict[str, str]:
    messages = {
        "done": f"{snap} is a copy of {live}",
        "missing": f"there is no database {live}",
        "different": f"the copy {new} is not like {live}",
        "unnamed": f"{snap} is not there after the copy",
    }
    return {name: shlex.quote(text) for name, text in messages.items()}
