"""A stack whose images no registry has: they are carried from the manager to the nodes that lack them, over SSH."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator

import pytest

from sandbox.host import Host
from tests.integration.test_swarm import DOWN, KNOW, UP, Stack, acquaint, joined, made, until
from tests.operator import PROJECT

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
REGISTRY = "localhost:5000"  # where none is
SHOP = f"{REGISTRY}/shop"
CODE = ("code-rollback", "--commit", "v2", "--yes")


class Alone(Stack):
    """The three hosts without a registry: two tasks of the application, and an agent on each worker."""

    def ids(self, service: str) -> set[str]:
        """The images, by their ids, of the containers of a service on all nodes."""
        asked = f"docker ps -q -f name=shop_{service}. | xargs -r docker inspect -f '{{{{.Image}}}}'"
        return {line for host in self.hosts for line in host.exec(asked).split()}

    def id(self, service: str, tag: str) -> str:
        """The id of a commit's image on the manager."""
        return self.sh(f"docker image inspect -f '{{{{.Id}}}}' {SHOP}/{service}:{tag}")

    def runs(self, tag: str) -> None:
        """See that this release runs, and only this one, on all nodes."""
        assert sorted(self.answers())[1:] == ["500" if tag == "bad" else "200"] * 2
        assert (self.head(), len(self.tasks("app")), len(self.tasks("agent"))) == (tag, 2, 2)
        assert self.ids("app") == {self.id("app", tag)}
        assert self.ids("agent") == {self.id("agent", tag)}

    def forgets(self, host: Host, tag: str) -> None:
        """Remove the images of a commit from a node, by whatever name, and see that they are gone."""
        ids = {self.id(service, tag) for service in ("app", "agent")}
        host.exec(
            f"docker ps -aq -f status=exited -f status=created | xargs -r docker rm; docker rmi -f {' '.join(ids)}"
        )
        assert not ids & {*host.exec("docker image ls -aq --no-trunc").split()}

    def done(self, *words: str) -> str:
        """What a command printed that has to end well."""
        ran = self.operator.fab(*words, timeout=600)
        assert ran.code == 0, ran.text
        return ran.text


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Iterator[Alone]:
    """A swarm of three hosts with the bad release deployed of images that were loaded on all nodes by hand."""
    with joined() as hosts:
        for host in hosts:
            host.exec(KNOW.replace("@registry@", REGISTRY), user="root")
        for host in hosts[1:]:
            acquaint(hosts[0], host)
        made(hosts[0], REGISTRY, *(host.name for host in hosts[1:]))
        yield Alone(hosts, tmp_path_factory.mktemp("swarm"))


def test_code_goes_back_and_comes_again_where_all_nodes_have_the_images(alone):
    alone.runs("bad")
    said = alone.done(*CODE)
    assert "to " + alone.hosts[1].name not in said
    alone.runs("v2")
    alone.done("undo", "--yes")
    alone.runs("bad")


def test_what_a_worker_lacks_is_carried_there_before_anything_stops_and_the_schema_goes_back_and_up(alone):
    worker = alone.hosts[1]
    alone.forgets(worker, "v1")
    said = alone.done("full-rollback", "--commit", "v1", "--yes")
    assert f"to {worker.name}: {SHOP}/" in said and f"to {alone.hosts[2].name}: " not in said, said
    alone.runs("v1")
    assert alone.revision() == DOWN
    alone.done("undo", "--yes")
    alone.runs("bad")
    assert (alone.revision(), alone.left()) == (UP, "")


def test_what_runs_on_workers_only_is_kept_on_the_manager_and_leads_back(alone):
    bad = alone.id("agent", "bad")
    alone.sh(f"docker rmi -f {bad}")
    said = alone.done(*CODE)
    assert f"from {alone.hosts[1].name}: {bad}" in said or f"from {alone.hosts[2].name}: {bad}" in said, said
    alone.sh(f"docker tag {bad} {SHOP}/agent:bad")
    alone.runs("v2")
    for worker in alone.hosts[1:]:
        alone.forgets(worker, "bad")
    alone.done("undo", "--yes")
    alone.runs("bad")


def test_a_worker_that_ssh_does_not_reach_is_refused_by_its_name_and_nothing_changes(alone):
    worker = alone.hosts[2]
    before = alone.tasks("app"), alone.tasks("agent"), alone.head()
    alone.sh(f"mv .ssh/known_hosts known && grep -v '^{worker.name} ' known >.ssh/known_hosts || :")
    try:
        ran = alone.operator.fab(*CODE)
    finally:
        alone.sh("mv known .ssh/known_hosts")
    assert (ran.code, f"{worker.name} cannot be reached from the manager" in ran.err) == (2, True), ran.text
    assert f"docker -H ssh://{worker.name} version" in ran.err, ran.text
    assert (alone.tasks("app"), alone.tasks("agent"), alone.head()) == before


def test_a_run_whose_operator_dies_while_images_are_carried_is_resumed(alone):
    for worker in alone.hosts[1:]:
        alone.forgets(worker, "v2")
    words = alone.operator.command(*CODE)
    running = subprocess.Popen(words, env=alone.operator.environ(), cwd=PROJECT, stdout=subprocess.DEVNULL)
    until(lambda: "docker save" in alone.sh("ps -eo args"))
    running.send_signal(signal.SIGKILL)
    running.wait()
    alone.sh("pkill -f '[d]ocker save' || :")
    assert alone.head() == "bad"
    alone.done("resume", "--yes")
    alone.runs("v2")
    alone.done("undo", "--yes")
    alone.runs("bad")
