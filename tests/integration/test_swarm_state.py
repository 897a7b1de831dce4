"""Three managers of a swarm hold one lock and the same state: another one goes on where the one that served is lost."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.engine import docker
from sandbox.host import Host
from tests.faults.test_swarm import managers, paused
from tests.integration.test_swarm import DOWN, UP, Stack, check_out, stack, three, until  # noqa: F401 fixtures
from tests.operator import PROJECT, Operator, settings_for

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
# ruff: noqa: F811 fixtures
STATE = "shop/.git/fab-rollback"
VOLUME = "/var/lib/docker/volumes/shop_pgdata"
ROLLBACK = ("full-rollback", "--commit", "v1", "--yes")


@pytest.fixture
def trio(stack: Stack) -> Iterator[Stack]:
    """All three are managers and hosts of the environment, with the checkout."""
    first, *others = stack.hosts
    operator, alone = stack.operator, stack.operator.settings["hosts"]
    for other in others:
        check_out(first, other)
        stack.sh(f"docker node promote {other.name}")
    until(lambda: managers(first) == 3)
    operator.settings["hosts"] = [one for host in stack.hosts for one in settings_for(host)["hosts"]]
    operator.write()
    yield stack
    operator.settings["hosts"] = alone
    operator.write()
    for other in others:
        other.exec(f"rm -rf {STATE}")
        stack.sh(f"docker node demote {other.name}")
    until(lambda: managers(first) == 1)


def began(stack: Stack, step: str, **variables: str) -> subprocess.Popen[str]:
    """Begin a rollback; return when the third manager knows that a step of it began on the one that serves."""
    running = subprocess.Popen(
        stack.operator.command(*ROLLBACK),
        env=stack.operator.environ(**variables),
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    known = f"grep -hs '\"begin\"' {STATE}/runs/*/journal || :"
    until(lambda: running.poll() is not None or f'-{step}"' in stack.hosts[2].exec(known))
    assert running.poll() is None, running.communicate()
    return running


def bring_the_data(lost: Host, to: Host) -> None:
    """Give a node the database's files as they were when the other one was lost, as storage that both have would."""
    to.exec(f"docker volume create shop_pgdata && rm -rf {VOLUME}/_data", user="root")
    disk = f"/proc/{docker('inspect', '-f', '{{.State.Pid}}', lost.container)}/root{VOLUME}"  # in memory: no docker cp
    unpacked = f"docker exec -i {to.container} tar -x -C {VOLUME}"
    subprocess.run(f"tar -c -C {disk} _data | {unpacked}", shell=True, check=True)


@pytest.fixture
def served(trio: Stack) -> Iterator[Host]:
    """The manager that serves, since it has the database: not the first one, where the registry is."""
    second = trio.hosts[1]
    trio.database_on(second)
    second.exec("docker exec $(docker ps -q -f name=shop_app) alembic upgrade head")
    trio.sh("docker service scale --detach shop_app=2")
    yield second
    trio.database_on(trio.manager)


def test_another_manager_ends_and_takes_back_what_the_one_that_is_lost_began(trio, served):
    first, _, third = trio.hosts
    running = began(trio, "downgrade", ROLLBACK_RECONNECT="5")
    with paused(served, []):
        said = running.communicate(timeout=300)[0]
        assert "the connection is gone" in said, said
        until(lambda: f"{served.name} Down" in trio.sh("docker node ls --format '{{.Hostname}} {{.Status}}' || :"))
        bring_the_data(served, first)
        trio.database_on(first)
        fab = trio.operator.fab
        told = fab("status")
        assert f"{served.name}, which carried out run " in told.err and "stopped half-way" in told.out, told.text
        shown = fab("runs.show")
        assert "not known" in shown.out, shown.text
        ran = fab("resume", "--yes")
        assert (ran.code, "done and verified" in ran.out) == (0, True), ran.text
        assert (trio.head(), trio.head(third), trio.revision()) == ("v1", "v1", DOWN)
        ran = fab("undo", "--yes")
        assert ran.code == 0, ran.text
        assert (trio.head(), trio.head(third), trio.revision()) == ("bad", "bad", UP)
    until(lambda: managers(served) == 3)
    ran = trio.operator.fab("runs.list")
    assert ran.code == 0, ran.text
    journals = [host.exec(f"cat {STATE}/runs/*/journal | cksum; cat {STATE}/last") for host in trio.hosts]
    assert len(set(journals)) == 1, journals


def test_of_two_operators_on_two_managers_at_once_exactly_one_begins(trio, tmp_path):
    other = Operator(trio.hosts[1], tmp_path)
    other.settings = {**trio.operator.settings, "hosts": trio.operator.settings["hosts"][::-1]}
    other.write()
    with ThreadPoolExecutor() as pool:
        ran = list(pool.map(lambda one: one.fab(*ROLLBACK), (trio.operator, other)))
    assert sorted(one.code for one in ran) in ([0, 2], [0, 3]), [one.text for one in ran]
    assert len(set(trio.sh(f"ls {STATE}/runs").split())) == 1
    ran = other.fab("undo", "--yes")
    assert ran.code == 0, ran.text


def test_what_a_manager_that_is_not_heard_may_still_do_is_not_done_elsewhere(trio, tmp_path):
    running = began(trio, "stop")
    running.kill()
    running.wait()
    first, *others = trio.operator.settings["hosts"]
    deaf = Operator(trio.hosts[1], tmp_path)
    deaf.settings = {**trio.operator.settings, "hosts": [{**first, "port": 1}, *others]}
    deaf.write()
    ran = deaf.fab("resume", "--yes")
    assert (ran.code, f"is carried out by {trio.manager.name}, which does not answer here" in ran.err) == (2, True), (
        ran.text
    )
    assert deaf.fab("runs.show").code == 0
    ran = trio.operator.fab("resume", "--yes")
    assert ran.code == 0, ran.text
    assert trio.operator.fab("undo", "--yes").code == 0
