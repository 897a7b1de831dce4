"""What may be recorded as good, and what is kept before a deployment."""

from __future__ import annotations

import pytest

from tasks.console.errors import Failed, Refused
from tasks.engine.world import Check
from tasks.preflight import releases
from tasks.preflight.backups import copies, safety
from tasks.preflight.checks import checkup
from tasks.preflight.history.ledger import Entry
from tasks.preflight.present import state, target_files
from tasks.preflight.revisions import schema_choice
from tasks.ssh.shell import Answer
from tasks.tools.alembic.kept_rehearsal import Kept
from tests.unit.support import deployment
from tests.unit.support.deployment import GOOD, HEAD
from tests.unit.support.reports import DATABASE, DOWN, STAYS, WANTED

SHOWN = "\x1f".join((GOOD, "2024-01-01 00:00", "ada", "good")) + "\n"


@pytest.fixture
def host(mocker):
    """Return the primary of a fleet in these states; BACK: what it deploys again, WRONG: what a check finds."""

    def met(*states, back="", wrong=()):
        found = mocker.Mock(environment=deployment.environment(), address="u@h:22")
        found.fleet = (found, *(mocker.Mock() for _ in states[1:]))
        found.ask.side_effect = [Answer(SHOWN, "", 0), [], Answer(back, "", 0)]
        mocker.patch.object(state, "look", side_effect=list(states or (deployment.state(),)))
        mocker.patch.object(target_files, "check", return_value=WANTED)
        mocker.patch.object(checkup, "look", return_value=list(wrong))
        mocker.patch.object(copies, "database_of", return_value=DATABASE)
        mocker.patch.object(safety, "room", return_value=["a dump"])
        return found

    return met


DOWN_IN_RECORD = {"rehearse": True, "unfreeze": False}
SAID = [Entry(event="good", commit=HEAD, subject="before")]


@pytest.mark.parametrize(
    ("said", "change", "migrates", "fact"),
    [
        ([], DOWN, False, "no earlier release is recorded as good"),
        (SAID, STAYS, False, "needs no downgrade"),
        (SAID, None, False, "needs no downgrade"),
        (SAID, Refused("no way"), False, "is not rehearsed: no way"),
        (SAID, DOWN, True, "is rehearsed again: on "),
    ],
)
def test_the_way_back_to_the_release_before_is_found_where_it_is_asked_for(host, mocker, said, change, migrates, fact):
    met = host()
    met.ask.side_effect = [Answer(SHOWN, "", 0), said, Answer("", "", 0), Kept(other=5.0)]
    mocker.patch.object(schema_choice, "needed", side_effect=[change])
    report = releases.check_record(met, **DOWN_IN_RECORD)
    assert (bool(report.migration), bool(report.rehearsed)) == (migrates, migrates)
    assert fact in report.facts[0]


def test_hosts_on_different_commits_are_no_release(host):
    with pytest.raises(Refused, match="different commits: aaaaaaaaaaaa, bbbbbbbbbbbb"):
        releases.check_begin(host(deployment.state(), deployment.state(head=GOOD)), snapshot=False)


def test_before_a_deployment_the_data_are_kept_where_it_is_asked_for(host):
    assert releases.check_begin(host(), snapshot=False).safety is None
    report = releases.check_begin(host(), snapshot=True)
    assert report.safety.clone == f"d__snap_{report.run}" == report.begun.snapshot
    assert report.facts == ["a dump"]


def test_what_was_rolled_back_is_good_only_when_it_is_said_to_be_mended(host):
    with pytest.raises(Refused, match="which was rolled back"):
        releases.check_record(host(back=HEAD), unfreeze=False)
    assert releases.check_record(host(back=HEAD), unfreeze=True).good.fixes == [HEAD]


def test_nothing_is_good_that_is_not_well_or_not_the_commit(host):
    with pytest.raises(Failed, match="not recorded as good: http://h: 500"):
        releases.check_record(host(wrong=[Check("health", "http://h", "500", False)]), unfreeze=False)
    with pytest.raises(Refused, match="local changes"):
        releases.check_record(host(deployment.state(modified=["a.py"])), unfreeze=False)
    assert releases.check_record(host(), unfreeze=False).good.commit == GOOD
