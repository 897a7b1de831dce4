"""A swarm loses a node, its leader or the way between nodes during a rollback: it ends in a described state"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from sandbox.engine import docker
from sandbox.host import Host
from sandbox.shell import SandboxError
from tests.integration.test_swarm import DOWN, Stack, address, check_out, stack, three, until  # noqa: F401 fixtures
from tests.operator import PROJECT, Ran, settings_for
from tests.report import note

pytestmark = [pytest.mark.sandbox, pytest.mark.fault, pytest.mark.long]
# ruff: noqa: F811 fixtures
CODE = ("code-rollback", "--commit", "v2", "--yes")
SCHEMA = ("full-rollback", "--commit", "v1", "--yes")
UPDATED = "docker service inspect -f '{{.Version.Index}}' shop_app"
LEADS = "docker node inspect self -f '{{.ManagerStatus.Leader}}' 2>&1 || :"


def frozen(host: Host) -> bool:
    """Pause a node; a busy machine may not manage that at once."""
    with suppress(SandboxError):
        docker("pause", host.container)
    return docker("inspect", "-f", "{{.State.Paused}}", host.container) == "true"


@contextmanager
def paused(host: Host, _others: list[Host]) -> Iterator[None]:
    """A node that does nothing any more, until it goes on."""
    until(lambda: frozen(host))
    try:
        yield
    finally:
        docker("unpause", host.container)


@contextmanager
def cut(host: Host, others: list[Host]) -> Iterator[None]:
    """A node that goes on, but that the others do not reach."""
    rules = [f"{way} {address(one)} -j DROP" for one in others for way in ("INPUT -s", "OUTPUT -d")]
    host.exec("; ".join(f"iptables -I {rule}" for rule in rules), user="root")
    try:
        yield
    finally:
        host.exec("; ".join(f"iptables -D {rule}" for rule in rules), user="root")


def began(stack: Stack, *words: str) -> subprocess.Popen[str]:
    """Begin a rollback that takes its time; return when the swarm is told to do something with the application."""
    stack.sh("echo DELAY=10s >>shop/.env")
    before, pipe = stack.sh(UPDATED), subprocess.PIPE
    command = stack.operator.command(*words)
    running = subprocess.Popen(
        command, env=stack.operator.environ(), cwd=PROJECT, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    )
    until(lambda: running.poll() is not None or stack.sh(UPDATED) != before)
    assert running.poll() is None, running.communicate()
    return running


def ended(stack: Stack, running: subprocess.Popen[str]) -> Ran:
    """Return what a rollback printed and how it ended."""
    out, err = running.communicate(timeout=600)
    stack.sh("sed -i /^DELAY=/d shop/.env")
    return Ran(running.returncode, out, err)


def rows(stack: Stack, node: Host | None = None) -> str:
    """How many cases the database on the manager, or on that node, has, and a checksum.

    Going down, the migration deletes them: then those of the snapshot that the operator was told of.
    """
    known = "count(*) || ' ' || md5(string_agg(reference || title, ',' ORDER BY reference))"
    kept = "SELECT datname FROM pg_database WHERE datname LIKE '%snap%' ORDER BY 1 DESC LIMIT 1"
    host, down = node or stack.manager, stack.revision(node) == DOWN
    asked = "docker exec $(docker ps -q -f name=shop_db) psql -At -U jctc_user"
    database = host.exec(f'{asked} -d postgres -c "{kept}"') if down else "jctc_db"
    return host.exec(f'{asked} -d {database} -c "SELECT {known} FROM cases"')


def there(stack: Stack) -> str:
    """What the swarm is like now."""
    services = stack.sh("docker service ls --format '{{.Name}} {{.Replicas}}' || echo what nobody says", timeout=120)
    return f"HEAD {stack.head()}, runs {services.replace(chr(10), ', ')}"


def noted(
    stack: Stack, fault: str, where: str, ran: Ran, before: str, node: Host | None = None, then: str = ""
) -> None:
    """Add a line to FAULTS.md, and hold the rows against those before; `then` is what the swarm was like, or now."""
    now = rows(stack, node)
    assert now == before
    note(
        {
            "fault": fault,
            "where": where,
            "what the operator saw": ran.first,
            "exit": str(ran.code),
            "the host then": then or there(stack),
            "and after": "yes",
            "rows before": before[:12],
            "rows after": now[:12],
        }
    )


def whole(stack: Stack) -> bool:
    """Return whether all nodes are there, and what are managers reachable; without a leader nobody knows."""
    said = stack.sh("docker node ls --format '{{.Status}} {{.ManagerStatus}}' 2>&1 || :")
    return said.split().count("Ready") == 3 and "Unreachable" not in said


def resumed(stack: Stack, commit: str) -> None:
    """See that the next command, once the swarm is whole again, leads to the end."""
    until(lambda: whole(stack))
    ran = stack.operator.fab("resume", "--yes")
    assert ran.code == 0, ran.text
    assert (stack.head(), stack.answers()) == (commit, ["200"] * 3)


@pytest.mark.parametrize("lost", [paused, cut])
def test_a_worker_that_is_lost_while_tasks_are_replaced_is_named(stack, lost):
    *others, worker = stack.hosts
    before, running = rows(stack), began(stack, *CODE)
    with lost(worker, others):
        ran = ended(stack, running)
        assert (ran.code, f"nodes that do not answer: {worker.name}" in ran.err) == (1, True), ran.text
        assert "fab resume" in ran.err
        noted(stack, f"a worker is {lost.__name__}", "during start (code-rollback)", ran, before)
    resumed(stack, "v2")


def test_a_worker_that_is_lost_when_all_tasks_have_to_end_is_named_and_no_schema_moves(stack):
    *others, worker = stack.hosts
    before, schema, running = rows(stack), stack.revision(), began(stack, *SCHEMA)
    with paused(worker, others):
        ran = ended(stack, running)
        assert (ran.code, f" on {worker.name}" in ran.err) == (1, True), ran.text
        assert ("a node does not answer" in ran.err, stack.revision()) == (True, schema), ran.text
        noted(stack, "a worker is paused", "during stop (full-rollback)", ran, before)
    resumed(stack, "v1")
    assert stack.revision() == DOWN
    assert stack.operator.fab("undo", "--yes").code == 0


def managers(host: Host) -> int:
    """Return how many managers a host knows to be reachable; one that is being made a manager knows nothing yet."""
    said = host.exec("docker node ls --format '{{.ManagerStatus}}' 2>&1 || :").split()
    return said.count("Reachable") + said.count("Leader")


@pytest.fixture
def leader(stack):
    """All three nodes are managers, of which another one leads than the operator knows."""
    manager, *others = stack.hosts
    names = " ".join(one.name for one in others)
    stack.sh(f"docker node promote {names}")
    until(lambda: managers(others[0]) == 3)
    others[0].exec(f"docker node demote {manager.name}")  # which has another one lead
    until(lambda: "not a swarm manager" in stack.sh(LEADS))
    others[0].exec(f"docker node promote {manager.name}")
    until(lambda: managers(manager) == 3 and stack.as_deployed())
    yield next(one for one in others if one.exec(LEADS) == "true")
    until(lambda: whole(stack))
    stack.sh(f"docker node demote {names}")
    until(lambda: managers(manager) == 1)


def test_a_leader_that_is_lost_while_tasks_are_replaced_ends_the_run(stack, leader):
    before, running = rows(stack), began(stack, *CODE)
    with paused(leader, stack.hosts):
        ran = ended(stack, running)
        named = (f"nodes that do not answer: {leader.name}", "rpc error")  # as docker says it, until another one leads
        assert (ran.code, any(one in ran.err for one in named)) == (1, True), ran.text
        noted(stack, "the leader is paused", "during start (code-rollback)", ran, before)
    resumed(stack, "v2")


def test_a_swarm_that_has_no_leader_any_more_ends_the_run(stack, leader):
    other = next(one for one in stack.hosts[1:] if one is not leader)
    before, running = rows(stack), began(stack, *CODE)
    with paused(leader, stack.hosts), paused(other, stack.hosts):
        ran = ended(stack, running)
        named = ("the swarm does not answer", "rpc error")
        assert (ran.code, any(one in ran.err for one in named)) == (1, True), ran.text
        noted(stack, "two of three managers are paused", "during start (code-rollback)", ran, before)
        ran = stack.operator.fab("status")
        told = [
            line.split(maxsplit=1)[1] for line in ran.out.splitlines() if line.startswith(("  containers", "  errors"))
        ]
        assert "does not have a leader" in told[0] and told[1].startswith("not known"), ran.text
    resumed(stack, "v2")


def test_where_the_first_manager_does_not_answer_the_next_one_serves(stack, leader):
    before, operator, alone = rows(stack), stack.operator, stack.operator.settings["hosts"]
    check_out(stack.manager, leader)
    operator.settings["hosts"] = [*settings_for(leader)["hosts"], *alone]
    operator.write()
    try:
        with paused(leader, stack.hosts):
            ran = operator.fab(*CODE)  # which waits until another one leads
            assert f":{leader.port} does not serve (" in ran.err, ran.text
            assert "it is not locked, and gets no copy of what is done" in ran.err
            assert (ran.code, f"nodes that do not answer: {leader.name}" in ran.err) == (1, True), ran.text
            noted(stack, "the first manager does not answer", "before code-rollback", ran, before)
        until(lambda: whole(stack))
        ran = operator.fab("status")
        assert f"{stack.manager.port} serves: it carries out run " in ran.err, ran.text
        resumed(stack, "v2")
    finally:
        operator.settings["hosts"] = alone
        operator.write()
