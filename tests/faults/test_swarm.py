"""A swarm loses a node, its leader or the way between nodes during a rollback: it ends in a described state"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from sandbox.engine import docker
from sandbox.host import Host
from tests.integration.test_swarm import Stack, stack, three  # noqa: F401 fixtures
from tests.operator import PROJECT, Ran

pytestmark = [pytest.mark.sandbox, pytest.mark.fault, pytest.mark.long]
ROLLBACK = ("code-rollback", "--commit", "v2", "--yes")


def until(holds: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(1)


@contextmanager
def paused(host: Host) -> Iterator[None]:
    """A node that does not answer any more, until it does again."""
    docker("pause", host.container)
    try:
        yield
    finally:
        docker("unpause", host.container)


@contextmanager
def cut(host: Host) -> Iterator[None]:
    """A node that cannot be reached from the others, and does not reach them."""
    for way in ("INPUT -s", "OUTPUT -d"):
        host.exec(f"iptables -I {way} 172.16.0.0/12 -j DROP", user="root")
    try:
        yield
    finally:
        for way in ("INPUT -s", "OUTPUT -d"):
            host.exec(f"iptables -D {way} 172.16.0.0/12 -j DROP", user="root")


def began(stack: Stack, *words: str) -> subprocess.Popen[str]:  # noqa: F811
    """Begin a rollback; return when the swarm replaces tasks."""
    image = "docker service inspect -f '{{.Spec.TaskTemplate.ContainerSpec.Image}}' shop_app"
    before = stack.sh(image)
    command = stack.operator.command(*words)
    pipe = subprocess.PIPE
    running = subprocess.Popen(
        command, env=stack.operator.environ(), cwd=PROJECT, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    )
    until(lambda: running.poll() is not None or stack.sh(image) != before)
    assert running.poll() is None, running.communicate()
    return running


def ended(running: subprocess.Popen[str]) -> Ran:
    out, err = running.communicate(timeout=600)
    return Ran(running.returncode, out, err)


def all_ready(stack: Stack) -> bool:  # noqa: F811
    return stack.sh("docker node ls --format '{{.Status}}'").split() == ["Ready"] * 3


def rolled_back(stack: Stack) -> None:  # noqa: F811
    """The next command, once the swarm is whole again, leads to the end."""
    until(lambda: all_ready(stack))
    ran = stack.operator.fab("resume", "--yes")
    assert ran.code == 0, ran.text
    assert (stack.head(), stack.answers()) == ("v2", ["200"] * 3)


@pytest.mark.parametrize("lost", [paused, cut])
def test_a_worker_that_is_lost_while_tasks_are_replaced_ends_the_run_by_its_name(stack, lost):  # noqa: F811
    worker = stack.hosts[2]
    running = began(stack, *ROLLBACK)
    with lost(worker):
        ran = ended(running)
        print(ran.text)
        assert ran.code == 1, ran.text
        assert worker.name in ran.err
        seen = stack.operator.fab("status")
        print(seen.text)
        assert worker.name in seen.text
    rolled_back(stack)


def test_a_worker_that_is_lost_while_all_is_stopped_is_no_hindrance_to_the_stop_but_named(stack):  # noqa: F811
    worker = stack.hosts[2]
    running = began_schema(stack)
    with paused(worker):
        ran = ended(running)
        print(ran.text)
        assert ran.code == 1, ran.text
        assert worker.name in ran.err
    rolled_back_schema(stack)


def began_schema(stack: Stack) -> subprocess.Popen[str]:  # noqa: F811
    return began(stack, "full-rollback", "--commit", "v1", "--yes")


@pytest.fixture
def managers(stack):  # noqa: F811
    """All three nodes are managers, and another one than that of the operator leads."""
    others = stack.hosts[1:]
    stack.sh(f"docker node promote {' '.join(one.name for one in others)}")
    with paused(stack.manager):
        time.sleep(15)
    until(lambda: all_ready(stack) and len(stack.tasks("app")) == 3)
    yield next(one for one in others if stack.sh(f"docker node inspect -f '{{{{.ManagerStatus.Leader}}}}' {one.name}") == "true")
    until(lambda: all_ready(stack))
    stack.sh(f"docker node demote {' '.join(one.name for one in others)}")


def test_the_leader_is_lost_while_tasks_are_replaced(stack, managers):  # noqa: F811
    running = began(stack, *ROLLBACK)
    with paused(managers):
        ran = ended(running)
        print(ran.text)
        assert ran.code == 1, ran.text
        assert managers.name in ran.err
    rolled_back(stack)


def test_a_manager_that_does_not_answer_is_passed_over(stack, managers):  # noqa: F811
    ...
