"""A backup whose load does not end by itself: in any database but the live one, a view of it sleeps."""

from __future__ import annotations

import shlex

PSQL = "docker exec -i jctc_db psql -XAtq -U jctc_user -d jctc_db"
NAP = """
CREATE FUNCTION nap() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_sleep(CASE WHEN current_database() = 'jctc_db' THEN 0 ELSE 605 END); RETURN 1; END $$;
CREATE MATERIALIZED VIEW napping AS SELECT nap();
"""
SLEEPS = "pgrep -f '[p]ostgres: jctc_user.* REFRESH MATERIALIZED'"
GONE = f"cd /home/ubuntu; echo 'DROP MATERIALIZED VIEW napping; DROP FUNCTION nap;' | {PSQL}; rm -f backups/endless"


def endless(form: str) -> str:
    """Return a command that writes the backup `endless`, in a format of pg_dump."""
    dump = f"docker exec jctc_db pg_dump {form} -U jctc_user jctc_db"
    return f"cd /home/ubuntu; printf %s {shlex.quote(NAP)} | {PSQL}; {dump} > backups/endless"
