"""What an operator types to do something on a host by hand."""

from __future__ import annotations

from pathlib import Path

from tasks.config import inventory
from tasks.ssh import typed
from tests.unit.support.deployment import environment
from tests.unit.support.scripted import Scripted


def test_a_host_is_reached_by_its_key_port_and_known_hosts():
    host = Scripted()
    assert typed.login(host) == "ssh -t u@h"
    host.connect_kwargs, host.port, host.known_hosts = {"key_filename": ["/k y"]}, 2222, (Path("/known"),)
    assert typed.login(host) == "ssh -t -i '/k y' -o UserKnownHostsFile=/known -p 2222 u@h"


def test_the_file_that_an_environment_stands_in_is_opened(monkeypatch):
    monkeypatch.setattr(inventory, "file_of", lambda _name: Path("/a b/hosts.yaml"))
    assert typed.edit(environment()) == "${EDITOR:-vi} '/a b/hosts.yaml'"
