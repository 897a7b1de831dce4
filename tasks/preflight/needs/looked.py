"""What was found on one host of all that a rollback and a restore will need there."""

from __future__ import annotations

from msgspec import Struct, field

from ...config.settings import Environment
from ...engine.lock import LockInfo
from ...ssh.shell import quote
from ...tools.alembic.kept_rehearsal import Kept
from ...tools.alembic.schema_change import SchemaChange
from ...tools.git.fitness import Lacking, Origin
from ...tools.postgres.server import Server
from ..backups.backup_files import Found
from ..checks.examine import Examined
from ..history.drills import Drill
from ..history.past import Past


class Image(Struct, frozen=True):
    """The image of a service at the release a rollback leads to: its name; `pulled`: a registry has it, if not here."""

    service: str
    name: str
    here: bool
    pulled: bool = False


class Target(Struct, frozen=True, kw_only=True):
    """The release that a rollback leads to, and what the way there needs; `problem`: why it is not there to go to.

    `images` are those of its services. `change` is the way down to its schema, or where no release is known the way
    down by one migration; None: there is no database to change, or `unreachable` says why there is no way. `rehearsed`
    is what a rehearsal of it found.
    """

    commit: str = ""
    problem: str = ""
    images: list[Image] = field(default_factory=list)
    submodules: Lacking = Lacking()
    change: SchemaChange | None = None
    unreachable: str = ""
    rehearsed: Kept = Kept()


class Data(Struct, frozen=True):
    """The database: its server, or the `problem` with it; `room`: why a snapshot is no clone, `short`: why none."""

    server: Server | None = None
    problem: str = ""
    room: list[str] = []
    short: str = ""


class Looked(Struct, frozen=True, kw_only=True):
    """One host that was reached.

    Attributes:
        login: the ssh command that reaches it.
        settings: the command that opens hosts.yaml.
        primary: whether the database's steps run here.
        production: whether the environment is one that no drill may interrupt unasked.
        compose: its version.
        barred: why the login may not write the state folder; empty: it may, None: the host did not say in time.
        unwritable: what of the checkout it may not write.
        sizes: the bytes of the images that run, by id.
        backups: those that lie there, the newest first, or why that cannot be told.
        drills: those that were made here, the oldest first.
        ahead: the seconds that the host's clock is ahead of this machine's.
        told: what went wrong with each test message, empty where it arrived; None: none was sent.
    """

    environment: Environment
    address: str
    user: str = ""
    login: str = "ssh"
    settings: str = ""
    primary: bool = True
    production: bool = False
    examined: Examined
    past: Past = Past()
    lock: LockInfo | None = None
    compose: str = ""
    barred: str | None = ""
    unwritable: list[str] = field(default_factory=list)
    origin: Origin = Origin()
    sizes: dict[str, int] = field(default_factory=dict)
    backups: list[Found] | str = field(default_factory=list)
    drills: list[Drill] = field(default_factory=list)
    ahead: float = 0.0
    target: Target = Target()
    data: Data = Data()
    told: list[str] | None = None

    def on_host(self, command: str) -> str:
        """Return how `command` is typed here so that it runs on the host."""
        return f"{self.login} {quote(command)}"
