"""Only copies are dropped, only unused ones, and it is proven."""

import pytest

from tasks.tools.postgres.changes import drop_copy
from tasks.tools.postgres.psql import Database
from tests.unit.tools.postgres.conftest import seen

SHOP = Database("db", "shop", "owner")
DROP = drop_copy(SHOP, "shop__old_1")


@pytest.mark.parametrize("name", ["shop", "postgres", "shop2__old_1", "shop__old_1; DROP DATABASE shop"])
def test_nothing_but_a_copy_of_this_database_can_be_dropped(name):
    with pytest.raises(ValueError):
        drop_copy(SHOP, name)


def test_a_copy_is_dropped_and_gone(engine):
    ran = engine.run(DROP, seen(copy=1), "", seen())
    assert (ran.code, ran.out) == (0, "shop__old_1 is gone\n")
    assert "-v copy=shop__old_1" in engine.asked(2)
    assert 'DROP DATABASE IF EXISTS :"copy";' in engine.asked(2)


def test_a_copy_in_use_stays(engine):
    ran = engine.run(DROP, seen(copy=1, sessions=3))
    assert (ran.code, ran.err) == (2, "somebody is connected to shop__old_1: it was not dropped\n")


def test_a_copy_that_is_still_there_is_a_failure(engine):
    assert engine.run(DROP, seen(copy=1), "", seen(copy=1)).err == "shop__old_1 is still there\n"
