"""The database's task has another container each time that it starts, on some node: the one of now is asked there."""

from __future__ import annotations

from tasks.preflight.backups import copies
from tasks.tools.postgres import psql
from tests.unit.support.deployment import connection, state
from tests.unit.support.stage import Stage

DOCKER = """
case "$*" in
  "ps -q"*shop_db) {here} ;;
  "service ps"*shop_db) {there} ;;
  "inspect --type task"*) echo "{task}" ;;
  "node inspect"*n2) echo two ;;
  "node ls"*) printf 'Ready\n{other}\n' ;;
  "-H ssh://two inspect"*id-there) {answer} ;;
esac
"""
CURE = "what has to work there: docker -H ssh://two version"


def asked(
    here=":", there=":", task="running n2 id-there ", answer=":", other="Ready"
) -> tuple[int, str, list[list[str]]]:
    """Return how a question to the database ends, what is said, and what was done in a container."""
    db = copies.database_of(connection(orchestrator="swarm", stack="shop"), state())
    with Stage(docker=DOCKER.format(here=here, there=there, task=task, answer=answer, other=other)) as stage:
        done = stage.run(psql.read(db, "there", name="d"))
        return done.returncode, done.stderr, [call for call in stage.calls if "exec" in call]


def test_what_is_asked_of_a_database_in_a_swarm_is_asked_of_the_container_that_its_task_has_now():
    code, _, (done,) = asked(here="echo id-now")
    assert (code, done[1], "id-now" in done, "id-db" in done) == (0, "exec", True, False)


def test_a_task_on_another_node_is_asked_there():
    code, _, (done,) = asked(there="echo t1")
    assert (code, done[1:4], "id-there" in done) == (0, ["-H", "ssh://two", "exec"], True)


def test_a_node_that_cannot_be_reached_is_named_with_the_cure_in_one_line_and_nothing_is_asked():
    said = "error during connect: command [ssh two docker] has exited, stderr=Host key verification failed.\\r\\n\\n"
    code, told, done = asked(there="echo t1", answer=f"printf '{said}' >&2; exit 1")
    line = f"shop_db runs on two, which cannot be reached from the manager (Host key verification failed); {CURE}\n"
    assert (code, told, done) == (2, line, [])


def test_ssh_asks_nothing_and_takes_a_silent_node_for_lost():
    code, told, _ = asked(there="echo t1", answer='cat "$(command -v ssh)" >&2; exit 1')
    assert (code, " -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=10 " in told) == (2, True), told


def test_a_name_that_leads_to_another_host_is_not_taken_for_the_node():
    code, told, done = asked(there="echo t1", answer="echo No such object: id-there >&2; exit 1")
    assert (code, "(No such object: id-there)" in told, done) == (2, True, [])


def test_a_task_that_does_not_run_is_refused_with_what_the_swarm_says():
    assert asked() == (2, "shop_db is not running\n", [])
    waits = asked(there="echo t1", task="pending   no suitable node", other="Down")
    assert waits == (2, "shop_db is not running: no suitable node\n", [])


def test_a_task_that_waits_though_no_node_is_lost_is_refused_with_what_has_the_swarm_try_again():
    code, told, _ = asked(there="echo t1", task="pending   no suitable node")
    assert (code, "no suitable node; no node is lost: docker service update --force shop_db" in told) == (2, True), told
