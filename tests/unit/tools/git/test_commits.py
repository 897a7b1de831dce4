"""What is known of the commits, asked of real checkouts."""

from __future__ import annotations

import pytest

from tasks.tools.git import commits
from tests.unit.support.checkouts import Checkout


@pytest.fixture
def host(tmp_path):
    return Checkout(tmp_path)


def subjects(host, count=10):
    return [c.subject for c in commits.parse_commits(host.sh(commits.show_log(host.environment, count)).stdout)]


def test_after_a_rollback_the_log_still_shows_the_newer_commits_of_the_branch(host):
    host.release("two")
    host.git("checkout", "-q", "--detach", "HEAD~1")
    assert subjects(host) == ["two", "one"]


def test_without_the_branch_the_log_shows_the_commits_of_head(tmp_path):
    assert subjects(Checkout(tmp_path, branch="no-such")) == ["one"]


def test_subjects_with_quotes_and_dollars_come_through_as_they_are(host):
    host.release('it\'s $(date) `x` "y" é')
    assert subjects(host)[0] == 'it\'s $(date) `x` "y" é'


def test_a_tree_is_not_shown_as_a_commit(host):
    assert host.sh(commits.show_one(host.environment, "HEAD^{tree}")).returncode != 0
    assert host.sh(commits.show_one(host.environment, "--all")).returncode != 0


def test_untracked_files_that_a_commit_would_overwrite_are_named(host):
    (host.origin / "a b.txt").write_text("theirs")
    host.commit("with a file", at=host.origin, file="a b.txt")
    host.git("fetch", "-q")
    command = commits.in_the_way(host.environment, "origin/main")
    assert host.sh(command).stdout == ""
    (host.folder / "a b.txt").write_text("mine")
    assert host.sh(command).stdout == "a b.txt\n"


def test_values_of_compose_that_were_changed_here_and_by_a_commit_are_in_its_way(host):
    good = host.commit("SECRET=example", file="deploy/.env")
    (host.folder / "deploy" / ".env").write_text("SECRET=real")
    assert host.sh(commits.in_the_way(host.environment, good)).stdout == ""
    assert host.sh(commits.in_the_way(host.environment, f"{good}~1")).stdout == "deploy/.env\n"


def test_only_commits_in_the_history_of_the_tip_are_contained(host):
    one, two = host.head(), host.release("two")
    host.git("checkout", "-q", "-b", "side", one)
    side = host.commit("side")
    asked = commits.contained(host.environment, [two, side, one], two)
    assert {c.sha for c in commits.parse_commits(host.sh(asked.commands[""]).stdout)} == {one, two}


def test_a_hash_is_shown_with_twelve_digits_wherever_it_is():
    (found,) = commits.parse_commits(commits.SEPARATOR.join(("a" * 40, "2024-01-01 00:00", "ada", "good")))
    assert (found.short, found.title) == ("a" * 12, f"{'a' * 12} (good)")
