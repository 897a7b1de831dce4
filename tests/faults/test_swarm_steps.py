"""A swarm loses a worker, its leader or the node of its database in any step of a rollback: it goes on to its end"""

from __future__ import annotations

import subprocess

import pytest

from sandbox.host import Host
from tests.faults.stage import HOLD
from tests.faults.test_swarm import SCHEMA, cut, leader, noted, paused, rows, there, whole  # noqa: F401 fixtures
from tests.integration.test_swarm import DOWN, UP, Stack, stack, three, until  # noqa: F401 fixtures
from tests.integration.test_swarm_database import worker  # noqa: F401 fixtures
from tests.operator import PROJECT, Ran

pytestmark = [pytest.mark.sandbox, pytest.mark.fault, pytest.mark.long]
# ruff: noqa: F811 fixtures
STEPS = ("keep", "build", "rehearse", "stop", "snapshot", "downgrade", "checkout", "start")
BEGUN = 'cat shop/.git/fab-rollback/runs/*/journal 2>/dev/null | grep -c \'"begin","step":"[0-9]*-{}"\' || :'
SHIM = "/usr/local/bin/timeout"


def at_step(stack: Stack, step: str) -> subprocess.Popen[str]:
    """Begin a full rollback; return when that step of it has begun, which does nothing until it is let go on."""
    stack.manager.exec(f"cat >{SHIM} && chmod +x {SHIM}", user="root", stdin=HOLD)
    stack.sh(f"printf %s -{step}. >/tmp/hold")
    before, pipe = stack.sh(BEGUN.format(step)), subprocess.PIPE
    rehearsing = () if step == "rehearse" else ("--no-rehearse",)
    words, environ = stack.operator.command(*SCHEMA, *rehearsing), stack.operator.environ()
    running = subprocess.Popen(words, env=environ, cwd=PROJECT, stdout=pipe, stderr=pipe, text=True)
    until(lambda: running.poll() is not None or stack.sh(BEGUN.format(step)) != before)
    assert running.poll() is None, running.communicate()
    return running


def ended(stack: Stack, running: subprocess.Popen[str]) -> Ran:
    """Let the step go on once the swarm knows what it lost; return how the rollback ended, to be resumed or refused."""
    until(lambda: not whole(stack))
    stack.sh("rm /tmp/hold")
    out, err = running.communicate(timeout=600)
    ran = Ran(running.returncode, out, err)
    assert (ran.code, "fab resume" in err) in ((1, True), (2, False)), ran.text
    return ran


def goes_on(stack: Stack, ran: Ran, before: str, node: Host | None = None) -> None:
    """See that what is typed next leads to the end once the swarm is whole again, and `undo` back to all rows."""
    words = ("resume", "--yes") if ran.code == 1 else SCHEMA
    again = stack.operator.fab(*words, timeout=600)
    assert again.code == 0, again.text
    assert (stack.head(), stack.revision(node), stack.answers()) == ("v1", DOWN, ["200"] * 3)
    back = stack.operator.fab("undo", "--yes", timeout=600)
    assert (back.code, stack.head(), stack.revision(node), stack.left()) == (0, "bad", UP, ""), back.text
    assert rows(stack, node) == before


@pytest.mark.parametrize("lost", [paused, cut])
@pytest.mark.parametrize("step", STEPS)
def test_a_worker_is_lost(stack, step, lost):
    *others, node = stack.hosts
    before, running = rows(stack), at_step(stack, step)
    with lost(node, others):
        ran = ended(stack, running)
        noted(stack, f"a worker is {lost.__name__}", f"during {step} (full-rollback)", ran, before)
    until(lambda: whole(stack))
    goes_on(stack, ran, before)


@pytest.mark.parametrize("step", STEPS)
def test_the_leader_is_lost(stack, leader, step):
    before, running = rows(stack), at_step(stack, step)
    with paused(leader, stack.hosts):
        ran = ended(stack, running)
        noted(stack, "the leader is paused", f"during {step} (full-rollback)", ran, before)
    until(lambda: whole(stack))
    goes_on(stack, ran, before)


@pytest.mark.parametrize("step", STEPS)
def test_the_node_of_the_database_is_lost(stack, worker, step):
    before, running = rows(stack, worker), at_step(stack, step)
    with cut(worker, [stack.manager, stack.hosts[2]]):
        ran = ended(stack, running)
        told = stack.operator.fab("status")
        assert "database" in told.out, told.text
        worker.exec("docker rm -f $(docker ps -q -f name=shop_db)")  # else two servers have one folder for a moment
        then = there(stack)
    until(lambda: whole(stack))
    if step != "start":  # which updates the database's service: the swarm may not try its task again
        stack.database_on(worker)
    goes_on(stack, ran, before, worker)
    where = f"during {step} (full-rollback)"
    noted(stack, "the worker with the database is cut off", where, ran, before, worker, then)
