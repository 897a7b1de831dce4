"""Alembic, run in a container of a given image beside the stopped application."""

from __future__ import annotations

import re
from hashlib import sha256

from ...config.database_section import Alembic, DatabaseSettings
from ...config.settings import Environment
from ...console.commands import HOSTS_FILE
from ...console.errors import Refused
from ...ssh import paths, scripts
from . import rows
from .schema_change import Move, OverrideSql, SchemaChange

WAYS_OUT = (
    "Ways out: --no-database leaves the schema as it is; --revision REV names another target; "
    "--downgrade-sql REV=FILE replaces a migration's downgrade by your own SQL."
)


def settings(environment: Environment) -> tuple[DatabaseSettings, Alembic]:
    """Return the settings of the database and of its migrations; raise Refused where hosts.yaml has none."""
    database = environment.database
    if not database or not database.alembic:
        raise Refused(f"{environment.name} has no database.alembic in {HOSTS_FILE}.")
    return database, database.alembic


def prefix(environment: Environment) -> str:
    """Return what the names of the containers begin with that are run for this deployment, and for no other.

    It is the deployment's name; where docker does not take that as a name, what it takes of it and a checksum of the
    whole.
    """
    name = paths.name(environment)
    if re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*", name):
        return name
    return f"fab-{re.sub('[^a-zA-Z0-9_.-]', '-', name)}-{sha256(name.encode()).hexdigest()[:12]}"


def variables(environment: Environment) -> dict[str, str]:
    """Return what every script that sources tools/alembic/lib.sh has to be told of the deployment."""
    database, alembic = settings(environment)
    return {
        **rows.variables(environment, database),
        "ALEMBIC_SERVICE": alembic.service,
        "ALEMBIC_COMMAND": alembic.command,
        "ALEMBIC_ENVIRONMENT": "\n".join(f"{name}={value}" for name, value in alembic.environment.items()),
        "CONTAINERS": prefix(environment),
    }


def change_variables(environment: Environment, image: str, change: SchemaChange) -> dict[str, str]:
    """Return what a script has to be told that carries out `change` with `image` (an id or a name)."""
    override = change.override
    return {
        **variables(environment),
        "IMAGE": image,
        "HEADS": "\n".join(sorted(change.to_heads)),
        "IMPLIED": "\n".join(sorted(change.implied)),
        "OVERRIDE": override.revision if override else "",
        "OVERRIDE_TO": override.goal if override else "",
    }


def files(change: SchemaChange) -> dict[str, str]:
    """Return the files that a step needs in the run's folder to carry out `change`: the operator's SQL."""
    return {"override.sql": change.override.text} if change.override else {}


def goals(change: SchemaChange) -> list[str]:
    """Return what each move of `change` leads to, as alembic is told."""
    return [move.goal if isinstance(move, OverrideSql) else move for move in change.moves]


def shown(command: str, move: Move) -> str:
    """Return the line that stands for a move downwards: alembic's, or that it is the operator's SQL."""
    if isinstance(move, OverrideSql):
        return f"psql: your SQL in place of {move.revision}'s downgrade"
    return f"{command} downgrade {move}"


def move(environment: Environment, image: str, direction: str, change: SchemaChange) -> str:
    """Return the call that moves the schema (`direction`: downgrade or upgrade) and proves the heads it leads to.

    It stands for the runbook's "Rollback to Specific Revision". Where the heads are there already, nothing is run.
    """
    told = change_variables(environment, image, change)
    return scripts.call("tools/alembic/move.sh", direction, *goals(change), **told)


def preview(environment: Environment, image: str, change: SchemaChange) -> str:
    """Return the call of the runbook's "Preview Rollback SQL", with the range that alembic asks for."""
    span = f"{','.join(change.from_heads)}:{goals(change)[-1]}"
    return scripts.call("tools/alembic/preview.sh", span, IMAGE=image, **variables(environment))


def stop(environment: Environment) -> str:
    """Return a script that ends the container in which `move` runs alembic: its client's end would not."""
    return f"docker rm -f {prefix(environment)}-rollback-{settings(environment)[1].service}"
