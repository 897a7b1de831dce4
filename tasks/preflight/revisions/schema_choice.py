"""Which way down an operator means, and which commit needs what it leads to."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from ...ssh.host import Host
from ...ssh.probe import single
from ...tools.alembic import revisions
from ...tools.alembic.revisions import Graph
from ...tools.alembic.schema_change import SchemaChange
from ...tools.git import commits
from ...tools.git.commits import Commit
from ..present.state import State
from . import schema

LOOKED_AT = 30  # commits that are searched for one that fits


class DowngradeOptions(Struct, frozen=True, kw_only=True):
    """What the operator said of a downgrade.

    Attributes:
        revision: where to go down to; None: one migration is taken back.
        downgrade_sql: REV=FILE, the operator's SQL in place of one migration's downgrade.
        rehearse: whether it is tried on a clone first; None: unless a rehearsal of it was kept that still holds.
        snapshot: whether a safety snapshot is made first.
    """

    revision: str | None = None
    downgrade_sql: str | None = None
    rehearse: bool | None = None
    snapshot: bool = True


USUAL = DowngradeOptions()


def needed(
    c: Host, seen: State, commit: Commit, options: DowngradeOptions = USUAL, known: schema.Known | None = None
) -> SchemaChange | None:
    """Return what `commit` needs of the schema; None where hosts.yaml knows of no alembic."""
    if not c.environment.alembic:
        return None
    change = schema.needed_by(c, seen, commit, options.revision, known)
    return schema.with_override(change, options.downgrade_sql)


def way_down(c: Host, seen: State, options: DowngradeOptions = USUAL) -> SchemaChange:
    """Return the way down to a revision, or by one migration, with the operator's SQL where it was given."""
    schema.alembic_of(c.environment)
    heads = schema.heads_of(c, seen)
    present = schema.present_graph(c, seen)
    change = schema.to_revision(present, heads, options.revision or schema.one_down(present, heads))
    return schema.with_override(change, options.downgrade_sql)


def fitting(c: Host, heads: list[str]) -> Commit | None:
    """Return the newest commit that needs a database at exactly `heads`, among the last ones."""
    log = single(commits.show_log(c.environment, LOOKED_AT), lambda answer: commits.parse_commits(answer.out))
    found: list[Commit] = c.ask(log)
    graphs = schema.graphs(c, [commit.sha for commit in found]) if found else {}
    return next((commit for commit in found if fits(graphs[commit.sha], heads)), None)


def fits(graph: object, heads: list[str]) -> bool:
    """Return whether code with this migration graph, if it is one, needs a database at exactly `heads`."""
    return isinstance(graph, Graph) and revisions.fits(graph, heads)


def standing(name: str, seen: State, applied: Collection[str]) -> str:
    """Return how revision `name` stands to the database, which has those of `applied`."""
    if name in (seen.revision or []):
        return "current"
    return "" if name in applied else "not applied"
