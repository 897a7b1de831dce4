"""The shape of hosts.yaml: every key, its type and its default."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit, urlunsplit

from msgspec import Meta, field, structs

from .shapes import (
    AGE,
    COMMAND,
    PLACE,
    PROJECT,
    SERVICE,
    TEXT,
    TURN,
    VARIABLE,
    WHERE,
    HostName,
    Line,
    Port,
    Seconds,
    Section,
    Service,
    Text,
    Url,
)


class HostSettings(Section, frozen=True):
    """One machine: `host` takes what `-H` takes; the rest counts where it says nothing of it.

    `key` and `known_hosts` are files, relative to hosts.yaml.
    """

    host: Text
    user: Text | None = None
    port: Port | None = None
    key: str | None = None
    known_hosts: str | None = None


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
    env_file: Text | None = None
    profiles: list[Text] = field(default_factory=list)
    sudo: bool = False
    services: dict[str, str] = field(default_factory=dict)
    grace: Seconds = 10
    stop: list[Service] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        """The compose files, always as a list; compose's own where none is said."""
        return [self.file] if isinstance(self.file, str) else self.file or ["docker-compose.yml"]


class Alembic(Section, frozen=True):
    """Where migrations are run (`service`, by the words of `command`) and described.

    `config` is a file in the repository, or the script folder where none configures Alembic. `environment` are
    variables for it that its service has not, or otherwise: a $NAME in a value is the service's, or the deployment's.
    """

    service: Service
    config: Text = "alembic.ini"
    command: Text = "alembic"
    table: Text = "alembic_version"
    schema: Text = "public"
    environment: dict[Annotated[str, Meta(pattern=VARIABLE)], Line] = field(default_factory=dict)

    @property
    def section(self) -> str:
        """The section of the ini that counts: that of `alembic -n NAME`."""
        named = re.search(r"\s(?:-n\s*|--name[\s=]\s*)(\S+)", self.command)
        return named[1] if named else "alembic"


class Storage(Section, frozen=True):
    """Where backups are: in `folder` (relative to the login's home), or where commands on the host reach them.

    `list` prints the names of those elsewhere, `fetch` the one that it is given as $1; `decrypt` opens what is sealed,
    from its stdin to its stdout. `max_age`: hours (h) or days (d) that the newest may be old.
    """

    folder: Text = "backups"
    max_age: Annotated[str, Meta(pattern=AGE)] | None = None
    list: Line = ""
    fetch: Line = ""
    decrypt: Line = ""


class DatabaseSettings(Section, frozen=True):
    """The PostgreSQL database of the application; `backups` may be the folder alone.

    Its server runs in the compose service that plays `database`; else in the `container` of that name, or at `address`
    (HOST[:PORT], or the folder of a socket), where the programs of the image `client` reach it, or the host's own. The
    password stands in `password_file`, on the host, or in a variable of the deployment's env file or of the login.
    `checks` are questions in SQL that the data of a good backup answer with true.
    """

    name: Text
    user: Text
    backups: Text | Storage = "backups"
    alembic: Alembic | None = None
    container: Annotated[str, Meta(pattern=SERVICE)] = ""
    address: Annotated[str, Meta(pattern=PLACE)] = ""
    client: Annotated[str, Meta(pattern=TEXT)] = ""
    password_file: Annotated[str, Meta(pattern=TEXT)] = ""
    password_variable: Annotated[str, Meta(pattern=VARIABLE)] = ""
    checks: list[Text] = field(default_factory=list)

    @property
    def elsewhere(self) -> str:
        """Where the server runs, if in no service of the deployment."""
        return self.address or (f"the container {self.container}" if self.container else "")

    @property
    def storage(self) -> Storage:
        """Where backups are, however it was said."""
        return Storage(folder=self.backups) if isinstance(self.backups, str) else self.backups


class Address(Section, frozen=True):
    """A health address, what it is asked for as (`host`), and what answers it right.

    With `insecure`, any certificate will do.
    """

    url: Url
    host: HostName = ""
    insecure: bool = False
    status: Annotated[int, Meta(ge=100, le=599)] = 200
    contains: Line = ""

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


class Notices(Section, frozen=True):
    """Who is told by `incident.notify`: Apprise `addresses`; and `on` which turns of a playbook they are by itself."""

    addresses: list[str] = field(default_factory=list)
    on: list[Annotated[str, Meta(pattern=TURN)]] = field(default_factory=list)


class Hook(Section, frozen=True):
    """A command of the operator's beside a playbook: `run`, once; or `on`, and `off`, whatever became of the playbook.

    It runs on every host, or `local`, where `fab` is. `playbooks` are those it belongs to; none: all.
    """

    title: Line = ""
    where: Annotated[str, Meta(pattern=WHERE)] = "host"
    run: Line = ""
    on: Line = ""
    off: Line = ""
    playbooks: list[Text] = field(default_factory=list)


class Hooks(Section, frozen=True):
    """What runs before a playbook changes anything, and after it; only `before` has pairs of `on` and `off`."""

    before: list[Hook] = field(default_factory=list)
    after: list[Hook] = field(default_factory=list)


class EnvironmentSettings(Section, frozen=True):
    """One deployment as hosts.yaml describes it; the first of `hosts` is the primary.

    `notify` may be the addresses alone.
    """

    hosts: Annotated[list[HostSettings], Meta(min_length=1)]
    app: App
    compose: Compose
    database: DatabaseSettings | None = None
    health: Health = field(default_factory=Health)
    notify: list[str] | Notices = field(default_factory=list)
    hooks: Hooks = field(default_factory=Hooks)

    @property
    def notices(self) -> Notices:
        """Who is told, and of what, however it was said; an address that a variable left empty is none."""
        said = self.notify if isinstance(self.notify, Notices) else Notices(addresses=self.notify)
        return structs.replace(said, addresses=[address for address in said.addresses if address])


class Environment(EnvironmentSettings, frozen=True):
    """One deployment, and the name it has in hosts.yaml."""

    name: str = ""

    def service(self, role: str) -> str | None:
        """The compose service that plays `role`, or None."""
        return self.compose.services.get(role)


class Inventory(Section, frozen=True):
    """The whole file; its environments are read one by one."""

    environments: Annotated[dict[str, Any], Meta(min_length=1)]
    default: str | None = None
