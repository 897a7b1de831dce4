"""The steps that move the schema and the data, as plans hold them."""

from __future__ import annotations

from ...config.settings import Environment
from ...engine.plan import Step
from ...preflight import state
from ...preflight.copies import database_of
from ...ssh.shell import quote
from ...tools.alembic import migrate, rehearsal, trial
from ...tools.alembic.schema_change import Move, OverrideSql, SchemaChange
from ...tools.postgres.names import copy_name
from ...tools.postgres.psql import Database
from ...tools.postgres.sessions import stop_script
from ...tools.postgres.swap import swap_script
from . import snapshots as net
from .backups import LONG


def downgrade(environment: Environment, image: str, wanted: SchemaChange, copy: Database | None, run: str) -> str:
    """Return the script of the runbook's "Rollback to Specific Revision", with a safety net.

    It proves the rows that the downgrade leads to. With `copy` (the application is stopped and a
    snapshot was made by this `run`), a failure puts the snapshot back.
    """
    move = migrate.move(environment, image, "downgrade", wanted)
    if not copy:
        return move
    # A shell of its own: `if ( ... )` would switch -e off.
    return f"if sh -c {quote(move)}; then exit 0; fi\n{net.back(environment, copy, run)}"


def preview(environment: Environment, image: str, before: str, after: str) -> str:
    """Return the script of the runbook's "Preview Rollback SQL", with the range that alembic asks for."""
    return migrate.alembic(environment, image, "downgrade", f"{before}:{after}", "--sql", aside=True)


def image_of(c, seen: state.State) -> str:
    """Return the id of the image that the alembic service runs, which holds the newer migrations."""
    service = c.environment.database.alembic.service
    image = next((k.image for k in seen.of(service)), None)
    return image or f"no-container-of-{service}"


def downgrade_step(c, seen: state.State, wanted: SchemaChange, run: str, snapshot: bool) -> Step:
    """Return the step that downgrades with the present image; after a `snapshot`, a failure puts that back."""
    command = c.environment.database.alembic.command
    live = database_of(c, seen)
    return Step(
        name="downgrade",
        title=f"Downgrade the database to {wanted.goal}",
        script=downgrade(c.environment, image_of(c, seen), wanted, live if snapshot else None, run),
        commands=tuple(_shown(command, move) for move in wanted.moves),
        stop=f"{migrate.stop(c.environment)}\n{stop_script(live)}",
        primary_only=True,
        outage=True,
        back="fab undo",
        timeout=LONG if snapshot else 1800,
    )


def _shown(command: str, move: Move) -> str:
    overridden = isinstance(move, OverrideSql)
    return f"psql: your SQL in place of {move.revision}'s downgrade" if overridden else f"{command} downgrade {move}"


def rehearsal_step(
    c, seen: state.State, wanted: SchemaChange, full: bool = False, tried: trial.Trial | None = None
) -> Step:
    """Return the step that tries the downgrade on a clone while the application still answers; then an image on it."""
    shown = [f"{_shown('alembic', move)}   (on a server of its own)" for move in wanted.moves]
    return Step(
        name="rehearse",
        title="Rehearse the downgrade on a clone"
        + (" with all data" if full else " of the schema")
        + (f", and start {tried.commit.short} on it" if tried else ""),
        script=rehearsal.downgrade(c.environment, image_of(c, seen), wanted, full, tried),
        stop=rehearsal.stop(c.environment),
        commands=(*shown, *([f"docker run {tried.image}   (beside that server)"] if tried else [])),
        primary_only=True,
        preparation=True,
    )


def upgrade_step(environment: Environment, image: str, wanted: SchemaChange) -> Step:
    """Return the step that upgrades the schema to what is `wanted` with the image that holds those migrations."""
    command = environment.database.alembic.command
    return Step(
        name="upgrade",
        title=f"Upgrade the database to {', '.join(wanted.to_heads)}",
        script=migrate.move(environment, image, "upgrade", wanted),
        commands=tuple(f"{command} upgrade {row}" for row in wanted.moves),
        stop=migrate.stop(environment),
        primary_only=True,
        outage=True,
    )


def swap_step(live: Database, snapshot: str, run: str) -> Step:
    """Return the step that swaps the snapshot in; the live database is kept beside it."""
    outgoing = copy_name(live.name, "old", run)
    return Step(
        name="swap",
        title=f"Swap {snapshot} in; the present database stays as {outgoing}",
        script=swap_script(live, snapshot, outgoing),
        commands=(
            f'ALTER DATABASE "{live.name}" RENAME TO "{outgoing}"',
            f'ALTER DATABASE "{snapshot}" RENAME TO "{live.name}"',
        ),
        primary_only=True,
        outage=True,
    )
