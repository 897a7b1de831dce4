"""A plan is shown, asked for, locked, written down, carried out; a run that was cut off is taken up."""

from __future__ import annotations

import contextlib
import json

import pytest

from tasks.console import terminal
from tasks.console.errors import Failed, Held, Refused
from tasks.engine import journal, lock, run
from tasks.engine.before import ReleaseBefore
from tasks.engine.plan import UNDO
from tasks.engine.run import RunOptions
from tasks.engine.world import Turn
from tests.unit.support.playing import START, STOP, Member, World, fleet, plan


@pytest.fixture
def played(mocker):
    """What becomes of the lock and of the run, in the order in which it is asked for."""
    told = []

    class Locks:
        def __init__(self, hosts, state, mirrors=()) -> None:
            Locks.mirrors = mirrors

        @contextlib.contextmanager
        def taken(self, owner, replace):
            Locks.owner = owner
            told.append(("locked", owner["run"], replace))
            yield self

        def release(self) -> None:
            told.append(("released",))

    class Execution:
        def __init__(self, world, host, plan, locks, records=None) -> None:
            self.world, self.host, self.plan, self.records = world, host, plan, records

        def complete(self) -> str:
            told.append(("carried out", self.records))
            return "outcome"

    mocker.patch.object(run, "Locks", Locks)
    mocker.patch.object(run, "Execution", Execution)
    return told


def carry_out(made, member=None, world=None, **options):
    return run.carry_out(member or Member(), made, RunOptions(**options), world or World())


def test_a_plan_is_locked_written_down_and_carried_out(played):
    member = Member()
    assert carry_out(plan(STOP), member, yes=True) == "outcome"
    assert played == [("locked", "run-1", lock.NEW), ("carried out", None)]
    assert "begin-run.sh" in member.commands[0]


def test_mirrors_are_locked_with_the_host(played):
    member, mirror = Member(), Member()
    member.mirrors = (mirror,)
    carry_out(plan(STOP), member, yes=True)
    assert run.Locks.mirrors == (mirror,)


def test_where_another_node_may_still_be_at_work_nothing_is_begun(played):
    member = Member()
    member.doubt = "a step may go on there."
    with pytest.raises(Refused, match="a step may go on there. Nothing was changed."):
        carry_out(plan(STOP), member, yes=True)
    assert played == []


def test_how_a_run_begins_and_ends_is_told(played, mocker):
    world = World()
    carry_out(plan(STOP), world=world, yes=True)
    assert world.told == [Turn("start"), Turn("success", outcome="outcome")]
    mocker.patch.object(run.Execution, "complete", side_effect=Failed("no room"))
    with pytest.raises(Failed):
        carry_out(plan(STOP), world=world, yes=True)
    assert world.told[2:] == [Turn("start"), Turn("failure", why="no room")]


def test_the_operators_reason_goes_into_the_lock_the_journal_and_the_plan(played, capsys):
    member = Member()
    with terminal.told_as(json=True):
        carry_out(plan(STOP), plan=True, because="orders failed")
    assert json.loads(capsys.readouterr().out)["because"] == "orders failed"
    carry_out(plan(STOP), member, yes=True, because="orders failed")
    assert '"because":"orders failed"' in member.commands[-1]


def test_the_lock_says_where_undo_does_not_take_the_run_back(played):
    carry_out(plan(STOP), yes=True)
    assert run.Locks.owner["undo"] == lock.NO_UNDO
    carry_out(plan(STOP, before=ReleaseBefore()), yes=True)
    assert "undo" not in run.Locks.owner


def test_of_what_is_only_planned_or_not_begun_nothing_is_told(played):
    world, member = World(), Member()
    carry_out(plan(STOP), world=world, plan=True)
    member.__dict__["answers"]["*"] = ("", "", journal.MOVED)
    with pytest.raises(Held):
        carry_out(plan(STOP), member, world, yes=True)
    assert world.told == []


def test_a_plan_that_is_only_wanted_is_shown_and_nothing_is_locked(played, capsys):
    with terminal.told_as(json=True):
        assert carry_out(plan(STOP), plan=True) is None
    said = capsys.readouterr()
    assert json.loads(said.out)["steps"][0]["name"] == "stop"
    assert "Nothing was changed" in said.err
    assert played == []


def test_a_plan_that_is_only_wanted_ends_with_what_matters_most_of_it(played, capsys):
    assert carry_out(plan(STOP, summary={"is lost": "3 rows"}), plan=True) is None
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "  is lost     3 rows",
        "  not served  from step 1 to step 1",
        "Nothing was changed (--plan).",
    ]


def test_a_plan_that_is_only_wanted_says_what_would_be_asked_and_is_not_said_above(played, capsys):
    questions = ["v1 is there already: no code goes back.", "3 rows go. Go on?"]
    carry_out(plan(STOP, summary={"is lost": "3 rows go"}, questions=questions), plan=True)
    said = capsys.readouterr().out
    assert "  is asked    v1 is there already: no code goes back.\n" in said
    assert said.count("3 rows go") == 1


def test_a_plan_without_steps_is_nothing_to_do(played, capsys):
    assert carry_out(plan()) is None
    assert "There is nothing to do." in capsys.readouterr().out
    assert played == []


def test_nobody_who_can_be_asked_is_a_refusal(played, monkeypatch):
    monkeypatch.setattr(terminal, "interactive", lambda: False)
    with pytest.raises(Refused, match="Code and database will not fit. Do this on"):
        carry_out(plan(STOP, questions=["Code and database will not fit. Go on?"]))
    assert played == []


def test_it_is_asked_once_below_the_summary(played, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(terminal, "interactive", lambda: True)
    monkeypatch.setattr(terminal, "ask", lambda text: asked.append((text, capsys.readouterr().out)) or "y")
    lost = "two: drops table t: 4 rows go"
    carry_out(plan(STOP, questions=[f"{lost}. Go on?"], summary={"is lost": lost}))
    ((question, above),) = asked
    assert question.endswith(", though data goes? [y/N] ")
    assert above.splitlines()[-2].split() == ["is", "lost", *lost.split()]


@pytest.mark.parametrize(
    ("options", "values", "replace"),
    [
        ({"take_over": True}, {}, lock.OVER),
        ({}, {"undoes": "run-0", "back": UNDO}, lock.undoing("run-0")),
    ],
)
def test_which_lock_may_be_replaced(played, options, values, replace):
    carry_out(plan(STOP, **values), yes=True, **options)
    assert played[0] == ("locked", "run-1", replace)


def test_what_the_journals_said_is_compared_on_the_host_that_was_read(played):
    first, second = fleet("a", "b")
    carry_out(plan(STOP, activity="1 2"), first, yes=True)
    assert "SEEN='1 2'" in first.commands[0]
    assert "SEEN=any" in second.commands[0]


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [(journal.MOVED, Held, "another run was at work"), (1, Refused, "cannot be written down: no room")],
)
def test_a_plan_that_cannot_be_written_down_is_not_carried_out(played, code, error, words):
    member = Member()
    member.__dict__["answers"]["*"] = ("", "no room\n", code)
    with pytest.raises(error, match=words):
        carry_out(plan(STOP), member, yes=True)
    assert played == [("locked", "run-1", lock.NEW), ("released",)]


def test_a_run_is_taken_up_with_what_every_host_knows_of_it(played, mocker):
    members = fleet("a", "b")
    known = mocker.Mock(plan=plan(STOP, START))
    mocker.patch.object(Member, "ask", return_value=known)
    world = World()
    assert run.take_up(members[0], known, world) == "outcome"
    assert world.told[0] == Turn("start", again=True)
    assert played == [("locked", "run-1", lock.resuming("run-1")), ("carried out", dict.fromkeys(members, known))]
    assert all('"event":"resumed"' in member.commands[-1] for member in members)


def test_a_host_that_the_run_never_reached_is_told_of_it(played, mocker):
    member, known = Member(), mocker.Mock(plan=plan(STOP))
    mocker.patch.object(Member, "ask", return_value=None)
    mocker.patch.object(run.record, "read", return_value=known)
    run.take_up(member, known, World())
    assert "begin-run.sh" in member.commands[0]
    assert played[-1] == ("carried out", {member: known})


def test_hosts_that_are_left_out_are_remembered_on_all_others_before_anything_is_done(played):
    members = fleet("a", "b")
    members[0].left_out = ("u@c:22",)
    run.carry_out(members[0], plan(STOP, START), RunOptions(yes=True), World())
    told = [command for member in members for command in member.commands if 'out-of-step.sh" left u@c:22' in command]
    assert len(told) == 2


def test_where_none_is_left_out_nothing_is_asked_about_it(played):
    members = fleet("a", "b")
    run.carry_out(members[0], plan(STOP, START), RunOptions(yes=True), World())
    assert not any('out-of-step.sh" left' in command for member in members for command in member.commands)
