"""A swarm without a leader says nothing: that is never taken for a swarm in which nothing is."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from tasks.ssh import scripts
from tasks.ssh.shell import Word
from tasks.tools.compose import compose
from tests.unit.support.stage import Stage
from tests.unit.tools.swarm.test_deploying import LEADERLESS, hasten
from tests.unit.tools.swarm.test_stack import SWARM

SILENT = f"echo '{LEADERLESS}' >&2; exit 1"
# Docker on a manager; what begins with {lost} is not answered.
DOCKER = """
case "$*" in
  {lost}*) {silent} ;;
  info*) echo true ;;
  "service ls"*) echo s1 ;;
  "service inspect"*"}}{{{{.Image}}}}"*) echo image ;;
  "service inspect"*Configs*) echo c1 settings.ini ;;
  "service inspect"*len*) echo 0 ;;
  "service inspect --format service"*) printf 's\\ts1\\tshop_app' ;;
  "service inspect"*) ;;
  "service ps"*) echo t1 ;;
  "config inspect"*) echo '"YQ=="' ;;
esac
"""
OF_TASKS = "{{with .Spec.TaskTemplate.ContainerSpec}}"
LEADER = scripts.call("tools/swarm/leader.sh", **compose.variables(SWARM))
LIKENESS = '. "$SCRIPTS/tools/compose/lib.sh"; likeness app'


def run(command: str, lost: str) -> subprocess.CompletedProcess:
    """Return how a command ends where the swarm does not answer what begins with `lost`."""
    with Stage(docker=DOCKER.format(lost=shlex.quote(lost), silent=SILENT)) as stage:
        (stage.home / "app").mkdir()
        (stage.home / "app" / "stack.yml").write_text("services: {}\n")
        hasten(stage)
        return stage.run(command)


@pytest.mark.parametrize(
    ("script", "lost"),
    [
        ("reads/deployment.sh", "service ls"),
        ("reads/containers.sh", "node ls"),
        ("reads/what-runs.sh", "service ls"),
        ("reads/errors.sh", "service ls"),
        ("images/keep.sh", "service ls"),
        ("images/origins.sh", "service ls"),
    ],
)
def test_what_it_does_not_say_is_a_failure_with_its_words(script, lost):
    command = compose.call(SWARM, script, "commit", IMAGES="app shop:1", MINUTES="5", PATTERN="x", PROBES="x")
    done = run(command, lost)
    assert (done.returncode, done.stderr.strip(), done.stdout) == (1, LEADERLESS, "")


@pytest.mark.parametrize("lost", ["config inspect", f"service inspect -f {OF_TASKS}{{{{range .Mounts"])
def test_a_migration_is_not_run_without_a_part_of_what_its_service_has(lost):
    given = " ".join(
        f"{name}={value if isinstance(value, Word) else shlex.quote(value)}"
        for name, value in {**compose.variables(SWARM), "DB_CONTAINER": "db"}.items()
    )
    done = run(f"export {given}; {LIKENESS}", lost)
    assert (done.returncode, LEADERLESS in done.stderr, done.stdout) == (1, True, ""), done.stdout


def test_a_leader_is_waited_for_while_another_one_is_chosen():
    later = '[ -e "$HOME/chosen" ] || { : >"$HOME/chosen"; ' + SILENT + "; }"
    with Stage(docker=later) as stage:
        (stage.home / "app").mkdir()
        hasten(stage)
        assert stage.run(LEADER).returncode == 0


def test_one_that_is_not_chosen_in_half_a_minute_is_not_waited_for_any_longer():
    done = run(LEADER, "node ls")
    assert (done.returncode, done.stderr.strip()) == (1, LEADERLESS)


def test_a_worker_is_not_waited_for():
    with Stage(docker="echo 'This node is not a swarm manager.' >&2; exit 1") as stage:
        (stage.home / "app").mkdir()
        done = stage.run(LEADER)
        assert (done.returncode, len(stage.calls)) == (1, 1), done.stderr
