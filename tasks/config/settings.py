"""The shape of hosts.yaml: every key, its type and its default."""

from __future__ import annotations

import posixpath
from typing import Annotated, Any
from urllib.parse import urlsplit, urlunsplit

from msgspec import Meta, field, structs

from .around import Hooks, Notices
from .database_section import Alembic, DatabaseSettings
from .shapes import (
    COMMAND,
    ORCHESTRATOR,
    PROJECT,
    Duration,
    HostName,
    Line,
    Port,
    Rolling,
    Seconds,
    Section,
    Service,
    Text,
    Url,
)


class HostSettings(Section, frozen=True):
    """One machine: `host` takes what `-H` takes; the rest counts where it says nothing of it.

    `key` and `known_hosts` are files, relative to hosts.yaml. `roles` are those whose services it runs; none: all.
    """

    host: Text
    user: Text | None = None
    port: Port | None = None
    key: str | None = None
    known_hosts: str | None = None
    roles: tuple[Text, ...] = ()


class App(Section, frozen=True):
    """The checkout on the host; `path` is relative to the login's home."""

    path: Text
    branch: Text = "main"


class Compose(Section, frozen=True):
    """How the services are described and run; `grace` is in seconds.

    `sudo`: Docker is for `sudo -n` only. What is not said of `file`, `project` and `env_file` is what the containers
    were made with. `stop` are services that a rollback stops although they run no code of ours.
    """

    # No second field may have this type: with msgspec 0.22 the interpreter then crashes now and then when it ends.
    file: Text | Annotated[list[Text], Meta(min_length=1)] | None = None
    command: Annotated[str, Meta(pattern=COMMAND)] = "auto"
    project: Annotated[str, Meta(pattern=PROJECT)] | None = None
    env_file: Text | Annotated[tuple[Text, ...], Meta(min_length=1)] | None = None
    profiles: list[Text] = field(default_factory=list)
    sudo: bool = False
    services: dict[str, str] = field(default_factory=dict)
    grace: Seconds = 10
    stop: list[Service] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        """The compose files, always as a list; compose's own where none is said."""
        return [self.file] if isinstance(self.file, str) else self.file or ["docker-compose.yml"]

    @property
    def values(self) -> list[str]:
        """The files that hold its values, from the checkout; compose's own is beside its first file."""
        return self.env_files or [posixpath.join(posixpath.dirname(self.files[0]), ".env")]

    @property
    def env_files(self) -> list[str]:
        """The files that are named to compose as those that hold its values, always as a list."""
        return [self.env_file] if isinstance(self.env_file, str) else [*(self.env_file or ())]


class Address(Section, frozen=True):
    """A health address, what it is asked for as (`host`), and what answers it right.

    With `insecure`, any certificate will do. It is asked on the hosts that have the `role`, or on all.
    """

    url: Url
    host: HostName = ""
    insecure: bool = False
    status: Annotated[int, Meta(ge=100, le=599)] = 200
    contains: Line = ""
    role: Line = ""

    @property
    def shown(self) -> str:
        """The address without what may be secret in it: login and query."""
        parts = urlsplit(self.url)
        query = "***" if parts.query else ""
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))


class Health(Section, frozen=True):
    """Addresses fetched on the host; `timeout` is how long they may take to answer, in seconds."""

    urls: list[Url | Address] = field(default_factory=list)
    timeout: Seconds = 60

    @property
    def addresses(self) -> list[Address]:
        """The addresses, each with how it is asked."""
        return [Address(url=one) if isinstance(one, str) else one for one in self.urls]


class Objectives(Section, frozen=True):
    """What a drill is held against: how long recovery may take (`rto`), how old the newest backup may be (`rpo`)."""

    rto: Duration | None = None
    rpo: Duration | None = None


class EnvironmentSettings(Section, frozen=True):
    """One deployment as hosts.yaml describes it; the first of `hosts` that has the database is the primary.

    `notify` may be the addresses alone. `rolling` says how many hosts at a time take their turn (None: the first, then
    all others), and `soak` how long they have to stay well, in seconds, before the next. `stack` is what the swarm
    calls it, where that is the `orchestrator`.
    """

    hosts: Annotated[list[HostSettings], Meta(min_length=1)]
    app: App
    compose: Compose
    orchestrator: Annotated[str, Meta(pattern=ORCHESTRATOR)] = "compose"
    stack: Annotated[str, Meta(pattern=PROJECT)] | None = None
    database: DatabaseSettings | None = None
    health: Health = field(default_factory=Health)
    notify: list[str] | Notices = field(default_factory=list)
    hooks: Hooks = field(default_factory=Hooks)
    objectives: Objectives = field(default_factory=Objectives)
    rolling: Rolling | None = None
    soak: Annotated[int, Meta(ge=0, le=86400)] = 0

    @property
    def notices(self) -> Notices:
        """Who is told, and of what, however it was said; an address that a variable left empty is none."""
        said = self.notify if isinstance(self.notify, Notices) else Notices(addresses=self.notify)
        return structs.replace(said, addresses=[address for address in said.addresses if address])


class Environment(EnvironmentSettings, frozen=True):
    """One deployment, and the name it has in hosts.yaml; `elsewhere` are the services that only other hosts run."""

    name: str = ""
    elsewhere: list[str] = field(default_factory=list)

    @property
    def alembic(self) -> Alembic | None:
        """How the schema is moved; None where there is no Alembic, or no database."""
        return self.database.alembic if self.database else None

    def service(self, role: str) -> str | None:
        """The compose service that plays `role`, or None."""
        return self.compose.services.get(role)


class Inventory(Section, frozen=True):
    """The whole file; its environments are read one by one."""

    environments: Annotated[dict[str, Any], Meta(min_length=1)]
    default: str | None = None
