"""A snapshot has its name only when it is whole, and the live database is open again whatever happens."""

from tasks.tools.postgres.psql import Database
from tasks.tools.postgres.snapshot import snapshot_script

SHOP = Database("db", "shop", "owner")
SNAP = snapshot_script(SHOP, "r1")
DISKS = "= df Filesystem 1024-blocks Used\n= df a 1 1 {free} 1% /d\n= df a 1 1 {free} 1% /d\n= wal 1073741824\n"
SEEN = DISKS.format(free=9000000) + "= state 1 0 1000\n"


def test_a_snapshot_that_is_there_is_not_made_again(engine):
    ran = engine.run(SNAP, DISKS + "= state 1 1 1000\n")
    assert (ran.code, ran.out) == (0, "shop__snap_r1 is a copy of shop\n")
    assert engine.calls == 1


def test_without_room_for_the_copy_and_the_wal_nothing_is_changed(engine):
    ran = engine.run(SNAP, DISKS.format(free=1000000) + "= state 1 0 1000\n")
    assert (ran.code, ran.err) == (
        2,
        "not enough disk in the container: needed for data 1181 MB, 1024 MB are free\n",
    )
    assert engine.calls == 1


def test_without_knowing_the_room_nothing_is_changed(engine):
    ran = engine.run(SNAP, "sh: df: not found\n= wal 1073741824\n= state 1 0 1000\n")
    assert (ran.code, ran.err) == (2, "the free space on the disk of db cannot be read\n")
    assert engine.calls == 1


def test_a_copy_gets_its_name_after_it_was_compared(engine):
    ran = engine.run(SNAP, SEEN, "WARNING:  w\n= state 1 1 1000\n")
    assert (ran.code, ran.out, ran.err) == (0, "shop__snap_r1 is a copy of shop\n", "")
    asked = engine.asked(2)
    order = ["STRATEGY file_copy", "ALLOW_CONNECTIONS true;", "AS alike", "\\if :alike", 'RENAME TO "shop__snap_r1"']
    assert sorted(order, key=asked.rindex) == order


def test_every_connection_has_the_settings_of_the_first(engine):
    engine.run(SNAP, SEEN, "= state 1 1 1000\n")
    connected = engine.asked(2).split("\\connect -reuse-previous=on ")[1:]
    assert [text.partition("\n")[0] for text in connected] == ['"shop"', '"postgres"', '"shop__new_r1"', '"postgres"']
    assert all(text.partition("\n")[2].startswith("SET statement_timeout = 0;") for text in connected)


def test_a_copy_that_is_not_alike_never_gets_the_name(engine):
    ran = engine.run(SNAP, SEEN, "= different\n= state 1 0 1000\n")
    assert (ran.code, ran.err) == (1, "the copy shop__new_r1 is not like shop\n")
    assert engine.calls == 2


def test_a_copy_that_is_not_there_afterwards_is_none(engine):
    ran = engine.run(SNAP, SEEN, "= state 1 0 1000\n")
    assert (ran.code, ran.err) == (1, "shop__snap_r1 is not there after the copy\n")


def test_a_failed_copy_opens_the_live_database_again(engine):
    ran = engine.run(SNAP, SEEN, ("ERROR:  no space\n", 3), "")
    assert (ran.code, ran.err) == (1, "the copy could not be made: ERROR:  no space\n")
    assert "ALLOW_CONNECTIONS true" in engine.asked(3)
