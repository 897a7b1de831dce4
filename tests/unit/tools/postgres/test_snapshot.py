"""A snapshot has its name only when it is whole, and the live database is open again whatever happens."""

from __future__ import annotations

from tasks.tools.postgres.changes import snapshot
from tasks.tools.postgres.psql import Database
from tests.unit.tools.postgres.conftest import seen

SNAP = snapshot(Database("db", "shop", "owner"), "r1")


def test_a_snapshot_that_is_there_is_not_made_again(engine):
    ran = engine.run(SNAP, seen(copy=1))
    assert (ran.code, ran.out) == (0, "shop__snap_r1 is a copy of shop\n")
    assert engine.calls == 1


def test_of_a_database_that_is_not_there_no_snapshot_is_made(engine):
    ran = engine.run(SNAP, seen(live=0))
    assert (ran.code, ran.err) == (2, "there is no database shop\n")


def test_without_room_for_the_copy_and_the_wal_nothing_is_changed(engine):
    ran = engine.run(SNAP, seen(free=1_000_000))
    assert (ran.code, ran.err) == (2, "not enough disk in the container: needed for data 1181 MB, 1024 MB are free\n")
    assert engine.calls == 1


def test_without_knowing_the_room_nothing_is_changed(engine):
    ran = engine.run(SNAP, "sh: df: not found\n= wal 1073741824\n= live 1\n= copy 0\n= size 1000\n")
    assert (ran.code, ran.err) == (2, "the free space on the disk of db cannot be read\n")
    assert engine.calls == 1


def test_a_copy_gets_its_name_after_it_was_compared(engine):
    ran = engine.run(SNAP, seen(), "WARNING:  w\n= alike t\n= copy 1\n")
    assert (ran.code, ran.out, ran.err) == (0, "shop__snap_r1 is a copy of shop\n", "")
    sql = engine.asked(2).partition("-- Clones")[2]
    order = ["STRATEGY file_copy", "ALLOW_CONNECTIONS true;", "AS alike", "\\if :alike", 'RENAME TO :"snap"']
    assert sorted(order, key=sql.rindex) == order


def test_a_copy_that_is_not_alike_never_gets_the_name(engine):
    ran = engine.run(SNAP, seen(), "= alike f\n= copy 0\n")
    assert (ran.code, ran.err) == (1, "the copy shop__new_r1 is not like shop\n")
    assert engine.calls == 2


def test_a_copy_that_is_not_there_afterwards_is_none(engine):
    ran = engine.run(SNAP, seen(), "= alike t\n= copy 0\n")
    assert (ran.code, ran.err) == (1, "shop__snap_r1 is not there after the copy\n")


def test_a_failed_copy_opens_the_live_database_again(engine):
    ran = engine.run(SNAP, seen(), ("ERROR:  no space\n", 3), "")
    assert (ran.code, ran.err) == (1, "the copy could not be made: ERROR:  no space\n")
    assert "ALLOW_CONNECTIONS true" in engine.asked(3)
    assert "-v incoming=shop -v outgoing=shop" in engine.asked(3)


def test_what_cannot_be_opened_again_is_said(engine):
    ran = engine.run(SNAP, seen(), ("ERROR:  no space\n", 3), ("FATAL:  down\n", 2))
    assert ran.code == 1
    assert ran.err.splitlines()[-1] == "connections may still be refused: FATAL:  down"
