"""A server made anew from the database's own image, whatever its ways are: a downgrade is tried there, and a backup.

No registry can be reached: the images are likenesses, of Debian's packages and with the official entrypoint's rules.
There are no packages of 14 and 16 in Debian. pg_cron stands for what has to be preloaded and keeps tables of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from sandbox import engine, images, paths
from sandbox.shell import run
from tasks.tools.alembic import rehearsal
from tasks.tools.alembic.schema_change import SchemaChange
from tasks.tools.postgres import changes
from tests.conftest import NAME as OWN
from tests.field.recipe import APP, REVISIONS
from tests.integration.here import Here
from tests.integration.postgres_host import PostgresHost
from tests.integration.postgres_images import Likeness
from tests.unit.support.deployment import environment

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
PASSWORD = "only-for-the-test"
OFFICIAL = {"POSTGRES_DB": "shop", "POSTGRES_USER": "shop", "POSTGRES_PASSWORD": PASSWORD}
FROM_FILE = {"POSTGRES_DB": "shop", "POSTGRES_USER": "shop", "POSTGRES_PASSWORD_FILE": "/password"}
# The last one: psql, too, is asked for it there.
OTHERS = {
    f"POSTGRESQL_{key}": value for key, value in {"DATABASE": "shop", "USERNAME": "shop", "PASSWORD": PASSWORD}.items()
}
OTHERS |= {"PGPASSWORD": PASSWORD}
# An image may fill the database that its entrypoint makes.
FILLED = "&& echo 'CREATE EXTENSION vector; CREATE TABLE made (v vector(3));' > /docker-entrypoint-initdb.d/10.sql"
PRELOADED = ("-c", "shared_preload_libraries=pg_cron", "-c", "cron.database_name=shop")


@dataclass(frozen=True)
class Server:
    """A server as somebody runs one: of an image, with variables and words of a command."""

    image: Likeness
    variables: dict[str, str] = field(default_factory=lambda: OFFICIAL)
    words: tuple[str, ...] = ()
    sql: str = ""
    port: int = 5432


SERVERS = {
    "13": Server(Likeness("13")),
    "18, password in a file": Server(Likeness("18"), FROM_FILE),
    "17, filled and preloaded": Server(
        Likeness("17", "postgresql-17-pgvector postgresql-17-cron", FILLED),
        OFFICIAL | {"PGPORT": "5433"},
        words=("postgres", *PRELOADED),
        sql="CREATE EXTENSION pg_cron; SELECT cron.schedule('x', '0 1 * * *', 'SELECT 1');",
        port=5433,
    ),
    "15, password on the socket, no superuser": Server(Likeness("15", "libnss-wrapper", official=False), OTHERS),
}
BUILD = """
FROM {python}
RUN pip install -q --no-index --find-links /wheels alembic 'psycopg[binary]' SQLAlchemy
WORKDIR /field
COPY . .
RUN echo '{about}' > release.json
CMD ["sleep", "infinity"]
"""


@pytest.fixture(scope="module")
def application() -> str:
    """The image of the field's application."""
    engine.ensure()
    tag = f"{paths.IMAGE}:rehearsed"
    text = BUILD.format(python=images.PYTHON.ensure(), about=json.dumps({"release": "v2", "works": True}))
    engine.docker(
        "build", "-q", "-t", tag, "--label", f"{paths.LABEL}=image", "-f", "-", str(APP), stdin=text, timeout=300
    )
    return tag


@pytest.fixture(params=SERVERS)
def laid(request, application, tmp_path) -> Iterator[PostgresHost]:
    """A deployment, as its labels say it, of that server and of the application at its newest revision."""
    server, name = SERVERS[request.param], paths.container(f"{OWN}-rehearsal")
    image = server.image.built()
    _remove(name)
    (tmp_path / "app").mkdir()
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "password").chmod(0o644)
    engine.docker("network", "create", name)
    _run(name, "db", image, server.variables, *server.words, volume=f"{tmp_path}/password:/password:ro")
    here = Here(tmp_path)
    ready = f"docker exec {name}-db pg_isready -q -h 127.0.0.1 -U shop"
    up = f"docker top {name}-db >/dev/null || exit"
    here.exec(f"timeout 60 sh -c 'until {ready}; do {up}; sleep 0.5; done'")
    url = f"postgresql+psycopg://shop:{PASSWORD}@db:{server.port}/shop"
    _run(name, "api", application, {"DATABASE_URL": url})
    here.exec(f"docker exec {name}-api alembic upgrade head")
    made = PostgresHost(here, "shop", container=f"{name}-db", user="shop")
    try:
        if server.sql:
            here.exec(f"docker exec -i {name}-db psql -U shop -d shop", stdin=server.sql)
        yield made
    finally:
        _remove(name)


def _run(name: str, service: str, image: str, variables: dict[str, str], *words: str, volume: str = "/nothing") -> None:
    labels = {paths.LABEL: paths.CLONE, "com.docker.compose.project": name, "com.docker.compose.service": service}
    labels |= {"com.docker.compose.oneoff": "False"}
    given = [word for pair in variables.items() for word in ("-e", "=".join(pair))]
    given += [word for pair in labels.items() for word in ("--label", "=".join(pair))]
    engine.docker(
        "run", "-d", "--name", f"{name}-{service}", "--network", name, "--network-alias", service, "-v", volume,
        *given, image, *words,
    )  # fmt: skip


def _remove(name: str) -> None:
    run("bash", "-c", f"docker rm -fv {name}-db {name}-api; docker network rm {name}; :", timeout=60)


def test_a_downgrade_is_tried_on_a_server_made_anew_of_the_databases_own_image(laid, tmp_path):
    name = laid.container.removesuffix("-db")
    deployment = environment(
        app={"path": str(tmp_path / "app")},
        compose={"command": "docker compose", "project": name, "services": {"backend": "api", "database": "db"}},
        database={"name": "shop", "user": "shop", "alembic": {"service": "api"}},
    )
    image = run("docker", "inspect", "-f", "{{.Image}}", f"{name}-api").strip()
    change = SchemaChange([REVISIONS["v2"]], [REVISIONS["v1"]], [REVISIONS["v1"]])
    for full in (False, True):
        ran = laid.run(rehearsal.downgrade(deployment, image, change, full=full))
        assert (ran.code, "the downgrade works on a clone" in ran.out) == (0, True), ran


@pytest.mark.parametrize("laid", ["13", "18, password in a file"], indirect=True)
def test_a_backup_is_tried_there_as_well(laid):
    path = laid.write(f"{laid.dumper('-Fc')} shop", "shop.dump")
    ran = laid.run(changes.try_restore(laid.db, laid.wanted(laid.check(path), "t1"), ["SELECT count(*) FROM items"]))
    assert (ran.code, "ASKED\tok\t" in ran.out) == (0, True), ran
