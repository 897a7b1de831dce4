"""The decision tree walked: evidence, verdict, and the command."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.playbooks import diagnose
from tasks.preflight.checks import diagnosis, examine, overview
from tasks.preflight.checks.diagnosis import Diagnosis, Observation
from tasks.preflight.history.past import Past
from tasks.preflight.revisions import schema_choice
from tasks.preflight.target import commit_choice
from tests.unit.support import deployment, reports
from tests.unit.support.deployment import GOOD
from tests.unit.support.reports import DOWN, STAYS
from tests.unit.support.scripted import planned

FOUND = Diagnosis(kind="code", why="it changed", command="fab code-rollback", evidence=[Observation("h", "500", True)])


@pytest.fixture
def judged(mocker):
    """Have a tree judge what was seen; return what it was told of the last good commit."""

    def met(good=(GOOD, "recorded"), change=STAYS, revision=("one",)):
        seen = deployment.state(revision=None if revision is None else list(revision))
        mocker.patch.object(examine, "examine", return_value=deployment.examined(seen))
        mocker.patch.object(overview, "half_done", return_value="")
        mocker.patch.object(commit_choice, "candidates", return_value=([], Past()))
        mocker.patch.object(commit_choice, "find_last_good", side_effect=[good])
        mocker.patch.object(commit_choice, "resolve", return_value=reports.COMMIT)
        mocker.patch.object(schema_choice, "needed", side_effect=[change])
        told = mocker.patch.object(diagnosis, "judge", return_value=FOUND)
        planned(mocker, diagnose.diagnose)
        return told.call_args.args[2]

    return met


def test_the_evidence_the_verdict_and_the_command_are_shown(judged, capsys):
    judged()
    out = capsys.readouterr().out
    assert "! 500" in out and "code: it changed." in out and "Next: fab code-rollback" in out


@pytest.mark.parametrize(
    ("met", "fit"),
    [
        ({}, "same"),
        ({"change": None}, "same"),
        ({"change": DOWN}, "downgrade"),
        ({"change": Refused("no way down")}, "no way down"),
        ({"revision": None}, "the database does not say where it is"),
    ],
)
def test_how_the_last_good_commit_stands_to_the_database(judged, met, fit):
    last = judged(**met)
    assert (last.commit, last.fit) == (GOOD, fit)


def test_where_no_commit_is_known_to_be_good_the_reason_is_told(judged):
    assert judged(good=Refused("the reflog knows none")).why == "the reflog knows none"
