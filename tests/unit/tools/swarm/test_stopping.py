"""Services of a stack are stopped on all nodes, and get back what they had, by whoever starts them again."""

from __future__ import annotations

import subprocess

from tasks.tools.compose import compose
from tests.unit.support.stage import Stage
from tests.unit.tools.swarm.test_deploying import LEADERLESS, hasten
from tests.unit.tools.swarm.test_stack import SWARM, read

# What `docker service inspect` says of the services, by the files MODE, LABEL and CONSTRAINTS; no task runs.
DOCKER = """
label={label}
case "$*" in
  "node ls"*) echo "{nodes}" ;;
  "service inspect"*Constraints*shop_app) echo "{scaled} {nowhere}" ;;
  "service inspect"*.Spec.Mode.Global*shop_app) echo "{mode} $label" ;;
  "service inspect"*UpdateStatus*) echo ",,image" ;;
  "service update"*) : >"$HOME/halted" ;;
  "service ps"*CurrentState*) {silent}[ -z "{runs}" ] || printf 'Running 2 hours ago\\tshop_app.1 on one\\n' ;;
  "service ps --quiet"*) {ids}echo t1 ;;
  "service ps"*) echo t1 ;;
  "inspect --type task"*) echo "app t1 running running 1 image" ;;
esac
"""
NAMES = ("label", "mode", "scaled", "nowhere", "runs", "silent", "nodes", "ids")
NOWHERE = "node.id==stopped-by-fab-rollback"


class Ran:
    """How a script ended, and which updates of services it made."""

    def __init__(self, script: str, *services: str, **said: str) -> None:
        docker, known = DOCKER, {"mode": "3", "scaled": "0"}
        for name, value in {**dict.fromkeys(NAMES, ""), **known, **said}.items():
            docker = docker.replace("{" + name + "}", value)
        with Stage(docker=docker) as stage:
            (stage.home / "app").mkdir()
            hasten(stage)
            self.done: subprocess.CompletedProcess = stage.run(compose.call(SWARM, script, *services))
            self.updates = [words[3:] for words in stage.calls if words[1:3] == ["service", "update"]]


def test_a_service_is_scaled_to_nothing_and_keeps_how_many_tasks_it_had():
    ran = Ran("containers/stop.sh", "app")
    update = ["--detach", "--quiet", "--label-add", "fab-rollback.stopped=3", "--replicas", "0", "shop_app"]
    assert (ran.done.returncode, ran.updates) == (0, [update])


def test_one_that_was_stopped_already_keeps_the_number_of_before():
    ran = Ran("containers/stop.sh", "app", mode="0", label="3")
    assert ran.updates == [["--detach", "--quiet", "--replicas", "0", "shop_app"]]


def test_one_of_every_node_is_sent_nowhere():
    ran = Ran("containers/stop.sh", "app", mode="global", label="2")
    assert ran.updates == [["--detach", "--quiet", "--constraint-add", NOWHERE, "shop_app"]]


def test_what_was_stopped_gets_as_many_tasks_again_and_what_was_not_stays():
    ran = Ran("containers/start-existing.sh", "app", mode="", label="3")
    update = ["--detach", "--quiet", "--label-rm", "fab-rollback.stopped", "--replicas", "3", "shop_app"]
    assert (ran.done.returncode, ran.updates) == (0, [update])
    assert Ran("containers/start-existing.sh", "app", mode="").updates == []


def test_what_nobody_says_has_stopped_has_not():
    done = Ran("containers/stop.sh", "app", silent=f"echo '{LEADERLESS}' >&2; exit 1;").done
    assert (done.returncode, f"the swarm does not answer: {LEADERLESS}" in done.stderr) == (1, True), done.stderr
    left = Ran("containers/stop.sh", "app", runs="yes").done
    assert (left.returncode, left.stderr.strip().endswith("still running: shop_app.1 on one")) == (1, True), left.stderr


def test_what_runs_on_a_node_that_the_swarm_has_lost_is_neither_stopped_nor_waited_for():
    lost = Ran("containers/stop.sh", "app", runs="yes", nodes="Down one")
    assert (lost.done.returncode, lost.updates) == (1, [])
    assert lost.done.stderr.startswith("nothing was stopped: a node does not answer")
    assert lost.done.stderr.strip().endswith(": shop_app.1 on one")
    assert "still running" in Ran("containers/stop.sh", "app", runs="yes", nodes="Down two").done.stderr


def test_a_node_that_the_swarm_loses_meanwhile_is_not_waited_for():
    later = '$([ ! -e "$HOME/halted" ] || echo Down one)'
    lost = Ran("containers/stop.sh", "app", runs="yes", nodes=later)
    assert (lost.done.returncode, len(lost.updates)) == (1, 1)
    assert lost.done.stderr.startswith("a node does not answer"), lost.done.stderr


def test_the_database_is_stopped_last():
    order = [words[-1] for words in Ran("containers/stop.sh", "app", "db", "web", mode="1").updates]
    assert order == ["shop_app", "shop_web", "shop_db"]


def test_a_restart_that_leaves_a_task_of_before_is_no_restart():
    ran = Ran("containers/restart.sh", "app", mode="")
    assert ran.updates == [["--detach", "--quiet", "--force", "shop_app"]]
    assert (ran.done.returncode, "not restarted: t1" in ran.done.stderr) == (1, True)


def test_a_restart_of_which_nobody_says_what_runs_since_is_not_claimed():
    later = f"[ ! -e \"$HOME/halted\" ] || {{ echo '{LEADERLESS}' >&2; exit 1; }}; "
    done = Ran("containers/restart.sh", "app", mode="", ids=later).done
    assert (done.returncode, done.stderr.strip()) == (1, LEADERLESS)


def test_what_somebody_starts_after_the_stop_is_named():
    assert Ran("reads/still-stopped.sh", "app").done.returncode == 0
    assert Ran("reads/still-stopped.sh", "app", scaled="", nowhere=f"{NOWHERE},").done.returncode == 0
    done = Ran("reads/still-stopped.sh", "app", scaled="2").done
    assert (done.returncode, "started again by somebody after the stop: app" in done.stderr) == (1, True)


def test_a_stopped_service_is_seen_as_the_tasks_that_it_had():
    found = read(service="service\ts3\tshop_web\tany\t2\treg/web@sha256:cc\n")
    assert [(one.name, one.service, one.status, one.ended) for one in found] == [
        ("shop_web.1", "web", "exited", False),
        ("shop_web.2", "web", "exited", False),
    ]
