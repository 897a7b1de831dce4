"""Copies of the database on its own server: the safety net of a run."""

from __future__ import annotations

from .. import state
from ..errors import Refused
from ..plan import Step
from ..postgres.names import copy_name
from ..postgres.psql import Database, feed, literal, psql
from ..postgres.reads import server_script
from ..postgres.report import parse_server
from ..postgres.sessions import list_script, parse
from ..postgres.snapshot import snapshot_script
from ..shell import Answer
from ..text import one_line

IDLE = 2  # seconds in a transaction without doing anything, from which on a session counts as a blocker


def database_of(c, seen: state.State) -> Database:
    """Return the live database in its running container; Refused where it does not run."""
    service = c.environment.service("database") or "db"
    container = next((k.id for k in seen.of(service) if k.status == "running"), None)
    if not container:
        raise Refused(f"{c.address}: the database container ({service}) is not running: fab containers.start. ")
    return Database(container, c.environment.database.name, c.environment.database.user)


def snapshot_step(c, seen: state.State, run: str) -> Step:
    """Return the step that clones the database on the server, under a name that says which run it is for."""
    database = database_of(c, seen)
    name = copy_name(database.name, "snap", run)
    return Step(
        name="snapshot",
        title=f"Snapshot the database as {name}",
        script=snapshot_script(database, run),
        commands=(f'CREATE DATABASE "{name}" TEMPLATE "{database.name}"',),
        primary_only=True,
        outage=True,
        back="fab backups.prune",
        until=("downgrade", "upgrade"),
    )


def questions(c, seen: state.State) -> dict[str, str]:
    """Return the read-only commands that tell what stands in the way of a copy, and of a migration."""
    database = database_of(c, seen)
    return {"server": server_script(database), "sessions": list_script(database)}


def refuse_without_room(c, seen: state.State, answer: Answer | None = None) -> None:
    """Raise Refused when a second copy of the database does not fit beside the first, with what to do.

    `answer` is that to the question `server`, where it was asked before.
    """
    database = database_of(c, seen)
    answer = answer or c.ask(questions(c, seen))["server"]
    server = parse_server(answer.out, database.name) if answer.ok else None
    if server and server.live and not server.fits(server.live.bytes):
        raise Refused(
            f"{c.address}: too little disk for a snapshot: {database.name} has {server.live.bytes // 10**6} MB, "
            f"{server.data_free // 10**6} MB are free. Nothing was changed. Make room (fab backups.prune), or keep "
            "a dump instead: fab backups.create, then the same command with --no-snapshot"
        )


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


def snapshot_name(c, run: str) -> str:
    """Return the name of the snapshot that `run` makes."""
    return copy_name(c.environment.database.name, "snap", run)


def there(c, live: Database, name: str) -> bool:
    """Return whether the server of `live` has a database called `name`."""
    sql = f"SELECT 'yes' FROM pg_database WHERE datname = {literal(name)};"
    return bool(c.sh(feed(psql(live, live.maintenance), sql)).stdout.strip())
