"""What is claimed of the data before an undo upgrades again: only what was compared."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.console.commands import render
from tasks.engine.before import SchemaBefore
from tasks.preflight import upgrading
from tasks.preflight.revisions import values
from tasks.tools.postgres.compared import parse_compared
from tests.unit.support import reports
from tests.unit.support.reports import UP
from tests.unit.tools.postgres.test_compared import NEW_IDS

BEFORE = SchemaBefore(revision=["two"], snapshot="d__snap_r1", dump="b.dump")
INSTEAD = "fab undo --run r1 --restore-snapshot"
MIGRATION = reports.migration(UP)


@pytest.fixture
def brought(mocker):
    """Return what is told where the comparison found that."""

    def look(compared="", migration=MIGRATION, *, there=True, dumped=False):
        mocker.patch.object(values, "compare", return_value=compared)
        mocker.patch.object(upgrading, "costs", return_value=["4 rows"])
        found = upgrading.look(mocker.Mock(), "r1", BEFORE, migration, there=there, dumped=dumped)
        return structs.replace(
            found, facts=list(map(render, found.facts)), questions=list(map(render, found.questions))
        )

    return look


def test_values_that_differ_are_asked_by_name_and_the_snapshot_is_recommended_and_kept(brought):
    found = brought(parse_compared(NEW_IDS))
    assert found.questions == [
        "Upgrading does not bring back the values of public.orders.user_id, public.users.id; "
        f"recommended: {INSTEAD}. Upgrade all the same?"
    ]
    assert found.facts[-1] == f"d__snap_r1 has all values as they were: {INSTEAD} (recommended)"
    assert (found.tried, found.only_copy) == (True, "d__snap_r1")


def test_where_all_come_back_nothing_is_asked_and_no_copy_is_kept(brought):
    found = brought(parse_compared("ALIKE\tpublic.items\t50\n"))
    assert (found.questions, found.tried, found.only_copy) == ([], True, "")
    assert found.facts[1:] == ["  the same throughout: 1 table: public.items"]


def test_what_was_not_compared_is_not_claimed_and_its_copy_is_kept(brought):
    found = brought("too large: it has 3.0 GB")
    assert found.facts == [
        "4 rows",
        f"whether values come back by upgrading cannot be known (too large: it has 3.0 GB); "
        f"d__snap_r1 has them as they were: {INSTEAD}",
    ]
    assert (found.tried, found.only_copy, found.questions) == (False, "d__snap_r1", [])


@pytest.mark.parametrize(
    ("there", "dumped", "why", "kept"),
    [
        (
            False,
            True,
            f"the snapshot is a dump, which is not compared); b.dump has them as they were: {INSTEAD}",
            "b.dump",
        ),
        (False, False, "there is no snapshot of before that run", ""),
    ],
)
def test_without_a_clone_to_compare_with_it_says_so(brought, there, dumped, why, kept):
    found = brought(there=there, dumped=dumped)
    assert found.facts[-1].endswith(why)
    assert found.only_copy == kept


def test_an_upgrade_that_cannot_be_tried_says_why(brought):
    found = brought(migration=structs.replace(MIGRATION, rehearse=False))
    assert "cannot be known (no rehearsal: the migrations come with the checkout" in found.facts[-1]
