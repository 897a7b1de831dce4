"""Tasks that do not know the stack of a swarm refuse it before they ask anything."""

from __future__ import annotations

import pytest

from tasks import ns
from tasks.config.settings import App, Compose, Environment, HostSettings
from tasks.console.errors import Refused
from tasks.ssh.host import Host
from tasks.steps import stacks


def test_every_task_that_is_known_is_there():
    assert set(ns.task_names) >= stacks.KNOWN


@pytest.mark.parametrize("name", sorted(set(ns.task_names) - stacks.KNOWN - {"about", "init"}))
def test_a_task_that_does_not_know_a_stack_refuses_it(name):
    host = Host("nowhere")
    host.environment = Environment(
        hosts=[HostSettings(host="nowhere")], app=App(path="a"), compose=Compose(), orchestrator="swarm", stack="shop"
    )
    with pytest.raises(Refused, match=f"{name} does not know the stack of a swarm yet"):
        ns[name].body(host)
