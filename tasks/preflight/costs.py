"""What the way back from a rollback costs, in rows and columns."""

from __future__ import annotations

from ..console.errors import Refused
from ..tools.postgres.psql import Database, feed, psql
from ..tools.postgres.reads import rows_script
from ..tools.postgres.report import parse_tables, surplus

COLUMNS = """
SELECT format('%I.%I', table_schema, table_name) || ' ' || column_name FROM information_schema.columns
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1;
"""


def costs(c, live: Database, snapshot: str, restore: bool) -> list[str]:
    """Return, in numbers, what the way back costs: with the snapshot, or by upgrading without it."""
    answers = c.ask(
        {
            "rows now": rows_script(live),
            "rows then": rows_script(live, snapshot),
            "columns now": feed(psql(live), COLUMNS),
            "columns then": feed(psql(live, snapshot), COLUMNS),
        }
    )
    if problem := next((a.err for a in answers.values() if not a.ok), None):
        raise Refused(f"{c.address}: the databases cannot be compared: {problem}")
    rows = {name: _counts(answers[f"rows {name}"].out) for name in ("now", "then")}
    if restore:
        return _given_up(surplus(rows["now"], rows["then"]))
    columns = {name: set(answers[f"columns {name}"].out.split("\n")) - {""} for name in ("now", "then")}
    return _not_coming_back(surplus(rows["then"], rows["now"]), columns["then"] - columns["now"], rows["then"])


def _counts(out: str) -> dict[str, int]:
    return {name: table.rows for name, table in parse_tables(out).items()}


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
    return facts or ["upgrading brings back all that the snapshot has, by rows and columns"]
