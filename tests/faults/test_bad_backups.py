"""Backups that cannot be meant, or loaded, given to the emergency restore: live data untouched, the backend runs."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.sandbox, pytest.mark.fault]

DUMP = "docker exec jctc_db pg_dump -U jctc_user -d jctc_db"
# How the file `bad.sql` is made in the folder of backups, where `good.sql` is; and what the refusal says.
BACKUPS = {
    "truncated": ("head -c 20000 good.sql > bad.sql", "cut off"),
    "truncated archive": (f"{DUMP} -Fc > whole; head -c 10000 whole > bad.sql; rm whole", ""),
    "corrupt gzip": ("gzip < good.sql | head -c 5000 > bad.sql.gz; mv bad.sql.gz bad.sql", ""),
    "empty": (": > bad.sql", "empty"),
    "a directory": ("mkdir bad.sql", "folder"),
    "unreadable": ("cp good.sql bad.sql; chmod 000 bad.sql", "read"),
    "missing": ("true", "bad.sql"),
    "not a dump": ("head -c 100000 /dev/urandom > bad.sql", ""),
    "of another database": ("{ echo '\\connect other'; cat good.sql; } > bad.sql", "it holds other"),
    "drops the live database": ("{ echo 'DROP DATABASE jctc_db;'; cat good.sql; } > bad.sql", "DROP DATABASE"),
    "runs a program": ("{ echo '\\! touch /tmp/owned'; cat good.sql; } > bad.sql", ""),
    "of a newer PostgreSQL": ("sed 's/^-- Dumped from database version.*/-- Dumped from database version 99.1/' "
                              "good.sql | sed '1i SET no_such_setting = 0;' > bad.sql", ""),
    "in UTF-16": ("iconv -t UTF-16 < good.sql > bad.sql", ""),
}  # fmt: skip
# What is deleted before the end is in none of the counts that a check makes.
TAMPERED = "sed 's/^ALTER TABLE ONLY public.cases$/DELETE FROM public.cases WHERE id = 1; &/'"
DATABASES = "SELECT datname FROM pg_database ORDER BY 1"
CHEAP = {"truncated", "of another database"}
CASES = [pytest.param(name, marks=() if name in CHEAP else pytest.mark.long) for name in BACKUPS]


@pytest.mark.parametrize("name", CASES)
def test_a_bad_backup_is_refused_and_the_live_data_untouched(deployed, name):
    stage, (make, says) = deployed, BACKUPS[name]
    rows, before = stage.content(), stage.operator.world()
    stage.host.exec(f"cd backups; rm -rf bad.sql; {DUMP} > good.sql; {make}")
    ran = stage.operator.fab("emergency-restore", "--file", "bad.sql", "--yes", timeout=240)
    stage.host.exec("cd backups; rm -rf bad.sql good.sql; ! test -e /tmp/owned")
    assert ran.code == 2, ran.text
    assert says in ran.err, ran.text
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert stage.operator.world() == before
    assert not stage.locked()
    stage.note(f"backup {name}", "emergency-restore", ran, "not needed", rows)


def test_a_backup_that_is_not_what_it_says_is_told_when_it_is_loaded_and_what_was_stopped_starts_again(deployed):
    stage = deployed
    rows, before, databases = stage.content(), stage.operator.world(), stage.operator.sql(DATABASES)
    stage.host.exec(f"{DUMP} | {TAMPERED} > backups/bad.sql; {DUMP} > backups/good.sql")
    ran = stage.operator.fab("emergency-restore", "--file", "bad.sql", "--yes", timeout=240)
    assert ran.code == 1, ran.text
    assert "rows in the backup" in ran.err
    assert "done: stop; then: Start app again" in ran.err
    assert stage.operator.sql(DATABASES) == databases
    assert stage.operator.world() == before
    assert not stage.locked()
    stage.note("backup tampered with", "emergency-restore", ran, "not needed", rows)
    good = stage.operator.fab("emergency-restore", "--file", "good.sql", "--yes", "--no-health")
    stage.must(good)  # nothing is in its way
    stage.host.exec("rm backups/bad.sql backups/good.sql")
