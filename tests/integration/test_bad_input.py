"""Values that cannot be meant, typed at a real command line: exit 2, one line, and nothing run on the host."""

from __future__ import annotations

import socket
import threading

import pytest

pytestmark = pytest.mark.sandbox

TYPED = [
    ("full-rollback", "--yes", "--commit="),
    ("full-rollback", "--yes", "--commit"),
    ("full-rollback", "--commit", "--yes"),
    ("full-rollback", "--yes", "--commit=--help"),
    ("full-rollback", "--yes", "--commit=$(reboot)"),
    ("full-rollback", "--yes", "--commit=abc'; reboot; '"),
    ("git.checkout", "--yes", "--commit", "a" * 5000),
    ("git.log", "--count", "ten"),
    ("git.log", "--count", "-1"),
    ("containers.restart", "--yes", "--service", "app\nreboot"),
    ("containers.restart", "--yes", "--service", "\x1b[2J"),
    ("db.downgrade", "--yes", "--revision", "`reboot`"),
    ("--dry", "full-rollback", "--commit", "HEAD"),
]


@pytest.fixture
def unheard(operator):
    """A port that counts who connects, in the place of the host's."""
    heard: list = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        operator.settings["hosts"][0]["port"] = server.getsockname()[1]
        operator.write()

        def listen() -> None:
            while True:
                try:
                    heard.append(server.accept())
                except OSError:
                    return

        threading.Thread(target=listen, daemon=True).start()
        yield heard
        server.shutdown(socket.SHUT_RDWR)


def test_what_cannot_be_meant_reaches_no_host(operator, unheard):
    for words in TYPED:
        ran = operator.fab(*words)
        assert ran.code == 2, (words[:2], ran.text)
        assert len(ran.err.strip().splitlines()) == 1, (words[:2], ran.err)
        assert "\x1b" not in ran.text
        assert ran.out == ""
    assert unheard == []


def test_what_could_be_meant_and_is_not_there_changes_nothing(operator):
    before = operator.world()
    for words in (
        ("git.checkout", "--yes", "--commit", "größe/日本"),
        ("containers.restart", "--yes", "--service", "backnd"),
        ("containers.stop", "--yes", "--service", "日本"),
        ("db.downgrade", "--yes", "--revision", "nosuchrevision"),
    ):
        ran = operator.fab(*words)
        assert ran.code == 2, (words, ran.text)
        assert len(ran.err.strip().splitlines()) == 1, (words, ran.err)
    assert operator.world() == before


def test_a_mistake_in_hosts_yaml_is_one_line_before_anything_connects(operator, unheard):
    operator.settings["comppose"] = operator.settings.pop("compose")
    operator.write()
    ran = operator.fab("full-rollback", "--commit", "HEAD", "--yes")
    assert ran.code == 2
    assert ran.err.startswith("hosts.yaml: environments.test: unknown key 'comppose', did you mean 'compose'?")
    assert len(ran.err.strip().splitlines()) == 1
    assert unheard == []


def test_what_a_host_prints_cannot_steer_the_terminal_or_hold_the_task_for_ever(operator):
    """A login that greets with escape sequences and a line without end, as a broken .bashrc does."""
    noise = "printf '\\033[2J\\033]0;owned\\007'; head -c 3000000 /dev/zero | tr '\\0' x"
    operator.host.exec(f'cp .bashrc .bashrc.kept; {{ echo "{noise}"; cat .bashrc.kept; }} > .bashrc')
    try:
        ran = operator.fab("git.last-good")
        assert ran.code == 0, ran.text[-300:]
        assert len(ran.out) < 1000
        failed = operator.fab("git.checkout", "--commit", "nosuch", "--yes")
        assert failed.code == 2
        assert "\x1b" not in failed.text
        assert len(failed.text) < 2000
    finally:
        operator.host.exec("mv .bashrc.kept .bashrc")
