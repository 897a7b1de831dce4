"""A run: its steps in their order, what is told when one does not succeed, what is given back at the end."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.console.commands import render
from tasks.console.errors import Failed, Held, Refused
from tasks.engine.execution import Execution
from tasks.engine.job import End
from tasks.engine.mirrors import Mirrors
from tasks.engine.plan import Expectation, Step
from tasks.engine.record import RunRecord, StepStatus
from tasks.engine.uptime import Asking, Measured
from tasks.ssh.probe import single
from tests.unit.support.playing import PREPARE, RUN, START, STOP, Locks, Member, World, ends, fleet, plan


def execution(made, members=None, world=None, records=None) -> Execution:
    members = members or [Member()]
    return Execution(world or World(), members[0], made, Locks(), records)


def test_every_step_runs_then_the_result_is_proven_and_the_lock_given_back(mocker):
    begun = ends(mocker)
    run = execution(plan(PREPARE, STOP, START, back="x"))
    outcome = run.complete()
    assert [name for name, _ in begun] == ["01-prepare.1", "02-stop.1", "03-start.1"]
    assert [step["step"] for step in outcome.steps] == ["prepare", "stop", "start"]
    assert (outcome.back, outcome.outage, [check.ok for check in outcome.checks]) == ("x", None, [True])
    assert run.locks.released
    assert "close-run.sh" in run.host.commands[-1]
    assert '"outage"' not in run.host.commands[-1]


def test_mirrors_are_told_before_a_step_and_have_its_files_after_it(mocker):
    told = []
    mocker.patch.object(Mirrors, "begun", side_effect=lambda attempt: told.append(("begun", attempt.name)))
    mocker.patch.object(Mirrors, "ended", side_effect=lambda attempt, well: told.append((attempt.name, well)))
    mocker.patch.object(Mirrors, "follow", side_effect=lambda whole: told.append("whole" if whole else "news"))
    ends(mocker, 0, 3)
    with pytest.raises(Failed):
        execution(plan(STOP, START)).complete()
    steps = [("begun", "01-stop.1"), ("01-stop.1", True), ("begun", "02-start.1"), ("02-start.1", False)]
    assert told == ["whole", *steps, "whole"]


def test_a_step_runs_on_all_hosts_or_on_the_first_only(mocker):
    begun = ends(mocker)
    execution(
        plan(STOP, START.__class__(name="migrate", title="M", script="", primary_only=True)), fleet("a", "b")
    ).complete()
    assert [hosts for _, hosts in begun] == [["a", "b"], ["a"]]


def test_a_preparation_that_fails_is_a_refusal_since_nothing_that_runs_was_touched(mocker):
    ends(mocker, 1)
    run = execution(plan(PREPARE, STOP, START))
    with pytest.raises(Refused) as refused:
        run.complete()
    assert refused.value.message.startswith("u@h:22: Prepare: some words. The application was not touched.")
    assert "Do something else." in refused.value.message
    assert run.locks.released


def test_a_run_that_stopped_half_way_keeps_its_lock_and_says_how_to_go_on(mocker):
    ends(mocker, 0, 0, 3)
    run = execution(plan(PREPARE, STOP, START))
    with pytest.raises(Failed) as failed:
        run.complete()
    said = render(failed.value.message)
    assert "done: prepare, stop" in said
    assert "next: mend the cause, then fab resume; or take it back: fab undo" in said
    assert not run.locks.released
    assert any('"event":"failed"' in command and '"half":true' in command for command in run.host.commands)


LOAD = Step(name="load", title="Load", script="", primary_only=True, amends=START)


def test_where_a_step_says_what_makes_good_the_ones_before_it_nothing_is_left_half_way(mocker):
    begun = ends(mocker, 0, 3, 0)
    run = execution(plan(STOP, LOAD, START), fleet("a", "b"))
    with pytest.raises(Failed) as failed:
        run.complete()
    said = render(failed.value.message)
    assert begun[1:] == [("02-load.1", ["a"]), ("02-start.1", ["a"]), ("02-start.1", ["b"])]
    assert "done: stop; then: Start" in said
    assert "next: mend the cause, then fab resume, or begin anew" in said
    assert run.locks.released
    assert any('"event":"failed"' in command and '"half":false' in command for command in run.host.commands)


def test_what_cannot_be_made_good_is_half_way_as_ever(mocker):
    ends(mocker, 0, 3, 1)
    run = execution(plan(STOP, LOAD, START))
    with pytest.raises(Failed, match="Load: some words") as failed:
        run.complete()
    assert "or take it back: fab undo" in render(failed.value.message)
    assert not run.locks.released


def test_one_change_alone_is_never_half_way(mocker):
    ends(mocker, 3)
    run = execution(plan(PREPARE.__class__(name="restart", title="Restart", script="")))
    with pytest.raises(Failed, match="next: "):
        run.complete()
    assert run.locks.released
    assert not run.progress.partially_applied


def test_a_client_that_lost_the_lock_stops(mocker):
    ends(mocker, End("fenced"))
    with pytest.raises(Held, match="does not hold the lock any more"):
        execution(plan(STOP, START)).complete()


def test_what_is_not_proven_is_a_failure_even_though_every_step_succeeded(mocker):
    ends(mocker)
    run = execution(plan(STOP, START), world=World(ok=False))
    with pytest.raises(Failed, match="not proven: http://h: 503") as failed:
        run.complete()
    assert "next: mend the cause, then fab resume, which proves it again" in render(failed.value.message)
    assert not any("close-run.sh" in command for command in run.host.commands)


def test_what_is_not_proven_is_taken_back_as_the_world_says(mocker):
    ends(mocker)
    run = execution(plan(STOP, START), world=World(ok=False))
    mocker.patch.object(run.progress.world, "way_back", return_value="fab undo --run run-1 --restore-snapshot")
    with pytest.raises(Failed) as failed:
        run.complete()
    assert "proves it again; or take it back: fab undo --run run-1 --restore-snapshot\n" in render(failed.value.message)


def test_an_interruption_is_noted_and_says_what_goes_on(mocker):
    ends(mocker, KeyboardInterrupt())
    run = execution(plan(STOP, START))
    with pytest.raises(Failed, match="Interrupted: Stop. Run run-1: no step of it runs on the host any more"):
        run.complete()
    assert any('"event":"interrupted"' in command for command in run.host.commands)


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (("done", "waiting"), "the step is done; no step of it runs on the host any more"),
        (("running", "waiting"), "the step goes on on the host"),
        (("failed", "waiting"), "Run run-1: no step of it runs on the host any more"),
    ],
)
def test_what_became_of_an_interrupted_step_is_read_once_the_question_is_answered(mocker, states, words):
    ends(mocker, KeyboardInterrupt())
    run = execution(plan(STOP, START))
    mocker.patch("tasks.engine.record.read", return_value=record(*states))
    with pytest.raises(Failed, match=words) as failed:
        run.complete()
    assert ("done: stop" in failed.value.message) is (states[0] == "done")
    assert run.goes_on is (states[0] == "running")


def test_a_run_whose_last_step_ended_meanwhile_gives_its_lock_back(mocker):
    ends(mocker, 0, KeyboardInterrupt())
    run = execution(plan(STOP, START))
    whole = structs.replace(record("done", "done"), journal=[{"half": False}])
    mocker.patch("tasks.engine.record.read", return_value=whole)
    with pytest.raises(Failed, match="done: stop, start"):
        run.complete()
    assert run.locks.released


def test_a_host_that_cannot_be_told_does_not_hide_why_the_run_failed(mocker):
    ends(mocker, 1)
    run = execution(plan(STOP, START))
    mocker.patch.object(Member, "sh", side_effect=OSError("gone"))
    with pytest.raises(Failed, match="Stop: some words"):
        run.complete()


def test_the_run_that_it_takes_back_is_told_so(mocker):
    ends(mocker)
    run = execution(plan(STOP, START, undoes="run-0"))
    run.complete()
    assert "/runs/run-0" in run.host.commands[-1] and '"event":"undone"' in run.host.commands[-1]


def record(*states: str) -> RunRecord:
    made = plan(STOP, START)
    steps = [StepStatus(name="", title="", commands=(), state=state, tries=int(state != "waiting")) for state in states]
    return RunRecord(run=RUN, owner={}, plan=made, steps=steps, journal=[{"half": True}])


def test_taken_up_again_it_goes_on_from_the_first_step_that_is_not_done_on_a_host(mocker):
    begun = ends(mocker)
    one, two = members = fleet("a", "b")
    known = {one: record("done", "done"), two: record("done", "failed")}
    outcome = execution(plan(STOP, START), members, records=known).complete()
    assert begun == [("01-stop.2", ["b"]), ("02-start.2", ["b"])]
    assert [step["step"] for step in outcome.steps] == ["stop", "start"]


def test_a_step_that_is_done_everywhere_is_not_run_again(mocker, capsys):
    begun = ends(mocker)
    member = Member()
    execution(plan(STOP, START), [member], records={member: record("done", "done")}).complete()
    assert begun == []
    assert capsys.readouterr().out.count("done before") == 2


ASKING = Asking("http://h", ("ask.sh",), {"URLS": "http://me:secret@h"})


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Measured(3.0, 5.4), "; outage 3.0 s, recovered 5.4 s after the run began."),
        (Measured(0.0, None), "; no outage was seen."),
        (None, "; outage not measured."),
    ],
)
def test_the_outage_is_what_the_host_saw_itself(mocker, capsys, found, words):
    ends(mocker)
    known = mocker.patch.object(RunRecord, "measured", new_callable=mocker.PropertyMock, return_value=found)
    made = plan(STOP, START, expect=Expectation(healthy=True))
    run = execution(made, world=World(asking=ASKING))
    mocker.patch("tasks.engine.record.probe", return_value=single("true", lambda _: record("done", "done")))
    outcome = run.complete()
    assert known.called and words in capsys.readouterr().out
    assert (outcome.outage, outcome.recovery) == (found and found.outage, found and found.recovery)
    assert "start-prober.sh" in run.host.commands[0]


def test_where_nothing_stops_or_nothing_tells_nobody_asks_and_nothing_is_said_of_an_outage(mocker, capsys):
    ends(mocker)
    run = execution(plan(PREPARE), world=World(asking=ASKING))
    run.complete()
    assert not any("start-prober.sh" in command for command in run.host.commands)
    assert "outage" not in capsys.readouterr().out
