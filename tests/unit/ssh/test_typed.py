"""What an operator types to do something on a host by hand."""

from __future__ import annotations

from pathlib import Path

from tasks.config import inventory
from tasks.ssh import typed
from tests.unit.support.scripted import Scripted


def test_a_host_is_reached_by_its_key_port_and_known_hosts():
    host = Scripted()
    assert typed.login(host) == "ssh -t u@h"
    host.connect_kwargs, host.port, host.known_hosts = {"key_filename": ["/k y"]}, 2222, (Path("/known"),)
    assert typed.login(host) == "ssh -t -i '/k y' -o UserKnownHostsFile=/known -p 2222 u@h"


def test_a_file_beside_hosts_yaml_is_opened_wherever_that_is(monkeypatch, tmp_path):
    monkeypatch.setattr(inventory, "locate", lambda: tmp_path / "hosts.yaml")
    assert typed.edit("hosts.yaml") == f"${{EDITOR:-vi}} {tmp_path / 'hosts.yaml'}"
    assert typed.edit(".env") == f"${{EDITOR:-vi}} {tmp_path / '.env'}"
