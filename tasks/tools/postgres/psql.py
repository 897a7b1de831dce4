"""The database that a run is about, and the calls of the scripts beside this file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...config.settings import Environment
from ...console.commands import HOSTS_FILE
from ...console.errors import Refused
from ...ssh import paths, scripts
from ...ssh.shell import Word

PORT = re.compile(r":[0-9]{1,5}$")
TASK_OF = "task of "  # a container that client.sh finds anew: a swarm starts each task in another one
NAME_LIMIT = 63  # bytes of an identifier, PostgreSQL's NAMEDATALEN - 1


@dataclass(frozen=True)
class Database:
    """A database, its login, and how PostgreSQL's programs reach it: in the container of its server, by the socket.

    The container is `TASK_OF` and a service where a swarm runs it, on whichever node; it is empty where a script finds
    it itself, or where the server runs at `host` (a name, or the folder of a socket) and `port`. Then the programs are
    those of the image `client`, or the host's own. The password stands in `password_file`, or as `password_variable` in
    the files `values` (one a line, below the `checkout`). Raises ValueError for what no database can be called.
    """

    container: str
    name: str
    user: str
    host: str = ""
    port: str = ""
    client: str = ""
    password_file: str = ""
    password_variable: str = ""
    checkout: str = ""
    values: str = ""

    @classmethod
    def of(cls, environment: Environment, container: str) -> Database:
        """Return the database of hosts.yaml, in the container of that id; raise Refused where it knows of none."""
        known = environment.database
        if not known:
            raise Refused(f"{environment.name} has no database in {HOSTS_FILE}.")
        if environment.stack and not known.elsewhere:
            container = f"{TASK_OF}{environment.stack}_{environment.service('database')}"
        host, _, port = known.address.rpartition(":") if PORT.search(known.address) else (known.address, "", "")
        return cls(
            container or known.container,
            known.name,
            known.user,
            host=host.strip("[]"),
            port=port or "5432",
            client=known.client,
            password_file=known.password_file,
            password_variable=known.password_variable,
            checkout=paths.app(environment),
            values="\n".join(environment.compose.values),
        )

    def __post_init__(self) -> None:
        for value in (self.container, self.name, self.user):
            if any(c in value for c in "\0\n\r") or not (self.name and self.user):
                raise ValueError(f"not usable as a container, database or user: {value!r}")
        if len(self.name.encode()) > NAME_LIMIT:
            raise ValueError(f"a database name has at most {NAME_LIMIT} bytes: {self.name!r}")

    @property
    def maintenance(self) -> str:
        """The database to connect to while this one is renamed, cloned or dropped."""
        return "template1" if self.name == "postgres" else "postgres"

    def variables(self) -> dict[str, str]:
        """Return what `client.sh` reads of the environment."""
        return {
            "DB_CONTAINER": self.container,
            "DB_NAME": self.name,
            "DB_USER": self.user,
            "DB_MAINTENANCE": self.maintenance,
            "PGHOST": self.host,
            "PGPORT": self.port,
            "DB_CLIENT": self.client,
            "DB_PASSWORD_FILE": self.password_file,
            "DB_PASSWORD_VARIABLE": self.password_variable,
            "DB_CHECKOUT": self.checkout,
            "DB_VALUES": self.values,
        }


def call(db: Database, script: str, *arguments: str, **variables: str) -> str:
    """Return the command that runs the script of that name in this folder, about `db`."""
    return scripts.call(f"tools/postgres/{script}.sh", *arguments, **db.variables(), **variables)


def read(db: Database, file: str, on: str = "", **values: str) -> str:
    """Return the command that prints what the SQL file of that name finds in `db`, or in the database `on`.

    The file reads `values`, beside `live`, as variables of psql.
    """
    options = [word for name, value in values.items() for word in ("-v", f"{name}={value}")]
    return call(db, "reads/read", Word(f'"$SCRIPTS/tools/postgres/reads/{file}.sql"'), on or db.name, *options)
