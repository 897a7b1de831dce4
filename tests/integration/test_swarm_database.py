"""A stack whose database's task runs on a worker: all works as it does on the manager, by docker over SSH."""

from __future__ import annotations

import signal
import subprocess

import pytest

from sandbox.host import Host
from tests.integration.test_swarm import DOWN, UP, Stack, acquaint, stack, three, until  # noqa: F401 fixtures
from tests.operator import PROJECT

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
# ruff: noqa: F811 fixtures
CHANGES = ("code-rollback --commit v2", "full-rollback --commit v1")
LOOKS = ("status", "verify", "check", "diagnose", "db.current", "db.preview", "db.rehearse --yes", "backups.list")


@pytest.fixture(scope="module")
def worker(three) -> Host:
    """A worker that has the database, with a schema and rows of its own; the manager can reach it."""
    node = three.hosts[1]
    acquaint(three.manager, node)
    three.database_on(node)
    node.exec("docker exec $(docker ps -q -f name=shop_app | sed 1q) alembic upgrade head", timeout=120)
    return node


def seen(stack: Stack, worker: Host) -> tuple[str, list[str], str, str]:
    """Return the commit, what the nodes answer, the revision, and what a run left."""
    return stack.head(), stack.answers(), stack.revision(worker), stack.left()


def test_the_schema_goes_back_and_up_again_with_the_database_going_on_there(stack, worker):
    database = stack.tasks("db")
    ran = stack.operator.fab("full-rollback", "--commit", "v1", "--yes", timeout=600)
    assert ran.code == 0, ran.text
    assert seen(stack, worker) == ("v1", ["200"] * 3, DOWN, "")
    ran = stack.operator.fab("undo", "--yes", timeout=600)
    assert ran.code == 0, ran.text
    assert seen(stack, worker) == ("bad", ["500"] * 3, UP, "")
    assert stack.tasks("db") == database


def test_a_run_whose_operator_dies_while_all_is_stopped_is_resumed(stack, worker):
    words = stack.operator.command("full-rollback", "--commit", "v1", "--yes")
    running = subprocess.Popen(words, env=stack.operator.environ(), cwd=PROJECT, stdout=subprocess.DEVNULL)
    until(lambda: not stack.tasks("app"))
    running.send_signal(signal.SIGKILL)
    running.wait()
    ran = stack.operator.fab("resume", "--yes", timeout=600)
    assert ran.code == 0, ran.text
    assert seen(stack, worker) == ("v1", ["200"] * 3, DOWN, "")
    ran = stack.operator.fab("undo", "--restore-snapshot", "--yes", timeout=600)
    assert ran.code == 0, ran.text
    assert seen(stack, worker) == ("bad", ["500"] * 3, UP, "")


def test_a_backup_is_written_restored_on_trial_and_loaded_again(stack, worker):
    restored = "emergency-restore --file latest --no-health --yes"
    for words in ("backups.create --yes", "backups.check --file latest --restore", restored):
        ran = stack.operator.fab(*words.split(), timeout=600)
        assert ran.code == 0, ran.text
    assert seen(stack, worker) == ("bad", ["500"] * 3, UP, "")
    ran = stack.operator.fab("undo", "--yes", timeout=600)
    assert (ran.code, stack.revision(worker)) == (0, UP), ran.text


def test_a_drill_goes_the_way_back_and_leaves_all_as_it_was(stack, worker):
    assert stack.operator.fab("full-rollback", "--commit", "v2", "--yes").code == 0
    for words in (*LOOKS, "drill --interrupt test --yes"):
        ran = stack.operator.fab(*words.split(), timeout=900)
        assert ran.code == 0, ran.text
    assert seen(stack, worker) == ("v2", ["200"] * 3, UP, "")


def test_a_node_that_cannot_be_reached_is_refused_by_name_before_anything_changes(stack, worker):
    stack.sh("mv .ssh/known_hosts .ssh/known_hosts.away")
    asked = (
        "code-rollback --commit v2",
        "full-rollback --commit v1",
        "backups.create",
        "emergency-restore --file latest",
    )
    refused = [stack.operator.fab(*words.split(), "--yes") for words in asked]
    stack.sh("mv .ssh/known_hosts.away .ssh/known_hosts")
    for ran in refused:
        assert (ran.code, f"shop_db runs on {worker.name}, which cannot be reached" in ran.err) == (2, True), ran.text
        assert f"(Host key verification failed); what has to work there: docker -H ssh://{worker.name}" in ran.err
    assert seen(stack, worker) == ("bad", ["500"] * 3, UP, "")
