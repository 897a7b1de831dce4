"""Resume says what is left, and goes on only when it may."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.console import terminal
from tasks.engine import run, selection
from tasks.engine.plan import Step
from tasks.playbooks import resume
from tests.unit.support import reports
from tests.unit.support.scripted import planned

SUMMARY = {"goes back": "2 commits"}
STEPS = [Step(name=name, title=f"The {name}", script=":") for name in ("stop", "start")]


@pytest.fixture
def taken_up(mocker):
    """Have a run with these states be the one to continue; return what takes it up."""

    def met(*states, **known):
        record = structs.replace(reports.record(None, *STEPS, states=states, summary=SUMMARY), **known)
        mocker.patch.object(selection, "to_continue", return_value=record)
        return mocker.patch.object(run, "take_up")

    return met


def test_what_is_not_done_is_left(mocker, taken_up, capsys):
    goes_on = taken_up("done", "failed")
    planned(mocker, resume.resume, yes=True)
    assert "left: 2. The start (failed)" in capsys.readouterr().out
    assert goes_on.called


def test_what_was_done_what_stopped_it_and_what_is_left_fit_above_the_one_question(mocker, taken_up, capsys):
    journal = [{"event": "resumed", "who": "eve"}, {"event": "failed", "at": 1.0, "step": "start", "why": "no room"}]
    taken_up("done", "failed", journal=journal)
    asked = mocker.patch.object(terminal, "confirm")
    planned(mocker, resume.resume)
    assert capsys.readouterr().out.splitlines()[2:] == [
        "  1970-01-01 00:00:01 UTC failed: start, no room",
        "  done: stop",
        "  left: 2. The start (failed)",
        "  goes back   2 commits",
    ]
    asked.assert_called_once_with("Continue this on  (u@h:22)?", False)


def test_where_all_is_done_the_proof_is_left_and_a_plan_changes_nothing(mocker, taken_up, capsys):
    goes_on = taken_up("done", "done")
    planned(mocker, resume.resume, plan=True)
    assert "left: the proof" in capsys.readouterr().out
    assert not goes_on.called
