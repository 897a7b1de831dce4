"""The connection: limits, host keys and jump hosts; errors that end in the next thing to do."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from fabric import Config, Connection
from paramiko.config import SSHConfig
from paramiko.ssh_exception import (
    AuthenticationException,
    ChannelException,
    NoValidConnectionsError,
    PasswordRequiredException,
    SSHException,
)

from tasks.console.errors import ConnectionLost, Refused
from tasks.ssh import connection as ssh
from tasks.ssh.connection import CONNECT_TIMEOUT, Secured
from tasks.ssh.hostkeys import KnownHosts, UntrustedHostKey

JUMPS = """
Host target
  ProxyJump hop
  UserKnownHostsFile {folder}/of-target
Host hop
  HostName hop.example.org
  Port 2200
  HostKeyAlias thehop
  IdentityFile {folder}/missing
  IdentityFile {folder}/there
Host direct
  ProxyJump none
"""


def secured(host: str, text: str = "", **config) -> Secured:
    return Secured(host, config=Config(ssh_config=SSHConfig.from_text(text), overrides=config))


class Refusing:
    """What Fabric's own connecting would do, seen at the last moment."""

    def __init__(self, monkeypatch, error: Exception) -> None:
        def fail(connection):
            raise error

        monkeypatch.setattr(Connection, "open", fail)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (UntrustedHostKey("the host key is odd"), "the host key is odd."),
        (PasswordRequiredException("x"), "the keys that were tried: those of ~/.ssh. ssh-add it, or use fab --prompt"),
        (AuthenticationException("x"), "ssh -v -p 22 u@h"),
        (SSHException("No authentication methods available"), "login refused"),
        (NoValidConnectionsError({("h", 22): OSError()}), "nothing answers there"),
        (socket.gaierror(-2, "Name or service not known"), "unknown to DNS"),
        (TimeoutError(), "no answer in"),
        (SSHException("Error reading SSH protocol banner"), "does not speak SSH"),
        (SSHException("Invalid key"), "not its passphrase; the keys that were tried: "),
        (SSHException("No existing session"), "does not speak SSH"),
        (ChannelException(2, "Connect failed"), "ProxyJump"),
        (OSError(101, "Network is unreachable"), "Network is unreachable"),
        (EOFError(), "EOFError"),
    ],
)
def test_every_way_not_to_connect_is_one_line_and_a_refusal(monkeypatch, error, words):
    Refusing(monkeypatch, error)
    with pytest.raises(Refused) as refused:
        secured("u@h").open()
    assert refused.value.message.startswith("u@h:22: ")
    assert words in refused.value.message
    assert refused.value.message.endswith("Nothing was changed.")
    assert "\n" not in refused.value.message


def test_a_mistake_in_the_code_is_not_called_an_error_of_ssh(monkeypatch):
    Refusing(monkeypatch, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        secured("h").open()


def test_not_coming_back_to_a_host_is_a_lost_connection_because_something_may_have_changed(monkeypatch):
    Refusing(monkeypatch, TimeoutError())
    connection = secured("u@h")
    connection.transport = type("Dead", (), {"active": False})()
    with pytest.raises(ConnectionLost) as lost:
        connection.open()
    assert "Nothing was changed" not in lost.value.message


def test_a_name_that_nobody_knows_is_answered_with_the_environments(monkeypatch):
    Refusing(monkeypatch, socket.gaierror(-2, "unknown"))
    connection = secured("stagin")
    connection.hint = " Environments in hosts.yaml: staging."
    with pytest.raises(Refused, match="Environments in hosts.yaml: staging"):
        connection.open()


def test_every_connection_on_the_way_is_verified_and_limited(monkeypatch, tmp_path: Path):
    (tmp_path / "there").touch()
    Refusing(monkeypatch, TimeoutError())
    connection = secured("target", JUMPS.format(folder=tmp_path))
    connection.known_hosts = (tmp_path / "configured",)
    with pytest.raises(Refused) as refused:
        connection.open()
    hop = connection.gateway
    for one, name in ((connection, "target"), (hop, "thehop")):
        policy = one.client._policy
        assert isinstance(policy, KnownHosts)
        assert policy.name == name
        assert policy.files[0] == tmp_path / "configured"
        assert one.connect_timeout == CONNECT_TIMEOUT
        assert one.connect_kwargs["banner_timeout"] == one.connect_kwargs["channel_timeout"] == CONNECT_TIMEOUT
    assert connection.client._policy.files[1] == tmp_path / "of-target"
    assert hop.connect_kwargs["key_filename"] == [str(tmp_path / "there")], "OpenSSH passes over a missing key"
    assert "@hop.example.org:2200: " in refused.value.message, "the one that does not answer is named"


def test_proxyjump_none_means_none():
    assert secured("direct", JUMPS.format(folder="/x")).gateway is False


def test_fabrics_own_connect_timeout_is_kept(monkeypatch):
    Refusing(monkeypatch, TimeoutError())
    connection = secured("h", connect_kwargs={"timeout": 3})
    with pytest.raises(Refused, match="no answer in 3 s"):
        connection.open()
    assert "timeout" not in connection.connect_kwargs


def test_a_key_is_tried_once_however_often_it_is_named(tmp_path):
    key = tmp_path / "key"
    key.touch()
    assert ssh._present([str(key), str(key), str(tmp_path / "nope")]) == [str(key)]
