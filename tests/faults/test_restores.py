"""A dump or a restore breaks in the middle: the live data stay, and mended, it goes on to a verified end."""

from __future__ import annotations

import shlex

import pytest

from tests.faults import naps
from tests.faults.test_bad_backups import DUMP, TAMPERED
from tests.faults.test_failures import FULL, KILL_STEP, Break, broken, described, on_host

pytestmark = [pytest.mark.sandbox, pytest.mark.fault, pytest.mark.long]

NOT_FULL = "rm -f /var/lib/docker/full"
SMALL = "mount -t tmpfs -o size=16m,mode=700,uid=$(id -u ubuntu),gid=$(id -g ubuntu) none /home/ubuntu/backups"
FILL = "cd /home/ubuntu/backups; fallocate -l $(df --output=avail -B1 . | tail -1) full || :; ! df -P . | grep ' 0% '"
BREAKS = [
    Break("step killed by the kernel", "restore", on_host(KILL_STEP), on_host("true"), "was cut off"),
    Break("step killed by the kernel", "swap", on_host(KILL_STEP), on_host("true"), "was cut off"),
    Break("disk full", "restore", on_host(FULL), on_host(NOT_FULL), "not enough disk"),
    Break("database stopped", "restore", on_host("docker stop -t 1 jctc_db"), on_host("docker start jctc_db")),
    Break("database stopped", "swap", on_host("docker stop -t 1 jctc_db"), on_host("docker start jctc_db")),
    Break(
        "backup replaced by another one",
        "restore",
        on_host("cd ~ubuntu/backups; mkdir away; mv *.dump away; for f in away/*; do echo x > ${f#away/}; done"),
        on_host("cd ~ubuntu/backups; mv away/* .; rmdir away"),
        "changed since",
    ),
]
# The application's login loses what a copy beside its database takes.
ORDINARY = "psql -Xq -U jctc_user -d jctc_db -c 'CREATE ROLE boss SUPERUSER LOGIN'; psql -Xq -U boss -d jctc_db -c "
ORDINARY += "'ALTER ROLE jctc_user NOSUPERUSER NOCREATEDB'"
CASES = [pytest.param(b, id=f"{b.name} in {b.step}") for b in BREAKS]


@pytest.mark.parametrize("fault", CASES)
def test_a_restore_that_breaks_says_where_the_host_stands_and_goes_on_when_it_is_mended(ready, fault):
    rows = ready.content()
    ready.must(ready.operator.fab("backups.create", "--yes"))
    ran = broken(ready, fault, ready.restore)
    ready.note(fault.name, f"during {fault.step} (restore)", ran, "yes", rows)
    ready.must(ready.resume())
    assert ready.as_deployed()
    assert ready.idle()
    assert ready.content() == rows


@pytest.mark.parametrize("form", ["-Fp", "-Fc"])
def test_a_disk_that_fills_while_a_backup_is_loaded_ends_the_load_and_the_live_data_are_as_before(spoilt, form):
    spoilt.host.exec(naps.endless(form))
    rows, known = spoilt.content(), spoilt.last_run()
    running = spoilt.start("emergency-restore", "--file", "endless", "--yes")
    spoilt.wait_for("restore", known=known)
    spoilt.wait_until(f"{naps.SLEEPS} >/dev/null")
    spoilt.host.exec(FULL, user="root", timeout=120)
    ran = running.end()
    described(ran, "ran full")
    spoilt.host.exec(NOT_FULL, user="root")
    spoilt.settled()
    taken_back = spoilt.locked()  # where the engine could not start the application again either, on a full disk
    if taken_back:
        assert "or take it back: fab undo" in ran.err
        spoilt.must(spoilt.operator.fab("undo", "--yes"))
    resumed = "undo" if taken_back else "not needed"
    spoilt.note("disk full", f"while the backup is loaded ({form})", ran, resumed, rows)
    assert not spoilt.locked()
    assert spoilt.as_deployed()
    assert spoilt.content() == rows


@pytest.mark.parametrize("form", ["directory", "custom", "plain"])
def test_a_disk_that_fills_while_a_dump_is_written_leaves_no_file_that_looks_like_a_backup(spoilt, form):
    spoilt.host.exec(naps.HELD)
    spoilt.host.exec(SMALL, user="root")
    rows = spoilt.content()
    running = spoilt.start("backups.create", "--format", form, "--yes")
    spoilt.wait_until(f"{naps.WAITS} >/dev/null")
    spoilt.host.exec(FILL, user="root")
    spoilt.host.exec(naps.LET_GO)
    ran = running.end()
    there = spoilt.host.exec("ls backups").split()
    spoilt.host.exec("umount /home/ubuntu/backups", user="root")
    assert ran.code == 1, ran.text
    assert "no space left on device" in ran.err.lower(), ran.err
    assert all(name == "full" or name.endswith((".part", ".err")) for name in there), there
    assert not spoilt.locked()
    spoilt.note("disk full", f"while a dump is written ({form})", ran, "not needed", rows)
    spoilt.must(spoilt.operator.fab("backups.create", "--format", form, "--yes"))


def test_a_backup_loaded_into_the_database_itself_that_does_not_compare_starts_nothing_and_undo_loads_the_dump(spoilt):
    spoilt.host.exec(f"docker exec jctc_db sh -c {shlex.quote(ORDINARY)}; {DUMP} | {TAMPERED} > backups/bad.sql")
    rows, running = spoilt.content(), spoilt.operator.containers().keys()
    ran = spoilt.operator.fab("emergency-restore", "--file", "bad.sql", "--yes", timeout=240)
    described(ran, "rows in the backup")
    assert "take it back: fab undo" in ran.err
    assert "jctc_app" not in spoilt.operator.containers()
    assert spoilt.content() != rows
    spoilt.must(spoilt.operator.fab("undo", "--yes"))
    assert (spoilt.content(), spoilt.operator.containers().keys()) == (rows, running)
    spoilt.note("backup tampered with", "loaded into the database itself", ran, "undone", rows)
    assert spoilt.as_deployed()
