"""The live database, in the container that its server runs in."""

from __future__ import annotations

from .errors import Refused
from .postgres.psql import Database
from .settings import Environment
from .state import State


def database_of(c, seen: State) -> Database:
    """Return the live database in its running container; Refused where there is none, or it does not run."""
    settings = c.environment.database
    if not settings:
        raise Refused(f"{c.environment.name} has no database in hosts.yaml. Nothing was changed.")
    service = c.environment.service("database") or "db"
    container = next((k.id for k in seen.of(service) if k.status == "running"), None)
    if not container:
        raise Refused(
            f"{c.address}: the database container ({service}) is not running. Nothing was changed. "
            f"Next: fab containers.start --service {service}"
        )
    return Database(container, settings.name, settings.user)


def versions_table(environment: Environment) -> str:
    """Return Alembic's table as schema.table, the usual one where hosts.yaml names none."""
    alembic = environment.database.alembic
    return f"{alembic.schema}.{alembic.table}" if alembic else "public.alembic_version"
