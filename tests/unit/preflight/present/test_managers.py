"""Of the managers of a swarm one serves: the one that knows the last run, of those that answer."""

from __future__ import annotations

import pytest

from tasks.console.errors import ConnectionLost, Refused
from tasks.preflight.present import managers
from tasks.ssh.shell import Answer
from tests.unit.tools.swarm.test_stack import SWARM

EARLY, LATE = "20260101-000000-aaaaaa", "20260102-000000-aaaaaa"
LEADERLESS = "The swarm does not have a leader"


@pytest.fixture
def served(mocker, capsys):
    """Return which manager serves, by its number, and what the operator is told: each says its last run, or fails."""

    def serve(*says: str | Exception) -> tuple[int, str]:
        members = [mocker.Mock(address=f"m{n}", environment=SWARM) for n, _ in enumerate(says)]
        for member, said in zip(members, says, strict=True):
            member.fleet = tuple(members)
            runs = {said: []} if said and isinstance(said, str) and said != LEADERLESS else {}
            nodes = Answer("", LEADERLESS, 1) if said == LEADERLESS else Answer("n1", "", 0)
            member.ask.side_effect = said if isinstance(said, Exception) else [(nodes, runs)]
        mocker.patch.object(managers.fleet, "only", side_effect=lambda _c, chosen: chosen[0])
        return members.index(managers.serving(members[0])), capsys.readouterr().err

    return serve


def test_a_single_manager_serves_and_is_not_asked(mocker):
    alone = mocker.Mock()
    alone.fleet = (alone,)
    assert (managers.serving(alone), alone.ask.called) == (alone, False)


@pytest.mark.parametrize(("says", "serves"), [(("", ""), 0), ((EARLY, EARLY), 0), ((LATE, EARLY), 0), (("", EARLY), 1)])
def test_the_one_that_was_last_worked_on_serves_else_the_first(served, says, serves):
    assert served(*says)[0] == serves


def test_that_another_than_the_first_has_the_last_run_is_said(served):
    assert served(EARLY, LATE) == (1, f"m1 serves: it has the last run, {LATE}.\n")
    assert served(LATE, EARLY)[1] == ""


@pytest.mark.parametrize("says", [ConnectionLost("m0: it does not answer."), Refused("it does not answer", at="m0")])
def test_where_the_first_does_not_answer_the_next_does_and_says_what_it_does_not_know(served, says):
    told = "m1 serves: m0 does not (it does not answer); runs that began there are not known here.\n"
    assert served(says, EARLY) == (1, told)


def test_a_manager_without_a_leader_does_not_serve(served):
    assert served(LEADERLESS, "")[0] == 1


def test_where_none_serves_all_reasons_are_said(served):
    with pytest.raises(Refused, match=f"m0: gone; m1: {LEADERLESS}."):
        served(ConnectionLost("m0: gone."), LEADERLESS)
