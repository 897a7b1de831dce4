"""Whether the checked-out code fits the revision that a backup carries, and which commit does."""

from __future__ import annotations

from msgspec import Struct

from ..console.errors import Refused
from ..tools.alembic import revisions
from . import schema
from . import schema_choice as choice
from .state import State


class Fit(Struct, frozen=True):
    """How a backup's revision stands to the code: `kind` same, behind, other or untold; `text` says it.

    `upgrade` are the words in the start-up that would migrate the restored database, if any.
    """

    kind: str
    text: str
    upgrade: str = ""


def judge(c, seen: State, rows: tuple[str, ...]) -> Fit:
    """Return how the revision ROWS of a backup stands to the code that is checked out."""
    if not c.environment.database.alembic:
        return Fit("untold", "no alembic in hosts.yaml: whether the code fits the backup cannot be told")
    carried = f"it carries revision {', '.join(rows)}" if rows else "it carries no revision"
    try:
        graph = schema.graphs(c, [seen.head])[seen.head] if seen.head else None
    except Refused as refused:
        return Fit("untold", f"{carried}; {refused}")
    if not isinstance(graph, revisions.Graph):
        return Fit("untold", f"{carried}; what the checked-out code needs cannot be told")
    found = revisions.compare(graph, rows, graph)
    head = f"the checked-out code ({seen.head[:7]})"
    if found.kind == "same":
        return Fit("same", f"{carried}, as {head} needs it")
    needs = f"{head} needs {', '.join(graph.heads()) or 'none'}"
    if found.kind == "behind":
        lacking = len(found.wanted - found.current)
        lacks = f"the backup lacks {lacking} of its migrations"
        return Fit(
            "behind", f"{carried}; {needs}: {lacks}. {_matching(c, rows)}", schema.start_up_upgrade(c, seen.head) or ""
        )
    return Fit("other", f"{carried}, which {head} does not know; {needs}. {_matching(c, rows)}")


def _matching(c, rows: tuple[str, ...]) -> str:
    """Return the commands that bring code and schema together after the restore."""
    up = f"Then bring the schema up ({c.environment.database.alembic.command} upgrade head)"
    commit = choice.fitting(c, list(rows))
    if commit is None:
        return f"{up}; none of the last commits (of {choice.LOOKED_AT}) needs exactly the backup's revision."
    return f"{up}, or take the code that fits: fab code-rollback --commit {commit.sha[:10]}."
