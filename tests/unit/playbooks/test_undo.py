"""The way back from each kind of run, in its order."""

from __future__ import annotations

from msgspec import structs

from tasks.engine.before import ReleaseBefore, SchemaBefore, SwappedBefore
from tasks.playbooks.undo import to_database, to_release, to_schema
from tests.unit.support import reports
from tests.unit.support.deployment import GOOD
from tests.unit.support.reports import DATABASE, STAYS, UP, named

RELEASE = ReleaseBefore(
    commit=GOOD, branch="main", revision=["two"], images={"api": "app_api:x"}, running=["api", "db"]
)
SCHEMA = SchemaBefore(commit=GOOD, revision=["two"])
SWAPPED = SwappedBefore(revision=["two"], running=["api", "db"], stopped=["api"], swapped="d__old_1")


def test_a_release_comes_back_with_the_code_before_the_upgrade_that_needs_it():
    made = to_release(reports.rollback_undo(RELEASE, UP))
    assert named(made) == ["keep", "build", "rehearse", "stop", "snapshot", "checkout", "upgrade", "start"]
    assert made.steps[5].title.endswith("again, on main")
    assert made.undoes == reports.RUN
    assert (made.expect.commit, made.expect.revision) == (GOOD, ["two"])
    assert made.expect.services == ["api", "db"]
    assert '"event": "unknown"' in made.closing


def test_in_a_swarm_the_images_that_come_back_are_carried_to_the_nodes_before_the_stop():
    made = to_release(reports.in_swarm(reports.rollback_undo(RELEASE, STAYS)))
    assert named(made) == ["keep", "build", "carry", "stop", "checkout", "start"]


def test_a_schema_that_stayed_is_not_upgraded_and_not_copied():
    assert named(to_release(reports.rollback_undo(RELEASE, STAYS))) == ["keep", "build", "stop", "checkout", "start"]


def test_with_the_snapshots_data_they_are_swapped_in():
    report = structs.replace(reports.rollback_undo(RELEASE, STAYS), incoming="d__snap_1")
    assert named(to_release(report)) == ["keep", "build", "stop", "swap", "checkout", "start"]


def test_with_the_dumps_data_they_are_restored_beside_and_swapped_in():
    report = structs.replace(reports.rollback_undo(RELEASE, STAYS), dump=reports.restore())
    made = to_release(report)
    assert named(made) == ["keep", "build", "stop", "restore", "swap", "checkout", "start"]


def test_a_schema_alone_comes_back_without_the_code():
    made = to_schema(reports.rollback_undo(SCHEMA, UP, images=[], stopping=["api"]))
    assert named(made) == ["rehearse", "stop", "snapshot", "upgrade", "start"]
    assert made.expect.images == {}


def test_the_database_that_a_restore_left_beside_gets_its_name_again():
    made = to_database(reports.restore_undo(SWAPPED, incoming="d__old_1", stopping=["api"]))
    assert named(made) == ["stop", "swap", "start"]
    assert f'ALTER DATABASE "d__old_1" RENAME TO "{DATABASE.name}"' in made.steps[1].commands
    assert (made.expect.revision, made.expect.services, made.expect.healthy) == (["two"], ["api", "db"], True)


def test_where_nothing_was_swapped_what_was_stopped_is_started_again():
    made = to_database(reports.restore_undo(SWAPPED, stopping=["api"]))
    assert named(made) == ["start"]
    assert made.undoes == reports.RUN


def test_an_upgrade_that_would_not_work_is_known_before_the_stop_with_the_way_that_does():
    found = structs.replace(RELEASE, snapshot="d__snap_1")
    (rehearsed,) = [step for step in to_release(reports.rollback_undo(found, UP)).steps if step.name == "rehearse"]
    assert rehearsed.preparation
    assert f"undo --run {reports.RUN} --restore-snapshot" in rehearsed.script


def test_a_copy_that_alone_holds_values_is_kept_before_the_upgrade():
    made = to_release(reports.rollback_undo(RELEASE, UP, only_copy="d__snap_1"))
    assert named(made) == ["keep", "build", "rehearse", "keep-copy", "stop", "snapshot", "checkout", "upgrade", "start"]
    (kept,) = [step for step in made.steps if step.name == "keep-copy"]
    assert "d__snap_1" in kept.script and kept.preparation
    assert kept.back == ""  # pruning it takes nothing back
    assert "keep-copy" in named(to_schema(reports.rollback_undo(SCHEMA, UP, images=[], only_copy="d__snap_1")))


def test_migrations_that_come_with_the_checkout_cannot_be_tried_before_it():
    report = reports.rollback_undo(RELEASE, UP, migration=reports.migration(UP, rehearse=False))
    assert "rehearse" not in named(to_release(report))


def test_after_an_upgrade_that_failed_the_checkout_is_put_back_and_what_ran_is_started():
    made = to_release(reports.rollback_undo(RELEASE, UP, safety=reports.SAFETY))
    (upgrade,) = [step for step in made.steps if step.name == "upgrade"]
    assert reports.SAFETY.clone in upgrade.script
    amends = upgrade.amends
    assert amends.script.index("checkout.sh") < amends.script.index("start-existing.sh")
