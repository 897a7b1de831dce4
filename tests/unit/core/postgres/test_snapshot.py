"""A snapshot has its name only when it is whole, and the live database is open again whatever happens."""

from tasks.core.postgres.psql import Database
from tasks.core.postgres.snapshot import snapshot_script

SHOP = Database("db", "shop", "owner")
SNAP = snapshot_script(SHOP, "r1")
SETTINGS = "= 1073741824\n= /data\n"
ROOM = "Filesystem 1024-blocks Used Available Capacity Mounted\na 1 1 9000000 1% /d\na 1 1 9000000 1% /d\n"
FULL = ROOM.replace("9000000", "1000000")
SAME = "= 12 relations abc\n"


def test_a_snapshot_that_is_there_is_not_made_again(engine):
    ran = engine.run(SNAP, SETTINGS, "= 1 1 1000\n")
    assert (ran.code, ran.out) == (0, "shop__snap_r1 is a copy of shop\n")


def test_without_room_for_the_copy_and_the_wal_nothing_is_changed(engine):
    ran = engine.run(SNAP, SETTINGS, "= 1 0 1000\n", FULL)
    assert (ran.code, ran.err) == (
        2,
        "not enough disk in the container: needed for data 1181 MB, 1024 MB are free\n",
    )
    assert engine.calls == 3


def test_a_copy_gets_its_name_after_it_was_compared(engine):
    ran = engine.run(SNAP, SETTINGS, "= 1 0 1000\n", ROOM, "", SAME, "= 1000 1000\n", SAME, "", "= 1 1 1000\n")
    assert (ran.code, ran.err) == (0, "")
    assert "STRATEGY file_copy" in engine.asked(6)
    assert 'RENAME TO "shop__snap_r1"' in engine.asked(8)


def test_sizes_are_printed_only_once_the_live_database_is_open_again(engine):
    engine.run(SNAP, SETTINGS, "= 1 0 1000\n", ROOM, "", SAME, "= 1000 1000\n", SAME, "", "= 1 1 1000\n")
    _before, opened, after = engine.asked(6).rpartition('ALTER DATABASE "shop" ALLOW_CONNECTIONS true;')
    assert opened and "pg_database_size" in after


def test_a_copy_with_other_tables_never_gets_the_name(engine):
    other = "= 11 relations xyz\n"
    ran = engine.run(SNAP, SETTINGS, "= 1 0 1000\n", ROOM, "", SAME, "= 1000 1000\n", other)
    assert (ran.code, ran.err) == (1, "the copy shop__new_r1 is not like shop\n")
    assert engine.calls == 7


def test_a_copy_of_another_size_never_gets_the_name(engine):
    sizes = "= 500000000 400000000\n"
    ran = engine.run(SNAP, SETTINGS, "= 1 0 1000\n", ROOM, "", SAME, sizes, SAME)
    assert (ran.code, ran.err) == (1, "the copy shop__new_r1 is not like shop\n")


def test_a_failed_copy_opens_the_live_database_again(engine):
    ran = engine.run(SNAP, SETTINGS, "= 1 0 1000\n", ROOM, "", SAME, ("ERROR:  no space\n", 3), "")
    assert ran.code == 1
    assert "ALLOW_CONNECTIONS true" in engine.asked(7)
