"""The safety snapshot of a downgrade where no clone can be made: a dump, and the data back out of it."""

from __future__ import annotations

import pytest

from tasks.preflight.backups.safety import dump_path
from tasks.tools.postgres import changes
from tasks.tools.postgres.changes import Restore
from tasks.tools.postgres.names import copy_name
from tasks.tools.postgres.psql import Database
from tests.integration.postgres_host import PostgresHost
from tests.unit.support.deployment import environment

pytestmark = pytest.mark.sandbox
RUN = "20240101-000000-abc123"
ROLE = "CREATE ROLE limited LOGIN CREATEDB;"
TABLE = "CREATE TABLE t AS SELECT g AS id, md5(g::text) AS word FROM generate_series(1, 500) AS g;"
HOLD = "docker exec -i jctc_db psql -qXU jctc_user -d held -c 'SELECT pg_sleep(600)' >/dev/null 2>&1 &"


@pytest.fixture
def held(hosts):
    """A database whose owner cannot end the session that a superuser has on it."""
    box = PostgresHost(hosts(), "held")
    box.drop()
    box.sql(ROLE, "postgres")
    box.sql("CREATE DATABASE held OWNER limited;", "postgres")
    box.ok('docker exec jctc_db psql -qXU limited -d held -c "' + TABLE + '"')
    box.host.exec(HOLD)
    box.host.exec(
        "until docker exec jctc_db psql -XAtU jctc_user held -c "
        "\"SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()\""
        " | grep -q 1; do :; done"
    )
    yield box
    box.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'held';", "postgres")
    box.drop()
    box.sql("DROP ROLE limited;", "postgres")
    box.host.exec('rm -rf "snapshot test"')


def test_where_sessions_cannot_be_ended_a_dump_takes_the_place_of_the_clone(held):
    db = Database("jctc_db", "held", "limited")
    settings = environment(database={"name": "held", "user": "limited", "backups": "snapshot test"})
    path = dump_path(settings, RUN)
    made = held.run(changes.clone_or_dump(db, RUN, path, "snapshot test/reports"))
    assert made.code == 0, made
    assert f"no clone could be made: {path} is written instead" in made.out
    assert "verified: 1 tables, 500 rows" in made.out
    assert held.host.exec(f'stat -c %a "{path}" "{path}.sha256" "snapshot test"').split() == ["600", "600", "700"]
    assert held.server().live.open
    before = held.contents()
    held.sql("DELETE FROM t;")
    restore = Restore(changes.unread(path), RUN, "snapshot test/work", reports="snapshot test/reports")
    back = changes.put_back(db, restore, f"fab emergency-restore --file '{path}' --in-place")
    stuck = held.run(back)
    assert stuck.code == 1
    assert f"fab emergency-restore --file '{path}' --in-place" in stuck.err.splitlines()[-1]
    assert held.server().live.open
    held.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'held';", "postgres")
    again = held.run(back)
    assert (again.code, "was restored and swapped in" in again.err.splitlines()[-1]) == (0, True), again
    assert held.contents() == before
    assert held.contents(copy_name("held", "old", RUN))["public.t"][0] == "0"
    assert held.host.exec('ls "snapshot test"').split("\n")[0].endswith("-restored.dump")


def test_where_no_clone_fits_a_rollback_makes_a_dump_and_undo_puts_it_back(fresh):
    before = fresh.rows()
    used = int(fresh.host.exec("df -Pk /var/lib/docker | awk 'NR == 2 {print $3}'", user="root"))
    fresh.host.exec(f"mount -o remount,size={used + 1_160_000}k /var/lib/docker", user="root")
    try:
        ran = fresh.fab("db.downgrade", "--yes")
    finally:
        fresh.host.exec("mount -o remount,size=4g /var/lib/docker", user="root")
    assert ran.code == 0, ran.text
    assert "the snapshot is a dump in backups" in ran.out
    assert fresh.sql("SELECT count(*) FROM pg_database WHERE datname LIKE '%snap%'") == "0"
    fresh.sql("INSERT INTO cases (reference, title, opened_on) VALUES ('NEW-1', 'new', now())")
    told = fresh.fab("undo", "--plan")
    assert "the snapshot is a dump, and is not compared); backups/jctc_db_" in told.out, told.text
    ran = fresh.fab("undo", "--restore-snapshot", "--yes")
    assert ran.code == 0, ran.text
    assert "public.cases: the live database has 1 rows that the backup does not" in ran.out
    assert fresh.rows() == before
    assert fresh.sql("SELECT count(priority) FROM cases") == before["cases"]
