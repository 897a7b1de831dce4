"""The steps that write and read all data."""

from __future__ import annotations

import pytest

from tasks.steps import data
from tests.unit.support import reports
from tests.unit.support.reports import DOWN, STAYS, named
from tests.unit.support.restoring import server


def test_a_restore_is_prepared_while_the_application_goes_on_and_can_be_taken_back():
    plan = data.restore_plan(reports.restore())
    assert named(plan) == ["restore", "swap"]
    assert plan.steps[0].preparation
    assert plan.before.swapped == f"d__old_{plan.run}"
    assert "undo" in plan.back
    assert plan.expect.revision == ["two"]
    assert plan.questions == []
    assert any("the application goes on" in warning for warning in plan.warnings)


def test_where_there_is_no_database_its_name_is_only_taken():
    plan = data.restore_plan(reports.restore(server=server(live=None), rows=None))
    assert named(plan) == ["restore", "take"]
    assert (plan.before, plan.back) == (None, "")


@pytest.mark.parametrize(("report", "name"), [(reports.rollback(DOWN), "snapshot"), (reports.rollback(STAYS), None)])
def test_a_snapshot_is_made_where_the_data_are_to_be_kept_and_names_its_run(report, name):
    step = data.snapshot_step(report)
    assert (step.name if step else None) == name
    if step:
        assert reports.RUN in step.title
        assert "pg_dump -Fc -Z1 -d d > backups/d.dump" in step.commands[0]
        assert step.effects == ("snapshots",)
        assert step.back == ""  # dropping what was kept takes nothing back


def test_nothing_is_dropped_and_nothing_dumped_where_two_copies_fit():
    report = reports.restore()
    assert (data.drop_step(report), data.dump_live_step(report)) == (None, None)
