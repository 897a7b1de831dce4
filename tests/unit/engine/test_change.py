"""A task that changes something returns a plan, which is carried out as its switches say."""

from __future__ import annotations

import json

import pytest
from fabric import Connection
from invoke.parser import Parser, ParserContext

from tasks.engine.change import Change
from tasks.engine.plan import Plan
from tasks.engine.run import RunOptions
from tasks.ssh import fleet
from tests.unit.support.scripted import Scripted

WORLD = None  # nothing is carried out here
change = Change(WORLD)


@pytest.fixture
def host(monkeypatch) -> Scripted:
    """The host that every connection stands for."""
    made = Scripted()
    monkeypatch.setattr(fleet, "resolve", lambda c: made)
    return made


def test_a_change_brings_its_switches_along():
    def body(c, commit=None):
        """Do."""

    names = {argument.name for argument in change(body).get_arguments()}
    assert names == {
        "commit",
        "yes",
        "plan",
        "take_over",
        "json",
        "verbose",
        "quiet",
        "because",
        "on_failure",
        "skip_host",
    }


def test_a_task_of_one_step_carries_its_builder():
    def build(report: str) -> str:
        return report

    @change(step=build)
    def one(c):
        """Do it."""

    assert one.step("report") == "report"


def test_a_change_is_carried_out_in_its_world_as_the_switches_say(host, mocker):
    carry_out = mocker.patch("tasks.engine.run.carry_out", return_value="done")
    made = Plan(task="t", purpose="", steps=[])
    assert change(lambda c: made)(Connection("h"), yes=True) == "done"
    at, plan, options, world = carry_out.call_args.args
    assert (world, at, plan) == (WORLD, host, made)
    assert options == RunOptions(yes=True)


def test_a_change_that_has_nothing_to_do_says_so_as_json(host, capsys):
    assert change(lambda c: None)(Connection("h"), json=True) is None
    assert json.loads(capsys.readouterr().out) == {"schema_version": 1, "changed": False}


def test_an_option_may_have_a_value_that_a_task_is_called_by():
    def body(c, commit=None):
        """Do."""

    contexts = [ParserContext("body", args=change(body).get_arguments()), ParserContext("undo")]
    (_, parsed) = Parser(contexts=contexts, initial=ParserContext()).parse_argv(["body", "--on-failure", "undo"])
    assert parsed.as_kwargs["on_failure"] == "undo"
