"""The way back to the branch, run on real checkouts."""

from __future__ import annotations

import pytest

from tasks.tools.git import checkout
from tests.unit.support.checkouts import Checkout


@pytest.fixture
def host(tmp_path):
    return Checkout(tmp_path)


def test_the_tip_is_that_of_origin_and_its_commits_are_there_though_no_ref_moved(host):
    refs = host.git("show-ref")
    tip = host.commit("two", at=host.origin)
    ran = host.sh(checkout.find_tip(host.environment))
    assert (ran.stdout.strip(), ran.stderr) == (tip, "")
    assert host.git("cat-file", "-t", tip) == "commit"
    assert host.git("show-ref") == refs
    assert not (host.folder / ".git/FETCH_HEAD").exists()


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        (["remote", "remove", "origin"], "the checkout has no remote named origin"),
        (["remote", "set-url", "origin", "/nowhere"], "fatal: '/nowhere' does not appear to be a git repository"),
    ],
)
def test_without_a_remote_one_line_says_so(host, broken, line):
    host.git(*broken)
    ran = host.sh(checkout.find_tip(host.environment))
    assert ran.returncode != 0
    assert ran.stderr.splitlines()[0] == line


def test_a_branch_that_origin_lacks_is_named(tmp_path):
    host = Checkout(tmp_path, branch="re$lease")
    ran = host.sh(checkout.find_tip(host.environment))
    assert ran.stderr == "origin has no branch re$lease (app.branch)\n"


def test_a_branch_with_commits_of_the_hosts_own_is_not_forwarded(host):
    own = host.commit("made on the host")
    host.commit("two", at=host.origin)
    ran = host.sh(checkout.find_tip(host.environment))
    assert ran.returncode == 1
    assert "main on the host has commits that origin's lacks" in ran.stderr
    assert host.head() == own


def test_head_goes_from_detached_to_the_branch_without_standing_on_the_bad_commit(host):
    good, bad = host.head(), host.release("bad")
    host.git("checkout", "-q", "--detach", good)
    mended = host.commit("mended", at=host.origin)
    for _again in range(2):
        assert host.sh(checkout.return_to_branch(host.environment, mended)).returncode == 0
    assert host.head() == mended
    assert host.git("symbolic-ref", "--short", "HEAD") == "main"
    stood = list(dict.fromkeys(host.git("log", "-g", "--format=%H", "HEAD").split()))
    assert stood == [mended, good, bad]


def test_a_missing_local_branch_is_made_from_that_of_origin(host):
    host.git("checkout", "-q", "--detach")
    host.git("branch", "-D", "main")
    tip = host.commit("two", at=host.origin)
    assert host.sh(checkout.return_to_branch(host.environment, tip)).returncode == 0
    assert host.git("symbolic-ref", "--short", "HEAD") == "main"


def test_a_branch_that_was_not_forwarded_fails_and_stays(host):
    own = host.commit("made on the host")
    tip = host.commit("two", at=host.origin)
    ran = host.sh(checkout.return_to_branch(host.environment, tip))
    assert ran.returncode == 1
    assert host.head() == own
