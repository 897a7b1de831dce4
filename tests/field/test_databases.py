"""Where the database is: deployments whose server is none of their services are rolled back and restored as others."""

from __future__ import annotations

import re

import pytest

from sandbox import engine, images
from tests.field.recipe import BACKEND, REVISIONS

pytestmark = pytest.mark.sandbox

URL = "postgresql+psycopg://shop:${DB_PASSWORD}@database/shop"
PASSWORD = "secret-of-all"
LOGIN = "CREATE ROLE shop LOGIN {rights} PASSWORD '{password}'; CREATE DATABASE shop OWNER shop;"
# PostgreSQL as Debian packages it, for whoever comes from a container of the host.
INSTALL = r"""
apt-get -qq -o Acquire::Check-Valid-Until=false update
DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends postgresql >/dev/null 2>&1
set -- $(pg_lsclusters -h)
echo "listen_addresses = '*'" >>/etc/postgresql/$1/$2/postgresql.conf
sed -i '1i host all shop all scram-sha-256\nlocal all shop scram-sha-256' /etc/postgresql/$1/$2/pg_hba.conf
pg_ctlcluster $1 $2 start
"""
# A database that several applications have, in a project and a network of its own.
PROJECT = """
services:
  database:
    container_name: all-databases
    image: postgres:15
    environment: {POSTGRES_DB: shop, POSTGRES_USER: shop, POSTGRES_PASSWORD: "%s"}
networks: {default: {name: shared}}
"""
START = """
mkdir -p data && cd data && cat > docker-compose.yml && {compose} up -d
until docker exec all-databases pg_isready -q -h 127.0.0.1; do sleep 0.2; done
"""


def elsewhere(seen_at, **database):
    """The application with a database called `database`, at an address that its containers know."""
    return {
        "app": {
            "environment": {**BACKEND["environment"], "DATABASE_URL": URL},
            "extra_hosts": [f"database:{seen_at}"],
            "depends_on": None,
        },
        "services": {"db": None},
        "top": {"volumes": {}},
        "values": {"DB_PASSWORD": PASSWORD},
        "settings": {"compose": {"services": {"database": None}}, "database": database},
    }


def rolled_back_and_restored(shop, *words):
    """Roll back, take it back, and restore a backup of before; return what the restore said. No password is seen."""
    before = shop.runs()
    made = shop.fab("backups.create", "--yes")
    assert made.code == 0, made.text
    ran = shop.rollback(*words)
    shop.rolled_back(ran, before)
    shop.sql("DELETE FROM items WHERE id < 11")
    restored = shop.fab("emergency-restore", "--file", re.findall(r"backups/\S+", made.text)[0], "--yes", "--no-health")
    assert restored.code == 0, restored.text
    assert (shop.sql("SELECT count(*) FROM items"), shop.health()["found"]) == ("50", REVISIONS["v2"])
    said = made.text + ran.text + restored.text
    journals = shop.host.exec(f"grep -rl secret-of- {shop.name}/.git/fab-rollback /dev/shm /var/tmp || :")
    assert (journals, "secret-of-" in said) == ("", False)
    return restored.text


@pytest.fixture
def server_on_the_host(borrowed):
    """A PostgreSQL on the host itself, whose login may create databases, and no more."""
    borrowed.exec(INSTALL, user="root", timeout=300)
    statement = LOGIN.format(rights="CREATEDB", password=PASSWORD)
    borrowed.exec("runuser -u postgres -- psql -Xq", user="root", stdin=statement)


@pytest.fixture
def server_behind_a_socket(borrowed):
    """The folder in which a PostgreSQL that no compose made has its socket, for a login that may create databases."""
    place = "/srv/postgresql"
    borrowed.exec(f"install -d -m 777 {place}", user="root")
    given = "-e POSTGRES_PASSWORD=x -e POSTGRES_USER=root -e POSTGRES_DB=root"
    borrowed.exec(f"docker run -d --name server -p 5432:5432 -v {place}:/var/run/postgresql {given} postgres:15")
    psql = "docker exec -i -e PGPASSWORD=x server psql -Xq -h 127.0.0.1 -d root"
    borrowed.exec(f"until {psql} -c ''; do sleep 0.2; done", timeout=60)
    borrowed.exec(psql, stdin=LOGIN.format(rights="CREATEDB", password=PASSWORD))
    return place


@pytest.fixture
def other_server(field_host):
    """The address of a PostgreSQL on another host, whose login may not even create databases."""
    name = f"{field_host.container}-database"
    given = ("-e", "POSTGRES_PASSWORD=x", "-e", "PGPASSWORD=x", "-e", "POSTGRES_USER=root", "-e", "POSTGRES_DB=root")
    engine.docker("run", "-d", "--name", name, *given, images.POSTGRES.tag)
    try:
        # Over TCP: the server that the entrypoint starts at first is on the socket alone.
        ready = "until psql -Xq -h 127.0.0.1 -d root -c ''; do sleep 0.2; done"
        engine.docker("exec", name, "sh", "-c", ready)
        statement = LOGIN.format(rights="", password=PASSWORD)
        engine.docker("exec", "-i", name, "psql", "-Xq", "-d", "root", stdin=statement)
        yield engine.docker("inspect", "-f", "{{.NetworkSettings.Networks.bridge.IPAddress}}", name)
    finally:
        engine.docker("rm", "-fv", name)


def test_a_database_on_the_host_itself(deployment, server_on_the_host):
    known = elsewhere("host-gateway", address="127.0.0.1", password_variable="DB_PASSWORD")
    shop = deployment(**known, psql=f"PGPASSWORD={PASSWORD} psql -h 127.0.0.1 -U shop")
    refused = shop.rollback()
    assert (refused.code, "database.client" in refused.err, "--no-rehearse" in refused.err) == (2, True, True)
    assert "[3/4] Swap " in rolled_back_and_restored(shop, "--no-rehearse")


def test_a_database_behind_a_socket_of_the_host(deployment, server_behind_a_socket):
    place = server_behind_a_socket
    known = elsewhere("host-gateway", address=place, client="postgres:15", password_variable="DB_PASSWORD")
    docker = f"docker run --rm -i -v {place}:{place} -e PGPASSWORD={PASSWORD} --entrypoint psql postgres:15"
    shop = deployment(**known, psql=f"{docker} -h {place} -U shop")
    assert "[3/4] Swap " in rolled_back_and_restored(shop)


def test_a_database_on_another_host_beside_which_the_login_may_keep_no_copy(deployment, other_server):
    known = elsewhere(other_server, address=other_server, client="postgres:15", password_file="@name@/.password")
    docker = f"docker run --rm -i --network host -e PGPASSWORD={PASSWORD} --entrypoint psql postgres:15"
    shop = deployment(**known, untracked={".password": PASSWORD}, psql=f"{docker} -h {other_server} -U shop")
    assert "Load backups/" in rolled_back_and_restored(shop)


def test_a_database_of_another_project(deployment, borrowed):
    borrowed.exec(START.format(compose=borrowed.variant.compose_command), stdin=PROJECT % PASSWORD, timeout=120)
    known = elsewhere("", container="all-databases")
    known["app"]["extra_hosts"] = None
    known["top"]["networks"] = {"default": {"name": "shared", "external": True}}
    shop = deployment(**known, psql="docker exec -i all-databases psql -U shop")
    assert "[3/4] Swap " in rolled_back_and_restored(shop)


def test_a_drill_beside_has_a_server_that_is_called_as_the_one_elsewhere(deployment, other_server):
    known = elsewhere(other_server, address=other_server, client="postgres:15", password_file="@name@/.password")
    docker = f"docker run --rm -i --network host -e PGPASSWORD={PASSWORD} --entrypoint psql postgres:15"
    shop = deployment("v1", **known, untracked={".password": PASSWORD}, psql=f"{docker} -h {other_server} -U shop")
    assert shop.fab("release.record").code == 0
    shop.deploy("v2")
    assert shop.fab("backups.create", "--yes").code == 0
    ran = shop.fab("drill", "--beside", "--json")
    assert ran.code == 0, ran.text
    assert {part["state"] for part in ran.json()["parts"]} == {"proven"}
    assert (shop.health()["release"], shop.revision()) == ("v2", REVISIONS["v2"])
