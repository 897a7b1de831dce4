"""Which way down an operator means."""

from __future__ import annotations

from .. import state
from ..errors import Refused
from . import schema
from .schema import Schema


def configured(c) -> None:
    """Raise Refused where hosts.yaml knows of no alembic."""
    if not c.environment.database or not c.environment.database.alembic:
        raise Refused(f"{c.environment.name} has no database.alembic in hosts.yaml. Nothing was changed.")


def needed(c, seen: state.State, commit, revision: str | None = None, own: str | None = None) -> Schema | None:
    """Return what `commit` needs of the schema; None where hosts.yaml knows of no alembic."""
    if not c.environment.database or not c.environment.database.alembic:
        return None
    return schema.with_own_sql(schema.needed_by(c, seen, commit, revision), own)


def way_down(c, seen: state.State, revision: str | None, own: str | None = None) -> Schema:
    """Return the way down to `revision`, or by one migration, with the operator's SQL where it was given."""
    configured(c)
    rows = schema.rows_of(c, seen)
    present = schema.present_graph(c, seen)
    return schema.with_own_sql(schema.to_revision(present, rows, revision or schema.one_down(present, rows)), own)


def mark(name: str, seen: state.State, applied) -> str:
    """Return how revision `name` stands to the database, which has those of `applied`."""
    if name in (seen.revision or []):
        return "current"
    return "" if name in applied else "not applied"
