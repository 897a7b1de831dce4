"""A plan is its steps in their order, and what the preflight found."""

from __future__ import annotations

import msgspec
import pytest

from tasks.console.commands import fab
from tasks.engine.plan import UNDO, Plan, Step, chain
from tasks.engine.told import PreflightReport, new_id
from tests.unit.support.deployment import environment
from tests.unit.support.playing import fleet


def step(name: str, **values) -> Step:
    return Step(name=name, title=name, script=":", **values)


def test_a_chain_leaves_out_what_there_is_nothing_to_do_for():
    made = chain(PreflightReport(), step("one"), None, [None, step("two")], [], task="t", purpose="")
    assert [one.name for one in made.steps] == ["one", "two"]


def test_a_chain_is_the_run_that_its_preflight_was_made_for():
    report = PreflightReport(run="r", facts=["f"], warnings=["w"], questions=["q"])
    made = chain(report, task="t", purpose="p", back="b")
    assert (made.run, made.facts, made.warnings, made.questions) == ("r", ["f"], ["w"], ["q"])
    assert (made.task, made.purpose, made.back, made.steps) == ("t", "p", "b", [])


def test_a_plan_is_the_same_once_it_was_written_down_and_read():
    made = Plan(task="t", purpose="p", steps=[step("one", files={"own.sql": "SELECT 1;"})], activity="1 2")
    assert msgspec.json.decode(msgspec.json.encode(made), type=Plan) == made


def test_the_way_back_of_a_run_names_the_run():
    assert Plan(task="t", purpose="p", steps=[], back=UNDO, run="r1").way_back == fab("undo --run r1")
    assert Plan(task="t", purpose="p", steps=[], back=fab("git.log")).way_back == fab("git.log")


def test_identifiers_of_runs_are_never_the_same():
    assert len({new_id() for _ in range(100)}) == 100


def test_nobody_is_served_from_the_first_step_that_stops_to_the_last_that_starts():
    made = [
        Step(name=name, title="", script="", outage=name in ("stop", "start"))
        for name in ("build", "stop", "checkout", "start", "tell")
    ]
    assert list(Plan(task="t", purpose="", steps=made).unserved) == [2, 3, 4]
    assert not Plan(task="t", purpose="", steps=made[:1]).outage


@pytest.mark.parametrize(
    ("names", "services"),
    [("", "t, web, db"), ("a", "web"), ("ab", "t, web"), ("c", "nothing"), ("d", "t, web, db")],
)
def test_on_some_hosts_a_title_names_the_services_that_they_run(names, services):
    members = {member.host: member for member in fleet(*"abcd")}
    for name, others in {"a": ["t", "db"], "b": ["web", "db"], "c": ["t", "web", "db"]}.items():
        members[name].environment = msgspec.structs.replace(environment(), elsewhere=others)
    stop = Step(name="stop", title="Stop t, web, db", script=":", services=("t", "web", "db"))
    assert stop.on([members[name] for name in names]) == f"Stop {services}"


def test_a_title_that_names_no_service_is_the_same_on_all_hosts():
    (member,) = fleet("a")
    assert Step(name="checkout", title="Check out web", script=":").on([member]) == "Check out web"
