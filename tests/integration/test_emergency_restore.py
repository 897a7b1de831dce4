"""The runbook's emergency, on a real host: the data come back, and what was there is not lost."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.sandbox
DUMP = "docker exec jctc_db pg_dump -U jctc_user -d jctc_db"
GOOD = "backups/jctc_db_20240401.dump"


def databases(operator) -> list[str]:
    return operator.sql(
        "SELECT datname FROM pg_database WHERE datname ~ '^jctc_db' ORDER BY 1", "postgres"
    ).splitlines()


def test_the_data_of_a_backup_come_back_and_undo_brings_back_what_was_there(fresh):
    rows, revision, containers, before = fresh.rows(), fresh.revision(), fresh.containers(), databases(fresh)
    ran = fresh.fab("emergency-restore", "--file", GOOD, "--plan")
    assert ran.code == 0, ran.text
    assert fresh.containers() == containers
    for told in ("public.cases: the live database has 5 rows that the backup does not", "of jctc_db, PostgreSQL 15"):
        assert told in ran.out
    assert re.search(r"needs \w+: the backup lacks 1 of its migrations.*alembic upgrade head", ran.out)
    assert f"fab code-rollback --commit {fresh.good[:10]}" in ran.out
    assert fresh.fab("emergency-restore", "--file", GOOD).code == 2

    ran = fresh.fab("emergency-restore", "--file", GOOD, "--yes", "--no-health")
    assert ran.code == 0, ran.text
    assert fresh.rows() == {"cases": str(int(rows["cases"]) - 5)}
    assert fresh.containers().keys() == containers.keys()
    [old] = set(databases(fresh)) - set(before)
    assert fresh.sql("SELECT count(*) FROM cases", old) == rows["cases"]
    fitting = fresh.fab("code-rollback", "--commit", fresh.good[:10], "--yes")
    assert fitting.code == 0, fitting.text
    assert fresh.status_of() == "200"
    assert fresh.fab("undo", "--yes").code == 0

    run = next(r["run"] for r in fresh.fab("runs.list", "--json").json() if r["task"] == "emergency-restore")
    ran = fresh.fab("undo", "--run", run, "--yes")
    assert ran.code == 0, ran.text
    assert (fresh.rows(), fresh.revision()) == (rows, revision)
    assert fresh.containers().keys() == containers.keys()
    assert fresh.fab("undo", "--run", run, "--yes").code == 2


def test_the_schema_is_brought_up_and_the_application_answers_or_it_is_no_success(fresh):
    revision = fresh.revision()
    ran = fresh.fab("emergency-restore", "--file", GOOD, "--migrate", "--no-health", "--yes")
    assert ran.code == 0, ran.text
    assert ran.out.index("Swap ") < ran.out.index("Upgrade the database to") < ran.out.index("Start app again")
    assert fresh.revision() == revision
    ran = fresh.fab("emergency-restore", "--file", GOOD, "--migrate", "--yes")  # v3 is broken whatever its data are
    assert (ran.code, "not proven: http://127.0.0.1:8000/health" in ran.err) == (1, True), ran.text


@pytest.mark.long
def test_online_the_backend_goes_on_while_the_backup_is_loaded(fresh):
    rows = fresh.rows()
    assert fresh.fab("backups.create", "--yes").code == 0
    fresh.sql("DELETE FROM cases WHERE id % 2 = 0")
    ran = fresh.fab("emergency-restore", "--file", "latest", "--online", "--yes", "--no-health")
    assert ran.code == 0, ran.text
    assert ran.out.index("[1/4] Restore") < ran.out.index("[2/4] Stop app") < ran.out.index("[3/4] Swap")
    assert fresh.rows() == rows


@pytest.mark.long
def test_in_place_the_data_come_back_after_a_dump_and_a_dropped_database_is_made_anew(fresh):
    rows, revision = fresh.rows(), fresh.revision()
    fresh.host.exec(f"{DUMP} > backups/now.sql")
    fresh.sql("DELETE FROM cases WHERE id % 2 = 0")
    ran = fresh.fab("emergency-restore", "--file", "now.sql", "--in-place", "--yes", "--no-health")
    assert ran.code == 0, ran.text
    assert (fresh.rows(), fresh.revision(), databases(fresh)) == (rows, revision, ["jctc_db"])
    assert fresh.fab("undo", "--yes").code == 2
    back = re.search(r"The way back: fab (.*)", ran.out)[1].split()
    dumped = fresh.fab("backups.check", "--json", *back[1:3])
    assert 0 < dumped.json()["rows"]["public.cases"] < int(rows["cases"])

    fresh.sql("DROP DATABASE jctc_db WITH (FORCE)", "postgres")
    ran = fresh.fab("emergency-restore", "--file", "now.sql", "--yes")
    assert "there is no live database" in ran.out
    assert (ran.code, "not proven: http://127.0.0.1:8000/health: 500" in ran.err) == (1, True), ran.text  # v3 is broken
    assert (fresh.rows(), fresh.revision(), databases(fresh)) == (rows, revision, ["jctc_db"])


@pytest.mark.long
def test_in_place_a_database_that_cannot_be_dropped_is_open_and_undo_starts_the_application(fresh):
    rows = fresh.rows()
    fresh.host.exec(f"{DUMP} > backups/now.sql")
    fresh.sql("CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false)")
    ran = fresh.fab("emergency-restore", "--file", "now.sql", "--in-place", "--yes")
    assert (ran.code, "used by logical replication subscription" in ran.err) == (1, True), ran.text
    assert "fab undo" in ran.err
    fresh.sql("ALTER SUBSCRIPTION s SET (slot_name = NONE)")
    fresh.sql("DROP SUBSCRIPTION s")
    ran = fresh.fab("undo", "--yes")
    assert ran.code == 0, ran.text
    assert "was not replaced" in ran.out
    assert (fresh.rows(), databases(fresh)) == (rows, ["jctc_db"])
    assert "jctc_app" in fresh.containers()


def test_in_place_what_fails_after_the_drop_goes_only_forwards(fresh):
    edit = "sed 's/^ALTER TABLE ONLY public.cases$/DELETE FROM public.cases WHERE id = 1; &/'"
    fresh.host.exec(f"{DUMP} | {edit} > backups/tampered.sql")
    ran = fresh.fab("emergency-restore", "--file", "tampered.sql", "--in-place", "--yes")
    assert ran.code == 1, ran.text
    assert ("fab resume" in ran.err, "fab undo" in ran.err) == (True, False)
    assert fresh.fab("undo", "--yes").code == 2
    assert databases(fresh) == []
