"""A stack: its scripts take the place of those of compose, its tasks are read as containers are."""

from __future__ import annotations

import subprocess

import pytest

from tasks.config.settings import App, Compose, Environment, HostSettings
from tasks.console.errors import Refused
from tasks.ssh import scripts
from tasks.ssh.shell import Answer
from tasks.tools.compose import compose, inspect, project
from tasks.tools.compose.inspect import Container
from tests.unit.support.stage import Stage

APP, OTHER = "reg/shop@sha256:aa", "reg/shop@sha256:bb"
SWARM = Environment(
    hosts=[HostSettings(host="h")],
    app=App(path="app"),
    compose=Compose(file="stack.yml", env_file=".env", services={"database": "db"}),
    orchestrator="swarm",
    stack="shop",
)
SERVICES = "service\ts1\tshop_app\tany\nservice\ts2\tshop_job\tnone\n"
NODES = "node\tn1\tone\tReady\nnode\tn2\ttwo\tDown\n"


def one(
    slot: int = 1,
    service: str = "s1",
    node: str = "n1",
    created: int = 1,
    desired: str = "running",
    state: str = "running",
    image: str = APP,
    error: str = "",
) -> str:
    """Return the line of a task."""
    fields = (
        "task",
        f"t{created}",
        service,
        node,
        slot,
        created,
        desired,
        state,
        '"2026-01-01T00:00:00Z"',
        0,
        "",
        image,
    )
    return "\t".join((*map(str, fields), error)) + "\n"


def read(*tasks: str, service: str = "") -> list[Container]:
    """Return the containers that tasks, and those of one more service, are read as."""
    awk = ["awk", "-f", str(scripts.PACKAGE / "tools/swarm/reads/tasks.awk")]
    told = SERVICES + service + NODES + f"image\t{APP}\tsha256:local\nimage\t{OTHER}\t\n" + "".join(tasks)
    done = subprocess.run(
        awk, input=told, env={"STACK": "shop", "PATH": "/usr/bin:/bin"}, text=True, capture_output=True
    )
    assert not done.stderr
    return inspect.parse_containers(done.stdout)


def test_a_task_that_runs_is_a_container_called_after_its_node_with_the_image_id_it_has_here():
    (found,) = read(one())
    assert (found.name, found.service, found.status, found.image) == (
        "shop_app.1@one",
        "app",
        "running",
        "sha256:local",
    )
    assert (found.project, found.restart, found.running) == ("shop", "always", True)


def test_an_image_that_is_not_here_is_known_by_its_digest():
    assert read(one(image=OTHER))[0].image == "sha256:bb"


def test_of_a_slot_only_the_newest_task_counts_and_how_often_the_same_image_failed_before():
    failed = [one(created=n, desired="shutdown", state="failed") for n in (1, 2)]
    (found,) = read(one(created=0, desired="shutdown", state="failed", image=OTHER), *failed, one(created=3))
    assert (found.id, found.restarts) == ("t3", 2)


def test_what_is_to_be_gone_is_no_container_but_a_job_that_has_ended_is():
    assert read(one(desired="shutdown", state="shutdown"), one(desired="shutdown", state="complete")) == []
    (job,) = read(one(service="s2", desired="shutdown", state="complete"))
    assert (job.status, job.exit_code, job.ended) == ("exited", 0, True)


def test_a_task_that_does_not_start_says_why_and_one_on_a_lost_node_that_nobody_knows():
    (found,) = read(one(node="", state="pending", error='no suitable node ("host" mode)'))
    assert (found.name, found.status, found.running) == ("shop_app.1", "pending: no suitable node (host mode)", False)
    assert read(one(node="n2"))[0].status == "lost with its node"
    assert read(one(state="starting"))[0].health == "starting"


def test_a_script_of_the_stack_takes_the_place_of_that_of_compose_and_reads_without_one_stay():
    assert "tools/swarm/containers/up.sh" in compose.call(SWARM, "containers/up.sh")
    assert "tools/compose/reads/written.sh" in compose.call(SWARM, "reads/written.sh")


def test_what_would_change_containers_as_compose_does_is_refused():
    with pytest.raises(Refused, match="not possible in a swarm yet"):
        compose.call(SWARM, "containers/recreate.sh")


@pytest.mark.parametrize("script", sorted((scripts.PACKAGE / "tools/swarm").rglob("*/*.sh")), ids=lambda one: one.name)
def test_every_script_has_one_of_the_same_name_beside_compose(script):
    assert (scripts.PACKAGE / "tools/compose" / script.relative_to(scripts.PACKAGE / "tools/swarm")).is_file()


def described(stack: str, values: str) -> project.Description:
    """Return what docker makes of a stack file; here it prints the values that it was given."""
    docker = 'case "$2" in config) printf "services: {a: {environment: {P: <%s>}, build: .}}\\n" "${P-}" ;; esac'
    with Stage(docker=docker) as stage:
        (stage.home / "app").mkdir()
        (stage.home / "app" / "stack.yml").write_text(stack)
        (stage.home / "app" / ".env").write_text(values)
        found = project.probe(SWARM)
        answers = {name: stage.run(command) for name, command in found.commands.items()}
        told = {name: Answer(done.stdout, done.stderr, done.returncode) for name, done in answers.items()}
        return found.read(told)


def test_the_values_of_the_env_file_are_given_to_docker_and_nothing_is_built():
    found = described("services: {a: {}}", "# no value\nP='it''s $HOME; `canary` x'\n")
    assert found.config["services"]["a"] == {"environment": {"P": "<it''s $HOME; `canary` x>"}, "build": None}
    assert found.project([]).built == []


def test_a_variable_without_a_value_is_told_unless_only_images_are_named_by_it():
    assert described("a: $P ${OTHER} $$NONE ${X:-1}\n  image: a:${TAG}\n", "P=1\n").blank == ["OTHER"]
