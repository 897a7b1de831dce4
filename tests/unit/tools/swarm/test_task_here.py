"""The database's task has another container each time that it starts: the one of now is asked for."""

from __future__ import annotations

from tasks.preflight.backups import copies
from tasks.tools.postgres import psql
from tests.unit.support.deployment import connection, state
from tests.unit.support.stage import Stage

DOCKER = """
case "$*" in
  "ps -q"*=shop_db) {here} ;;
  "service ps"*shop_db) {there} ;;
esac
"""


def asked(here: str = ":", there: str = ":") -> tuple[int, str, list[list[str]]]:
    """Return how a question to the database ends, what is said, and what was done in a container."""
    db = copies.database_of(connection(orchestrator="swarm", stack="shop"), state())
    with Stage(docker=DOCKER.format(here=here, there=there)) as stage:
        done = stage.run(psql.read(db, "there", name="d"))
        return done.returncode, done.stderr, [call for call in stage.calls if call[1] == "exec"]


def test_what_is_asked_of_a_database_in_a_swarm_is_asked_of_the_container_that_its_task_has_now():
    code, _, (done,) = asked(here="echo id-now")
    assert (code, "id-now" in done, "id-db" in done) == (0, True, False)


def test_a_task_on_another_node_is_named_with_that_and_nothing_is_asked():
    told = "shop_db runs on two, not on this node: it has to be on the manager that serves (hosts in hosts.yaml)\n"
    assert asked(there="echo two") == (2, told, [])
    assert asked() == (2, "shop_db is not running\n", [])
