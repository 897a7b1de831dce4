"""Good, bad, frozen, mended: what the ledger makes of commits in a real checkout."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tasks.preflight.history import ledger
from tasks.preflight.history.ledger import BAD, BEGUN, GOOD, UNKNOWN, Entry

A, B, C = "a" * 40, "b" * 40, "c" * 40


def entry(event: str, commit: str, **more) -> Entry:
    return Entry(event=event, commit=commit, **more)


def test_the_last_word_about_a_commit_counts():
    said = [entry(GOOD, A), entry(BAD, A), entry(GOOD, B), entry(BAD, B), entry(UNKNOWN, B)]
    assert ledger.bad(said) == [A]
    assert ledger.last_good(said, C) is None


def test_the_release_recorded_as_good_last_is_offered_but_not_the_present_one():
    said = [entry(GOOD, A), entry(GOOD, B), entry(BEGUN, C), entry(GOOD, A)]
    assert ledger.last_good(said, C).commit == A
    assert ledger.last_good(said, A).commit == B


TORN = ["", "{", "[]", '{"event":"good"}', '{"event":"good","commit":"$(reboot)"}']
STRANGE = [{"event": "x", "commit": A}, {"event": "good", "commit": A, "fixes": ["; reboot"]}]


@pytest.mark.parametrize("line", [*TORN, *map(json.dumps, STRANGE)])
def test_a_line_that_is_torn_or_not_ours_is_passed_over(line):
    good = json.dumps({"event": "good", "commit": B})
    assert [e.commit for e in ledger.entries(f"{line}\n{good}\n")] == [B]


class Checkout:
    """A repository with commits on top of each other, and what is frozen in it."""

    def __init__(self, folder: Path, environment) -> None:
        self.folder, self.environment = folder, environment
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        return subprocess.run(
            ["git", *who, "-C", self.folder, *words], check=True, capture_output=True, text=True
        ).stdout.strip()

    def commit(self, message: str = "work") -> str:
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def frozen(self, commit: str, *said: Entry) -> list[str]:
        script = ledger.frozen(self.environment, commit, list(said))
        return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.split()


@pytest.fixture
def checkout(tmp_path, checked_out):
    return Checkout(tmp_path, checked_out(tmp_path))


def test_the_bad_commit_and_what_is_built_on_it_are_frozen(checkout):
    good, bad, later = checkout.commit(), checkout.commit(), checkout.commit("unrelated")
    assert checkout.frozen(bad, entry(BAD, bad)) == [bad]
    assert checkout.frozen(later, entry(BAD, bad)) == [bad]
    assert checkout.frozen(good, entry(BAD, bad)) == []


def test_a_hotfix_that_does_not_contain_it_is_free(checkout):
    good, bad = checkout.commit(), checkout.commit()
    checkout.git("checkout", "-q", good)
    assert checkout.frozen(checkout.commit("hotfix"), entry(BAD, bad)) == []


def test_a_revert_mends_it(checkout):
    checkout.commit()
    bad = checkout.commit()
    fixed = checkout.commit(f'Revert "work"\n\nThis reverts commit {bad}.')
    assert checkout.frozen(fixed, entry(BAD, bad)) == []
    assert checkout.frozen(checkout.commit("more"), entry(BAD, bad)) == []


def test_a_fix_recorded_with_unfreeze_frees_all_that_follow_it(checkout):
    checkout.commit()
    bad, fix = checkout.commit(), checkout.commit("the fix")
    after = checkout.commit("more")
    said = [entry(BAD, bad), entry(GOOD, fix, fixes=[bad])]
    assert checkout.frozen(after, *said) == []
    assert checkout.frozen(bad, *said) == [bad]


def test_two_bad_ones_are_both_named(checkout):
    checkout.commit()
    one, two = checkout.commit(), checkout.commit()
    assert checkout.frozen(checkout.commit(), entry(BAD, one), entry(BAD, two)) == [one, two]
