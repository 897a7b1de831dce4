"""What a restore would meet, and what it was asked to be."""

from __future__ import annotations

from msgspec import Struct, field, structs

from ..console.commands import fab
from ..engine.before import DroppedBefore, SwappedBefore
from ..ssh.shell import quote
from ..tools.postgres.backup import Backup, Section
from ..tools.postgres.names import copy_name
from ..tools.postgres.psql import Database
from ..tools.postgres.server import Server
from .backup_fit import Fit
from .backups import backup_check
from .present.reports import DeploymentReport


class RestoreOptions(Struct, frozen=True, kw_only=True):
    """What the operator said of a restore.

    `source` is the database that the backup is of, where it is not the one of hosts.yaml. The services that write are
    stopped meanwhile (`stop`), or for the swap only (`online`). The live database is dropped first (`in_place`) where
    two copies do not fit, and dumped before (`dump`); the application has to answer at the end (`health`).
    """

    source: str | None = None
    stop: bool = False
    online: bool = False
    in_place: bool = False
    dump: bool = True
    migrate: bool = False
    health: bool = True

    @property
    def goes_on(self) -> bool:
        """Whether the application goes on while the backup is loaded."""
        return self.online or not self.stop


class RestoreReport(DeploymentReport, frozen=True, kw_only=True):
    """What a restore of a `section` of the `backup` would meet; there may be no database called as the `live` one.

    Attributes:
        rows: those of the live database, by table; None: they could not be counted.
        fit: how the backup's revision stands to the code.
        risks: what may keep it from being loaded.
        dump_to: where the live database is dumped to before it is dropped or replaced; empty: nowhere.
    """

    live: Database
    server: Server
    backup: Backup
    section: Section
    rows: dict[str, int] | None
    fit: Fit
    risks: list[str] = field(default_factory=list)
    dump_to: str = ""
    options: RestoreOptions = RestoreOptions()

    @property
    def there(self) -> bool:
        """Whether there is a live database."""
        return self.server.live is not None

    @property
    def drops(self) -> bool:
        """Whether the live database is dropped before the backup is loaded."""
        return self.options.in_place and self.there and not self.same

    @property
    def same(self) -> bool:
        """Whether the backup is loaded into the live database itself: the login may keep no copy beside it."""
        return self.there and not self.server.beside

    @property
    def replaces(self) -> bool:
        """Whether what the live database holds is afterwards in a dump at the most."""
        return self.drops or self.same

    @property
    def owners(self) -> bool:
        """Whether all roles that the backup names are on the server."""
        return not self.backup.missing_roles

    @property
    def need(self) -> int:
        """The bytes that the restored database may take, with all that is written meanwhile."""
        return backup_check.room(self.backup, self.section, self.bytes)

    @property
    def bytes(self) -> int:
        """The size of the live database."""
        return self.server.live.bytes if self.server.live else 0

    @property
    def incoming(self) -> str:
        """The name of the database that the backup is loaded into, until it gets the live one."""
        return copy_name(self.live.name, "new", self.run)

    @property
    def outgoing(self) -> str:
        """The name that the live database gets when it is replaced."""
        return copy_name(self.live.name, "old", self.run)

    @property
    def revision(self) -> list[str] | None:
        """The rows of Alembic's table that it leads to; None where the start-up may move them."""
        if self.migration:
            return self.migration.change.to_heads
        return None if self.fit.upgrade else list(self.section.revisions)

    @property
    def purpose(self) -> str:
        """What becomes what, in a line."""
        return f"{self.backup.path} becomes {self.live.name}"

    @property
    def before(self) -> SwappedBefore | None:
        """What `undo` has to know of the state that is left; None where there was no database."""
        if not self.there:
            return None
        seen = self.state
        found = SwappedBefore(
            commit=seen.head,
            branch=seen.branch,
            revision=seen.revision,
            running=sorted({k.service for k in seen.containers if k.status in ("running", "restarting")}),
            stopped=self.stopping,
            healthy=seen.healthy,
            answered=seen.answered,
            swapped="" if self.replaces else self.outgoing,
        )
        return DroppedBefore(**structs.asdict(found), dropped=self.dump_to) if self.replaces else found

    @property
    def back(self) -> str:
        """The command that takes it back; empty where there is none."""
        if self.replaces:
            return in_place(self.dump_to) if self.dump_to else ""
        return fab("undo") if self.there else ""


def in_place(path: str) -> str:
    """Return the command that loads the backup at `path` where two copies do not fit."""
    return fab(f"emergency-restore --file {quote(path)} --in-place")
