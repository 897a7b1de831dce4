"""A run that fails half-way is taken back by itself, where that was wanted beforehand."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from invoke import Exit

from tasks.console import terminal
from tasks.console.errors import ConnectionLost, Failed, Refused
from tasks.engine import record, run, taking_back
from tasks.engine.before import AnyBefore, CheckoutBefore, ReleaseBefore
from tasks.engine.run import RunOptions
from tests.unit.support.playing import START, STOP, Member, World, plan

OPTIONS = RunOptions(yes=True, on_failure="undo")
RELEASE = ReleaseBefore()
FAILED = [{"event": "failed", "half": True}]


class Undo:
    """The task that takes back; it ends as told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.called = error, []

    def __call__(self, host, **options) -> None:
        self.called.append(options)
        terminal.emit_json({"task": "undo"})
        if self.error:
            raise self.error


def played(mocker, error: Exception | None, journal=FAILED, changed=True):
    """A run that ends with `error`, and what its journal says."""
    mocker.patch.object(taking_back, "held", side_effect=error)
    known = SimpleNamespace(changed=changed, journal=journal)
    mocker.patch.object(record, "read", side_effect=[known] if journal else ConnectionLost("gone"))


def carried_out(undo: Undo, before: AnyBefore = RELEASE):
    made = plan(STOP, START, before=before)
    return taking_back.carry_out(Member(), made, OPTIONS, World(), undo)


def test_what_failed_is_taken_back_and_is_a_failure_all_the_same(mocker, capsys):
    undo = Undo()
    played(mocker, Failed("u@h:22: Start: broken\n  done: stop"))
    with pytest.raises(Failed) as failed:
        carried_out(undo)
    assert undo.called == [{"run": "run-1", "yes": True}]
    assert (
        "full-rollback failed: u@h:22: Start: broken\nIt was taken back (--on-failure undo): what came back"
        in failed.value.message
    )
    assert "done: stop" in capsys.readouterr().out


def test_what_cannot_be_taken_back_says_both(mocker):
    played(mocker, Failed("broken"))
    with pytest.raises(Failed, match="broken\nIt could not be taken back either: no image"):
        carried_out(Undo(Exit("no image")))


@pytest.mark.parametrize(
    ("error", "journal", "changed"),
    [
        (Failed("Interrupted"), [*FAILED, {"event": "interrupted"}], True),
        (ConnectionLost("away"), [{"event": "end"}], True),
        (ConnectionLost("away"), None, True),
        (Failed("first step"), FAILED, False),
        (Refused("no"), FAILED, True),
    ],
)
def test_what_is_not_known_to_have_failed_half_way_is_held(mocker, error, journal, changed):
    undo = Undo()
    played(mocker, error, journal, changed)
    with pytest.raises(type(error), match=error.message):
        carried_out(undo)
    assert undo.called == []


def test_what_succeeds_is_left_alone(mocker):
    played(mocker, None)
    undo = Undo()
    carried_out(undo)
    assert undo.called == []


def test_a_task_that_undo_does_not_take_back_is_refused_before_anything(mocker):
    carry_out = mocker.patch.object(run, "carry_out")
    with pytest.raises(Refused, match="--on-failure: full-rollback is not taken back by undo. Nothing was changed."):
        carried_out(Undo(), CheckoutBefore())
    carry_out.assert_not_called()


def test_there_is_one_document_and_it_is_that_of_the_failure(mocker, capsys):
    played(mocker, Failed("broken"))
    with pytest.raises(Failed), terminal.told_as(json=True):
        carried_out(Undo())
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "failed"
