"""Which way down an operator means, and which commit needs what it leads to."""

from __future__ import annotations

from ..console.errors import Refused
from ..tools.alembic import revisions
from ..tools.git import commits
from . import schema, state
from .schema import Schema

LOOKED_AT = 30  # commits that are searched for one that fits


def configured(c) -> None:
    """Raise Refused where hosts.yaml knows of no alembic."""
    if not c.environment.database or not c.environment.database.alembic:
        raise Refused(f"{c.environment.name} has no database.alembic in hosts.yaml. Nothing was changed.")


def needed(
    c, seen: state.State, commit, revision: str | None = None, own: str | None = None, known: schema.Known | None = None
) -> Schema | None:
    """Return what `commit` needs of the schema; None where hosts.yaml knows of no alembic."""
    if not c.environment.database or not c.environment.database.alembic:
        return None
    return schema.with_own_sql(schema.needed_by(c, seen, commit, revision, known), own)


def way_down(c, seen: state.State, revision: str | None, own: str | None = None) -> Schema:
    """Return the way down to `revision`, or by one migration, with the operator's SQL where it was given."""
    configured(c)
    rows = schema.rows_of(c, seen)
    present = schema.present_graph(c, seen)
    return schema.with_own_sql(schema.to_revision(present, rows, revision or schema.one_down(present, rows)), own)


def fitting(c, rows: list[str]) -> commits.Commit | None:
    """Return the newest commit that needs a database at exactly `rows`, among the last ones."""
    log = c.ask({"log": commits.show_log(c.environment, LOOKED_AT)})["log"]
    found = commits.parse_commits(log.out)
    try:
        graphs = schema.graphs(c, [commit.sha for commit in found]) if found else {}
    except Refused:
        return None
    return next((commit for commit in found if _needs(graphs[commit.sha], rows)), None)


def _needs(graph: object, rows: list[str]) -> bool:
    return isinstance(graph, revisions.Graph) and revisions.compare(graph, rows, graph).kind == "same"


def mark(name: str, seen: state.State, applied) -> str:
    """Return how revision `name` stands to the database, which has those of `applied`."""
    if name in (seen.revision or []):
        return "current"
    return "" if name in applied else "not applied"
