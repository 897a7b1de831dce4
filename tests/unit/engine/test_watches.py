"""A step on several hosts: begun on all of them at once, waited for on all of them, left or stopped on all of them."""

from __future__ import annotations

import signal
import threading

import pytest

from tasks.console.errors import ConnectionLost
from tasks.engine import interrupt
from tasks.engine.job import End, Try
from tasks.engine.plan import Step
from tasks.engine.watches import Watches
from tasks.ssh.shell import Word

STEP = Step(name="stop", title="Stop", script="")


class Watched:
    """A watch that ends as `to_the_end` is told to."""

    def __init__(self, to_the_end) -> None:
        self._to_the_end, self.attempt = to_the_end, Try(Word("f"), "r", 1, STEP)
        self.goes_on, self.stopped, self.silent = True, False, False

    def to_the_end(self):
        found = self._to_the_end()
        self.goes_on = False
        return found

    def stop(self) -> None:
        self.stopped = True

    def silence(self) -> None:
        self.silent = True


def lost() -> None:
    raise ConnectionLost("b is gone")


def test_a_step_runs_on_all_hosts_at_the_same_time_and_ends_are_in_the_order_of_the_hosts():
    both = threading.Barrier(2, timeout=10)
    one = Watched(lambda: both.wait() and None or (End("ended", 0), ["a"]))
    two = Watched(lambda: both.wait() and None or (End("ended", 3), ["b"]))
    crowd = Watches([one, two])
    assert crowd.to_the_end() == [(End("ended", 0), ["a"]), (End("ended", 3), ["b"])]
    assert not crowd.goes_on


def test_a_host_that_stays_away_is_heard_of_once_the_others_have_ended():
    ended = []
    one = Watched(lambda: ended.append(True) or (End("ended", 0), []))
    crowd = Watches([Watched(lost), one])
    with pytest.raises(ConnectionLost, match="b is gone"):
        crowd.to_the_end()
    assert ended
    assert crowd.goes_on


@pytest.mark.parametrize(("wanted", "stopped"), [("stop", True), ("leave", False)])
def test_at_ctrl_c_the_step_is_left_or_stopped_where_it_still_runs(monkeypatch, wanted, stopped):
    never = threading.Event()
    quick = Watched(lambda: (End("ended", 0), []))
    slow = Watched(lambda: press(quick) or never.wait(30))
    monkeypatch.setattr(interrupt, "decide", lambda _: wanted)
    with pytest.raises(KeyboardInterrupt):
        Watches([quick, slow]).to_the_end()
    never.set()
    assert (quick.stopped, slow.stopped) == (False, stopped)
    assert quick.silent and slow.silent


def press(quick: Watched) -> None:
    """Press Ctrl-C once the quick one has ended."""
    while quick.goes_on:
        pass
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def test_at_ctrl_c_it_can_be_watched_further(monkeypatch):
    pressed = []
    go, both = threading.Event(), threading.Event()

    def decide(_) -> str:
        pressed.append(True)
        go.set()
        return "watch"

    monkeypatch.setattr(interrupt, "decide", decide)

    def slow():
        assert both.wait(10)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        assert go.wait(10)
        return End("ended", 0), []

    crowd = Watches([Watched(slow), Watched(lambda: both.set() or (End("ended", 0), []))])
    assert crowd.to_the_end() == [(End("ended", 0), [])] * 2
    assert pressed
