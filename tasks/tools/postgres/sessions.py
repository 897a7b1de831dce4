"""Who is connected to a database, and how to end it: nothing can clone, rename or drop it before."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from .psql import Database, change, feed, literal, psql, script

QUERY_SHOWN = 200  # characters of a query that are shown
GRACE = 5  # seconds an ended session gets to leave

LIST = """
SELECT json_build_object('pid', pid, 'user', coalesce(usename, ''), 'application', application_name,
  'client', host(client_addr), 'state', state, 'query', coalesce(left(query, {shown}), ''),
  'age', floor(extract(epoch FROM now() - coalesce(xact_start, state_change, backend_start))))
FROM pg_stat_activity WHERE datname = {name} AND backend_type IS DISTINCT FROM 'autovacuum worker'
ORDER BY coalesce(xact_start, state_change, backend_start);
SELECT json_build_object('pid', 0, 'user', owner, 'application', 'prepared transaction',
  'client', NULL, 'state', 'prepared', 'query', gid,
  'age', floor(extract(epoch FROM now() - prepared)))
FROM pg_prepared_xacts WHERE database = {name} ORDER BY prepared;
"""

# One autovacuum worker is told to go by the commands themselves; a prepared transaction never goes.
END = """
DECLARE open int; prepared text;
BEGIN
  SELECT string_agg(gid, ', ') INTO prepared FROM pg_prepared_xacts WHERE database IN ({names});
  IF prepared IS NOT NULL THEN
    RAISE EXCEPTION 'prepared transactions hold the database: %', prepared;
  END IF;
  FOR attempt IN 0..{grace} * 20 LOOP
    PERFORM pg_stat_clear_snapshot();
    SELECT count(pg_terminate_backend(pid)) INTO open FROM pg_stat_activity
      WHERE datname IN ({names}) AND pid <> pg_backend_pid()
      AND backend_type IS DISTINCT FROM 'autovacuum worker'{only};
    EXIT WHEN open = 0;
    PERFORM pg_sleep(0.05);
  END LOOP;
  IF open > 0 THEN RAISE EXCEPTION '% sessions did not end in {grace} seconds', open; END IF;
END
"""

# A psql whose client outside the container was killed goes on there, from one connection to the next:
# that it is gone is believed when nothing of it was seen for a while.
ENDS = " ends"
END_STEP = """
DECLARE
  me text := current_setting('application_name');
  open int; unseen int := 0;
BEGIN
  FOR attempt IN 0..{grace} * 20 LOOP
    EXIT WHEN unseen = 4 OR me NOT LIKE {any_that_ends};
    PERFORM pg_sleep(0.05), pg_stat_clear_snapshot();
    SELECT count(pg_terminate_backend(pid)) INTO open FROM pg_stat_activity
      WHERE application_name <> '' AND application_name || {ends} = me AND pid <> pg_backend_pid();
    unseen := CASE open WHEN 0 THEN unseen + 1 ELSE 0 END;
  END LOOP;
END
"""


@dataclass(frozen=True)
class Session:
    """A connection to the database, or (pid 0) a prepared transaction; AGE in seconds."""

    pid: int
    user: str
    application: str
    client: str | None
    state: str | None
    query: str
    age: int

    @property
    def idle_in_transaction(self) -> bool:
        """Whether it does nothing while it holds its locks: what blocks a migration for ever."""
        return (self.state or "").startswith("idle in transaction") or self.pid == 0


def list_script(db: Database) -> str:
    """Return a script that prints the sessions on DB, oldest transaction first, for `parse`."""
    return feed(psql(db, db.maintenance), LIST.format(name=literal(db.name), shown=QUERY_SHOWN))


def parse(output: str) -> tuple[Session, ...]:
    """Return the sessions that `list_script` printed."""
    rows = (json.loads(line) for line in output.split("\n") if line.startswith("{"))
    return tuple(Session(**row) for row in rows)


def end_sql(names: Iterable[str], pids: Iterable[int] | None = None) -> str:
    """Return SQL that ends every session (or just PIDS) on the databases NAMES, or raises."""
    only = "" if pids is None else f" AND pid = ANY ({literal(_array(pids))}::int[])"
    quoted = ", ".join(literal(name) for name in names)
    return f"DO {literal(END.format(names=quoted, only=only, grace=GRACE))};"


def end_step_sql() -> str:
    """Return SQL that ends the sessions of a step that failed; its own is called like them, with ENDS behind."""
    block = END_STEP.format(grace=GRACE, ends=literal(ENDS), any_that_ends=literal(f"%{ENDS}"))
    return f"DO {literal(block)};"


def _array(pids: Iterable[int]) -> str:
    return "{" + ",".join(str(int(pid)) for pid in pids) + "}"


def end_script(db: Database, pids: Iterable[int] | None = None) -> str:
    """Return a script that ends the sessions on DB (all, or PIDS) and proves that they are gone."""
    return script(db, change("the sessions could not be ended", "admin", end_sql([db.name], pids)))


def stop_script(db: Database) -> str:
    """Return a script that ends the sessions of the step that is its first argument; those that clean up stay."""
    sql = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = left(:'step', 63);"""
    return feed(f'{psql(db, db.maintenance)} -v step="$1"', sql)
