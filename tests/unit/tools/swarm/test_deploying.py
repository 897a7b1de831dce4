"""A deployment of a stack is watched to its end: only what it did itself is its failure."""

from __future__ import annotations

import subprocess

import pytest

from tasks.config.settings import App, Compose, Environment, HostSettings
from tasks.tools.compose import compose
from tests.unit.support.stage import Stage

SWARM = Environment(
    hosts=[HostSettings(host="h")],
    app=App(path="app"),
    compose=Compose(file="stack.yml", services={"database": "db"}),
    orchestrator="swarm",
    stack="shop",
)
DOCKER = """
at=2026-01-01T00:00:00Z state={before}
[ ! -e "$HOME/deployed" ] || at={at} state={after}
case "$*" in
  "node ls"*) {nodes} ;;
  "stack config"*) printf 'services:\\n  app:\\n    image: a\\n' ;;
  "stack deploy "*.yml*) : >"$HOME/deployed" ;;
  "service ls"*) echo s1 ;;
  *"json .StartedAt"*"State"*) echo "\\"$at\\" $state t1" ;;
  *"json .StartedAt"*) echo "shop_app \\"$at\\"" ;;
  *UpdateStatus*) echo "$state,1,image" ;;
  "service inspect"*) echo "shop_app 1 image" ;;
  "service ps"*) echo t1 ;;
  "service update "*--force*shop_app) : >"$HOME/forced" ;;
  *.DesiredState*) if [ -e "$HOME/forced" ]; then is=running; else is={task}; fi; echo "app t1 running $is 1 image" ;;
  *.Status.Err*) echo "exit 1" ;;
esac
"""


LEADERLESS = "Error response from daemon: rpc error: The swarm does not have a leader."


def hasten(stage: Stage) -> None:
    """Let ten seconds pass whenever a script asks for the time, and none when it waits."""
    clock = 'read -r now 2>/dev/null <"$HOME/now"; echo $((${now:-0} + 10)) | tee "$HOME/now"'
    for name, does in {"date": clock, "sleep": ":"}.items():
        program = stage.home.parent / "bin" / name
        program.write_text(f"#!/bin/sh\n{does}\n")
        program.chmod(0o755)


def deployed(**states: str) -> subprocess.CompletedProcess:
    """Return how a deployment ends whose service says this of its update, before it and after it."""
    with Stage(docker=DOCKER.format(**{"nodes": "echo Ready one", "task": "running", **states})) as stage:
        (stage.home / "app").mkdir()
        hasten(stage)
        (stage.home / "app" / "stack.yml").write_text("services: {app: {image: a}}\n")
        return stage.run(compose.call(SWARM, "containers/up.sh", "app", IMAGES=""))


@pytest.mark.parametrize("state", ["rollback_completed", "paused"])
def test_an_update_that_failed_before_the_deployment_is_not_its_failure(state):
    done = deployed(before=state, after=state, at="2026-01-01T00:00:00Z")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("state", ["rollback_completed", "paused"])
def test_an_update_that_fails_after_one_that_had_failed_is(state):
    done = deployed(before=state, after=state, at="2026-01-02T00:00:00Z")
    assert (done.returncode, f"app: the swarm's update is {state}" in done.stderr) == (1, True), done.stderr


def test_a_failure_names_the_nodes_that_do_not_answer():
    later = {"before": "completed", "after": "paused", "at": "2026-01-02T00:00:00Z"}
    assert "nodes that do not answer" not in deployed(**later).stderr
    done = deployed(**later, nodes="printf 'Ready one\\nDown two\\nDown three\\n'")
    assert done.stderr.strip().endswith("exit 1; nodes that do not answer: two three"), done.stderr


def test_a_swarm_without_a_leader_has_done_nothing():
    silent = f"echo '{LEADERLESS}' >&2; exit 1"
    done = deployed(before="completed", after="completed", at="2026-01-02T00:00:00Z", nodes=silent)
    assert (done.returncode, f"the swarm does not answer: {LEADERLESS}" in done.stderr) == (1, True), done.stderr


def test_a_task_that_waits_since_before_the_deployment_is_replaced_once_no_node_is_lost():
    back = 'if [ -e "$HOME/asked" ]; then echo Ready one; else : >"$HOME/asked"; echo Down one; fi'
    done = deployed(before="completed", after="completed", at="2026-01-02T00:00:00Z", task="pending", nodes=back)
    assert (done.returncode, done.stderr) == (0, "")
