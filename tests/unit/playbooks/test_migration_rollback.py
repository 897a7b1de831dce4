"""The schema goes back alone: the same chain for the playbook and for the step, with the application stopped or not."""

from __future__ import annotations

from tasks.steps.database import downgrade_plan
from tests.unit.support import reports
from tests.unit.support.deployment import HEAD
from tests.unit.support.reports import STAYS, named


def test_the_application_is_stopped_meanwhile_and_started_again():
    made = downgrade_plan(reports.downgrade(stopping=["api"]), "migration-rollback")
    assert named(made) == ["rehearse", "stop", "snapshot", "downgrade", "start"]
    assert made.steps[-1].commands == ("docker start c_api",)
    assert (made.expect.commit, made.expect.revision, made.expect.services) == (HEAD, ["one"], ["api"])
    assert (made.before.revision, made.before.snapshot) == (["two"], f"d__snap_{reports.RUN}")


def test_while_the_application_goes_on_nothing_is_stopped_and_no_failure_swaps_its_data():
    moves = reports.migration(rehearse=False, goes_on=["api"])
    made = downgrade_plan(reports.downgrade(migration=moves), "db.downgrade")
    assert named(made) == ["snapshot", "downgrade"]
    assert "put-back.sh" not in made.steps[-1].script


def test_a_failed_downgrade_of_a_stopped_application_puts_the_snapshot_back():
    made = downgrade_plan(reports.downgrade(stopping=["api"]), "migration-rollback")
    assert "put-back.sh" in made.steps[3].script


def test_there_is_nothing_to_do_where_the_database_is_there_already(capsys):
    assert downgrade_plan(reports.downgrade(STAYS), "db.downgrade") is None
    assert "at two already" in capsys.readouterr().out
