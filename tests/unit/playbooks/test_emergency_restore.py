"""In which order the database is replaced, and what becomes of the present data."""

from __future__ import annotations

import dataclasses

import pytest

from tasks.console import commands
from tasks.engine.before import DroppedBefore, SwappedBefore
from tasks.playbooks.emergency_restore import restore_plan
from tasks.preflight.restore_report import RestoreOptions
from tasks.tools.http.fetch import Response
from tests.unit.support import reports
from tests.unit.support.deployment import state
from tests.unit.support.reports import named
from tests.unit.support.restoring import server


def plan(dump_to="", **values):
    """Return the plan of an emergency restore; what is not of a report is an option."""
    chosen = {name: values.pop(name) for name in ("online", "in_place", "dump", "health") if name in values}
    report = reports.restore(stopping=["api"], options=RestoreOptions(stop=True, **chosen), dump_to=dump_to, **values)
    return restore_plan(report)


def test_the_backend_is_stopped_first_as_the_runbook_orders():
    made = plan()
    assert named(made) == ["stop", "restore", "swap", "start"]
    assert not made.steps[1].preparation
    assert isinstance(made.before, SwappedBefore)
    assert (made.before.swapped, made.before.stopped) == (f"d__old_{made.run}", ["api"])
    assert made.expect.healthy


def test_a_backup_that_cannot_be_loaded_beside_the_live_database_costs_no_outage():
    assert plan().steps[1].amends == plan().steps[-1]
    assert plan(online=True).steps[0].amends is None
    dropped = plan("backups/d.dump", in_place=True)
    assert [step.name for step in dropped.steps if step.amends] == ["dump"]


def test_online_the_backend_is_stopped_for_the_swap_only():
    made = plan(online=True)
    assert named(made) == ["restore", "stop", "swap", "start"]
    assert made.steps[0].preparation


def test_in_place_a_dump_is_made_first_and_named_as_the_only_way_back():
    made = plan("backups/d.dump", in_place=True)
    assert named(made) == ["stop", "dump", "drop", "restore", "take", "start"]
    assert commands.render(made.back) == "fab emergency-restore --file backups/d.dump --in-place"
    assert "backups/d.dump is the only way back" in made.questions[-1]
    assert isinstance(made.before, DroppedBefore)
    assert (made.before.swapped, made.before.dropped) == ("", "backups/d.dump")
    assert made.steps[2].effects == ("drops",)


@pytest.mark.parametrize("options", [{}, {"dump": False}])
def test_in_place_without_a_dump_the_question_says_that_nothing_leads_back(options):
    made = plan(in_place=True, **options)
    assert named(made) == ["stop", "drop", "restore", "take", "start"]
    assert "WITHOUT A WAY BACK" in made.questions[-1]
    assert made.back == ""


@pytest.mark.parametrize("options", [{}, {"in_place": True}, {"online": True}])
def test_beside_a_database_that_may_not_be_copied_nothing_is_restored_but_into_it_after_a_dump(options):
    made = plan("backups/d.dump", server=dataclasses.replace(server(), beside=False), **options)
    assert named(made) == ["stop", "dump", "restore", "start"]
    assert "the backup is loaded into that itself" in " ".join(made.facts)
    assert "backups/d.dump is the only way back" in made.questions[-1]
    assert (made.before.swapped, made.before.dropped) == ("", "backups/d.dump")
    assert [step.name for step in made.steps if step.amends] == ["dump", "restore"]


@pytest.mark.parametrize("in_place", [False, True])
def test_where_there_is_no_database_its_name_is_only_taken(in_place):
    made = plan(server=server(live=None), rows=None, in_place=in_place)
    assert named(made) == ["stop", "restore", "take", "start"]
    assert (made.before, made.back) == (None, "")
    assert made.expect.healthy


@pytest.mark.parametrize("health", [True, False])
def test_the_application_has_to_answer_unless_the_operator_says_that_it_need_not(health):
    made = plan(state=state(responses=[Response("u", 500)]), health=health)
    assert made.expect.healthy == health
    assert any("unless --no-health" in warning for warning in made.warnings) == health


def test_the_schema_is_brought_up_before_the_application_starts():
    made = plan(fit=reports.Fit("behind", "it lacks one"), migration=reports.migration(reports.UP))
    assert named(made) == ["stop", "restore", "swap", "upgrade", "start"]
    assert made.expect.revision == ["two"]
    assert made.questions == []


def test_a_start_up_that_migrates_leaves_the_revision_open():
    made = plan(fit=reports.Fit("behind", "", "alembic upgrade head"))
    assert made.expect.revision is None
    assert any("migrates the restored database" in warning for warning in made.warnings)
