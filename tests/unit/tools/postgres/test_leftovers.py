"""Only copies are dropped, only unused ones, and it is proven."""

import pytest

from tasks.tools.postgres.leftovers import drop_script
from tasks.tools.postgres.psql import Database

SHOP = Database("db", "shop", "owner")
DROP = drop_script(SHOP, "shop__old_1")


@pytest.mark.parametrize("name", ["shop", "postgres", "shop2__old_1", "shop__old_1; DROP DATABASE shop"])
def test_nothing_but_a_copy_of_this_database_can_be_dropped(name):
    with pytest.raises(ValueError):
        drop_script(SHOP, name)


def test_a_copy_is_dropped_and_gone(engine):
    ran = engine.run(DROP, "= 1 0\n", "", "= 0 0\n")
    assert (ran.code, ran.out) == (0, "shop__old_1 is gone\n")
    assert 'DROP DATABASE IF EXISTS "shop__old_1";' in engine.asked(2)


def test_a_copy_in_use_stays(engine):
    ran = engine.run(DROP, "= 1 3\n")
    assert (ran.code, ran.err) == (2, "somebody is connected to shop__old_1: it was not dropped\n")


def test_a_copy_that_is_still_there_is_a_failure(engine):
    assert engine.run(DROP, "= 1 0\n", "", "= 1 0\n").err == "shop__old_1 is still there\n"
