"""A swarm loses the worker with the database while the schema moves: it ends in a described state, and goes on"""

from __future__ import annotations

import subprocess

import pytest

from tests.faults.test_swarm import SCHEMA, cut, noted, resumed, rows, whole
from tests.integration.test_swarm import DOWN, UP, stack, three, until  # noqa: F401 fixtures
from tests.integration.test_swarm_database import worker  # noqa: F401 fixtures
from tests.operator import PROJECT, Ran

pytestmark = [pytest.mark.sandbox, pytest.mark.fault, pytest.mark.long]
# ruff: noqa: F811 fixtures
MOVES = "docker service ls -q -f name=fab-rollback-like"


def test_it_is_cut_off_while_the_schema_moves(stack, worker):
    before, pipe = rows(stack, worker), subprocess.PIPE
    words, environ = stack.operator.command(*SCHEMA), stack.operator.environ()
    running = subprocess.Popen(words, env=environ, cwd=PROJECT, stdout=pipe, stderr=pipe, text=True)
    until(lambda: not stack.tasks("app"))
    until(lambda: bool(stack.sh(MOVES)))
    with cut(worker, [stack.manager, stack.hosts[2]]):
        out, err = running.communicate(timeout=600)
        ran = Ran(running.returncode, out, err)
        assert (ran.code, "fab resume" in ran.err) == (1, True), ran.text
        told = stack.operator.fab("status")
        assert "database" in told.out, told.text
    until(lambda: whole(stack))
    worker.exec("docker rm -f $(docker ps -q -f name=shop_db)")  # two servers had one folder for a moment
    until(lambda: len(stack.tasks("db")) == 1)
    stack.database_on(worker)
    noted(
        stack, "the worker with the database is cut off", "during downgrade (full-rollback)", ran, before, node=worker
    )
    resumed(stack, "v1")
    assert (stack.revision(worker), stack.left()) == (DOWN, "")
    assert (stack.operator.fab("undo", "--yes", timeout=600).code, stack.revision(worker)) == (0, UP)
