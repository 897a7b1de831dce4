"""The section `database` of hosts.yaml: the server, its backups, and the migrations."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta, field

from .shapes import AGE, PLACE, SERVICE, TEXT, VARIABLE, Line, Section, Service, Text


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
