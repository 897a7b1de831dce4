"""A database server and a backup, as data."""

from __future__ import annotations

from tasks.tools.postgres.backup import Backup, Section
from tasks.tools.postgres.names import parse_copy
from tasks.tools.postgres.server import Member, Server

LIVE = Member("d", 1, 1000, "UTF8", True, 0, None, None)
SECTION = Section(bytes=2000, rows={"public.orders": 3}, revisions=("two",))
BACKUP = Backup("backups/b.dump", "custom", 5, 1, "ok", complete=True, sections=(SECTION,))


def server(live: Member | None = LIVE, free: int = 10**9, copies: tuple[Member, ...] = ()) -> Server:
    """Return a server with FREE bytes of disk."""
    return Server(150000, False, 1000, free, free, True, live, copies)


def copy(kind: str, run: str, age: int = 60) -> Member:
    """Return a copy of the database, made by RUN: old, snap or new."""
    name = f"d__{kind}_{run}"
    return Member(name, 2, 1000, "UTF8", True, 0, parse_copy(name, "d"), age)
