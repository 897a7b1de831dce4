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
  "stack config"*) printf 'services:\\n  app:\\n    image: a\\n' ;;
  "stack deploy "*.yml*) : >"$HOME/deployed" ;;
  "service ls"*) echo s1 ;;
  *"json .StartedAt"*"State"*) echo "\\"$at\\" $state t1" ;;
  *"json .StartedAt"*) echo "shop_app \\"$at\\"" ;;
  *UpdateStatus*) echo "$state,1,image" ;;
  "service inspect"*) echo "shop_app 1 image" ;;
  "service ps"*) echo t1 ;;
  *.DesiredState*) echo "app t1 running running 1 image" ;;
  *.Status.Err*) echo "exit 1" ;;
esac
"""


def deployed(**states: str) -> subprocess.CompletedProcess:
    """Return how a deployment ends whose service says this of its update, before it and after it."""
    with Stage(docker=DOCKER.format(**states)) as stage:
        (stage.home / "app").mkdir()
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
