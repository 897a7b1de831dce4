"""What a rollback would meet, and what the operator said of it."""

from __future__ import annotations

from typing import cast

from msgspec import field

from ..engine.before import ReleaseBefore
from ..tools.alembic.schema_change import SchemaChange
from ..tools.compose import images
from ..tools.compose.images import Target
from ..tools.git.commits import SHORT, Commit
from .history.ledger import BAD, GOOD, Entry
from .present.reports import DeploymentReport
from .revisions.schema_choice import DowngradeOptions
from .target.service_moves import Moves


class RollbackOptions(DowngradeOptions, frozen=True, kw_only=True):
    """What the operator said of the way back; `revision` overrides the one that the commit needs.

    `service` is the only one that goes back (None: all), `database` whether the schema may move, `image` what he names,
    SERVICE=REF each; `before` is what a run found that is taken back, None: this is no way back.
    """

    service: str | None = None
    stash: bool = False
    rebuild: bool = False
    database: bool = True
    image: list[str] = field(default_factory=list)
    before: ReleaseBefore | None = None

    @property
    def named(self) -> dict[str, str]:
        """The images that the operator names, by service."""
        return dict(cast("tuple[str, str]", one.split("=", 1)) for one in self.image)


class RollbackReport(DeploymentReport, frozen=True, kw_only=True):
    """What a rollback to the commit `target` would meet.

    `schema` is the way to what it needs, which may be none; None where that is not looked at. `services` are those that
    alone go back; empty: all.
    """

    target: Commit
    wanted: Target
    schema: SchemaChange | None = None
    services: list[str] = field(default_factory=list)
    moves: Moves
    options: RollbackOptions = RollbackOptions()

    @property
    def stash(self) -> bool:
        """Whether local changes of the checkout are put aside."""
        return self.options.stash

    @property
    def image_names(self) -> dict[str, str]:
        """The name that the image of each service is started and kept by."""
        return images.names(self.images, self.decided, self.target.sha)

    @property
    def purpose(self) -> str:
        """From which commit to which, in a line."""
        return f"{self.state.head[:SHORT]} ({self.state.subject}) → {self.target.title}"

    @property
    def records(self) -> list[Entry]:
        """What the ledger says of a rollback of all services: what was left is bad, the target good."""
        if self.services:
            return []
        left, target = self.state, self.target
        good = Entry(
            event=GOOD,
            commit=target.sha,
            subject=target.subject,
            revision=self.schema.to_heads if self.schema else left.revision,
            images={**{s: i for s, i in left.image_ids.items() if s in self.wanted.files.services}, **self.image_names},
        )
        bad = Entry(event=BAD, commit=left.head, subject=left.subject, revision=left.revision)
        return [bad, good] if left.head != target.sha else [good]
