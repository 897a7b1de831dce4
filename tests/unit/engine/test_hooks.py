"""The operator's commands around a playbook: where they stand in its plan, and that what was opened is closed."""

from __future__ import annotations

import pytest

from tasks.config.around import Hook, Hooks
from tasks.console.errors import Failed, Refused
from tasks.engine import here, hooks
from tasks.engine.execution import Execution
from tasks.engine.job import End
from tasks.engine.plan import Plan, Step
from tasks.engine.record import RunRecord, StepStatus
from tests.unit.support.playing import PREPARE, RUN, START, STOP, Locks, Member, World, ends, fleet, plan
from tests.unit.support.stage import Stage

PAGE = Hook(title="maintenance page", on="touch /srv/down", off="rm -f /srv/down")
FREEZE, FLUSH = Hook(run="freeze", title="freeze"), Hook(run="flush it", title="flush", playbooks=["undo"])
HOOKS = Hooks(before=[FREEZE, PAGE], after=[Hook(run="flush", title="flush"), FLUSH])


def names(made: Plan) -> list[str]:
    return [step.name for step in made.steps]


def around(*steps: Step, settings: Hooks = HOOKS, **values) -> Plan:
    return hooks.around(plan(*(steps or (PREPARE, STOP, START)), **values), settings)


def execution(made: Plan, world: World | None = None, records=None, members=None) -> Execution:
    return Execution(world or World(), (members or fleet("h"))[0], made, Locks(), records)


def test_they_stand_around_what_changes_something_and_the_plan_says_what_they_are():
    made = around()
    assert names(made) == ["prepare", "hook-1", "hook-2", "stop", "start", "hook-2-off", "hook-after-1"]
    assert [step.title for step in made.steps if step.name.startswith("hook-2")] == [
        "maintenance page: on",
        "maintenance page: off, whatever happens",
    ]
    assert made.steps[2].commands == ("touch /srv/down",)


@pytest.mark.parametrize(("steps", "task"), [((PREPARE,), "full-rollback"), ((STOP,), "containers.stop"), ((), "undo")])
def test_a_step_alone_and_a_plan_that_changes_nothing_have_none(steps, task):
    bare = Plan(task=task, purpose="", steps=list(steps))
    assert hooks.around(bare, HOOKS) == bare


def test_one_is_for_the_playbooks_that_it_names():
    assert "hook-after-2" in names(around(task="undo"))


def test_what_a_command_holds_is_told_to_sh_as_it_is():
    made = around(settings=Hooks(before=[Hook(run='docker "$HOME" && pwd')]))
    with Stage() as stage:
        ran = stage.run(made.steps[1].script)
        assert (ran.returncode, ran.stdout) == (0, f"{stage.home}\n")
        assert stage.calls == [["docker", str(stage.home)]]


def test_what_was_opened_is_closed_once_all_is_proven_and_what_comes_after_is_done(mocker, capsys):
    begun = ends(mocker)
    run = execution(around())
    run.complete()
    assert [name for name, _ in begun][-2:] == ["06-hook-2-off.1", "07-hook-after-1.1"]
    assert "done and verified" in capsys.readouterr().out
    closing = [n for n, command in enumerate(run.host.commands) if "close-run.sh" in command]
    assert closing == [len(run.host.commands) - 1]


@pytest.mark.parametrize("broken", ["step", "proof"])
def test_what_was_opened_is_closed_where_the_run_fails_as_well(mocker, broken):
    begun = ends(mocker, 0, 0, 0, 1 if broken == "step" else 0)
    with pytest.raises(Failed):
        execution(around(), World(ok=broken != "proof")).complete()
    assert [name for name, _ in begun][-1] == "06-hook-2-off.1"


def test_one_that_fails_before_refuses_the_run_before_anything_changed_and_is_closed(mocker):
    begun = ends(mocker, 0, 0, 1)
    with pytest.raises(Refused, match="maintenance page: on: some words. The application was not touched."):
        execution(around()).complete()
    assert [name for name, _ in begun] == ["01-prepare.1", "02-hook-1.1", "03-hook-2.1", "06-hook-2-off.1"]


def test_what_was_not_opened_is_not_closed(mocker):
    begun = ends(mocker, 1)
    with pytest.raises(Refused):
        execution(around()).complete()
    assert [name for name, _ in begun] == ["01-prepare.1"]


def test_one_that_fails_afterwards_is_said_with_the_command_to_type(mocker):
    ends(mocker, 0, 0, 0, 0, 0, 1)
    run = execution(around())
    with pytest.raises(Failed, match="done and verified, but") as failed:
        run.complete()
    assert failed.value.exit_code == 1
    assert (
        "maintenance page: off, whatever happens: some words. Type it by hand: rm -f /srv/down" in failed.value.message
    )
    assert any("close-run.sh" in command for command in run.host.commands)
    assert run.locks.released


def test_one_that_cannot_be_closed_does_not_hide_why_the_run_failed(mocker):
    ends(mocker, 0, 0, 0, 1, OSError("gone"))
    with pytest.raises(Failed, match="Stop: some words") as failed:
        execution(around()).complete()
    assert "Type it by hand: rm -f /srv/down" in failed.value.message


def test_where_a_step_goes_on_alone_it_stays_open_and_that_is_said(mocker):
    begun = ends(mocker, 0, 0, 0, KeyboardInterrupt())
    run = execution(around())
    mocker.patch("tasks.engine.record.read", return_value=record(run.plan, "done", "done", "done", "running"))
    with pytest.raises(Failed, match="still to come, by .*maintenance page: off.*rm -f /srv/down"):
        run.complete()
    assert [name for name, _ in begun][-1] == "04-stop.1"


def record(made: Plan, *states: str, **times) -> RunRecord:
    padded = [*states, *["waiting"] * (len(made.steps) - len(states))]
    steps = [
        StepStatus(
            name=f"{n:02}-{step.name}",
            title="",
            commands=(),
            state=state,
            tries=int(state != "waiting"),
            **times.get(step.name.replace("-", "_"), {}),
        )
        for n, (step, state) in enumerate(zip(made.steps, padded, strict=True), start=1)
    ]
    return RunRecord(run=RUN, owner={}, plan=made, steps=steps, journal=[{"half": True}])


def test_taken_up_again_it_is_opened_and_closed_again(mocker):
    begun = ends(mocker)
    made = around()
    members = fleet("h")
    known = record(made, "done", "done", "done", "done", "failed", "done")
    execution(made, records={members[0]: known}, members=members).complete()
    assert [name for name, _ in begun] == [
        "03-hook-2.2",
        "04-stop.2",
        "05-start.2",
        "06-hook-2-off.2",
        "07-hook-after-1.1",
    ]


def test_where_only_the_proof_is_left_it_is_not_opened_again_but_closed(mocker):
    begun = ends(mocker)
    made = around()
    members = fleet("h")
    known = record(made, "done", "done", "done", "done", "done")
    assert known.unproven
    execution(made, records={members[0]: known}, members=members).complete()
    assert [name for name, _ in begun] == ["06-hook-2-off.1", "07-hook-after-1.1"]


def test_undo_closes_what_the_run_left_open_and_nothing_twice():
    made, back = around(), plan(STOP, START, task="undo")
    open_ = record(made, "done", "done", "done", "running", hook_2={"began": 5.0})
    closed = record(
        made, "done", "done", "done", "failed", "waiting", "done", hook_2={"began": 5.0}, hook_2_off={"ended": 6.0}
    )
    left = hooks.closing(back, open_)
    assert [(step.name, step.closes) for step in left.steps] == [("stop", ""), ("start", ""), ("hook-2-off", "stop")]
    assert hooks.closing(back, closed) == back
    assert names(hooks.around(left, HOOKS)).count("hook-2-off") == 1


def test_one_that_runs_here_is_shown_and_its_end_counts(mocker, capsys):
    begun = ends(mocker)
    local = Hooks(before=[Hook(title="freeze", run="echo frozen", where="local")])
    run = execution(around(settings=local))
    run.complete()
    assert "frozen" in capsys.readouterr().out
    assert [name for name, _ in begun][1] == "02-hook-1.1"
    failing = Hooks(before=[Hook(title="freeze", run="echo no; exit 3", where="local")])
    ends(mocker)
    with pytest.raises(Refused, match="freeze .here.: no. The application was not touched."):
        execution(around(settings=failing)).complete()


def test_one_that_runs_here_and_takes_too_long_is_ended():
    assert here.run("sleep 30", 1, Member())[0] == End("ended", 124)
