"""After a kill in the middle: what is right stays, what is wrong is set right, what is lost is said."""

from tasks.tools.postgres.psql import Database
from tasks.tools.postgres.repair import repair_script

REPAIR = repair_script(Database("db", "shop", "owner"), "shop__new_1", "shop__old_1", wait=0)


def test_where_nothing_is_wrong_nothing_is_changed(engine):
    ran = engine.run(REPAIR, "1\n", "= live\n", "")
    assert (ran.code, ran.out) == (0, "connections are allowed\n")


def test_refused_connections_are_allowed_again(engine):
    ran = engine.run(REPAIR, "1\n", "= live\n", "= shop__old_1\n")
    assert (ran.code, ran.out) == (0, "connections are allowed again\n")


def test_connections_that_stay_refused_are_a_failure(engine):
    ran = engine.run(REPAIR, "1\n", "= live\n", "= shop\n= refused shop\n")
    assert (ran.code, ran.err) == (1, "connections to shop or its copies are refused\n")


def test_a_missing_live_database_gets_its_old_data_back(engine):
    ran = engine.run(REPAIR, "1\n", "= outgoing\n", "", "")
    assert ran.out.startswith("shop__old_1 has the name shop again\n")
    assert 'ALTER DATABASE "shop__old_1" RENAME TO "shop";' in engine.asked(3)


def test_an_unproven_copy_never_takes_the_live_name(engine):
    ran = engine.run(REPAIR, "1\n", "= none\n")
    assert ran.code == 1
    assert "no verified copy" in ran.err
    assert "LIKE 'fab-rollback % verified'" in engine.asked(2)


def test_a_server_that_stays_down_is_said_in_one_line(engine):
    ran = engine.run(REPAIR, ("psql: error: refused\n", 2))
    assert (ran.code, ran.err) == (1, "PostgreSQL did not answer in 0 s\n")
