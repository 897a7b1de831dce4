"""What can be done where no downgrade leads: the options, and the data of before that are still there, as commands."""

from __future__ import annotations

import time

from ..console.commands import fab
from ..console.errors import Stopped
from ..console.units import age
from ..engine import record
from ..ssh.probe import answered
from ..ssh.shell import quote
from ..tools.alembic.migrate import WAYS_OUT
from ..tools.postgres import reads
from ..tools.postgres.psql import Database
from ..tools.postgres.server import Member, surplus
from . import restore as look
from . import schema_choice as choice
from .backup_files import Found
from .copies import database_of
from .costs import costs
from .state import State

TRIED = 3  # snapshots that are looked into, the newest first
SHOWN = 3  # tables whose rows are named


def ways_out(c, seen: State, rows: list[str]) -> str:
    """Return, in one line, the options, and the newest snapshot and backup at `rows`, each with what it would cost."""
    return " ".join([WAYS_OUT, *data_at(c, seen, rows)])


def data_at(c, seen: State, rows: list[str]) -> list[str]:
    """Return a sentence for the newest snapshot, and for the newest backup, at `rows`; none for what is not there."""
    found = []
    for way in (_snapshot, _backup):
        try:
            found.append(way(c, database_of(c, seen), sorted(rows)))
        except (Stopped, ValueError):  # a hint less is no reason to say nothing at all
            continue
    return [sentence for sentence in found if sentence]


def _snapshot(c, live: Database, rows: list[str]) -> str:
    server = c.ask(reads.server(live))
    snapshots = [member for member in server.copies if member.copy.kind == "snap"]
    for member in sorted(snapshots, key=lambda one: one.copy.id, reverse=True)[:TRIED]:
        if _at(c, live, member, rows) and (commit := _leads_to(c, member.copy.id)):
            lost = "; ".join(costs(c, live, member.name, restore=True)[:SHOWN])
            return f"Code and data of {commit[:12]}, from snapshot {member.name} ({lost}): " + (
                f"{fab(f'undo --run {member.copy.id} --restore-snapshot')}."
            )
    return ""


def _at(c, live: Database, member: Member, rows: list[str]) -> bool:
    alembic = c.environment.database.alembic
    found = c.ask(reads.optional(reads.revisions(live, alembic.table, alembic.schema, on=member.name)))
    return found is not None and list(found.rows) == rows


def _leads_to(c, run: str) -> str:
    """Return the commit that taking `run` back leads to; empty where it cannot be taken back."""
    known = record.read(c, run)
    taken_back = any(entry.get("event") == "undone" for entry in known.journal)
    return known.plan.before.commit if known.plan.before and not taken_back else ""


def _backup(c, live: Database, rows: list[str]) -> str:
    fits = (one for one in look.found(c) if sorted(one.revisions) == rows and (one.good or one.checked is None))
    newest = next(fits, None)
    if newest is None:
        return ""
    commit = choice.fitting(c, rows)
    code = f", then {fab(f'code-rollback --commit {commit.short}')}" if commit else ""
    lost, restore = _lost(c, live, newest), fab(f"emergency-restore --file {quote(newest.path)}")
    return f"The newest backup at that revision ({lost}): {restore}{code}."


def _lost(c, live: Database, backup: Found) -> str:
    section = backup.checked.section(live.name) if backup.checked else None
    clock, now = c.ask(answered("date +%s"), reads.optional(reads.rows(live)))
    old = age(int(clock.out.strip() or time.time()) - backup.modified)
    if not section or now is None:
        return f"what was written in {old} since is lost"
    more = [f"{count} rows of {table}" for table, count in surplus(now, section.rows).items()][:SHOWN]
    return f"{old} old; {', '.join(more) or 'no table has more rows now'}{' are lost' if more else ''}"
