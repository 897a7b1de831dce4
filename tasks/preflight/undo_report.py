"""What the way back from a run would meet."""

from __future__ import annotations

from msgspec import structs

from ..engine.before import ReleaseBefore, SchemaBefore
from ..engine.record import RunRecord
from ..tools.alembic.schema_change import SchemaChange
from ..tools.compose import images
from ..tools.compose.images import Target
from ..tools.git.commits import Commit
from ..tools.postgres.names import copy_name
from ..tools.postgres.psql import Database
from .present.reports import DeploymentReport
from .restore_report import RestoreReport
from .target.service_moves import Moves


class UndoReport(DeploymentReport, frozen=True, kw_only=True):
    """What the way back from the run of `record` would meet.

    Attributes:
        live: the database; None where it is not touched.
        incoming: the database that gets the live name; empty: the live one stays.
        dump: the restore of the run's dump, where its data come back and no clone is there.
        back: the command that leads back to what is left; empty where there is nothing to come back to.
    """

    record: RunRecord
    live: Database | None = None
    incoming: str = ""
    dump: RestoreReport | None = None
    back: str = ""

    @property
    def outgoing(self) -> str:
        """The name that the live database gets when it is replaced; empty: it is not touched."""
        return copy_name(self.live.name, "old", self.run) if self.live else ""


class RollbackUndoReport(UndoReport, frozen=True, kw_only=True):
    """What the way back from a rollback would meet: what the run `found` comes back, with the commit that was left.

    `schema` is the way up to what it had, None where that is not known. `only_copy` is the snapshot or dump that holds
    what upgrading does not bring back, as far as is known.
    """

    found: SchemaBefore
    target: Commit
    wanted: Target
    schema: SchemaChange | None
    moves: Moves
    only_copy: str = ""

    @property
    def image_names(self) -> dict[str, str]:
        """The name that the image of each service is started and kept by."""
        return images.names(self.images, self.decided, self.target.sha)

    @property
    def left(self) -> SchemaBefore:
        """What there is now, as far as the way back changes it; the database that goes is its snapshot."""
        kept = self.outgoing if self.incoming else self.release.snapshot
        left = structs.replace(self.release, snapshot=kept)
        return left if self.whole else left.of_the_database()

    @property
    def whole(self) -> bool:
        """Whether code and containers come back, and not the schema alone."""
        return isinstance(self.found, ReleaseBefore)

    @property
    def migrates(self) -> bool:
        """Whether an upgrade leads back to the schema, and is needed."""
        return self.schema is not None and self.schema.changes
