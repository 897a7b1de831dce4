"""Hosts that have their turn one batch after the other: the rest wait until the first ones are proven."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.config.around import Hook, Hooks
from tasks.console.commands import render
from tasks.console.errors import ConnectionLost, Failed, Refused
from tasks.engine import turns
from tasks.engine.before import ReleaseBefore
from tasks.engine.execution import Execution
from tasks.engine.plan import Expectation, Step
from tasks.engine.record import RunRecord, StepStatus
from tasks.engine.world import Check, Proof
from tests.unit.support.deployment import environment
from tests.unit.support.playing import PREPARE, RUN, START, STOP, Locks, World, ends, fleet, plan

PAIR = Hooks(turn=[Hook(title="balancer", on="drain", off="add")])


class Played(World):
    """A deployment that is not well on the hosts `broken`; `proven` are those it was asked of, in their order."""

    def __init__(self, *broken: str) -> None:
        super().__init__()
        self.broken, self.proven = broken, []

    def prove(self, host, expect: Expectation) -> Proof:
        self.proven.append(host.host)
        ok = host.host not in self.broken
        return Proof([Check("health", f"http://{host.host}", "200" if ok else "503", ok)])


def execution(*steps, world=None, names="abc", records=None, before=None, **sections) -> Execution:
    members = fleet(*names)
    for one in members:
        one.environment = environment(**sections)
    steps = steps or (PREPARE, STOP, START)
    made = turns.taken(plan(*steps, expect=Expectation(healthy=True), before=before), members[0])
    known = {m: record(made, states) for m, states in zip(members, records or [], strict=False)}
    return Execution(world or Played(), members[0], made, Locks(), known)


def record(made, states: str) -> RunRecord:
    """The record of a host: a letter for each step, done, failed or waiting; a step began after those before it."""
    words = {"d": "done", "f": "failed", "w": "waiting"}
    steps = [
        StepStatus(
            name=f"{n:02}-{step.name}",
            title="",
            commands=(),
            state=words[states[n - 1]],
            tries=int(states[n - 1] != "w"),
            began=float(n),
            ended=n + 0.5 if states[n - 1] == "d" else None,
        )
        for n, step in enumerate(made.steps, start=1)
    ]
    return RunRecord(run=RUN, owner={}, plan=made, steps=steps, journal=[{"half": True}])


def test_the_first_host_is_proven_before_any_other_is_touched(mocker):
    begun, world = ends(mocker), Played()
    outcome = execution(world=world).complete()
    assert begun == [
        ("01-prepare.1", ["a", "b", "c"]),
        ("02-stop.1", ["a"]),
        ("03-start.1", ["a"]),
        ("02-stop.1", ["b", "c"]),
        ("03-start.1", ["b", "c"]),
    ]
    assert world.proven[0] == "a" and sorted(world.proven[1:]) == sorted("abc" * 2)
    assert [step["step"] for step in outcome.steps] == ["prepare", "stop", "start"]


def test_in_its_turn_a_host_is_said_to_stop_and_start_what_it_runs(mocker, capsys):
    ends(mocker)
    run = execution(structs.replace(STOP, title="Stop api, db", services=("api", "db")), START, names="ab")
    run.host.fleet[1].environment = structs.replace(environment(), elsewhere=["db"])
    run.complete()
    said = capsys.readouterr().out
    assert "[1/2] Stop api, db on u@a:22" in said and "[1/2] Stop api on u@b:22" in said


def test_where_the_first_does_not_become_well_the_others_are_not_touched_and_it_says_who_is_where(mocker):
    begun = ends(mocker)
    run = execution(world=Played("a"))
    with pytest.raises(Failed, match="u@a:22: Start: not proven: http://a: 503") as failed:
        run.complete()
    assert begun[-1][1] == ["a"]
    assert "turns: at work: u@a:22; not begun: u@b:22, u@c:22" in failed.value.message
    assert "next: mend the cause, then fab resume; or take it back: fab undo" in render(failed.value.message)
    assert not run.locks.released


def test_a_host_that_had_its_turn_counts_as_half_way_until_the_last_one_had_it(mocker):
    ends(mocker)
    run = execution(rolling=1)
    first, last = run.batches[0], run.batches[-1]
    assert [run.attempts.of(3, one.hosts, more=one.more)[0][1].after for one in (first, last)] == [True, False]


def test_one_step_alone_leaves_a_fleet_half_way_between_its_turns(mocker):
    ends(mocker, 0, 1)
    run = execution(START, rolling=1)
    with pytest.raises(Failed):
        run.complete()
    assert run.progress.partially_applied and not run.locks.released


def test_between_turns_hosts_are_watched_and_what_they_become_counts(mocker):
    begun, world = ends(mocker), Played()
    clock, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds
        world.broken = ("a",) if clock[0] >= 10 else ()

    mocker.patch("tasks.engine.execution.time.monotonic", side_effect=lambda: clock[0])
    mocker.patch("tasks.engine.execution.time.sleep", side_effect=sleep)
    with pytest.raises(Failed, match="u@a:22: Start: not proven"):
        execution(world=world, soak=12).complete()
    assert slept == [5, 5]
    assert begun[-1] == ("03-start.1", ["a"])


def test_the_hooks_of_a_turn_close_once_the_host_is_proven(mocker):
    begun, world = ends(mocker), Played()
    execution(STOP, START, world=world, names="ab", hooks=PAIR).complete()
    assert begun == [(f"0{n}-{name}.1", [h]) for h in "ab" for n, name in NAMES]
    assert world.proven[:2] == ["a", "b"]


NAMES = [(1, "turn-1"), (2, "stop"), (3, "start"), (4, "turn-1-off")]


def test_a_host_that_fails_in_its_turn_stays_out_and_is_named(mocker):
    begun = ends(mocker)
    with pytest.raises(Failed) as failed:
        execution(STOP, START, world=Played("b"), names="ab", hooks=PAIR, before=ReleaseBefore()).complete()
    assert begun[-1] == ("03-start.1", ["b"])
    assert "still to come, by fab resume or fab undo: u@b:22: balancer: after the turn (add)" in render(
        failed.value.message
    )


def test_a_host_that_is_gone_in_its_turn_is_said_to_be_still_out(mocker):
    ends(mocker, 0, ConnectionLost("u@a:22: the connection is gone"))
    run = execution(STOP, START, names="ab", hooks=PAIR)
    with pytest.raises(ConnectionLost) as lost:
        run.complete()
    first, last = render(lost.value.message).splitlines()
    assert first == "u@a:22: the connection is gone"
    assert last == "  still to come, by fab resume: u@a:22: balancer: after the turn (add)"
    assert not run.locks.released


def test_a_hook_that_no_undo_would_close_is_for_resume_alone(mocker):
    ends(mocker)
    with pytest.raises(Failed) as failed:
        execution(STOP, START, world=Played("a"), names="ab", hooks=PAIR).complete()
    assert "still to come, by fab resume: u@a:22" in render(failed.value.message)


def test_a_host_on_which_nothing_was_changed_yet_is_brought_back_at_once(mocker):
    begun = ends(mocker, 1)
    with pytest.raises(
        Refused, match="balancer: before the turn: some words. The application was not touched"
    ) as refused:
        execution(STOP, START, names="ab", hooks=PAIR).complete()
    assert begun == [("01-turn-1.1", ["a"]), ("04-turn-1-off.1", ["a"])]
    assert "still to come" not in refused.value.message


def test_a_hook_that_fails_at_the_end_of_the_last_turn_is_a_run_half_way(mocker):
    ends(mocker, 0, 0, 0, 1)
    run = execution(STOP, START, names="a", hooks=PAIR)
    with pytest.raises(Failed, match="u@a:22: balancer: after the turn: some words") as failed:
        run.complete()
    assert "not touched" not in failed.value.message
    assert "next: mend the cause, then fab resume" in render(failed.value.message)
    assert not run.locks.released


def test_a_host_that_was_stopped_with_all_others_is_not_brought_back_before_it_has_started(mocker):
    begun = ends(mocker, 0, 0, 1)
    move = Step(name="migrate", title="Migrate", script="", primary_only=True)
    with pytest.raises(Failed, match="still to come, by .*u@a:22: balancer: after the turn"):
        execution(STOP, move, START, names="ab", hooks=PAIR).complete()
    assert begun[-1] == ("03-turn-1.1", ["a"])


def test_taken_up_again_only_the_hosts_that_had_no_turn_have_it(mocker):
    begun, world = ends(mocker), Played()
    execution(STOP, START, world=world, hooks=PAIR, rolling=1, records=["dddd", "dfww", "wwww"]).complete()
    assert begun[:4] == [
        ("01-turn-1.2", ["b"]),
        ("02-stop.2", ["b"]),
        ("03-start.1", ["b"]),
        ("04-turn-1-off.1", ["b"]),
    ]
    assert [hosts for _name, hosts in begun[4:]] == [["c"]] * 4
    assert world.proven[0] == "b"


def test_what_was_closed_after_a_failure_is_opened_and_closed_again(mocker):
    begun = ends(mocker)
    execution(STOP, START, names="a", hooks=PAIR, records=["dwwd"]).complete()
    assert [name for name, _ in begun] == ["01-turn-1.2", "02-stop.1", "03-start.1", "04-turn-1-off.2"]


def test_what_was_left_open_by_a_cut_is_known_when_it_fails_again(mocker):
    ends(mocker, 0, 1)
    with pytest.raises(Failed, match="u@a:22: balancer: after the turn"):
        execution(STOP, START, names="ab", hooks=PAIR, records=["dfww", "wwww"]).complete()


def test_a_command_that_runs_here_does_so_for_each_host_and_knows_which(mocker, capsys):
    ends(mocker)
    local = Hooks(turn=[Hook(title="lb", on='echo "out $ROLLBACK_HOST:$ROLLBACK_PORT"', off="true", where="local")])
    execution(STOP, START, hooks=local).complete()
    out = capsys.readouterr().out
    assert [f"out {name}:22" in out for name in "abc"] == [True] * 3


def test_hosts_that_the_plan_does_not_know_come_last(mocker):
    run = execution(rolling=1)
    made = turns.structs.replace(run.plan, turns=turns.Turns(2, [["u@b:22"], ["gone"]]))
    again = Execution(Played(), run.host, made, Locks())
    assert [[m.host for m in batch.hosts] for batch in again.batches] == [["b"], ["a", "c"]]
