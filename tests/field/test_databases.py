"""Where the database is: deployments whose server is none of their services are rolled back and restored as others."""

from __future__ import annotations

import pytest

from tests.field.recipe import BACKEND, BUILD, MIGRATE, UP

pytestmark = pytest.mark.sandbox

URL = "postgresql+psycopg://shop:${DB_PASSWORD}@database/shop"
PASSWORD = "secret-of-@name@"
LOGIN = "CREATE ROLE shop LOGIN {rights} PASSWORD '{password}'; CREATE DATABASE shop OWNER shop;"
# PostgreSQL as Debian packages it, for whoever comes from a container of the host.
INSTALL = """
apt-get -qq -o Acquire::Check-Valid-Until=false update
DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends postgresql >/dev/null 2>&1
set -- $(pg_lsclusters -h)
echo "listen_addresses = '*'" >>/etc/postgresql/$1/$2/postgresql.conf
echo 'host all shop all scram-sha-256' >>/etc/postgresql/$1/$2/pg_hba.conf
pg_ctlcluster $1 $2 start
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
        "deploy": (BUILD, MIGRATE, UP),
        "settings": {"compose": {"services": {"database": None}}, "database": database},
    }


def rolled_back_and_restored(shop, *words):
    """Roll back, take it back, and restore a backup of before; a password is seen nowhere."""
    before = shop.runs()
    made = shop.fab("backups.create", "--yes")
    assert made.code == 0, made.text
    ran = shop.rollback(*words)
    shop.rolled_back(ran, before, undo=True)
    shop.sql("DELETE FROM items WHERE id < 11")
    restored = shop.fab("emergency-restore", "--file", "latest", "--yes")
    assert restored.code == 0, restored.text
    assert shop.sql("SELECT count(*) FROM items") == "50"
    seen = f"{ran.text}{made.text}{restored.text}"
    journals = shop.host.exec(f"grep -rl secret-of-{shop.name} {shop.name}/.git/fab-rollback || :")
    assert (journals, f"secret-of-{shop.name}" in seen, "containers.start" in seen) == ("", False, False)
    return ran, restored


@pytest.fixture
def server_on_the_host(borrowed):
    """A PostgreSQL on the host itself, with a login that may create databases, and no more."""
    borrowed.exec(INSTALL, user="root", timeout=300)

    def make(name):
        statement = LOGIN.format(rights="CREATEDB", password=f"secret-of-{name}")
        borrowed.exec("psql -Xq", user="postgres", stdin=statement)

    return make


def test_a_database_on_the_host_itself(deployment, server_on_the_host):
    server_on_the_host("shop1")
    shop = deployment(
        **elsewhere("host-gateway", address="127.0.0.1", password_variable="DB_PASSWORD"),
        psql="PGPASSWORD=secret-of-@name@ psql -h 127.0.0.1 -U shop",
    )
    refused = shop.rollback()
    assert (refused.code, "--no-rehearse" in refused.err) == (2, True), refused.text
    ran, restored = rolled_back_and_restored(shop, "--no-rehearse")
    assert "Swap" in restored.text
