"""The live database in its container: who is connected to it, and whether a copy of it is there."""

from __future__ import annotations

from ..console.errors import Refused
from ..console.text import one_line
from ..ssh.shell import Answer
from ..tools.postgres.psql import Database, feed, literal, psql
from ..tools.postgres.reads import server_script
from ..tools.postgres.sessions import list_script, parse
from . import state

IDLE = 2  # seconds in a transaction without doing anything, from which on a session counts as a blocker


def database_of(c, seen: state.State) -> Database:
    """Return the live database in its running container; Refused where it does not run."""
    service = c.environment.service("database") or "db"
    container = next((k.id for k in seen.of(service) if k.status == "running"), None)
    if not container:
        raise Refused(f"{c.address}: the database container ({service}) is not running: fab containers.start. ")
    return Database(container, c.environment.database.name, c.environment.database.user)


def questions(c, seen: state.State) -> dict[str, str]:
    """Return the read-only commands that tell what stands in the way of a copy, and of a migration."""
    database = database_of(c, seen)
    return {"server": server_script(database), "sessions": list_script(database)}


def blockers(c, answer: Answer) -> list[str]:
    """Return a line for each session that would block a migration and is ended before it: idle, with locks held.

    `answer` is that to the question `sessions`. Raises Refused for a prepared transaction, which no session
    can be ended for.
    """
    idle = [s for s in parse(answer.out) if s.idle_in_transaction and s.age >= IDLE]
    if prepared := [s.query for s in idle if not s.pid]:
        raise Refused(
            f"{c.address}: prepared transactions hold the database: {', '.join(prepared)}. Nothing was changed. "
            "COMMIT PREPARED or ROLLBACK PREPARED them first."
        )
    return [
        f"pid {s.pid}, {s.user} ({s.application or 'no name'}), idle in a transaction for {s.age} s: "
        + one_line(s.query)[:80]
        for s in idle
    ]


def stands(c, live: Database) -> bool:
    """Return whether the live database is there, whole, and can be connected to."""
    sql = f"SELECT 'yes' FROM pg_database WHERE datname = {literal(live.name)} AND datallowconn AND datconnlimit <> -2;"
    return bool(c.sh(feed(psql(live, live.maintenance), sql)).stdout.strip())


def there(c, live: Database, name: str) -> bool:
    """Return whether the server of `live` has a database called `name`."""
    sql = f"SELECT 'yes' FROM pg_database WHERE datname = {literal(name)};"
    return bool(c.sh(feed(psql(live, live.maintenance), sql)).stdout.strip())
