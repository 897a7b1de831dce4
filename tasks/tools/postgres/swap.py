"""Put one database under the name of another, in one transaction: the end of every way back."""

import shlex

from ...ssh.shell import at_exit
from .names import mark
from .psql import Database, ask, change, ident, literal, script
from .sessions import ENDS, end_sql, end_step_sql

OIDS = """
SELECT '= ' || concat_ws(' ',
  coalesce((SELECT oid::text FROM pg_database WHERE datname = {live}), '-'),
  coalesce((SELECT oid::text FROM pg_database WHERE datname = {incoming}), '-'),
  coalesce((SELECT oid::text FROM pg_database WHERE datname = {outgoing}), '-'));
"""

OPEN = """
SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS true', datname) FROM pg_database
WHERE datname IN ({names}) AND NOT datallowconn \\gexec
"""

GUARD = at_exit(f'[ $code = 0 ] || PGAPPNAME="$PGAPPNAME{ENDS}"; open_up || code=1') + "\n"

# The comment belongs to the name, not to the data: it moves to the database that comes in.
SWAP = """
SELECT coalesce((SELECT shobj_description(oid, 'pg_database') FROM pg_database
  WHERE datname = {live}), '') AS said \\gset
{mark}
ALTER DATABASE {live_id} ALLOW_CONNECTIONS false;
{end}
BEGIN;
COMMENT ON DATABASE {live_id} IS :'mark';
COMMENT ON DATABASE {incoming_id} IS :'said';
ALTER DATABASE {live_id} RENAME TO {outgoing_id};
ALTER DATABASE {incoming_id} RENAME TO {live_id};
COMMIT;
ALTER DATABASE {outgoing_id} ALLOW_CONNECTIONS true;
ALTER DATABASE {live_id} ALLOW_CONNECTIONS true;
"""

FLOW = """
{before}{guard}set -- $oids
live=$1 incoming=$2 outgoing=$3
if [ $incoming = - ] && [ $live != - ] && [ $outgoing != - ]; then echo {swapped}; exit 0; fi
[ $incoming != - ] || refuse {no_incoming}
[ $live != - ] || refuse {no_live}
[ $outgoing = - ] || refuse {outgoing_exists}
{swap}{after}set -- $oids
[ $1 = $incoming ] && [ $2 = - ] || fail {not_swapped}
[ $3 = $live ] || fail {not_kept}
echo {swapped}
"""

TAKE = """
{end}
BEGIN;
COMMENT ON DATABASE {incoming_id} IS '';
ALTER DATABASE {incoming_id} RENAME TO {live_id};
COMMIT;
"""

TAKE_FLOW = """
{before}set -- $oids
incoming=$2
if [ $incoming = - ] && [ $1 != - ]; then echo {swapped}; exit 0; fi
[ $incoming != - ] || refuse {no_incoming}
[ $1 = - ] || refuse {live_exists}
{take}{after}set -- $oids
[ $1 = $incoming ] && [ $2 = - ] || fail {not_swapped}
echo {swapped}
"""


def open_function(db: Database, *names: str) -> str:
    """Return the shell function `open_up`: connections to NAMES are allowed, whatever happened.

    What a failed step left in the server is ended first: it could refuse them again.
    """
    quoted = ", ".join(literal(name) for name in names)
    body = change("connections may still be refused", "admin", end_step_sql() + OPEN.format(names=quoted))
    return f"open_up() {{\n{body}}}\n"


def swap_script(db: Database, incoming: str, outgoing: str) -> str:
    """Return a script that makes INCOMING the live database DB and keeps the old one as OUTGOING.

    Clients of the live database are disconnected and refused for the moment it takes. Run again
    after it succeeded, it changes nothing. It proves that the live name now belongs to what was
    INCOMING.
    """
    names = {"live": db.name, "incoming": incoming, "outgoing": outgoing}
    oids = ask("oids", "admin", OIDS.format(**{k: literal(v) for k, v in names.items()}))
    quoted = {f"{k}_id": ident(v) for k, v in names.items()}
    end = end_sql([db.name, incoming])
    swap = SWAP.format(live=literal(db.name), end=end, mark=mark("old"), **quoted)
    flow = FLOW.format(
        before=oids,
        guard=GUARD,
        after=oids,
        swap=change("the swap did not happen", "admin", swap),
        **_messages(**names),
    )
    return script(db, open_function(db, *names.values()), flow)


def take_script(db: Database, incoming: str) -> str:
    """Return a script that gives INCOMING the live name, where there is no live database any more."""
    names = {"live": db.name, "incoming": incoming, "outgoing": incoming}
    oids = ask("oids", "admin", OIDS.format(**{k: literal(v) for k, v in names.items()}))
    sql = TAKE.format(end=end_sql([incoming]), incoming_id=ident(incoming), live_id=ident(db.name))
    take = change("the name could not be given", "admin", sql)
    return script(db, TAKE_FLOW.format(before=oids, after=oids, take=take, **_messages(**names)))


def _messages(live: str, incoming: str, outgoing: str) -> dict[str, str]:
    messages = {
        "swapped": f"{live} is what {incoming} was",
        "no_live": f"there is no database {live} to swap with: nothing was changed",
        "live_exists": f"there is a database {live} still: nothing was changed",
        "no_incoming": f"there is no database {incoming} to swap in: nothing was changed",
        "outgoing_exists": f"a database {outgoing} is there already: nothing was changed",
        "not_swapped": f"after the swap, {live} is not what {incoming} was",
        "not_kept": f"after the swap, {outgoing} is not what {live} was",
    }
    return {name: shlex.quote(text) for name, text in messages.items()}
