"""The safety copy before a change to the schema: a clone inside the server, as fast as the disk copies."""

import shlex

from .names import copy_name, mark
from .psql import Database, connect, ident, literal, script, told
from .sessions import end_sql
from .settings import settings_query
from .space import room_and
from .swap import GUARD, OPEN, open_function

STATE = """
SELECT '= state ' || concat_ws(' ',
  (SELECT count(*) FROM pg_database WHERE datname = {live}),
  (SELECT count(*) FROM pg_database WHERE datname = {snap}),
  coalesce((SELECT pg_database_size(oid) FROM pg_database WHERE datname = {live}), 0));
"""

# What a copy must have: the same relations. Sizes are compared on their own.
RELATIONS = """
SELECT count(*) || ' relations ' || md5(coalesce(string_agg(
  format('%I.%I %s', nspname, relname, relkind), ',' ORDER BY nspname, relname), '')) AS {name}
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'p', 'm', 'S', 'i', 'v') AND nspname !~ '^pg_(toast|temp)' \\gset
"""

# One session after the other, in one call: each call costs more than what it asks for. What prints that
# the copy is alike has opened the live database again: from there on nothing has to.
COPY = """{open}
{end_new}
DROP DATABASE IF EXISTS {new_id};
{to_live}
{relations_live}
{to_admin}
SELECT format('CREATE DATABASE %I TEMPLATE %I', {new}, {live})
  || CASE WHEN current_setting('server_version_num')::int >= 150000
     THEN ' STRATEGY file_copy' ELSE '' END AS clone \\gset
ALTER DATABASE {live_id} ALLOW_CONNECTIONS false;
{end_live}
:clone;
ALTER DATABASE {live_id} ALLOW_CONNECTIONS true;
SELECT pg_database_size({live}) AS size_live, pg_database_size({new}) AS size_new \\gset
{to_new}
{relations_new}
{to_admin}
SELECT :'live' = :'new' AND abs(:size_live - :size_new) <= :size_live / 100 + 1048576 AS alike \\gset
\\if :alike
{mark}
{settings} \\gexec
COMMENT ON DATABASE {new_id} IS :'mark';
{end_new}
ALTER DATABASE {new_id} RENAME TO {snap_id};
\\else
SELECT '= different';
\\endif
{state}
"""

FLOW = """
state() {{ printf '%s\\n' "$1" | sed -n 's/^state //p'; }}
set -- $(state "$seen")
if [ $2 = 1 ]; then echo {done}; exit 0; fi
[ $1 = 1 ] || refuse {missing}
require_room $3
{guard}{copy}trap - EXIT
case $copied in different*) fail {different} ;; esac
set -- $(state "$copied")
[ "$1 $2" = '1 1' ] || fail {unnamed}
echo {done}
"""


def snapshot_script(db: Database, run_id: str) -> str:
    """Return a script that clones DB to the name `copy_name(db.name, "snap", run_id)`.

    The sessions on DB are ended and new ones refused while it copies. Built under the `new` name
    and renamed once its relations and size (within 1 %) are those of the live database, so a name
    that is there is a whole copy: run again, it changes nothing. Refuses (2) when it does not fit.
    """
    names = {kind: copy_name(db.name, kind, run_id) for kind in ("new", "snap")}
    names["live"] = db.name
    state = STATE.format(live=literal(db.name), snap=literal(names["snap"]))
    copy = told("copied", "the copy could not be made", "admin", _copy(db, names, state))
    flow = FLOW.format(guard=GUARD, copy=copy, **_messages(**names))
    return script(db, open_function(db, db.name), room_and(db, state), flow)


def _copy(db: Database, names: dict[str, str], state: str) -> str:
    values = {key: literal(name) for key, name in names.items()}
    values |= {f"{key}_id": ident(name) for key, name in names.items()}
    return COPY.format(
        open=OPEN.format(names=values["live"]),
        end_live=end_sql([names["live"]]),
        end_new=end_sql([names["new"]]),
        to_live=connect(names["live"]),
        to_new=connect(names["new"]),
        to_admin=connect(db.maintenance),
        relations_live=RELATIONS.format(name="live"),
        relations_new=RELATIONS.format(name="new"),
        settings=settings_query(names["live"], names["new"]),
        mark=mark("snap"),
        state=state,
        **values,
    )


def _messages(live: str, new: str, snap: str) -> dict[str, str]:
    messages = {
        "done": f"{snap} is a copy of {live}",
        "missing": f"there is no database {live}",
        "different": f"the copy {new} is not like {live}",
        "unnamed": f"{snap} is not there after the copy",
    }
    return {name: shlex.quote(text) for name, text in messages.items()}
