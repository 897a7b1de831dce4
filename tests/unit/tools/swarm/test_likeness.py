"""A program runs in a container like those of a service: what only tasks of the swarm have comes from one of these."""

from __future__ import annotations

import os
import shlex

from tasks.ssh.shell import Word
from tasks.tools.compose import compose
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage

SWARM = environment(orchestrator="swarm", stack="shop", compose={"file": "stack.yml"})
DOCKER = """
case "$*" in
  info*) echo n1 ;;
  "service ls"*) echo {left} ;;
  "service inspect"*Networks*) echo net1 net2 ;;
  "service inspect"*"}}}}{{{{.Image}}}}"*) echo image ;;
  "service inspect"*Secrets*) {secrets} ;;
  "service inspect"*len*) echo 0 ;;
  "service inspect"*Hosts*) echo ' --add-host mail:10.0.0.9' ;;
  "service inspect"*.Env*) echo . ;;
  "service inspect"*) ;;
  "network inspect"*) echo {driver} ;;
  "ps -q"*) echo task1 ;;
  "exec -u 0 task1"*) echo word ;;
  create*) echo made ;;
esac
"""


def made(script: str, secrets: str = ":", left: str = "", driver: str = "overlay") -> list[str]:
    """Return the calls of docker, a line each, while the container is made."""
    told = {name: v if isinstance(v, Word) else shlex.quote(v) for name, v in compose.variables(SWARM).items()}
    given = " ".join(f"{name}={value}" for name, value in told.items())
    with Stage(docker=DOCKER.format(secrets=secrets, left=left, driver=driver)) as stage:
        (stage.home / "app").mkdir()
        done = stage.run(f'export {given}; . "$SCRIPTS/tools/compose/lib.sh"; {script}')
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return [" ".join(call[1:]) for call in stage.calls]


def one(calls: list[str], begins: str) -> str:
    """Return the one call that begins so."""
    (found,) = [call for call in calls if call.startswith(begins)]
    return found


def test_a_migration_is_in_the_service_s_networks_by_a_task_that_nobody_takes_for_the_service():
    calls = made("likeness app networked; forget_likeness")
    task, container = one(calls, "service create"), one(calls, "create")
    assert "--network net1 --network net2" in task and "alias" not in task
    assert "--constraint node.id==n1" in task and "--host mail:10.0.0.9" in task
    assert "--network container:task1" in container and "--add-host" not in container
    assert "tcp_keepalive_time=15" in task
    assert one(calls, "service rm")


def test_in_the_network_of_the_host_nothing_is_set_that_is_the_host_s():
    assert "--sysctl" not in one(made("likeness app networked", driver="host"), "service create")


def test_a_rehearsal_has_a_network_of_its_own_and_a_task_only_for_the_secrets():
    calls = made("likeness app")
    assert not [call for call in calls if call.startswith("service create")]
    assert "--add-host mail:10.0.0.9" in one(calls, "create")
    calls = made("likeness app", secrets="echo s1 token token")
    assert "--network" not in one(calls, "service create") + one(calls, "create")
    assert "--secret source=token,target=s1" in one(calls, "service create")
    assert "/s1:/run/secrets/token:ro" in one(calls, "create")


def test_a_task_that_a_killed_script_left_is_removed_and_no_other_one_s():
    for pid, removed in ((os.getpid(), False), (99999999, True)):
        name = f"fab-rollback-like-shop-{pid}"
        assert (f"service rm {name}" in made("likeness app", left=name)) == removed
