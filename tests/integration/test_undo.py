"""What undo takes back, what it refuses to, and whether the command it names instead leads there."""

from __future__ import annotations

import re

import pytest

from tests.integration.test_emergency_restore import GOOD

pytestmark = pytest.mark.sandbox
NEW, OLD = "c5b90f37a4de", "8d24e6b5c073"


def way_back(ran) -> list[str]:
    """Return the command that a run names as the way back."""
    return re.search(r"[Ww]ay back: fab (.*)", ran.text)[1].split()


@pytest.mark.long
def test_a_rollback_is_undone_after_other_runs_and_the_undo_is_taken_back_by_the_command_it_names(fresh):
    rolled = fresh.fab("full-rollback", "--commit", fresh.good, "--no-rehearse", "--yes")
    assert rolled.code == 0, rolled.text
    assert fresh.fab("container-restart", "--yes").code == 0
    assert fresh.fab("undo", "--yes").code == 2
    undone = fresh.fab(*way_back(rolled), "--yes")
    assert undone.code == 0, undone.text
    assert (fresh.head(), fresh.revision()) == (fresh.bad, NEW)

    containers = fresh.containers()
    refused = fresh.fab("undo", "--yes")
    assert refused.code == 2, refused.text
    assert fresh.containers() == containers
    assert way_back(refused) == way_back(undone)
    again = fresh.fab(*way_back(undone), "--yes")
    assert again.code == 0, again.text
    assert (fresh.head(), fresh.revision(), fresh.status_of()) == (fresh.good, OLD, "200")


@pytest.mark.long
def test_a_migration_that_was_taken_back_and_forth_goes_back_by_the_command_that_undo_names(fresh):
    back = fresh.fab("migration-rollback", "--no-rehearse", "--yes")
    assert back.code == 0, back.text
    undone = fresh.fab("undo", "--yes")
    assert undone.code == 0, undone.text
    assert way_back(undone) == ["migration-rollback", "--revision", OLD]
    again = fresh.fab(*way_back(undone), "--no-rehearse", "--yes")
    assert again.code == 0, again.text
    assert (fresh.head(), fresh.revision()) == (fresh.bad, OLD)


def test_a_rollback_without_the_schema_and_its_undo_leave_the_schema(fresh):
    assert fresh.fab("full-rollback", "--commit", fresh.good, "--no-database", "--yes").code == 1  # it does not fit
    undone = fresh.fab("undo", "--yes")
    assert undone.code == 0, undone.text
    assert way_back(undone) == ["full-rollback", "--commit", fresh.good[:12], "--no-database"]


@pytest.mark.long
def test_a_restore_that_is_undone_under_other_code_is_asked_about_and_not_called_well(fresh):
    restored = fresh.fab("emergency-restore", "--file", GOOD, "--yes", "--no-health")
    assert restored.code == 0, restored.text
    assert fresh.fab("full-rollback", "--commit", fresh.good, "--yes").code == 0
    assert fresh.status_of() == "200"
    undo = way_back(restored)
    asked = fresh.fab(*undo)
    assert asked.code == 2
    assert "Code and database will not fit" in asked.err
    assert fresh.fab(*undo, "--yes").code == 1
    assert fresh.revision() == NEW


def test_what_a_plan_would_destroy_is_counted_without_errors_in_the_log_of_the_database(fresh):
    told = fresh.fab("full-rollback", "--commit", fresh.host.releases["v1"], "--plan")
    assert "drops column cases.court: what it holds could not be counted" in told.out  # it has another name still
    assert fresh.host.exec("docker logs jctc_db 2>&1 | grep 'ERROR:' | grep court || :") == ""


def test_where_there_is_nothing_to_do_a_document_says_so(fresh):
    assert fresh.fab("containers.stop", "--yes").code == 0
    assert fresh.fab("containers.stop", "--json", "--yes").json() == {"schema_version": 1, "changed": False}
