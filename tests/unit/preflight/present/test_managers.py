"""Of the managers of a swarm that answer one serves; the others hold the same lock and copies of the state."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from tasks.console.errors import ConnectionLost, Refused
from tasks.engine.lock import LockInfo
from tasks.engine.mirrors import HERE, Copy
from tasks.preflight.present import managers
from tasks.ssh.shell import Answer
from tasks.tools.git.standing import Head
from tests.unit.support.deployment import GOOD, HEAD, environment

STACK = structs.replace(environment(orchestrator="swarm", stack="shop"), name="live")
EARLY, LATE = "20260101-000000-aaaaaa", "20260102-000000-aaaaaa"
LEADERLESS = "The swarm does not have a leader"
LOST = Answer("down one\n", "", 0)


def here(*runs: str) -> dict[str, Copy]:
    """Runs that a manager carried out, the later ones later."""
    return {run: Copy(0, float(run[:8]), float(run[:8]), HERE) for run in runs}


def there(run: str, at: float = 20260102.0, turns: int = 0, node: str = "n0") -> dict[str, Copy]:
    """A run that a manager has a copy of."""
    return {run: Copy(turns, float(run[:8]), at, node)}


def answers(
    runs: Any = None, state: Any = "", held: str = LATE, head: str = HEAD, database: bool = False, nodes: str = ""
) -> list[Any]:
    """What a manager says of its runs, the state of a lock, its checkout, the database; and what is wrong."""
    lock = LockInfo(state, {"run": held}) if state else None
    return [Answer("node\n", nodes, bool(nodes)), runs or {}, lock, Head(head, "", ""), database]


@pytest.fixture
def brought(mocker):
    """What was copied: from which manager to which one, which runs, and which was worked on last."""
    found = []
    taken_out = mocker.patch.object(managers.mirrors, "taken_out", side_effect=lambda *given: given)
    taken_in = mocker.patch.object(
        managers.mirrors,
        "take_in",
        side_effect=lambda member, out: found.append((out[0].address, member.address, out[2:])),
    )
    assert taken_out and taken_in
    return found


@pytest.fixture
def served(mocker, capsys, brought):
    """Return which manager serves, by its number, and what the operator is told; `node` is how the swarm knows one."""

    def serve(*says: dict[str, Any] | Exception, node: Answer = LOST) -> tuple[int, str]:
        members = [mocker.Mock(address=f"m{n}", environment=STACK) for n, _ in enumerate(says)]
        for member, said in zip(members, says, strict=True):
            reply = said if isinstance(said, Exception) else answers(**said)
            member.fleet, member.ask.side_effect = tuple(members), _answering(reply, node)
        mocker.patch.object(managers.fleet, "only", side_effect=lambda _c, chosen: chosen[0])
        serve.host = managers.serving(members[0])
        return members.index(serve.host), capsys.readouterr().err

    return serve


def _answering(reply: Any, node: Answer) -> Any:
    def ask(*probes: Any) -> Any:
        if isinstance(reply, Exception):
            raise reply
        return reply if len(probes) > 1 else node

    return ask


def test_a_single_manager_serves_and_is_not_asked(mocker):
    alone = mocker.Mock()
    alone.fleet = (alone,)
    assert (managers.serving(alone), alone.ask.called) == (alone, False)


@pytest.mark.parametrize(
    ("says", "serves"),
    [(({}, {}), 0), ((here(EARLY), there(EARLY)), 0), ((there(LATE), here(LATE)), 1), (({}, here(EARLY)), 1)],
)
def test_the_one_that_carried_out_the_last_run_serves_else_the_first(served, says, serves):
    assert served(*({"runs": runs} for runs in says))[0] == serves


def test_that_another_than_the_first_serves_is_said(served):
    assert served({"runs": there(LATE)}, {"runs": here(LATE)}) == (1, "m1 serves: it carried out the last run.\n")
    assert served({"runs": here(LATE)}, {"runs": there(LATE)})[1] == ""


def test_all_others_that_answer_are_its_mirrors(served):
    served({}, ConnectionLost("m1: gone."), {}, {"nodes": LEADERLESS}, {})
    assert [member.address for member in served.host.mirrors] == ["m2", "m4"]
    assert served.host.node == "node"


def test_the_one_that_has_the_database_serves_and_is_named(served):
    assert served({}, {"database": True}) == (1, "m1 serves: it has the database's task.\n")
    assert served({"database": True}, {}) == (0, "")


def test_one_whose_checkout_is_not_where_the_last_run_left_it_does_not_serve_until_it_is(served):
    serves, told = served({"runs": here(LATE), "head": GOOD}, {"runs": there(LATE), "database": True})
    bring = f"ROLLBACK_ENV=live fab -H m1 git.checkout --commit {GOOD[:12]}"
    assert (serves, told) == (
        0,
        f"m1 has the database's task, and serves once its checkout is at {GOOD[:12]} too: {bring}\n",
    )
    assert served({"head": GOOD}, {"database": True})[0] == 0  # no run: the first is taken for the one deployed from


@pytest.mark.parametrize("state", ["LIVE", "RUNNING", "DEAD"])
def test_a_run_that_is_not_over_is_never_passed_over_for_the_database(served, state):
    serves, told = served({"runs": there(LATE), "state": state, "database": True}, {"runs": here(LATE), "state": state})
    assert (serves, told.splitlines()) == (
        1,
        [
            f"m1 serves: it carries out run {LATE}, which is not over.",
            f"m0 has the database's task, and serves once run {LATE} is over.",
        ],
    )


def test_a_lock_that_holds_nothing_up_does_not_count(served):
    assert served({"database": True}, {"runs": here(EARLY), "held": EARLY, "state": "FREE"})[0] == 0


def test_where_the_one_that_carries_a_run_out_is_lost_the_one_with_the_database_goes_on_and_says_what_is_not_known(
    served,
):
    gone = ConnectionLost("m0: gone.")
    of = {"runs": there(LATE), "state": "DEAD"}
    serves, told = served(gone, of, of | {"database": True})
    assert (serves, served.host.doubt) == (2, "")
    assert "m0 does not serve (gone): it is not locked, and gets no copy of what is done." in told
    assert (
        f"one, which carried out run {LATE}, is lost: whether what was under way there has ended is not known" in told
    )
    assert "fab resume" in told


@pytest.mark.parametrize("node", [Answer("", "no such node", 1), LOST])
def test_a_node_that_left_the_swarm_or_that_the_swarm_lost_is_no_doubt(served, node):
    served(ConnectionLost("m0: gone."), {"runs": there(LATE), "state": "DEAD"}, node=node)
    assert served.host.doubt == ""


def test_where_only_the_operator_does_not_hear_it_nothing_may_go_on_elsewhere(served):
    serves, _ = served(
        ConnectionLost("m0: gone."), {"runs": there(LATE), "state": "DEAD"}, node=Answer("ready one\n", "", 0)
    )
    assert serves == 1
    assert (
        f"run {LATE} is carried out by one, which does not answer here and is ready in the swarm" in served.host.doubt
    )


def test_one_that_was_away_is_given_the_runs_that_it_lacks_by_those_that_carried_them_out(served, brought):
    served({"runs": here(LATE)}, {"runs": here(EARLY)}, {"runs": there(LATE, at=1.0)})
    assert brought == [
        ("m1", "m0", ([EARLY], "")),
        ("m0", "m1", ([LATE], LATE)),
        ("m0", "m2", ([LATE], LATE)),
        ("m1", "m2", ([EARLY], "")),
    ]


def test_a_run_that_was_taken_back_is_not_the_last_one_for_that(served, brought):
    taken_back = structs.replace(there(EARLY)[EARLY], at=20260103.0, turns=1)
    served({"runs": {**here(LATE), EARLY: taken_back}}, {"runs": here(EARLY)})
    assert brought == [("m0", "m1", ([EARLY, LATE], LATE))]


def test_a_run_is_believed_where_it_was_taken_up_or_back_then_where_it_is_carried_out(served, brought):
    served({"runs": there(LATE, at=9.0, node=HERE)}, {"runs": there(LATE, at=2.0, turns=1)})
    assert [one[:2] for one in brought] == [("m1", "m0")]
    brought.clear()
    served({"runs": there(LATE, at=9.0)}, {"runs": there(LATE, at=2.0, node=HERE)})
    assert [one[:2] for one in brought] == [("m1", "m0")]
    brought.clear()
    served({"runs": there(LATE, at=1.0)}, {"runs": there(LATE, at=2.0)})
    assert [one[:2] for one in brought] == [("m1", "m0")]


def test_one_that_was_given_back_a_run_that_it_carries_out_itself_goes_on_to_do_so(served):
    back = {"runs": there(LATE, node="node"), "state": "DEAD"}
    assert served({"runs": there(LATE, node="other"), "state": "DEAD"}, back)[0] == 1


def test_where_all_know_the_same_nothing_is_copied(served, brought):
    served({"runs": here(LATE)}, {"runs": there(LATE)})
    assert brought == []


def test_one_that_cannot_be_brought_up_to_date_is_named(served, mocker, brought):
    mocker.patch.object(managers.mirrors, "take_in", side_effect=Refused("no room"))
    assert "m1 does not know of the last runs, as m0 does: no room." in served({"runs": here(LATE)}, {})[1]


@pytest.mark.parametrize("says", [ConnectionLost("m0: it does not answer."), Refused("it does not answer", at="m0")])
def test_where_the_first_does_not_answer_the_next_does_and_says_so(served, says):
    told = "m0 does not serve (it does not answer): it is not locked, and gets no copy of what is done.\n"
    assert served(says, {"runs": here(EARLY)}) == (1, told)


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
