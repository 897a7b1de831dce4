"""Every task that knows the stack of a swarm does there what it does elsewhere; on three hosts, of a good release."""

from __future__ import annotations

from shutil import rmtree

import pytest

from tests.integration.test_incident import folder_of
from tests.integration.test_swarm import Stack, three  # noqa: F401 fixtures

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
# ruff: noqa: F811 fixtures
CASES = "SELECT count(*) FROM cases"
LOOKS = (
    "status",
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
    "backups.check",
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


def sql(stack: Stack, statement: str) -> str:
    """What psql prints for a statement."""
    return stack.sh(f"docker exec $(docker ps -q -f name=shop_db) psql -At -U jctc_user -d jctc_db -c '{statement}'")


@pytest.fixture(scope="module")
def good(three: Stack) -> Stack:
    """The swarm with the good release, that a rollback proved, and a backup."""
    three.settled()
    three.operator.settings["database"]["backups"] = "backups"
    three.operator.write()
    for words in (("code-rollback", "--commit", "v2", "--yes"), ("backups.create", "--yes")):
        ran = three.operator.fab(*words)
        assert ran.code == 0, ran.text
    return three


@pytest.mark.parametrize("words", LOOKS)
def test_what_only_looks_finds_all_well(good, words):
    ran = good.operator.fab(*words.split())
    print(ran.text)
    assert ran.code == 0, ran.text
    if words == "incident.logs":
        rmtree(folder_of(ran))


def test_all_tasks_are_stopped_started_and_replaced(good):
    database = good.tasks("db")
    for words in ("containers.stop", "containers.start", "containers.restart", "container-restart"):
        before = good.tasks("app")
        ran = good.operator.fab(words, "--yes")
        print(ran.text)
        assert ran.code == 0, ran.text
        if words == "containers.stop":
            assert (good.tasks("app"), good.tasks("db"), good.answers()) == ({}, {}, ["000"] * 3)
        else:
            assert (len(good.tasks("app")), good.answers()) == (3, ["200"] * 3)
            assert not set(before) & set(good.tasks("app"))
    assert not set(database) & set(good.tasks("db"))


@pytest.mark.parametrize("task", ["emergency-restore", "backups.restore"])
def test_what_was_lost_comes_back_of_a_backup(good, task):
    before = sql(good, CASES)
    sql(good, "DELETE FROM cases WHERE id IN (SELECT max(id) FROM cases)")
    assert sql(good, CASES) != before
    ran = good.operator.fab(task, "--file", "latest", "--yes")
    print(ran.text)
    assert (ran.code, sql(good, CASES), good.answers()) == (0, before, ["200"] * 3), ran.text


def test_the_schema_alone_is_taken_down_by_its_own_task_and_brought_back_by_undo(good):
    before = good.revision()
    good.operator.fab("containers.stop", "--service", "backend", "--yes")
    ran = good.operator.fab("db.downgrade", "--yes")
    print(ran.text)
    assert (ran.code, good.revision() == before) == (0, False), ran.text
    ran = good.operator.fab("undo", "--yes")
    print(ran.text)
    assert (ran.code, good.revision()) == (0, before), ran.text
