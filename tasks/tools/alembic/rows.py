"""The rows of the alembic table, read by psql in the database's container: no application has to start for it."""

from __future__ import annotations

from ...config.database_section import Alembic, DatabaseSettings
from ...config.settings import Environment
from ...ssh import scripts
from ...ssh.probe import Probe, single
from ...ssh.shell import Answer
from ..compose import compose
from ..postgres.psql import Database


def probe(environment: Environment, database: DatabaseSettings) -> Probe[list[str] | None]:
    """Return the probe of the table's rows; none where there is no table, None where it cannot be read."""
    return single(scripts.call("tools/alembic/rows.sh", **variables(environment, database)), _rows)


def tables(environment: Environment, database: DatabaseSettings) -> Probe[list[tuple[str, str]]]:
    """Return the probe of all tables that can be Alembic's, schema and name; none where they cannot be told."""
    asked = scripts.call("tools/alembic/version-tables.sh", **variables(environment, database))
    return single(asked, lambda answer: _tables(answer.out) if answer.ok else [])


def variables(environment: Environment, database: DatabaseSettings) -> dict[str, str]:
    """Return what rows.sh has to be told, for `scripts.call`."""
    alembic = database.alembic or Alembic(service="")
    known = {**compose.variables(environment), **Database.of(environment, "").variables()}
    return {**known, "SCHEMA": alembic.schema, "TABLE": alembic.table}


def _tables(out: str) -> list[tuple[str, str]]:
    found = (line.partition("\t") for line in out.splitlines() if line)
    return [(schema, name) for schema, _, name in found]


def _rows(answer: Answer) -> list[str] | None:
    return sorted(line for line in answer.out.splitlines()[1:] if line.strip()) if answer.ok else None
