"""The main job, on a real host: what it does, and what it refuses before anything changes."""

from __future__ import annotations

import pytest

from tests.operator import Operator, World

pytestmark = pytest.mark.sandbox

COMPOSE = "docker-compose.prod.yml"


def images(world: World, operator: Operator) -> dict[str, str]:
    """The image of each running container."""
    return {n: operator.host.exec(f"docker inspect -f '{{{{.Image}}}}' {n}") for n in world.containers}


def commit(operator: Operator, *changes: str) -> str:
    """A commit on top of v2 with changes to its index, made beside the checkout."""
    lines = [
        "set -e; cd jctc-app; export GIT_INDEX_FILE=$(mktemp -u) GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org",
        "export GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org",
        f"git read-tree {operator.good}",
        *changes,
        f'git commit-tree $(git write-tree) -p {operator.good} -m "made by a test"; rm -f $GIT_INDEX_FILE',
    ]
    return operator.host.exec("\n".join(lines)).splitlines()[-1]


def replaced(path: str, content: str) -> str:
    """A change to the index: `path` gets other content."""
    return f"git update-index --add --cacheinfo 100644,$(printf '%s' '{content}' | git hash-object -w --stdin),{path}"


def refused(operator: Operator, ref: str, *words: str) -> str:
    """Try the rollback, see that it is refused with one line and that the host is as it was; return the line."""
    before = operator.world()
    ran = operator.fab("full-rollback", f"--commit={ref}", "--yes", *words)
    assert ran.code == 2, ran.text
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert operator.world() == before
    return ran.err


def test_a_broken_release_is_rolled_back_and_proven(fresh):
    rows = fresh.rows()
    assert fresh.status_of() == "500"
    ran = fresh.fab("full-rollback", "--commit", fresh.good[:7], "--yes")
    assert ran.code == 0, ran.text
    assert "done and verified" in ran.out
    assert "outage" in ran.out
    assert "fab undo" in ran.out
    assert fresh.status_of() == "200"
    assert fresh.head() == fresh.good
    assert fresh.rows() == rows
    assert "v2" in fresh.host.exec("curl -s http://127.0.0.1:8080/")
    again = fresh.fab("full-rollback", "--commit", fresh.good, "--yes", "--json")
    assert again.code == 0, again.text
    assert all(check["ok"] for check in again.json()["checks"])


@pytest.mark.parametrize("ref", ["0000000", "HEAD^{tree}", "no-such-branch", "--help", "$(reboot)", ""])
def test_what_is_not_a_commit_is_refused(operator, ref):
    refused(operator, ref)


def test_without_a_commit_the_candidates_are_listed(operator):
    ran = operator.fab("full-rollback", "--yes")
    assert ran.code == 2
    assert operator.good[:7] in ran.out
    assert "deployed before" in ran.out


def test_without_yes_and_without_a_terminal_nothing_is_assumed(operator):
    before = operator.world()
    ran = operator.fab("full-rollback", "--commit", operator.good)
    assert ran.code == 2
    assert "--yes" in ran.err
    assert operator.world() == before


def test_the_plan_is_shown_and_nothing_is_changed(operator):
    before = operator.world()
    ran = operator.fab("full-rollback", "--commit", operator.good, "--plan")
    assert ran.code == 0, ran.text
    for words in ("Stop app, web", "alembic downgrade", f"git checkout {operator.good[:7]}", "outage"):
        assert words in ran.out
    assert operator.world() == before


def test_what_the_target_lacks_or_has_wrong_is_refused(operator):
    missing = commit(operator, f"git rm -q --cached {COMPOSE}")
    assert COMPOSE in refused(operator, missing)
    invalid = commit(operator, replaced(COMPOSE, "services: ["))
    assert "compose" in refused(operator, invalid)
    fewer = commit(operator, replaced(COMPOSE, 'version: "3"\nservices: {app: {image: x}, db: {image: y}}'))
    assert "web" in refused(operator, fewer)


def test_local_changes_are_refused_by_name_or_put_aside(fresh):
    fresh.host.exec("echo '# changed by hand' >> jctc-app/start.sh")
    assert "start.sh" in refused(fresh, fresh.good)
    ran = fresh.fab("full-rollback", "--commit", fresh.good, "--yes", "--stash")
    assert ran.code == 0, ran.text
    assert "git stash pop" in ran.out
    assert "changed by hand" in fresh.host.exec("git -C jctc-app stash show -p")
    assert fresh.status_of() == "200"


def test_a_file_in_the_way_is_refused_by_name(operator):
    in_the_way = commit(operator, replaced("notes.txt", "theirs"))
    operator.host.exec("echo ours > jctc-app/notes.txt")
    try:
        assert "notes.txt" in refused(operator, in_the_way)
    finally:
        operator.host.exec("rm jctc-app/notes.txt")


@pytest.mark.parametrize(("left", "what"), [(400_000, "disk"), (1_150_000, "snapshot")])
def test_too_little_disk_is_refused(operator, left, what):
    used = int(operator.host.exec("df -Pk /var/lib/docker | awk 'NR == 2 {print $3}'", user="root"))
    operator.host.exec(f"mount -o remount,size={used + left}k /var/lib/docker", user="root")
    try:
        assert what in refused(operator, operator.good)
    finally:
        operator.host.exec("mount -o remount,size=4g /var/lib/docker", user="root")


@pytest.mark.long
def test_an_engine_that_does_not_answer_is_refused(fresh):
    head = fresh.head()
    fresh.host.exec("pkill -STOP dockerd", user="root")
    try:
        ran = fresh.fab("full-rollback", "--commit", fresh.good, "--yes")
    finally:
        fresh.host.exec("pkill -CONT dockerd", user="root")
    assert ran.code == 2, ran.text
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert "ngine" in ran.err or "Docker" in ran.err
    assert fresh.head() == head
