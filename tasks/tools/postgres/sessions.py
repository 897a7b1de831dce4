"""Who is connected to a database."""

from __future__ import annotations

from dataclasses import dataclass

from .server import json_lines


@dataclass(frozen=True)
class Session:
    """A connection to the database, or (pid 0) a prepared transaction; `age` in seconds."""

    pid: int
    user: str
    application: str
    state: str | None
    query: str
    age: int

    @property
    def idle_in_transaction(self) -> bool:
        """Whether it does nothing while it holds its locks: what blocks a migration for ever."""
        return (self.state or "").startswith("idle in transaction") or self.pid == 0


def parse_sessions(output: str) -> tuple[Session, ...]:
    """Return the sessions that `sessions.sql` printed, those with the oldest transaction first."""
    return tuple(Session(**row) for row in json_lines(output))
