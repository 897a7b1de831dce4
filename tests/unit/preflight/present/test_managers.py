"""Of the managers of a swarm one serves, of those that answer: what is half-way comes first, then the database."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from tasks.console.errors import ConnectionLost, Refused
from tasks.engine.lock import LockInfo
from tasks.preflight.present import managers
from tasks.ssh.shell import Answer
from tasks.tools.git.standing import Head
from tests.unit.support.deployment import GOOD, HEAD, environment

STACK = structs.replace(environment(orchestrator="swarm", stack="shop"), name="live")
EARLY, LATE = "20260101-000000-aaaaaa", "20260102-000000-aaaaaa"
LEADERLESS = "The swarm does not have a leader"


def answers(last: str = "", state: Any = "", head: str = HEAD, database: bool = False, nodes: str = "") -> list[Any]:
    """What a manager says of its last run, the state of a lock, its checkout, the database; and what is wrong."""
    held = LockInfo(state, {"run": last}) if state else None
    return [Answer("", nodes, bool(nodes)), {last: []} if last else {}, held, Head(head, "", ""), database]


@pytest.fixture
def served(mocker, capsys):
    """Return which manager serves, by its number, and what the operator is told."""

    def serve(*says: dict[str, Any] | Exception) -> tuple[int, str]:
        members = [mocker.Mock(address=f"m{n}", environment=STACK) for n, _ in enumerate(says)]
        for member, said in zip(members, says, strict=True):
            member.fleet = tuple(members)
            member.ask.side_effect = said if isinstance(said, Exception) else [answers(**said)]
        mocker.patch.object(managers.fleet, "only", side_effect=lambda _c, chosen: chosen[0])
        return members.index(managers.serving(members[0])), capsys.readouterr().err

    return serve


def test_a_single_manager_serves_and_is_not_asked(mocker):
    alone = mocker.Mock()
    alone.fleet = (alone,)
    assert (managers.serving(alone), alone.ask.called) == (alone, False)


@pytest.mark.parametrize(("says", "serves"), [(("", ""), 0), ((EARLY, EARLY), 0), ((LATE, EARLY), 0), (("", EARLY), 1)])
def test_the_one_that_was_last_worked_on_serves_else_the_first(served, says, serves):
    assert served(*({"last": last} for last in says))[0] == serves


def test_that_another_than_the_first_has_the_last_run_is_said(served):
    assert served({"last": EARLY}, {"last": LATE}) == (1, f"m1 serves: it has the last run, {LATE}.\n")
    assert served({"last": LATE}, {"last": EARLY})[1] == ""


def test_the_one_that_has_the_database_serves_and_is_named(served):
    assert served({}, {"database": True}) == (1, "m1 serves: it has the database's task.\n")
    assert served({"database": True}, {}) == (0, "")


def test_where_the_database_came_from_the_manager_of_the_last_run_that_is_said_with_the_command(served):
    serves, told = served({"last": LATE}, {"last": EARLY, "database": True})
    assert (serves, told.splitlines()) == (
        1,
        [
            "m1 serves: it has the database's task.",
            f"m0 does not serve, though the last run, {LATE}, began there: ROLLBACK_ENV=live fab -H m0 runs.show",
        ],
    )


def test_one_whose_checkout_is_not_where_the_last_run_left_it_does_not_serve_until_it_is(served):
    serves, told = served({"last": LATE, "head": GOOD}, {"last": EARLY, "database": True})
    bring = f"ROLLBACK_ENV=live fab -H m1 git.checkout --commit {GOOD[:12]}"
    assert (serves, told) == (
        0,
        f"m1 has the database's task, and serves once its checkout is at {GOOD[:12]} too: {bring}\n",
    )
    assert served({"head": GOOD}, {"database": True})[0] == 0  # no run: the first is taken for the one deployed from


@pytest.mark.parametrize("state", ["LIVE", "RUNNING", "DEAD"])
def test_a_run_that_is_not_over_is_never_passed_over_for_the_database(served, state):
    serves, told = served({"database": True}, {"last": EARLY, "state": state})
    assert (serves, told.splitlines()) == (
        1,
        [
            f"m1 serves: run {EARLY} there is not over (fab runs.show).",
            f"m0 has the database's task, and serves once run {EARLY} is over; steps of that which need the database "
            "are not possible before it is back.",
        ],
    )


def test_a_lock_that_holds_nothing_up_does_not_count(served):
    assert served({"database": True}, {"last": EARLY, "state": "FREE"})[0] == 0


def test_of_two_runs_that_are_not_over_the_other_one_is_named_with_its_command(served):
    serves, told = served({"last": EARLY, "state": "DEAD"}, {"last": LATE, "state": "DEAD"})
    assert (serves, told.splitlines()[1]) == (
        1,
        f"m0 does not serve, though run {EARLY} there is not over: ROLLBACK_ENV=live fab -H m0 runs.show",
    )


@pytest.mark.parametrize("says", [ConnectionLost("m0: it does not answer."), Refused("it does not answer", at="m0")])
def test_where_the_first_does_not_answer_the_next_does_and_says_what_it_does_not_know(served, says):
    told = "m1 serves: m0 does not (it does not answer); runs that began there are not known here.\n"
    assert served(says, {"last": EARLY}) == (1, told)


def test_a_manager_without_a_leader_does_not_serve(served):
    assert served({"nodes": LEADERLESS}, {})[0] == 1


def test_where_none_serves_all_reasons_are_said(served):
    with pytest.raises(Refused, match=f"m0: gone; m1: {LEADERLESS}."):
        served(ConnectionLost("m0: gone."), {"nodes": LEADERLESS})


def test_the_database_s_task_is_looked_for_by_its_service(mocker):
    member = mocker.Mock(address="m0", environment=STACK)
    member.ask.return_value = answers()
    managers._ask(member)
    (command,) = member.ask.call_args.args[-1].commands.values()
    assert "label=com.docker.swarm.service.name=shop_db" in command
