"""Set right what a killed server, or a killed script, left in the middle of a swap or a copy."""

import shlex

from .names import MARK
from .psql import Database, ask, change, ident, literal, script

WAIT = """
tries={seconds}
until printf 'SELECT 1;\\n' | admin >/dev/null 2>&1; do
  [ $tries -gt 0 ] || fail {down}
  tries=$((tries - 1)); sleep 1
done
"""

# The transaction cannot tear; the live name is missing only when a drop in place was cut short.
FIND = """
SELECT '= ' || CASE
  WHEN EXISTS (SELECT FROM pg_database WHERE datname = {live}) THEN 'live'
  WHEN EXISTS (SELECT FROM pg_database WHERE datname = {outgoing}) THEN 'outgoing'
  WHEN EXISTS (SELECT FROM pg_database WHERE datname = {incoming}
    AND shobj_description(oid, 'pg_database') LIKE {verified}) THEN 'incoming'
  ELSE 'none' END;
"""

FLOW = """
case $found in
  live) ;;
  outgoing)
{rename_outgoing}echo {renamed_outgoing} ;;
  incoming)
{rename_incoming}echo {renamed_incoming} ;;
  *) fail {lost} ;;
esac
"""

OPEN = """
SELECT '= ' || datname FROM pg_database WHERE datname IN ({names}) AND NOT datallowconn;
SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS true', datname) FROM pg_database
WHERE datname IN ({names}) AND NOT datallowconn \\gexec
SELECT '= refused ' || datname FROM pg_database WHERE datname IN ({names}) AND NOT datallowconn;
"""

PROOF = """
case $opened in
  *'refused '*) fail {refused} ;;
  '') echo 'connections are allowed' ;;
  *) echo 'connections are allowed again' ;;
esac
"""


def repair_script(db: Database, incoming: str, outgoing: str, wait: int = 60) -> str:
    """Return a script that repairs what a cut swap of DB with INCOMING and OUTGOING left.

    Waits up to WAIT seconds for the server to answer. A missing live database is renamed back from
    OUTGOING, else from a verified INCOMING; connections are allowed on all three. Changes nothing
    where nothing is wrong; says what it did.
    """
    names = {"live": db.name, "incoming": incoming, "outgoing": outgoing}
    quoted = {key: literal(name) for key, name in names.items()}
    verified = literal(f"{MARK} % verified")
    opening = ask("opened", "admin", OPEN.format(names=", ".join(quoted.values())))
    return script(
        db,
        WAIT.format(seconds=int(wait), down=shlex.quote(f"PostgreSQL did not answer in {wait} s")),
        ask("found", "admin", FIND.format(verified=verified, **quoted)),
        _flow(**names),
        opening,
        PROOF.format(refused=shlex.quote(f"connections to {db.name} or its copies are refused")),
    )


def _flow(live: str, incoming: str, outgoing: str) -> str:
    return FLOW.format(
        rename_outgoing=_rename(outgoing, live),
        rename_incoming=_rename(incoming, live),
        renamed_outgoing=shlex.quote(f"{outgoing} has the name {live} again"),
        renamed_incoming=shlex.quote(f"{incoming} has the name {live} now"),
        lost=shlex.quote(f"there is no database {live}, and no verified copy that could take its name"),
    )


def _rename(name: str, live: str) -> str:
    sql = (
        f"BEGIN;\nCOMMENT ON DATABASE {ident(name)} IS '';\n"
        f"ALTER DATABASE {ident(name)} RENAME TO {ident(live)};\nCOMMIT;"
    )
    return change(f"{name} could not be renamed", "admin", sql)
