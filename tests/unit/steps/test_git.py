"""What the tasks on the code show and plan."""

from __future__ import annotations

import pytest

from tasks.preflight import worktree
from tasks.preflight.history.past import Past
from tasks.preflight.target import commit_choice
from tasks.preflight.worktree import CheckoutReport
from tasks.steps import git
from tests.unit.support import reports
from tests.unit.support.deployment import GOOD, HEAD, state
from tests.unit.support.reports import COMMIT, named
from tests.unit.support.scripted import planned


@pytest.fixture
def checkout(mocker):
    """Have the preflight of `check` find a checkout in some state, to be put on COMMIT."""

    def met(check="check", **values):
        report = CheckoutReport(**reports.deployment(target=COMMIT, **values))
        mocker.patch.object(worktree, check, return_value=report)

    return met


def test_the_log_says_what_is_known_of_each_commit(mocker, capsys):
    mocker.patch.object(commit_choice, "candidates", return_value=([COMMIT], Past(positions=[GOOD])))
    planned(mocker, git.log, count=3)
    assert "good" in capsys.readouterr().out
    planned(mocker, git.log, count="3", json=True)
    assert '"mark": "HEAD"' in capsys.readouterr().out


def test_the_last_good_commit_stands_alone_on_stdout(mocker, capsys):
    mocker.patch.object(commit_choice, "find_last_good", return_value=(GOOD, "recorded as good"))
    planned(mocker, git.last_good)
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (f"{GOOD}\n", "(recorded as good)\n")


def test_a_checkout_is_proven_and_names_its_way_back(mocker, checkout):
    checkout()
    made = planned(mocker, git.checkout, commit=GOOD)
    assert (named(made), made.expect.commit, made.before.commit) == (["checkout"], GOOD, HEAD)
    assert f"git.checkout --commit {HEAD[:12]}" in made.back


@pytest.mark.parametrize(
    ("task", "check", "branch"), [(git.checkout, "check", ""), (git.return_to_main, "check_return", "main")]
)
def test_what_stands_there_already_is_left_alone(mocker, checkout, capsys, task, check, branch):
    checkout(check, state=state(head=GOOD, branch=branch))
    assert planned(mocker, task) is None
    assert "already" in capsys.readouterr().out


def test_the_return_to_the_branch_is_one_even_from_its_own_commit(mocker, checkout):
    checkout("check_return", state=state(head=GOOD, branch=""))
    made = planned(mocker, git.return_to_main)
    assert named(made) == ["return"]
    assert made.steps[0].commands[0] == "git fetch origin main"


def test_the_way_back_puts_the_checkout_on_its_branch_again():
    step = git.check_out_again_step(reports.rollback_undo(reports.rollback().release))
    assert step.title == f"Check out {COMMIT.title} again, on main"
