"""Whether the checked-out code fits the revision that a backup carries, and which commit does."""

from __future__ import annotations

from msgspec import Struct

from ..console.commands import HOSTS_FILE, fab
from ..console.errors import Refused
from ..ssh.host import Host
from ..tools.alembic import revisions
from ..tools.alembic.revisions import Graph
from ..tools.git.commits import SHORT
from .present.state import State
from .revisions import schema, schema_choice, start_up


class Fit(Struct, frozen=True):
    """How a backup's revision stands to the code: `kind` same, behind, other or untold; `text` says it.

    `upgrade` are the words in the start-up that would migrate the restored database, if any.
    """

    kind: str
    text: str
    upgrade: str = ""


_NONE = f"none of the last commits (of {schema_choice.LOOKED_AT}) needs exactly the backup's revision"


def judge(c: Host, seen: State, rows: tuple[str, ...]) -> Fit:
    """Return how the revision `rows` of a backup stands to the code that is checked out."""
    if not c.environment.alembic:
        return Fit("untold", f"no alembic in {HOSTS_FILE}: whether the code fits the backup cannot be told")
    carried = f"it carries revision {', '.join(rows)}" if rows else "it carries no revision"
    try:
        graph = schema.graphs(c, [seen.head])[seen.head] if seen.head else None
    except Refused as refused:
        return Fit("untold", f"{carried}; {refused.reason}")
    if not isinstance(graph, Graph):
        return Fit("untold", f"{carried}; what the checked-out code needs cannot be told")
    return _compared(c, seen, graph, rows, carried)


def _compared(c: Host, seen: State, graph: Graph, rows: tuple[str, ...], carried: str) -> Fit:
    found = revisions.compare(graph, rows, graph)
    head = f"the checked-out code ({seen.head[:SHORT]})"
    if found.kind == "same":
        return Fit("same", f"{carried}, as {head} needs it")
    needs = f"{head} needs {', '.join(graph.heads()) or 'none'}"
    commit = schema_choice.fitting(c, list(rows))
    code = commit and f"take the code that fits: {fab(f'code-rollback --commit {commit.short}')}"
    if found.kind != "behind":
        then = f"Then {code}" if code else f"No code fits it: {_NONE}"
        return Fit("other", f"{carried}, which {head} does not know; {needs}. {then}.")
    lacks = f"the backup lacks {len(found.wanted - found.current)} of its migrations"
    up = f"bring the schema up ({schema.alembic_of(c.environment).command} upgrade head, as --migrate does)"
    then = f", or {code}" if code else f"; {_NONE}"
    return Fit("behind", f"{carried}; {needs}: {lacks}. Then {up}{then}.", start_up.upgrade(c, seen.head) or "")
