"""Reaching the host, and every way not to: one line with the next thing to do, and nothing changed."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paramiko import ECDSAKey

from tests.faults.proxy import Proxy
from tests.operator import Operator, Ran

pytestmark = pytest.mark.sandbox


def refused(ran: Ran, *words: str, code: int = 2) -> None:
    """See that a run ended in one line that holds `words`."""
    assert ran.code == code, ran.text
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert [word for word in words if word not in ran.err] == [], ran.err
    assert ran.out == ""


@pytest.fixture
def login(operator: Operator) -> dict:
    """The settings of the one host, to be changed; `operator.write()` makes them count."""
    return operator.settings["hosts"][0]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of the operator's own, for ~/.ssh."""
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    return tmp_path / "home"


def recorded(operator: Operator) -> str:
    """Kind and key of the host, as they are recorded."""
    lines = operator.host.known_hosts.read_text().splitlines()
    return next(line for line in lines if f"]:{operator.host.port} " in line).split(None, 1)[1]


def test_the_ways_to_name_the_host_and_its_login_work(operator, login, home):
    address = f"{login['user']}@{login['host']}:{login['port']}"
    good = operator.fab("git.last-good")
    assert good.code == 0, good.text
    for named in ("test", address, f"test,{address}"):
        ran = operator.fab("-H", named, "git.last-good")
        assert set(ran.out.split()) == set(good.out.split()), ran.text
    key = login.pop("key")
    operator.write()
    assert operator.fab("-i", key, "git.last-good").out == good.out
    config = home / "config"
    config.write_text(
        f"Host alias\n  HostName {login['host']}\n  Port {login['port']}\n  User {login['user']}\n"
        f"  IdentityFile {key}\n  IdentityFile {home}/not-there\n  UserKnownHostsFile {login['known_hosts']}\n"
    )
    ran = operator.fab("-S", str(config), "-H", "alias", "git.last-good")
    assert ran.out == good.out, ran.text


def test_a_chain_of_tasks_is_one_handshake(operator, login, tmp_path):
    proxy = Proxy(login["port"])
    login.update(port=proxy.port, known_hosts=str(tmp_path / "known_hosts"))
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{proxy.port} {recorded(operator)}\n")
    operator.write()
    for words in (["git.log", "git.last-good", "containers.status"], ["-H", "test", "git.log", "git.last-good"]):
        ran = operator.fab(*words)
        assert ran.code == 0, ran.text
    assert len(proxy.links) == 2 * 2, "two ends for each of the two commands"
    proxy.close()


def test_a_host_key_that_is_not_the_recorded_one_is_refused(operator, login, tmp_path):
    before = operator.world()
    other, own = ECDSAKey.generate(), recorded(operator)
    strange = tmp_path / "known_hosts"
    login["known_hosts"] = str(strange)
    operator.write()
    name = f"[{login['host']}]:{login['port']}"
    strange.write_text(f"{name} {other.get_name()} {other.get_base64()}\n")
    ran = operator.fab("full-rollback", "--commit", operator.good, "--yes")
    refused(ran, "not the recorded one", f"ssh-keygen -R '{name}'", "Nothing was changed.")
    strange.write_text("")
    ran = operator.fab("full-rollback", "--commit", operator.good, "--yes", HOME=str(tmp_path))
    refused(ran, f"no host key is recorded for {name}", "ssh-keyscan -p", "Nothing was changed.")
    strange.write_text(f"{name} {own}\n@revoked * {own}\n")
    refused(operator.fab("git.log"), "@revoked")
    assert operator.world() == before


def test_a_key_that_does_not_open_the_host_is_one_line(operator, login, tmp_path, home):
    quiet = {"HOME": str(home), "SSH_AUTH_SOCK": ""}
    for name, words in (("other", []), ("locked", ["-N", "secret"])):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-f", tmp_path / name, *(words or ["-N", ""])], check=True)
    login["key"] = str(tmp_path / "other")
    operator.write()
    refused(operator.fab("git.log", **quiet), "login refused", f"ssh -v -p {login['port']} ubuntu@127.0.0.1")
    login["key"] = str(tmp_path / "locked")
    operator.write()
    refused(operator.fab("git.log", **quiet), "passphrase", "--prompt-for-passphrase")
    login["key"] = "no/such/key"
    operator.write()
    refused(operator.fab("git.log", **quiet), "environments.test.hosts: key", "no/such/key", "No such file")
    login["key"] = str(tmp_path / "garbage")
    (tmp_path / "garbage").write_text("not a key")
    operator.write()
    refused(operator.fab("git.log", **quiet), "garbage")


def test_a_host_that_does_not_answer_is_one_line_and_soon(operator, login):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        login["port"] = closed.getsockname()[1]
        operator.write()
        refused(operator.fab("git.log"), "nothing answers there", "Nothing was changed.")
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        login["port"] = mute.getsockname()[1]
        operator.write()
        begun = time.monotonic()
        refused(operator.fab("-t", "2", "git.log"), "does not speak SSH")
        assert time.monotonic() - begun < 20
    login["host"] = "no-such-host.invalid"
    operator.write()
    refused(operator.fab("git.log"), "unknown to DNS")
    refused(operator.fab("-H", "tes.invalid", "git.log"), "unknown to DNS", "Environments in hosts.yaml: test.")


def test_a_jump_host_is_verified_like_the_host_itself(operator, login, home, tmp_path):
    """The host is its own jump host: seen from inside, sshd listens on port 22."""
    own = recorded(operator)
    entry = f"[{login['host']}]:{login['port']} {own}"
    config, known, inner = home / "config", tmp_path / "known_of_hop", tmp_path / "known_of_target"
    config.write_text(
        f"Host target\n  HostName localhost\n  ProxyJump hop\n  UserKnownHostsFile {inner}\n"
        f"Host hop\n  HostName {login['host']}\n  Port {login['port']}\n  User {login['user']}\n"
        f"  IdentityFile {login['key']}\n  UserKnownHostsFile {known}\n"
    )
    login.update(host="target", port=22)
    del login["known_hosts"]
    operator.write()
    inner.write_text(f"localhost {own}\n")
    known.write_text(entry + "\n")
    ran = operator.fab("-S", str(config), "git.last-good", HOME=str(home))
    assert ran.code == 0, ran.text
    known.write_text("")
    hop = f"{login['user']}@127.0.0.1:{operator.host.port}: no host key is recorded"
    refused(operator.fab("-S", str(config), "git.last-good", HOME=str(home)), hop)
    known.write_text(entry + "\n")
    inner.write_text("")
    refused(operator.fab("-S", str(config), "git.last-good", HOME=str(home)), "ubuntu@localhost:22: no host key")
    config.write_text(config.read_text().replace("HostName localhost", "HostName localhost\n  Port 9"))
    del login["port"]
    operator.write()
    refused(operator.fab("-S", str(config), "git.last-good", HOME=str(home)), "ProxyJump")


@pytest.fixture
def second(operator: Operator) -> Iterator[None]:
    """A login on the host that is not in the docker group and has no checkout of its own."""
    operator.host.exec(
        "useradd -m -p '*' -s /bin/bash second && install -d -o second ~second/.ssh "
        "&& install -o second ~ubuntu/.ssh/authorized_keys ~second/.ssh/ "
        "&& echo 'AllowUsers second' > /etc/ssh/sshd_config.d/second.conf && kill -HUP $(cat /run/sshd.pid)",
        user="root",
    )
    yield
    operator.host.exec(
        "rm /etc/ssh/sshd_config.d/second.conf; kill -HUP $(cat /run/sshd.pid); userdel -rf second || :",
        user="root",
    )


def test_a_login_that_may_not_use_docker_is_told_how_to(operator, login, second):
    operator.host.exec("cp -r ~ubuntu/jctc-app ~second/ && chown -R second ~second/jctc-app", user="root")
    login["user"] = "second"
    operator.write()
    for words in (["full-rollback", "--commit", "HEAD~1", "--yes"], ["containers.restart", "--yes"]):
        refused(operator.fab(*words), "sudo usermod -aG docker", "Nothing was changed.")
    assert "usermod" in operator.fab("containers.status").err
    operator.settings["app"]["path"] = "no such/folder"
    operator.write()
    ran = operator.fab("git.log")
    assert ran.code == 2, ran.text
    assert "app.path" in ran.err


@pytest.fixture
def without(operator: Operator) -> Iterator:
    """Hide a program of the host from its logins for a while."""
    hidden = []

    def hide(name: str) -> None:
        plugin = f"/usr/libexec/docker/cli-plugins/{name}"
        for place in operator.host.exec(f"command -v {name}; ls {plugin} 2>/dev/null || :").split():
            operator.host.exec(f"mv {place} {place}.hidden", user="root")
            hidden.append(place)

    yield hide
    for place in hidden:
        operator.host.exec(f"mv {place}.hidden {place}", user="root")


def test_a_host_without_git_compose_or_docker_says_what_to_install(operator, without):
    rollback = ["full-rollback", "--commit", operator.good, "--yes"]
    without("git")
    refused(operator.fab(*rollback), "there is no git on the host", "Nothing was changed.")
    without("docker-compose")
    refused(operator.fab(*rollback), "there is no compose on the host", "Nothing was changed.")
    without("docker")
    refused(operator.fab(*rollback), "there is no docker on the host", "Nothing was changed.")
