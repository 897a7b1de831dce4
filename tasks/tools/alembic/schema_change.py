"""What a change of the schema consists of: where it begins and ends, and the moves between."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from msgspec import Struct

from ...console.errors import Refused
from .revisions import Revision


class OverrideSql(Struct, frozen=True):
    """The operator's SQL in place of one migration's downgrade, and the revision it leads to (empty: base)."""

    revision: str
    parent: str
    text: str

    @property
    def goal(self) -> str:
        """Where it leads, as alembic would be told."""
        return self.parent or "base"


Move = str | OverrideSql
"""What one call of alembic is given as its revision, or SQL that runs in its place."""


@dataclass(frozen=True)
class SchemaChange:
    """The way from one state of the schema to another: the `moves`, and the `downgrades` they run, newest first.

    `from_heads` and `to_heads` are the rows of the alembic table before and after it. Those of `implied` may
    be there afterwards as well: they say nothing that `to_heads` do not.
    """

    from_heads: list[str]
    to_heads: list[str]
    moves: list[Move] = field(default_factory=list)
    downgrades: tuple[Revision, ...] = ()
    implied: list[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether anything has to be moved."""
        return bool(self.moves)

    @property
    def goal(self) -> str:
        """The heads that it leads to, for people to read."""
        return ", ".join(self.to_heads) or "base"

    @property
    def override(self) -> OverrideSql | None:
        """The operator's SQL, if one of the moves is that."""
        return next((move for move in self.moves if isinstance(move, OverrideSql)), None)

    def with_override(self, revision: str, text: str) -> SchemaChange:
        """Return the same way down, `revision` by the operator's SQL. Raises Refused off a straight line."""
        names = [r.id for r in self.downgrades]
        if revision not in names:
            raise Refused(f"--downgrade-sql: {revision} is not taken back; what is: {', '.join(names) or 'nothing'}.")
        if any(len(r.down_revisions) > 1 or r.depends_on for r in self.downgrades) or len(self.from_heads) > 1:
            raise Refused("--downgrade-sql works on a straight line of migrations only.")
        steps = [(r.id, "".join(r.down_revisions)) for r in self.downgrades]
        moves = [OverrideSql(name, to, text) if name == revision else to or "base" for name, to in steps]
        return replace(self, moves=moves)
