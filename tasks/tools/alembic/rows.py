"""The rows of the alembic table, read by psql in the database's container: no application has to start for it."""

from __future__ import annotations

from ...config.settings import DatabaseSettings, Environment
from ...ssh import paths
from ...ssh.probe import Probe, single
from ...ssh.shell import Answer, die, join, quote
from ..compose import compose


def probe(environment: Environment, database: DatabaseSettings) -> Probe[list[str] | None]:
    """Return the probe of the table's rows; none where there is no table, None where it cannot be read."""
    return single(f"cd {paths.app(environment)} || exit; {command(environment, database)}", _rows)


def command(environment: Environment, database: DatabaseSettings) -> str:
    """Return a command, run in the checkout, that prints a line `table` and the rows, or `none`."""
    alembic, service = database.alembic, environment.service("database") or "db"
    names = (alembic.schema, alembic.table) if alembic else ("public", "alembic_version")
    table = ".".join('"' + name.replace('"', '""') + '"' for name in names)
    literal = "'" + table.replace("'", "''") + "'"
    sql = (
        f"SELECT CASE WHEN to_regclass({literal}) IS NULL THEN 'none' ELSE 'table' END;\n"
        f"SELECT to_regclass({literal}) IS NOT NULL AS there \\gset\n"
        f"\\if :there\nSELECT version_num FROM {table};\n\\endif"
    )
    psql = join("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", database.user, "-d", database.name)
    return (
        f"id=$({compose.containers(service, everything=False)} | head -n 1)\n"
        f'[ -n "$id" ] || {die(f"the database container ({service}) is not running: fab containers.start")}\n'
        f"printf '%s\\n' {quote(sql)} | docker exec -i \"$id\" {psql}"
    )


def _rows(answer: Answer) -> list[str] | None:
    return sorted(line for line in answer.out.splitlines()[1:] if line.strip()) if answer.ok else None
