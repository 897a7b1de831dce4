"""What is claimed of the data before an undo upgrades again: only what was compared."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from tasks.console.commands import render
from tasks.engine.before import SchemaBefore
from tasks.preflight import upgrading
from tasks.preflight.present.state import State
from tasks.preflight.revisions import upgraded_values
from tasks.tools.postgres.compared import parse_compared
from tests.unit.support import reports
from tests.unit.support.deployment import container, environment, state
from tests.unit.support.reports import DATABASE, UP
from tests.unit.tools.postgres.test_compared import NEW_IDS

BEFORE = SchemaBefore(revision=["two"], snapshot="d__snap_r1", dump="b.dump")
INSTEAD = "fab undo --run r1 --restore-snapshot"
DUMP = f"b.dump has them as they were: {INSTEAD}"
SEEN = state(container("api"))
MIGRATION = reports.migration(UP)


@pytest.fixture
def brought(mocker):
    """Return what is told where the comparison found that."""

    def look(compared="", migration=MIGRATION, *, there=True, dumped=False, seen=SEEN):
        host = mocker.Mock(environment=environment(database={"name": "d", "user": "u", "alembic": {"service": "api"}}))
        mocker.patch.object(upgraded_values, "compare", return_value=compared)
        mocker.patch.object(upgrading, "costs", return_value=["4 rows"])
        found = upgrading.look(host, seen, "r1", BEFORE, migration, there=there, dumped=dumped)
        return structs.replace(
            found, facts=list(map(render, found.facts)), questions=list(map(render, found.questions))
        )

    return look


def test_values_that_differ_are_asked_by_name_and_the_snapshot_is_recommended_and_kept(brought):
    found = brought(parse_compared(NEW_IDS))
    assert found.questions == [
        f"Upgrading does not bring back the values of public.orders.user_id, public.users.id; recommended: {INSTEAD}."
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
    ("there", "dumped", "said", "kept"),
    [
        (
            False,
            True,
            f"(the snapshot is a dump, and is not compared); b.dump has them as they were: {INSTEAD}",
            "b.dump",
        ),
        (False, False, "(there is no snapshot of before that run)", ""),
    ],
)
def test_without_a_clone_to_compare_with_it_says_so(brought, there, dumped, said, kept):
    found = brought(there=there, dumped=dumped)
    assert found.facts == [f"whether values come back by upgrading cannot be known {said}"]
    assert found.only_copy == kept


def test_an_upgrade_that_cannot_be_tried_says_why(brought):
    assert "(no rehearsal: there is no container of api " in brought(seen=State()).facts[-1]
    elsewhere = structs.replace(MIGRATION, live=replace(DATABASE, host="db.example", container=""), rehearse=False)
    *_, why, left_out = brought(migration=elsewhere).facts
    assert "(no rehearsal: no image for a server is known (database.client)); d__snap_r1 has them" in why
    assert left_out == "the upgrade is not rehearsed in the run"


@pytest.mark.parametrize(
    ("image", "tree", "rehearsed"), [("app:x", "b" * 40, True), ("", "b" * 40, False), ("", "", True)]
)
def test_migrations_that_only_come_with_the_checkout_are_tried_before_the_run_and_not_in_it(
    mocker, image, tree, rehearsed
):
    mocker.patch.object(upgrading.downgrade, "migration", return_value=MIGRATION)
    made = upgrading.upgrade(mocker.Mock(environment=environment()), SEEN, UP, image=image, tree=tree)
    assert (made.rehearse, made.tree) == (rehearsed, tree)
