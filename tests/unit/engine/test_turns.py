"""Which hosts take their turn together, and what their turn is made of."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.config.around import Hook, Hooks
from tasks.engine import turns
from tasks.engine.plan import Plan, Step, Turns
from tests.unit.support.deployment import environment
from tests.unit.support.playing import PREPARE, START, STOP, fleet, plan

MIGRATE = Step(name="migrate", title="Migrate", script="", primary_only=True, effects=("migrates",))
CHECKOUT = Step(name="checkout", title="Check out", script="")
BALANCER = Hooks(turn=[Hook(title="balancer", on="drain", off="add")])


def taken(*steps: Step, count: int = 4, task: str = "full-rollback", **sections) -> Plan:
    members = fleet(*"abcdefghijklmnop"[:count])
    members[0].environment = environment(**sections)
    return turns.taken(plan(*steps, task=task), members[0])


def names(made: Plan) -> list[str]:
    return [step.name for step in made.steps]


@pytest.mark.parametrize(
    ("rolling", "sizes"),
    [
        (None, [1, 3]),
        (1, [1, 1, 1, 1]),
        (3, [3, 1]),
        ("25%", [1, 1, 1, 1]),
        ("50%", [2, 2]),
        ("1%", [1] * 4),
        ("all", [4]),
    ],
)
def test_the_first_host_proves_or_as_many_as_are_wanted(rolling, sizes):
    assert [len(batch) for batch in turns.parted(list("abcd"), rolling)] == sizes


def test_a_turn_is_all_that_changes_where_the_schema_stays():
    made = taken(PREPARE, STOP, CHECKOUT, START, soak=30)
    assert made.turns == Turns(2, [["u@a:22"], ["u@b:22", "u@c:22", "u@d:22"]], 30)


def test_where_the_schema_moves_all_stop_and_only_what_comes_after_it_goes_host_by_host():
    made = taken(PREPARE, STOP, MIGRATE, CHECKOUT, START)
    assert made.steps[made.turns.first - 1] == CHECKOUT


@pytest.mark.parametrize("steps", [(PREPARE, CHECKOUT), (STOP,), (START, MIGRATE), ()])
def test_what_starts_nothing_is_for_all_hosts_at_once(steps):
    assert taken(*steps, hooks=BALANCER).turns == Turns()


def test_which_host_has_what_is_a_fact_of_every_plan_of_hosts_that_differ():
    members = fleet(*"abc")
    for member, others in zip(members, (["db"], ["db"], []), strict=True):
        member.environment = structs.replace(environment(), elsewhere=others)
    told = "by their roles: api on u@a:22, u@b:22; api, db on u@c:22"
    assert turns.taken(plan(STOP, facts=["a fact"]), members[0]).facts == [told, "a fact"]
    assert turns.kinds(fleet("a", "b")[0]) == []


@pytest.mark.parametrize(("count", "rolling"), [(1, None), (1, 1), (4, "all")])
def test_where_all_hosts_have_their_turn_at_once_the_plan_stays_as_it_is(count, rolling):
    assert taken(STOP, START, count=count, rolling=rolling) == plan(STOP, START)


@pytest.mark.parametrize("count", [1, 2])
def test_hooks_of_a_turn_stand_around_it_and_close_in_reverse(count):
    two = Hooks(turn=[*BALANCER.turn, Hook(title="alarm", on="mute", off="unmute", where="local")])
    made = taken(PREPARE, STOP, START, count=count, hooks=two)
    assert names(made) == ["prepare", "turn-1", "turn-2", "stop", "start", "turn-2-off", "turn-1-off"]
    assert [step.closes for step in made.steps[-2:]] == ["turn-2", "turn-1"]
    assert not any(step.primary_only or step.after for step in made.steps)
    assert made.turns.first == 2 and len(made.turns.batches) == count


def test_tasks_of_one_step_have_turns_but_no_hooks():
    made = taken(STOP, START, task="containers.restart", hooks=BALANCER)
    assert names(made) == ["stop", "start"] and len(made.turns.batches) == 2


def test_other_hooks_stay_outside_of_the_turn():
    around = Hooks(before=[Hook(title="page", on="up", off="down")], turn=BALANCER.turn)
    members = fleet("a", "b")
    for one in members:
        one.environment = environment(hooks=around)
    made = turns.taken(plan(STOP, START), members[0])
    assert names(made) == ["hook-1", "turn-1", "stop", "start", "turn-1-off", "hook-1-off"]
    assert not made.in_turn(1) and made.in_turn(2) and made.in_turn(5) and not made.in_turn(6)


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (Turns(), ""),
        (Turns(2, [["a"]]), ""),
        (Turns(2, [["a"], ["b", "c"]]), "from step 2 on in turns: a; then b, c"),
        (Turns(3, [["a"], list("bcde")], 5), "from step 3 on in turns, each watched for 5 s: a; then 4 hosts"),
    ],
)
def test_the_plan_says_who_comes_after_whom(made, line):
    assert turns.told(made) == line


def test_hosts_take_their_turn_as_hosts_yaml_lists_them():
    primary, first = fleet("c", "a")
    primary.environment, primary.position = environment(), 1
    assert turns.taken(plan(STOP, START), primary).turns.batches == [["u@a:22"], ["u@c:22"]]
