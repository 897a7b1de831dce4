"""The shape of hosts.yaml: every key, its type and its default."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

# No value can pass for an option of the command it ends up in, or break a line. Errors quote the descriptions.
Text = Annotated[
    str,
    Meta(min_length=1, pattern=r"^(?!-)[^\x00-\x1f\x7f]+\Z", description="text on one line that begins with no dash"),
]
Url = Annotated[str, Meta(pattern=r"^https?://[^\s\x00-\x1f\x7f]+\Z", description="an http:// or https:// address")]
Service = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*\Z", description="the name of a compose service")]
Port = Annotated[int, Meta(ge=1, le=65535, description="a whole number from 1 to 65535")]
Seconds = Annotated[int, Meta(ge=1, le=86400, description="a whole number of seconds from 1 to 86400")]
Texts = Annotated[list[Text], Meta(min_length=1, description="a list of at least one text")]


class Section(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One mapping of hosts.yaml; keys it does not name are errors."""


class HostSettings(Section):
    """One machine: `host` takes what `-H` takes; the rest counts where it says nothing of it.

    `key` and `known_hosts` are files, relative to hosts.yaml.
    """

    host: Text
    user: Text | None = None
    port: Port | None = None
    key: str | None = None
    known_hosts: str | None = None


class App(Section):
    """The checkout on the host; `path` is relative to the login's home."""

    path: Text
    branch: Text = "main"


class Compose(Section):
    """How the services are described and run; `grace` is in seconds."""

    file: Text | Texts = "docker-compose.yml"
    command: Literal["auto", "docker-compose", "docker compose"] = "auto"
    services: dict[str, Service] = field(default_factory=dict)
    grace: Seconds = 10

    @property
    def files(self) -> list[str]:
        """The compose files, always as a list."""
        return [self.file] if isinstance(self.file, str) else self.file


class Alembic(Section):
    """Where migrations are run (`service`) and described (`config`, a path in the repository)."""

    service: Service
    config: Text = "alembic.ini"
    command: Text = "alembic"
    table: Text = "alembic_version"
    schema: Text = "public"


class DatabaseSettings(Section):
    """The PostgreSQL database of the application; `backups` is relative to the login's home."""

    name: Text
    user: Text
    backups: Text = "backups"
    alembic: Alembic | None = None


class Health(Section):
    """Addresses fetched on the host; `timeout` is how long they may take to answer, in seconds."""

    urls: list[Url] = field(default_factory=list)
    timeout: Seconds = 60


class EnvironmentSettings(Section):
    """One deployment as hosts.yaml describes it; the first of `hosts` is the primary."""

    hosts: Annotated[list[HostSettings], Meta(min_length=1, description="a list of at least one host")]
    app: App
    compose: Compose
    database: DatabaseSettings | None = None
    health: Health = field(default_factory=Health)
    notify: list[str] = field(default_factory=list)


class Environment(EnvironmentSettings):
    """One deployment, and the name it has in hosts.yaml."""

    name: str = ""

    def service(self, role: str) -> str | None:
        """The compose service that plays `role`, or None."""
        return self.compose.services.get(role)


class Inventory(Section):
    """The whole file."""

    environments: Annotated[dict[str, dict], Meta(min_length=1, description="a mapping of at least one environment")]
    default: str | None = None
