"""The live database in its container: who is connected to it, and whether a copy of it is there."""

from __future__ import annotations

from ...console.commands import fab
from ...console.errors import Refused
from ...console.text import one_line
from ...ssh.host import Host
from ...tools.postgres import reads
from ...tools.postgres.psql import Database
from ...tools.postgres.sessions import Session
from ..present.state import State
from .safety import configured

IDLE = 2  # seconds in a transaction without doing anything, from which on a session counts as a blocker


def database_of(c: Host, seen: State) -> Database:
    """Return the live database; Refused where the container of its service does not run."""
    if configured(c.environment).elsewhere:
        return Database.of(seen.settled(c.environment), "")
    service = c.environment.service("database")
    own = seen.of(service or "")
    container = next((k.id for k in own if k.status == "running"), None)
    if not container:
        mend = fab("containers.start" if all(k.stopped for k in own) else "diagnose")
        raise Refused(f"the database container ({service}) is not running.", at=c.address, next=f"Next: {mend}")
    return Database.of(seen.settled(c.environment), container)


def blockers(c: Host, sessions: tuple[Session, ...]) -> list[str]:
    """Return a line for each session that would block a migration and is ended before it: idle, with locks held.

    Raises Refused for a prepared transaction, which no session can be ended for.
    """
    idle = [s for s in sessions if s.idle_in_transaction and s.age >= IDLE]
    if prepared := [s.query for s in idle if not s.pid]:
        raise Refused(
            f"prepared transactions hold the database: {', '.join(prepared)}.",
            at=c.address,
            next="COMMIT PREPARED or ROLLBACK PREPARED them first.",
        )
    return [
        f"pid {s.pid}, {s.user} ({s.application or 'no name'}), idle in a transaction for {s.age} s: "
        + one_line(s.query)[:80]
        for s in idle
    ]


def stands(c: Host, live: Database) -> bool:
    """Return whether the live database is there, whole, and can be connected to."""
    return bool(c.ask(reads.stands(live)))


def there(c: Host, live: Database, name: str) -> bool:
    """Return whether the server of `live` has a database called `name`."""
    return bool(c.ask(reads.there(live, name)))
