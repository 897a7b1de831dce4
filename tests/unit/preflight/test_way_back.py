"""What a run left to come back to, and when undo refuses."""

from __future__ import annotations

import pytest

from tasks.console import commands
from tasks.console.errors import Refused
from tasks.engine.before import ReleaseBefore, SchemaBefore
from tasks.preflight import backup_fit, rollback, upgrading, way_back
from tasks.preflight.backup_fit import Fit
from tasks.preflight.backups import copies, safety
from tasks.preflight.present import state
from tasks.preflight.revisions import schema
from tasks.preflight.upgrading import Brought
from tests.unit.support import deployment, reports
from tests.unit.support.deployment import GOOD, HEAD
from tests.unit.support.reports import DATABASE, STAYS, UP

RELEASE = ReleaseBefore(commit=GOOD, revision=["two"], images={"api": "app_api:x"}, snapshot="d__snap_1")
BROUGHT = Brought(facts=["told"])
SCHEMA = SchemaBefore(commit=GOOD, revision=["two"], snapshot="d__snap_1", dump="b.dump")


@pytest.fixture
def host(mocker):
    """Return a host at revision one; UP is the way to two; THERE: the copy is there, DUMPED: the dump."""

    def met(up=UP, there=True, dumped=False, stands=False, brought=BROUGHT):
        seen = deployment.state(revision=["one"])
        mocker.patch.object(rollback, "check", return_value=reports.rollback(state=seen))
        mocker.patch.object(schema, "way_up", return_value=up)
        mocker.patch.object(state, "look", return_value=seen)
        mocker.patch.object(way_back, "costs", return_value=["costs"])
        mocker.patch.object(upgrading, "look", return_value=brought)
        mocker.patch.object(safety, "room", return_value=[])
        mocker.patch.object(safety, "dumped", return_value=dumped)
        mocker.patch.object(backup_fit, "judge", return_value=Fit("other", "it carries two."))
        for name, value in (("database_of", DATABASE), ("there", there), ("stands", stands)):
            mocker.patch.object(copies, name, return_value=value)
        return mocker.Mock(environment=deployment.environment(), address="u@h:22")

    return met


def rollback_of(host, found, restore_snapshot=False):
    return way_back.check_rollback(host, reports.record(found), found, restore_snapshot)


def refused(check, *arguments) -> str:
    with pytest.raises(Refused) as ended:
        check(*arguments)
    return commands.render(ended.value.message)


def test_an_upgrade_keeps_the_data_and_is_made_with_the_image_that_comes_back(host):
    report = rollback_of(host(), RELEASE)
    assert report.migration.image == "app_api:x"
    assert report.safety.clone == f"d__snap_{report.run}" == report.left.snapshot
    assert (report.facts, report.incoming) == (["told"], "")
    assert commands.render(report.back) == f"fab full-rollback --commit {HEAD[:12]} --revision one"


def test_with_the_snapshots_data_nothing_is_upgraded(host):
    report = rollback_of(host(), RELEASE, restore_snapshot=True)
    assert (report.incoming, report.migration, report.safety) == ("d__snap_1", None, None)


def test_a_snapshot_that_is_gone_is_refused(host):
    said = refused(rollback_of, host(there=False), RELEASE, True)
    assert "there is no snapshot d__snap_1. Nothing was changed. fab undo upgrades." in said


def test_a_snapshot_that_was_not_made_yet_is_not_needed_where_the_schema_did_not_move(host):
    said = refused(rollback_of, host(up=STAYS, there=False), RELEASE, True)
    assert said.endswith("fab undo needs none: the schema is where it was.")


def test_an_upgrade_that_was_tried_with_all_data_is_not_rehearsed_again_and_what_differs_is_asked(host):
    assert rollback_of(host(), RELEASE).migration.rehearse
    brought = Brought(questions=["ids?"], tried=True, only_copy="d__snap_1")
    report = rollback_of(host(brought=brought), RELEASE)
    assert (report.migration.rehearse, report.questions, report.only_copy) == (False, ["ids?"], "d__snap_1")


def test_without_an_image_the_migrations_come_with_the_checkout(host):
    unkept = ReleaseBefore(commit=GOOD, revision=["two"])
    assert not rollback_of(host(), unkept).migration.rehearse
    assert rollback_of(host(), SCHEMA).migration.rehearse


def test_after_an_upgrade_the_snapshots_data_can_be_had_and_those_of_now_again(host, mocker):
    again = host(up=STAYS)
    report = rollback_of(
        again, ReleaseBefore(commit=HEAD, revision=["one"], snapshot="d__snap_1"), restore_snapshot=True
    )
    assert (report.incoming, report.left.snapshot) == ("d__snap_1", f"d__old_{report.run}")


def test_of_the_schema_alone_only_what_runs_is_stopped_and_no_image_is_built(host):
    report = rollback_of(host(), SCHEMA)
    assert (report.stopping, report.images) == (["api"], [])
    assert type(report.left) is SchemaBefore
    assert commands.render(report.back) == "fab migration-rollback --revision one"


def test_where_no_upgrade_leads_there_the_way_that_does_is_named(host):
    said = refused(rollback_of, host(up=None), RELEASE)
    assert said.endswith(f"Its way back: fab full-rollback --commit {GOOD[:12]} --revision two")
    said = refused(rollback_of, host(up=None), SCHEMA)
    assert said.endswith("Its way back: fab migration-rollback --revision two")


def test_a_release_that_was_unwell_need_not_be_well_again(host):
    unwell = ReleaseBefore(commit=GOOD, revision=["two"], healthy=False)
    assert "health is not required" in rollback_of(host(up=STAYS), unwell).warnings[0]
