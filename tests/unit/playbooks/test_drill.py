"""A drill chains the playbooks: what each comes to, what follows when one fails, and how it ends."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest
from msgspec import structs

from tasks.console import terminal
from tasks.console.commands import fab, render
from tasks.console.errors import Failed, Held, Refused
from tasks.engine.before import ReleaseBefore
from tasks.engine.plan import Plan, Step
from tasks.engine.world import Outcome
from tasks.playbooks import drill as drilling
from tasks.playbooks import emergency_restore, full_rollback, undo
from tasks.preflight import practice, restore, rollback, throwaway
from tasks.preflight.history import drills
from tasks.preflight.history.drills import Part
from tasks.preflight.practice import Aim
from tests.unit.support import reports
from tests.unit.support.deployment import GOOD, environment
from tests.unit.support.scripted import Scripted

AIM = Aim(now=1e9, commit=GOOD, why="recorded as good", backup="backups/d.dump", old=60.0)
NAMES = ["rollback", "undo of the rollback", "restore", "undo of the restore"]


def outcome(plan: Plan, **values) -> Outcome:
    made = {"run": plan.run, "task": plan.task, "purpose": plan.purpose, "steps": [], "checks": [], "back": ""}
    return Outcome(**{**made, "seconds": 5.0, "recovery": 2.0, "outage": 1.0, **values})


def made(task: str, **values) -> Plan:
    step = Step(name="s", title="t", script=":")
    return Plan(task=task, purpose=f"by {task}", steps=[step], run=task, closing="ledger", **values)


@pytest.fixture
def ends(mocker):
    """How each plan ends, by its run: what is raised, or what of the outcome is otherwise; and what was carried out."""
    said, ran = {}, []
    mocker.patch.object(practice, "aim", return_value=AIM)
    mocker.patch.object(practice, "may_interrupt")
    mocker.patch.object(practice, "must_be_well")
    mocker.patch.object(rollback, "check")
    mocker.patch.object(restore, "check", return_value=reports.restore())
    mocker.patch.object(full_rollback, "plan", side_effect=lambda _report: made("rollback"))
    mocker.patch.object(emergency_restore, "restore_plan", side_effect=lambda _report: made("restore"))
    mocker.patch.object(undo, "exactly", side_effect=lambda _c, run: made(f"undo of the {run}"))
    mocker.patch.object(drills, "remember")
    clock = [0.0]
    mocker.patch.object(drilling.time, "monotonic", side_effect=lambda: clock[0])

    def carry_out(_c, plan, options, *_more):
        ran.append((plan, options))
        end = said.get(plan.run, {})
        clock[0] += end.get("seconds", 5.0) if isinstance(end, dict) else 5.0
        if isinstance(end, BaseException):
            raise end
        terminal.emit_json({"a": "document of a run"})
        return outcome(plan, **end)

    mocker.patch.object(drilling, "carry_out", side_effect=carry_out)
    return said, ran


def host() -> Scripted:
    c = Scripted()
    c.environment = structs.replace(environment(objectives={"rto": "10m", "rpo": "24h"}), name="staging")
    return c


def states(found: drills.Drill) -> list[str]:
    return [part.state for part in found.parts]


def failed(**options) -> tuple[str, drills.Drill]:
    """Return how a drill that does not pass ends, and what was remembered of it."""
    with pytest.raises(Failed) as error:
        drilling.drill(host(), yes=True, **options)
    return render(error.value.message), drills.remember.call_args.args[1]


def test_each_playbook_is_carried_out_and_taken_back_and_the_ledger_is_not_told(ends):
    _, ran = ends
    found = drilling.drill(host(), yes=True)
    assert [part.name for part in found.parts] == NAMES
    assert (found.passed, states(found), found.backup_age) == (True, ["proven"] * 4, 60.0)
    assert [plan.run for plan, _ in ran] == NAMES
    assert {(plan.closing, options.yes, options.because) for plan, options in ran} == {("", True, drills.BECAUSE)}
    drills.remember.assert_called_once()


def test_it_is_one_document(ends, capsys):
    drilling.drill(host(), yes=True, json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["passed"], [part["run"] for part in found["parts"]]) == (True, NAMES)


def test_what_could_not_be_run_is_no_pass_and_the_rest_is_tried(ends):
    ends[0]["rollback"] = Refused("an image is missing.")
    line, found = failed()
    assert states(found) == ["not run", "not run", "proven", "proven"]
    assert found.parts[0].found == "an image is missing"
    assert line == (
        "staging: the drill is not passed: rollback: not run, an image is missing; "
        "undo of the rollback: not run, there is nothing to take back."
    )


@pytest.mark.parametrize(
    ("before", "way"),
    [(None, "undo --run rollback"), (ReleaseBefore(dump="d.dump"), "undo --run rollback --restore-snapshot")],
)
def test_where_a_playbook_fails_halfway_nothing_follows_and_its_commands_are_named(ends, before, way):
    full_rollback.plan.side_effect = [made("rollback", before=before)]
    ends[0]["rollback"] = Failed(f"checkout: failed\n  next: {fab('resume')}")
    line, found = failed()
    assert states(found) == ["failed", "not run", "not run", "not run"]
    assert found.parts[1].found == "the rollback did not end"
    assert line.endswith(f"failed\n  next: fab resume\n  a drill: what it did is taken back by fab {way}")


def test_where_an_undo_fails_halfway_nothing_else_is_to_be_taken_back_once_it_is_resumed(ends):
    ends[0]["undo of the restore"] = Failed(f"checkout: failed.\n  next: {fab('resume')}")
    line, found = failed()
    assert states(found) == ["proven", "proven", "proven", "failed"]
    assert line.endswith("undo of the restore: failed, checkout: failed.\ncheckout: failed.\n  next: fab resume")


def test_where_an_undo_is_refused_the_host_is_not_as_it_was_and_the_command_is_named(ends):
    ends[0]["undo of the rollback"] = Held("somebody holds the lock")
    line, found = failed()
    assert states(found) == ["proven", "not run", "not run", "not run"]
    assert line.endswith("somebody holds the lock. It is still to be taken back: fab undo --run rollback")


def test_a_lock_that_is_held_from_the_start_ends_it_at_once(ends):
    ends[0]["rollback"] = Held("somebody holds the lock")
    with pytest.raises(Held):
        drilling.drill(host(), yes=True)
    drills.remember.assert_not_called()


def test_on_an_application_that_is_ill_nothing_is_run(ends):
    practice.must_be_well.side_effect = Refused("it is ill")
    with pytest.raises(Refused, match="it is ill"):
        drilling.drill(host(), yes=True)
    assert ends[1] == []


@pytest.mark.parametrize("stopped", [KeyboardInterrupt(), Refused("Interrupted.")])
def test_a_ctrl_c_before_anything_is_changed_ends_it(ends, stopped):
    full_rollback.plan.side_effect = stopped
    line, found = failed()
    assert states(found) == ["not run"] * 4 and line.endswith("Interrupted.")


def test_a_ctrl_c_while_the_way_back_is_looked_for_says_what_is_to_be_taken_back(ends):
    undo.exactly.side_effect = KeyboardInterrupt()
    line, found = failed()
    assert states(found) == ["proven", "not run", "not run", "not run"]
    assert line.endswith("Interrupted. It is still to be taken back: fab undo --run rollback")


@pytest.mark.parametrize(("part", "before"), [("rollback", 0), ("undo of the rollback", 1)])
def test_a_ctrl_c_before_the_first_step_of_a_run_or_after_its_last_names_the_way_back(ends, part, before):
    ends[0][part] = KeyboardInterrupt()
    line, found = failed()
    assert states(found) == ["proven"] * before + ["failed"] + ["not run"] * (3 - before)
    assert f"first step of run {part}, or after its last one: fab status says which" in line
    assert line.endswith("taken back by fab undo --run rollback" if not before else ": fab undo --run rollback")


def test_what_was_left_out_of_a_proof_is_not_proven(ends):
    ends[0]["undo of the restore"] = {"left_out": ["http://h: 500"]}
    _, found = failed()
    assert (found.parts[3].state, found.parts[3].found) == ("not proven", "left out of the proof: http://h: 500")


def test_an_objective_that_is_missed_is_named(ends):
    ends[0]["restore"] = {"seconds": 1300.0}
    line, _ = failed()
    assert line == "staging: the drill is not passed: the restore took 21 minutes, rto is 10 minutes."


def test_a_backup_from_before_the_last_deployment_is_brought_up_to_the_code(ends):
    behind = structs.replace(reports.restore(), fit=structs.replace(reports.restore().fit, kind="behind"))
    restore.check.side_effect = [behind, reports.restore()]
    drilling.drill(host(), yes=True)
    assert [call.args[2].migrate for call in restore.check.call_args_list] == [False, True]


def test_without_a_release_or_a_backup_nothing_is_run(ends, mocker):
    mocker.patch.object(practice, "aim", return_value=Aim(now=1.0, no_commit="no release", no_backup="no backup"))
    _, found = failed()
    assert [part.found for part in found.parts[::2]] == ["no release", "no backup"]


def test_it_asks_once_and_where_nobody_can_be_asked_nothing_is_done(ends):
    with pytest.raises(Refused, match="Practise this on staging"):
        drilling.drill(host())
    assert ends[1] == []


def test_beside_production_nobody_is_asked_and_no_playbook_is_carried_out(ends, mocker):
    parts = [Part(name=name, state="proven", seconds=1.0) for name in throwaway.NAMES]
    mocker.patch.object(throwaway, "tried", return_value=parts)
    found = drilling.drill(host(), beside=True)
    assert (found.kind, found.passed, ends[1]) == ("beside", True, [])
    practice.may_interrupt.assert_not_called()
    practice.must_be_well.assert_not_called()


def test_the_history_is_a_list_of_documents(mocker, capsys):
    one = drills.judged(environment(), [drills.not_run("restore", "no backup")], kind="in place", at=1.0)
    mocker.patch.object(Scripted, "ask", return_value=[one])
    drilling.drill(host(), history=True, json=True)
    assert [found["passed"] for found in json.loads(capsys.readouterr().out)] == [False]
    drilling.drill(host(), history=True)
    assert "not passed" in capsys.readouterr().out


def test_where_no_drill_was_made_its_command_is_named(mocker, capsys):
    mocker.patch.object(Scripted, "ask", return_value=[])
    drilling.drill(host(), history=True)
    assert "No drill was made here yet: fab drill" in capsys.readouterr().out


def test_the_recipes_type_options_that_there_are_and_find_fab_where_no_shell_says_where_it_is():
    recipes = (Path(__file__).parents[3] / "docs" / "how-to" / "drill.md").read_text().split("## Every week")[1]
    typed = re.findall(r"fab ((?:-H \w+ )?drill.*?)(?:[`>\n])", recipes)
    known = {f"--{name}" for name in inspect.signature(drilling.drill.body).parameters}
    assert len(typed) == 4
    assert {word for line in typed for word in line.split() if word.startswith("--")} <= known
    assert re.search(r"^PATH=/.*/bin:/bin$", recipes, re.M) and re.search(r"^ExecStart=/.*/bin/fab ", recipes, re.M)
