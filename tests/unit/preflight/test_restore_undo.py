"""What a restore left to come back to, and when undo of it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from tasks.console import commands
from tasks.console.errors import Refused
from tasks.engine.before import DroppedBefore, SwappedBefore
from tasks.engine.plan import Step
from tasks.playbooks import undo
from tasks.preflight import backup_fit, restore_undo, way_back
from tasks.preflight.backup_fit import Fit
from tasks.preflight.backups import copies
from tasks.preflight.present import state
from tests.unit.support import deployment, reports
from tests.unit.support.reports import DATABASE
from tests.unit.support.restoring import server

DROPPED = DroppedBefore(revision=["two"], running=["api", "db"], stopped=["api"], dropped="b.dump")
DROP = (Step(name="drop", title="drop", script=":", effects=("drops",)),)


@pytest.fixture
def host(mocker):
    """Return a host at revision one; THERE: what was replaced is there, STANDS: the live database is open."""

    def met(there=True, stands=False, loaded=False):
        mocker.patch.object(state, "look", return_value=deployment.state(revision=["one"]))
        mocker.patch.object(restore_undo, "costs", return_value=["costs"])
        mocker.patch.object(backup_fit, "judge", return_value=Fit("other", "it carries two."))
        for name, value in (("database_of", DATABASE), ("there", there), ("stands", stands)):
            mocker.patch.object(copies, name, return_value=value)
        told = mocker.Mock(ok=loaded)
        return mocker.Mock(environment=deployment.environment(), address="u@h:22", ask=lambda _: told)

    return met


def refused(*arguments) -> str:
    with pytest.raises(Refused) as ended:
        restore_undo.check(*arguments)
    return commands.render(ended.value.message)


def test_what_a_restore_left_beside_comes_back_and_the_code_that_does_not_fit_is_asked_about(host):
    found = SwappedBefore(revision=["two"], stopped=["api"], swapped="d__old_1")
    report = restore_undo.check(host(), reports.record(found), found)
    assert (report.incoming, report.stopping) == ("d__old_1", ["api"])
    assert report.left.swapped == f"d__old_{report.run}"
    assert "Code and database will not fit: it carries two." in report.questions[0]


@pytest.mark.parametrize("drop", ["failed", "cut off"])
def test_a_database_that_stands_though_it_was_to_be_dropped_gets_its_application_back(host, drop):
    record = reports.record(DROPPED, *DROP, states=(drop,))
    report = restore_undo.check(host(there=False, stands=True), record, DROPPED)
    assert (report.incoming, report.stopping, report.back) == ("", ["api"], "")
    assert report.facts == ["d was not replaced"]


@pytest.mark.parametrize(("drop", "stands"), [("failed", False), ("cut off", False), ("done", False), ("done", True)])
def test_a_database_that_was_dropped_or_is_closed_leaves_only_the_way_forwards(host, drop, stands):
    record = reports.record(DROPPED, *DROP, states=(drop,))
    record.journal[:] = [{"event": "failed", "half": True}]
    said = refused(host(stands=stands), record, DROPPED)
    assert said.endswith("only forwards from here. Nothing was changed. Next: fab resume")


def test_a_restore_in_place_that_is_over_names_its_own_way_back(host):
    record = reports.record(DROPPED, *DROP, back="fab emergency-restore --file b.dump")
    said = refused(host(stands=True), record, DROPPED)
    assert "Its way back: fab emergency-restore --file b.dump" in said


def test_of_a_backup_that_was_loaded_into_the_database_itself_but_not_proven_the_dump_comes_back(host, mocker):
    dump = reports.restore(server=replace(server(), beside=False), dump_to="backups/now.dump")
    mocker.patch.object(way_back, "restored", return_value=dump)
    report = restore_undo.check(
        host(stands=True, loaded=True), reports.record(DROPPED, *DROP, states=("failed",)), DROPPED
    )
    made = undo.to_database(report)
    assert reports.named(made) == ["stop", "dump", "restore", "start"]
    assert (made.before.dropped, made.before.stopped) == ("backups/now.dump", ["api"])
    assert "now.dump" in made.back


def test_what_was_loaded_into_the_database_itself_without_a_dump_of_before_only_goes_forwards(host):
    record = reports.record(DROPPED, *DROP, states=("failed",))
    said = refused(host(stands=True, loaded=True), record, structs.replace(DROPPED, dropped=""))
    assert said.endswith("no dump was made. Nothing was changed. Next: fab resume")
