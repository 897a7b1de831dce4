"""The main job, on a real host."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.sandbox


def test_a_broken_release_is_rolled_back_and_proven(fresh):
    rows = fresh.rows()
    assert fresh.status_of() == "500"
    ran = fresh.fab("full-rollback", "--commit", fresh.good[:7], "--yes")
    assert ran.code == 0, ran.text
    assert "done and verified" in ran.out
    assert fresh.status_of() == "200"
    assert fresh.head() == fresh.good
    assert fresh.rows() == rows
    assert "v2" in fresh.host.exec("curl -s http://127.0.0.1:8080/")


@pytest.mark.parametrize("commit", ["0000000", "HEAD^{tree}", "no-such-branch", "--help", "$(reboot)", ""])
def test_what_is_not_a_commit_is_refused_and_the_host_left_alone(operator, commit):
    before = operator.world()
    ran = operator.fab("full-rollback", f"--commit={commit}", "--yes")
    assert ran.code == 2, ran.text
    assert len(ran.err.strip().splitlines()) == 1
    assert operator.world() == before


def test_without_a_commit_the_candidates_are_listed(operator):
    ran = operator.fab("full-rollback", "--yes")
    assert ran.code == 2
    assert operator.good[:7] in ran.out
    assert "deployed before" in ran.out
