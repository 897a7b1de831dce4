"""A look before a restore, as data."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tasks.preflight.backup_fit import Fit
from tasks.preflight.restore import Sight
from tasks.tools.postgres.backup import Backup, Section
from tasks.tools.postgres.names import parse_copy
from tasks.tools.postgres.psql import Database
from tasks.tools.postgres.report import Member, Server
from tests.unit.support.deployment import environment, state

LIVE = Member("d", 1, 1000, "u", "UTF8", True, 0, None, None)
SECTION = Section(bytes=2000, rows={"public.orders": 3}, revisions=("two",))


def server(live: Member | None = LIVE, free: int = 10**9, copies: tuple[Member, ...] = ()) -> Server:
    """Return a server with FREE bytes of disk."""
    return Server(150000, False, 1000, free, free, True, live, copies)


def copy(kind: str, run: str, age: int = 60) -> Member:
    """Return a copy of the database, made by RUN: old, snap or new."""
    name = f"d__{kind}_{run}"
    return Member(name, 2, 1000, "u", "UTF8", True, 0, parse_copy(name, "d"), age)


def sight(**values: Any) -> Sight:
    """Return what a look found: a backup that fits and is whole."""
    backup = Backup("backups/b.dump", "custom", 5, 1, "ok", complete=True, sections=(SECTION,))
    ordinary = {
        "seen": state(),
        "db": Database("id-db", "d", "u"),
        "server": server(),
        "backup": backup,
        "section": SECTION,
        "rows": {"public.orders": 4},
        "fit": Fit("same", "it fits"),
    }
    return Sight(**{**ordinary, **values})


def connection(**sections: Any) -> SimpleNamespace:
    """Return a connection that knows its environment, and nothing else."""
    return SimpleNamespace(environment=environment(**sections), address="u@h:22")
