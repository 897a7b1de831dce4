"""This machine in the place of a host: its engine runs a PostgreSQL of any kind, and a folder is the login's home."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox import container, engine, paths
from sandbox.shell import run
from tests.conftest import NAME as OWN
from tests.integration.postgres_host import PostgresHost

SETTINGS = {"POSTGRES_DB": "jctc_db", "POSTGRES_USER": "jctc_user", "POSTGRES_PASSWORD": "only-for-the-test"}


@dataclass(frozen=True)
class Here:
    """This machine; HOME is the login's."""

    home: Path

    def exec(self, command: str, timeout: float = 120, stdin: str | None = None) -> str:
        where = f"export HOME={shlex.quote(str(self.home))}; cd; {command}"
        return run("bash", "-o", "pipefail", "-c", where, timeout=timeout, stdin=stdin).removesuffix("\n")


@contextmanager
def server(home: Path, image: str, database: str, **options: tuple[str, ...]) -> Iterator[PostgresHost]:
    """A server of IMAGE, and its DATABASE, which is not there yet."""
    name = paths.container(f"{OWN}-postgres")
    container.remove(name)
    variables = [word for pair in SETTINGS.items() for word in ("-e", "=".join(pair))]
    engine.docker("run", "-d", "--name", name, "--label", f"{paths.LABEL}={paths.CLONE}", *variables, image)
    try:
        here = Here(home)
        here.exec(f"timeout 60 sh -c 'until docker exec {name} pg_isready -q -h 127.0.0.1; do sleep 0.1; done'")
        yield PostgresHost(here, database, container=name, folder=str(home / "it's backups"), **options)
    finally:
        container.remove(name)
