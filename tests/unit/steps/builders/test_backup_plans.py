"""What a plan on backups takes along."""

from __future__ import annotations

from tasks.steps.builders import backup_plans as plans
from tests.unit.support.restoring import LIVE, copy, server


def test_of_the_copies_only_the_last_way_back_stays():
    old, last, unfinished = copy("old", "1"), copy("snap", "3"), copy("new", "4")
    found = server(live=LIVE, copies=(old, last, unfinished))
    assert plans.superfluous(found) == [old, unfinished]


def test_where_the_clocks_of_operator_and_server_disagree_neither_s_last_copy_goes():
    made_last, named_last, oldest = copy("snap", "2", 10), copy("snap", "3", 3600), copy("snap", "1", 7200)
    found = server(live=LIVE, copies=(oldest, named_last, made_last))
    assert plans.superfluous(found) == [oldest]
