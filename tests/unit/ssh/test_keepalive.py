"""A host that does not answer any more is given up, also behind a jump host."""

from __future__ import annotations

import threading

import pytest

from tasks.ssh import keepalive


class Transport:
    """A connection that answers, refuses, or is silent."""

    def __init__(self, answer) -> None:
        self.answer, self.closed, self.asked = answer, threading.Event(), 0

    def is_active(self) -> bool:
        return not self.closed.is_set()

    def global_request(self, kind: str, wait: bool) -> None:
        self.asked += 1
        self.answer()

    def close(self) -> None:
        self.closed.set()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(keepalive, "EVERY", 0.01)
    monkeypatch.setattr(keepalive, "PATIENCE", 0.05)


def refuse() -> None:
    raise ConnectionError("request denied")


@pytest.mark.parametrize("answer", [lambda: None, refuse])
def test_a_host_that_answers_is_asked_again_whatever_it_says(answer):
    transport = Transport(answer)
    keepalive.watch(transport)
    while transport.asked < 3:
        assert not transport.closed.wait(0.01)
    transport.close()


def test_a_host_that_is_silent_is_given_up():
    never = threading.Event()
    transport = Transport(lambda: never.wait(10))
    keepalive.watch(transport)
    assert transport.closed.wait(60)
    never.set()
