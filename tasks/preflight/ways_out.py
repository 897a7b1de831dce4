"""What can be done where no downgrade leads: the options, and the data of before that are still there, as commands."""

from __future__ import annotations

from ..console.commands import fab
from ..console.errors import Stopped
from ..console.units import age
from ..engine import record
from ..ssh.host import Host
from ..ssh.probe import clock
from ..ssh.shell import quote
from ..tools.alembic.migrate import WAYS_OUT
from ..tools.postgres import reads
from ..tools.postgres.names import Copy
from ..tools.postgres.psql import Database
from ..tools.postgres.server import surplus
from .backups import finding
from .backups.backup_files import Found
from .backups.copies import database_of
from .present.state import State
from .revisions import schema, schema_choice
from .revisions.costs import costs

TRIED = 3  # snapshots that are looked into, the newest first
SHOWN = 3  # tables whose rows are named


def ways_out(c: Host, seen: State, heads: list[str]) -> str:
    """Return, in one line, the options, and the newest snapshot and backup at `heads`, each with what it would cost."""
    return " ".join([WAYS_OUT, *data_at(c, seen, heads)])


def data_at(c: Host, seen: State, heads: list[str]) -> list[str]:
    """Return a sentence for the newest snapshot, and for the newest backup, at `heads`; none for what is not there."""
    found = []
    for way in (_snapshot, _backup):
        try:
            found.append(way(c, database_of(c, seen), sorted(heads)))
        except (Stopped, ValueError):  # a hint less is no reason to say nothing at all
            continue
    return [sentence for sentence in found if sentence]


def _snapshot(c: Host, live: Database, heads: list[str]) -> str:
    copies = [member.copy for member in c.ask(reads.server(live)).copies if member.copy]
    snapshots = [copy for copy in copies if copy.kind == "snap"]
    for copy in sorted(snapshots, key=lambda one: one.id, reverse=True)[:TRIED]:
        if _at(c, live, copy, heads) and (commit := _leads_to(c, copy.id)):
            lost = "; ".join(costs(c, live, copy.name, restore=True)[:SHOWN])
            back = fab(f"undo --run {copy.id} --restore-snapshot")
            return f"Code and data of {commit[:12]}, from snapshot {copy.name} ({lost}): {back}."
    return ""


def _at(c: Host, live: Database, copy: Copy, heads: list[str]) -> bool:
    alembic = schema.alembic_of(c.environment)
    found = c.ask(reads.optional(reads.revisions(live, alembic.table, alembic.schema, on=copy.name)))
    return found is not None and list(found) == heads


def _leads_to(c: Host, run: str) -> str:
    """Return the commit that taking `run` back leads to, once more as well; empty where it cannot be taken back."""
    known = record.read(c, run)
    return known.plan.before.commit if known.plan.before else ""


def _backup(c: Host, live: Database, heads: list[str]) -> str:
    mine = [one for one in finding.found(c) if one.ours is not False]
    fits = (one for one in mine if sorted(one.revisions) == heads and (one.good or one.checked is None))
    newest = next(fits, None)
    if newest is None:
        return ""
    load = fab(f"emergency-restore --file {quote(newest.path)}")
    commit = schema_choice.fitting(c, heads)
    code = f", then {fab(f'code-rollback --commit {commit.short}')}" if commit else ""
    return f"The newest backup at that revision ({_lost(c, live, newest)}): {load}{code}."


def _lost(c: Host, live: Database, backup: Found) -> str:
    old = age(c.ask(clock()) - backup.taken)
    section = backup.checked.section(live.name) if backup.checked else None
    now = c.ask(reads.optional(reads.rows(live))) if section else None
    if not section or now is None:
        return f"what was written in {old} since is lost"
    more = [f"{count} rows of {table}" for table, count in surplus(now, section.rows).items()][:SHOWN]
    return f"{old} old; {', '.join(more) or 'no table has more rows now'}{' are lost' if more else ''}"
