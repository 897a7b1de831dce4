"""What is no rollback, and knows the stack of a swarm, does there what it does elsewhere: three hosts, a good one."""

from __future__ import annotations

import signal
import subprocess
from shutil import rmtree

import pytest

from tests.integration.test_incident import folder_of
from tests.integration.test_swarm import UP, Stack, three, until  # noqa: F401 fixtures
from tests.operator import PROJECT

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
# ruff: noqa: F811 fixtures
LOOKS = (
    "status",
    "status --json",
    "verify",
    "check",
    "diagnose",
    "containers.status",
    "db.current",
    "db.history",
    "db.heads",
    "db.preview",
    "db.rehearse --yes",
    "backups.list",
    "runs.list",
    "runs.show",
    "git.log",
    "git.last-good",
    "release.list",
    "release.stats",
    "incident.logs",
    "incident.checklist",
    "incident.report",
)


def done(stack: Stack, words: str) -> str:
    """Return what a command printed that has to end well."""
    ran = stack.operator.fab(*words.split(), timeout=600)
    assert ran.code == 0, ran.text
    return ran.text


def whole(stack: Stack) -> None:
    """See that the good release runs on all nodes, with its schema and all tasks, and nothing is left of a run."""
    assert (stack.head(), stack.answers(), stack.revision(), stack.left()) == ("v2", ["200"] * 3, UP, "")
    assert [len(stack.tasks(service)) for service in ("app", "agent", "db")] == [3, 3, 1]


@pytest.fixture(scope="module")
def good(three: Stack) -> Stack:
    """The swarm with the good release, that a rollback proved, and a backup."""
    three.settled()
    for words in ("code-rollback --commit v2 --yes", "backups.create --yes", "release.record"):
        done(three, words)
    return three


@pytest.mark.parametrize("words", LOOKS)
def test_what_only_looks_finds_all_well(good, words):
    ran = good.operator.fab(*words.split())
    assert ran.code == 0, ran.text
    if words == "incident.logs":
        rmtree(folder_of(ran))


@pytest.mark.parametrize("service", ["", " --service app"])
def test_what_is_stopped_runs_on_no_node_and_all_of_it_is_started_again(good, service):
    done(good, f"containers.stop{service} --yes")
    assert (good.tasks("app"), good.answers(), bool(good.tasks("db"))) == ({}, ["000"] * 3, bool(service))
    done(good, f"containers.start{service} --yes")
    until(lambda: good.answers() == ["200"] * 3)
    whole(good)


@pytest.mark.parametrize("words", ["containers.restart", "container-restart", "container-restart --service app"])
def test_a_restart_replaces_every_task_by_a_new_one_of_the_same_image(good, words):
    before, database = good.tasks("app"), good.tasks("db")
    done(good, f"{words} --yes")
    after = good.tasks("app")
    assert not before.keys() & after.keys() and {*before.values()} == {*after.values()}
    assert (good.tasks("db") == database) == ("--service" in words)
    whole(good)
    ran = good.operator.fab(*words.split(), "--recreate", "--yes")
    assert (ran.code, "docker stack deploy -c docker-stack.yml shop" in ran.err) == (2, True), ran.text


@pytest.mark.parametrize("words", ["backups.restore", "emergency-restore", "emergency-restore --online"])
def test_a_backup_is_restored_and_the_data_of_before_come_back_by_undo(good, words):
    database = good.tasks("db")
    added = "docker exec $(docker ps -q -f name=shop_db) psql -At -U jctc_user -d jctc_db -c"
    good.sh(f"""{added} "UPDATE cases SET title = 'since' WHERE id = (SELECT min(id) FROM cases)" """)
    since = f"""{added} "SELECT count(*) FROM cases WHERE title = 'since'" """
    done(good, f"{words} --file latest --yes")
    assert good.sh(since) == "0"
    done(good, "undo --yes")
    assert (good.sh(since), good.tasks("db")) == ("1", database)
    done(good, f"{words} --file latest --yes")
    whole(good)


def test_a_restore_whose_operator_dies_once_all_is_stopped_is_resumed_and_taken_back(good):
    words = good.operator.command("emergency-restore", "--file", "latest", "--yes")
    running = subprocess.Popen(words, env=good.operator.environ(), cwd=PROJECT, stdout=subprocess.DEVNULL)
    until(lambda: not good.tasks("app"))
    running.send_signal(signal.SIGKILL)
    running.wait()
    done(good, "resume --yes")
    whole(good)
    done(good, "undo --yes")
    whole(good)
