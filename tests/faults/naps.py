"""Dumps and loads that do not end by themselves.

A dump waits for a table without rows, which somebody holds. A load does not get beyond a view, which sleeps in any
database but the live one.
"""

from __future__ import annotations

import shlex

PSQL = "docker exec -i jctc_db psql -XAtq -U jctc_user -d jctc_db"
NAP = """
CREATE FUNCTION nap() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_sleep(CASE WHEN current_database() = 'jctc_db' THEN 0 ELSE 605 END); RETURN 1; END $$;
CREATE MATERIALIZED VIEW napping AS SELECT nap();
"""
SLEEPS = "pgrep -f '[p]ostgres: jctc_user.* REFRESH MATERIALIZED'"
LOCK = "CREATE TABLE held (id int) PARTITION BY RANGE (id); BEGIN; LOCK TABLE held; SELECT pg_sleep(606);"
HELD = (
    f"echo {shlex.quote(LOCK)} | setsid {PSQL} >/dev/null 2>&1 & "
    "until pgrep -f '[p]ostgres: jctc_user.* SELECT' >/dev/null; do sleep 0.1; done"
)
WAITS = "pgrep -f '[p]ostgres: jctc_user.* LOCK TABLE waiting'"
LET_GO = f"echo \"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%(606)%'\" | {PSQL} || :"
GONE = f"cd /home/ubuntu; echo 'DROP MATERIALIZED VIEW napping; DROP FUNCTION nap;' | {PSQL}; rm -f backups/endless"


def endless(form: str) -> str:
    """Return a command that writes the backup `endless`, in a format of pg_dump."""
    dump = f"docker exec jctc_db pg_dump {form} -U jctc_user jctc_db"
    return f"cd /home/ubuntu; printf %s {shlex.quote(NAP)} | {PSQL}; {dump} > backups/endless"
