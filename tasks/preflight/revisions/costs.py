"""What the way back from a rollback costs, in rows and columns."""

from __future__ import annotations

from ...console.errors import Refused
from ...ssh.host import Host
from ...tools.postgres import reads
from ...tools.postgres.psql import Database
from ...tools.postgres.server import surplus


def costs(c: Host, live: Database, snapshot: str, restore: bool) -> list[str]:
    """Return, in numbers, what the way back costs: with the snapshot, or by upgrading without it."""
    try:
        now, then, columns, columns_then = c.ask(
            reads.rows(live), reads.rows(live, snapshot), reads.columns(live), reads.columns(live, snapshot)
        )
    except Refused as problem:
        raise Refused(f"the databases cannot be compared: {problem.message}", at=c.address) from None
    if restore:
        return _given_up(surplus(now, then))
    return _not_coming_back(surplus(then, now), columns_then - columns, then)


def _given_up(more: dict[str, int]) -> list[str]:
    gone = "{} rows of {} were added since the snapshot and leave with the present database"
    facts = [gone.format(count, table) for table, count in more.items()]
    return facts or ["no table has more rows than the snapshot; what was changed in place since is not counted"]


def _not_coming_back(more: dict[str, int], columns: set[str], rows: dict[str, int]) -> list[str]:
    gone = "{} rows of {} are in the snapshot only: upgrading does not bring them back"
    facts = [gone.format(count, table) for table, count in more.items()]
    for table, _, column in (entry.partition(" ") for entry in sorted(columns)):
        facts.append(
            f"{table}.{column} ({rows.get(table, '?')} rows): the migration fills it, the snapshot has it as it was"
        )
    return facts or ["no table has more rows in the snapshot, and no column is in that alone"]
