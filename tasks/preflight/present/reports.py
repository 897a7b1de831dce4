"""What a preflight found, as frozen values: steps are built of them, and nothing is added to them afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct, field, structs

from ...config.settings import Environment
from ...console.commands import fab
from ...engine.before import ReleaseBefore
from ...engine.plan import UNDO
from ...engine.told import PreflightReport
from ...tools.alembic.schema_change import SchemaChange
from ...tools.alembic.trial import Trial
from ...tools.compose.compose import Built
from ...tools.compose.images import Decided
from ...tools.postgres.psql import Database
from .state import State

UNWELL = "the application is not healthy before this run either, so health is not required at the end"


class Safety(Struct, frozen=True):
    """The safety snapshot of a run: the `live` database as `clone` on the server, or as the file `dump` on the host.

    Which of the two it is shows only when it is made: a clone may not fit.
    """

    live: Database
    clone: str
    dump: str


class Migration(Struct, frozen=True, kw_only=True):
    """A change of the schema that has to be made, and what it is made with.

    Attributes:
        image: the image that holds the migrations, an id.
        rehearse: whether the change is tried on a clone first; with `full`, on all data.
        trial: the image that is tried on the clone afterwards.
        tree: the commit that the migrations are of, where they come with the checkout; empty: the present one.
        rehearsed: when it was rehearsed (seconds of the host's clock), where nothing that this rests on has changed
            since; 0: it has to be tried.
        one_way: whether a rehearsal found that no upgrade takes it back.
        goes_on: the services that run meanwhile; where there are any, a failure puts no snapshot back.
    """

    change: SchemaChange
    live: Database
    image: str
    rehearse: bool = True
    full: bool = False
    trial: Trial | None = None
    tree: str = ""
    rehearsed: float = 0.0
    one_way: bool = False
    goes_on: list[str] = field(default_factory=list)


class DeploymentReport(PreflightReport, frozen=True, kw_only=True):
    """Where a deployment stands before a run.

    Attributes:
        state: the primary host as it was seen.
        stopping: the services that the run stops.
        images: those that change with the commit, of the services concerned.
        decided: those of them that are not built.
        migration: the change of the schema; None where it stays.
        safety: where the data of before will be kept; None: nowhere.
    """

    environment: Environment
    state: State
    stopping: list[str] = field(default_factory=list)
    images: list[Built] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    migration: Migration | None = None
    safety: Safety | None = None

    @property
    def activity(self) -> str:
        """What the host's journals were when it was looked at."""
        return self.state.activity

    @property
    def way_back(self) -> str:
        """The command that takes a rollback back; empty where no upgrade can, and no snapshot is made."""
        if not self.migration or not self.migration.one_way:
            return UNDO
        return fab(f"undo --run {self.run} --restore-snapshot") if self.safety else ""

    @property
    def built(self) -> list[Built]:
        """Those of the images that are built, or kept from when they were."""
        others = {one.service for one in self.decided}
        return [image for image in self.images if image.service not in others]

    @property
    def release(self) -> ReleaseBefore:
        """What `undo` has to know to come back to code, images, schema and data as they are."""
        head, kept = self.state.head, self.safety
        return ReleaseBefore(
            commit=head,
            branch=self.state.branch,
            revision=self.state.revision,
            images={i.service: i.retained(head) for i in self.images if self.state.of(i.service)},
            ids=self.state.image_ids,
            running=self.well,
            healthy=self.state.healthy,
            answered=self.state.answered,
            snapshot=kept.clone if kept else "",
            dump=kept.dump if kept else "",
        )

    @property
    def well(self) -> list[str]:
        """The services that have a running container of which nothing says that it is not well, or not yet."""
        return sorted({k.service for k in self.state.containers if k.running and k.health != "starting"})

    def containers_of(self, services: Sequence[str]) -> str:
        """Return the containers of services, as Docker calls them; the services where there are none."""
        return " ".join(k.name for k in self.state.of(*services)) or " ".join(services)

    @property
    def applications(self) -> list[str]:
        """The services of which there are containers, the database apart."""
        return [name for name in self.state.services if name != self.environment.service("database")]


Report = TypeVar("Report", bound=DeploymentReport)


def saying(
    report: Report, *, facts: Iterable[str] = (), warnings: Iterable[str] = (), questions: Iterable[str] = ()
) -> Report:
    """Return the report with more that the operator is told, or asked."""
    return structs.replace(
        report,
        facts=[*report.facts, *facts],
        warnings=[*report.warnings, *warnings],
        questions=[*report.questions, *questions],
    )
