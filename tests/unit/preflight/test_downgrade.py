"""What a downgrade alone would meet."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.preflight import downgrade, losses
from tasks.preflight.backups import copies
from tasks.preflight.losses import Losses
from tasks.preflight.present import state
from tasks.preflight.revisions import schema_choice, start_up, trial_choice
from tasks.preflight.revisions.schema_choice import DowngradeOptions
from tasks.tools.alembic.kept_rehearsal import PARTS, Kept
from tasks.tools.compose.project import Description
from tests.unit.support import deployment
from tests.unit.support.deployment import container
from tests.unit.support.reports import DATABASE, DOWN, STAYS

NOTHING = Kept()
HOLDS = Kept(at=7.0, rests=dict.fromkeys(PARTS, "a"), now=dict.fromkeys(PARTS, "a"))


@pytest.fixture
def host(mocker):
    """Return a host whose schema has to change so; UPGRADE: what its start-up runs."""

    def met(change=DOWN, upgrade=None, problem="", kept=NOTHING, api="", **values):
        seen = deployment.state(
            container("api", health=api), container("db"), container("web", status="exited"), **values
        )
        mocker.patch.object(state, "look", return_value=seen)
        mocker.patch.object(schema_choice, "way_down", return_value=change)
        mocker.patch.object(start_up, "upgrade", return_value=upgrade)
        mocker.patch.object(losses, "describe", return_value=Losses(["lost"], ["Go on?"], kept))
        mocker.patch.object(copies, "database_of", return_value=DATABASE)
        mocker.patch.object(trial_choice, "choose", return_value=(None, "no image is tried"))
        found = mocker.Mock(environment=deployment.environment(), address="u@h:22")
        found.ask.return_value = (Description({"services": deployment.SERVICES}, "_", "app", problem), {})
        return found

    return met


def test_what_runs_on_is_warned_of_and_keeps_a_failure_from_swapping_its_data(host):
    report = downgrade.check(host(), DowngradeOptions())
    assert (report.stopping, report.migration.goes_on) == ([], ["api"])
    assert report.warnings[0].startswith("api run: ")
    assert (report.facts, report.questions) == (["lost"], ["Go on?"])


@pytest.mark.parametrize(
    ("rehearse", "kept", "tried", "rehearsed"),
    [
        (None, HOLDS, True, 7.0),
        (None, NOTHING, True, 0.0),
        (None, Kept(at=7.0, rests=HOLDS.rests, now={**HOLDS.now, "schema": "b"}), True, 0.0),
        (True, HOLDS, True, 0.0),
        (False, HOLDS, False, 0.0),
    ],
)
def test_a_rehearsal_that_holds_will_do_unless_another_one_is_wanted_or_none(host, rehearse, kept, tried, rehearsed):
    found = downgrade.check_stopped(host(kept=kept), DowngradeOptions(rehearse=rehearse)).migration
    assert (found.rehearse, found.rehearsed) == (tried, rehearsed)


def test_with_the_application_stopped_what_runs_is_stopped_but_the_database(host):
    report = downgrade.check_stopped(host(), DowngradeOptions(rehearse=False))
    assert (report.stopping, report.migration.goes_on, report.migration.rehearse) == (["api"], [], False)
    assert report.safety.clone == f"d__snap_{report.run}"
    assert report.migration.image == "image-api"


def test_where_compose_does_not_accept_its_files_all_that_runs_is_stopped(host):
    assert downgrade.check_stopped(host(problem="no such key"), DowngradeOptions()).stopping == ["api"]
    met = host(problem="no such key", api="unhealthy")
    assert downgrade.check_stopped(met, DowngradeOptions()).stopping == ["api"]


def test_a_start_up_that_migrates_would_take_it_up_again(host):
    with pytest.raises(Refused, match="would bring the migration back"):
        downgrade.check_stopped(host(upgrade="alembic upgrade head"), DowngradeOptions())


@pytest.mark.parametrize("check", [downgrade.check, downgrade.check_stopped])
def test_there_is_no_change_where_the_database_is_there_already(host, check):
    assert check(host(STAYS), DowngradeOptions()).migration is None


def test_without_a_snapshot_nothing_is_kept(host):
    assert downgrade.check(host(), DowngradeOptions(snapshot=False)).safety is None


def test_a_rehearsal_keeps_nothing_and_says_what_is_tried(host):
    report = downgrade.check_rehearsal(host(), DowngradeOptions(), None, full=True)
    assert (report.safety, report.questions) == (None, [])
    assert report.migration.full
    assert report.facts == ["lost", "no image is tried"]


def test_the_image_that_holds_the_migrations_is_the_one_that_runs(host, mocker):
    seen = deployment.state(container("db"))
    assert downgrade.image_of(host(), seen) == "no-container-of-api"


@pytest.mark.parametrize(("said", "refused"), [("drain one", True), ("pause one", True), ("active one", False)])
def test_a_manager_that_is_to_have_no_tasks_moves_no_schema(mocker, said, refused):
    mocker.patch.object(copies, "database_of", return_value=DATABASE)
    host = mocker.Mock(environment=deployment.environment(orchestrator="swarm", stack="shop"), address="u@h:22")
    host.ask.return_value = said
    if not refused:
        assert downgrade.migration(host, deployment.state(), DOWN, image="a").image == "a"
        return
    with pytest.raises(Refused, match="the manager one takes no tasks .*docker node update --availability active one"):
        downgrade.migration(host, deployment.state(), DOWN, image="a")
