"""Hosts that were left out are brought to where the others are, by themselves."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.console.commands import fab
from tasks.console.errors import Failed, Refused
from tasks.engine import left_out
from tasks.playbooks import converge
from tasks.preflight.present import state
from tasks.ssh import fleet as fleets
from tests.unit.support import reports
from tests.unit.support.deployment import HEAD
from tests.unit.support.playing import fleet
from tests.unit.support.reports import named


@pytest.fixture
def played(mocker):
    """Three hosts of which `out` are remembered; what was carried out where, and what was noted afterwards."""
    members, told = fleet("a", "b", "c"), SimpleNamespace(out={"a": ["u@c:22"]}, carried=[], noted=[], error=None)

    def carry_out(host, plan, options, *_):
        told.carried.append((host.address, plan.task, options.take_over))
        if told.error:
            raise told.error
        return "outcome"

    mocker.patch.object(type(members[0]), "ask", lambda self, probe: told.out.get(self.host, []))
    mocker.patch.object(fleets, "only", side_effect=lambda _host, some: some[0])
    told.look = mocker.patch.object(state, "look", return_value=SimpleNamespace(head=HEAD))
    told.check = mocker.patch.object(converge.rollback, "check", return_value=reports.rollback())
    mocker.patch.object(converge, "carry_out", side_effect=carry_out)
    mocker.patch.object(left_out, "remember", side_effect=lambda *words: told.noted.append(words))
    told.members = members
    return told


def test_the_host_alone_goes_to_the_commit_of_the_others_and_is_forgotten_everywhere(played):
    assert converge.converge(played.members[0], yes=True) == "outcome"
    assert played.carried == [("u@c:22", "converge", True)]
    assert played.check.call_args.args[1] == HEAD and not played.check.call_args.args[2].database
    assert played.noted == [(tuple(played.members), "back", ["u@a:22", "u@b:22", "u@c:22"])]


def test_a_first_host_that_was_left_out_is_brought_to_the_others_whatever_it_remembers_itself(played):
    played.out = {"a": ["u@b:22"], "b": ["u@a:22"], "c": ["u@a:22"]}
    converge.converge(played.members[0], yes=True)
    assert [address for address, *_ in played.carried] == ["u@a:22"]
    assert played.look.call_args.args == (played.members[1],)


def test_a_failure_is_taken_up_by_the_same_command_since_the_first_host_knows_no_run(played):
    played.error = Failed(f"broken\n  next: {fab('resume')}\n  still to come, by {fab('resume')} or {fab('undo')}: x")
    with pytest.raises(Failed) as failed:
        converge.converge(played.members[0], yes=True)
    assert "resume" not in failed.value.message and "undo" not in failed.value.message
    assert "then fab converge, which begins anew" in failed.value.message
    assert played.noted == []


def test_where_none_was_left_out_there_is_nothing_to_do(played, capsys):
    played.out = {}
    converge.converge(played.members[0], yes=True)
    assert "there is nothing to do" in capsys.readouterr().out and played.carried == []


def test_where_every_host_is_out_of_step_by_the_word_of_another_nobody_is_brought_anywhere(played):
    played.out = {"a": ["u@b:22", "u@c:22"], "b": ["u@a:22"]}
    with pytest.raises(Refused, match="every host is out of step"):
        converge.converge(played.members[0], yes=True)


def test_its_steps_are_those_of_the_code_and_it_has_no_way_back():
    made = converge.converge_plan(reports.rollback())
    assert named(made) == ["keep", "build", "stop", "checkout", "start"]
    assert (made.back, made.before) == ("", None)
