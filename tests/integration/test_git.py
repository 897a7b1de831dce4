"""The code steps, on a real host."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.sandbox
IN_APP = "cd jctc-app && "


@pytest.fixture
def checkout(operator):
    """The operator, whose host's checkout, origin and reflog are put back afterwards, for tests that leave no run."""
    places = "home/ubuntu/jctc-app/.git srv/git"
    operator.host.exec(f"tar cf /tmp/before.tar -C / {places}", user="root")
    yield operator
    operator.host.exec(f"cd / && rm -rf {places} && tar xf /tmp/before.tar", user="root")
    operator.host.exec(IN_APP + "rm -f new.txt mended.txt; git checkout -q -- .")


def test_the_log_tells_what_was_deployed_and_afterwards_what_was_rolled_back(fresh):
    lines = {k["subject"]: k["mark"] for k in fresh.fab("git.log", "--json").json()}
    assert lines == {
        "Sort cases by priority": "HEAD",
        "Show the court of a case, bring in the archive": "deployed before",
        "Describe how we deploy": "",
        "Register cases and show them": "deployed before",
    }
    ran = fresh.fab("git.last-good")
    assert ran.out == f"{fresh.good}\n"
    assert "deployed before the present one" in ran.err

    containers = fresh.containers()
    ran = fresh.fab("git.checkout", "--commit", fresh.good[:7], "--yes")
    assert ran.code == 0, ran.text
    assert f"The way back: fab git.checkout --commit {fresh.bad[:12]}" in ran.out
    assert (fresh.head(), fresh.containers()) == (fresh.good, containers)

    marks = {k["sha"]: k["mark"] for k in fresh.fab("git.log", "--json").json()}
    assert marks[fresh.bad] == "rolled back; deployed before"
    assert marks[fresh.good] == "HEAD"
    assert fresh.fab("git.last-good").out == f"{fresh.host.releases['v1']}\n"
    again = fresh.fab("git.checkout", "--commit", fresh.good, "--yes")
    assert (again.code, "already" in again.out) == (0, True)

    plan = fresh.fab("git.return-to-main", "--plan")
    assert "main is still at" in plan.out and "deploying main brings it back" in plan.out
    mend = "git clone -q --no-hardlinks /srv/git/jctc-app.git m && cd m && echo mended > mended.txt && git add . && "
    identity = "git -c user.name=a -c user.email=a@example.org "
    fresh.host.exec(f"cd $(mktemp -d) && {mend}{identity}commit -q -m mended && git push -q origin main")
    ran = fresh.fab("git.return-to-main", "--yes")
    assert ran.code == 0, ran.text
    assert "main still contains" in ran.out and "which was rolled back" in ran.out
    assert fresh.host.exec(IN_APP + "git log -1 --format=%s && git symbolic-ref --short HEAD") == "mended\nmain"


@pytest.mark.parametrize(
    ("breaking", "words", "line"),
    [
        ("echo x >> README.md", ["git.return-to-main"], "local changes: README.md"),
        ("echo x >> README.md", ["git.checkout", "--commit", "HEAD~1"], "--stash puts them aside"),
        ("git remote remove origin", ["git.return-to-main"], "no remote named origin"),
        ("git remote set-url origin /nowhere", ["git.return-to-main"], "does not appear to be a git repository"),
        ("git -C /srv/git/jctc-app.git branch -m main trunk", ["git.return-to-main"], "origin has no branch main"),
        ("git rev-parse HEAD > .git/shallow", ["git.checkout", "--commit", "0123abc"], "git fetch --unshallow"),
        ("rm -r .git/logs", ["git.last-good"], "the reflog knows no earlier deployment"),
        ("mv .git/HEAD .git/head", ["git.log"], "not a git repository"),
    ],
)
def test_a_checkout_that_cannot_be_worked_on_is_refused_in_one_line(checkout, breaking, words, line):
    checkout.host.exec(IN_APP + breaking)
    containers = checkout.containers()
    ran = checkout.fab(*words, *(["--yes"] if "last" not in words[0] and "log" not in words[0] else []))
    assert ran.code == 2, ran.text
    assert line in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert checkout.containers() == containers


def test_a_file_that_git_does_not_know_is_not_overwritten(checkout):
    identity = "git -c user.name=a -c user.email=a@example.org "
    checkout.host.exec(IN_APP + f"echo theirs > new.txt && git add new.txt && {identity}commit -q -m new")
    newer = checkout.head()
    checkout.host.exec(IN_APP + "git reset -q --hard HEAD~1 && echo ours > new.txt")
    ran = checkout.fab("git.checkout", "--commit", newer, "--yes")
    assert (ran.code, "new.txt" in ran.err) == (2, True), ran.text
    assert checkout.host.exec("cat jctc-app/new.txt") == "ours"
