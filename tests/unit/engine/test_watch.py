"""A step is watched to its end over as many connections as it takes, and never begun twice from here."""

from __future__ import annotations

import signal
import threading

import pytest

from tasks.console.errors import ConnectionLost, Failed, Held
from tasks.engine import interrupt, watch
from tasks.engine.job import End, Try
from tasks.engine.plan import Step
from tasks.engine.watch import Watch, Watches
from tasks.ssh.hostkeys import UntrustedHostKey
from tasks.ssh.shell import Word
from tests.unit.support.playing import STOP, Member


class Held1:
    """The lock of one host; `renewed` counts how often it was held again."""

    def __init__(self) -> None:
        self.held, self.renewed = True, 0

    def renew(self) -> None:
        self.renewed += 1


class Watched:
    """A watch of a step on a host that says what it was told to, one answer after the other."""

    def __init__(self, mocker, *answers) -> None:
        self.member, self.lock = Member(), Held1()
        self.sent, left = [], list(answers)

        def sh(command, out=None, **options):
            self.sent.append(command)
            answer = left.pop(0)
            if isinstance(answer, BaseException):
                raise answer
            text, code = answer
            nonce = command.split("watch-step.sh ")[1].split()[0] if "watch-step" in command else ""
            text = text.replace("NONCE", nonce)
            if out:
                out.write(text)
            return self.member.result(text, "said on stderr", code)

        mocker.patch.object(self.member, "sh", sh, create=True)
        mocker.patch.object(watch.time, "sleep")
        locks = mocker.Mock(of={self.member: self.lock}, token="token")
        self.watch = Watch(self.member, locks, Try(Word("f"), "r", 1, STOP))


ENDED = ("one\ntwo\n\nNONCE ended 0\n", 0)


def test_the_end_and_the_last_lines_come_back(mocker):
    watched = Watched(mocker, ENDED)
    assert watched.watch.to_the_end() == (End("ended", 0), ["one", "two"])
    assert not watched.watch.goes_on


def test_a_lost_connection_is_made_again_and_the_lines_that_were_seen_are_left_out(mocker):
    watched = Watched(mocker, ("one\n", 0), ConnectionLost("gone"), ("two\n\nNONCE ended 0\n", 0))
    assert watched.watch.to_the_end() == (End("ended", 0), ["one", "two"])
    assert [command.split("watch-step.sh ")[1].split()[1] for command in watched.sent] == ["0", "1", "1"]
    assert watched.lock.renewed == 2


def test_a_step_without_an_exit_code_tells_what_the_watcher_said(mocker):
    watched = Watched(mocker, ("\nNONCE cut\n", 0))
    assert watched.watch.to_the_end() == (End("cut"), ["said on stderr"])


def test_a_watcher_that_fails_is_a_step_that_was_cut_off(mocker):
    assert Watched(mocker, ("", 1)).watch.to_the_end()[0] == End("cut")


def test_a_host_that_stays_away_is_given_up_after_a_while(mocker, monkeypatch):
    monkeypatch.setenv("ROLLBACK_RECONNECT", "0")
    watched = Watched(mocker, *[ConnectionLost("no route")] * 3)
    with pytest.raises(ConnectionLost, match="the connection is gone .no route."):
        watched.watch.to_the_end()
    assert watched.watch.goes_on


def test_a_host_that_shows_another_key_is_given_up_at_once(mocker):
    error = ConnectionLost("another key")
    error.__cause__ = UntrustedHostKey("another key")
    with pytest.raises(ConnectionLost, match="the connection is gone"):
        Watched(mocker, error).watch.to_the_end()


def test_a_lock_that_somebody_else_took_ends_the_watch(mocker):
    watched = Watched(mocker, ENDED)
    watched.lock.held = False
    mocker.patch.object(watched.lock, "renew", side_effect=Held("taken over"))
    with pytest.raises(Held):
        watched.watch.to_the_end()


@pytest.mark.parametrize(
    ("wanted", "answers", "goes_on"),
    [("leave", [], True), ("stop", [("", 1), ("", 0)], False), ("stop", [("", 1), ("", 1)], True)],
)
def test_at_ctrl_c_the_step_is_left_or_stopped_on_one_host(mocker, wanted, answers, goes_on):
    watched = Watched(mocker, KeyboardInterrupt(), *answers)
    mocker.patch("tasks.engine.interrupt.decide", return_value=wanted)
    with pytest.raises(KeyboardInterrupt):
        Watches([watched.watch]).to_the_end()
    assert watched.watch.goes_on is goes_on
    assert any("stop-step.sh" in command for command in watched.sent) is (wanted == "stop")


def test_at_ctrl_c_it_can_be_watched_further_on_one_host(mocker):
    watched = Watched(mocker, KeyboardInterrupt(), ENDED)
    mocker.patch("tasks.engine.interrupt.decide", return_value="watch")
    assert Watches([watched.watch]).to_the_end() == [(End("ended", 0), ["one", "two"])]


def test_a_host_that_cannot_be_told_to_stop_may_go_on(mocker):
    watched = Watched(mocker, Failed("gone"), Failed("gone"))
    watched.watch.leave(stop=True)
    assert watched.watch.goes_on


def test_a_step_that_ended_while_nobody_watched_is_noticed_and_not_stopped(mocker, capsys):
    watched = Watched(mocker, ("", 1), ("", 0), ("", 0))
    crowd = Watches([watched.watch])
    assert [crowd.has_ended(), crowd.has_ended()] == [False, True]
    watched.watch.goes_on = True
    watched.watch.leave(stop=True)
    assert all(command == "[ -f f/01-stop.1.rc ]" for command in watched.sent) and len(watched.sent) == 3
    assert "stopping" not in capsys.readouterr().out


def test_a_step_that_ended_is_not_stopped(mocker):
    watched = Watched(mocker, ENDED)
    watched.watch.to_the_end()
    watched.watch.leave(stop=True)
    assert len(watched.sent) == 1


def test_a_watch_that_was_left_shows_nothing_more(mocker, capsys):
    watched = Watched(mocker, ENDED)
    watched.watch.leave(stop=False)
    watched.watch.to_the_end()
    assert "one" not in capsys.readouterr().out


STEP = Step(name="stop", title="Stop", script="")


class Ending:
    """A watch that ends as `to_the_end` is told to."""

    def __init__(self, to_the_end) -> None:
        self._to_the_end, self.attempt = to_the_end, Try(Word("f"), "r", 1, STEP)
        self.goes_on, self.left = True, None

    def to_the_end(self):
        found = self._to_the_end()
        self.goes_on = False
        return found

    def leave(self, stop: bool) -> None:
        self.left = stop


def lost() -> None:
    raise ConnectionLost("b is gone")


def test_a_step_runs_on_all_hosts_at_the_same_time_and_ends_are_in_the_order_of_the_hosts():
    both = threading.Barrier(2, timeout=60)
    one = Ending(lambda: both.wait() and None or (End("ended", 0), ["a"]))
    two = Ending(lambda: both.wait() and None or (End("ended", 3), ["b"]))
    crowd = Watches([one, two])
    assert crowd.to_the_end() == [(End("ended", 0), ["a"]), (End("ended", 3), ["b"])]
    assert not crowd.goes_on


def test_a_host_that_stays_away_is_heard_of_once_the_others_have_ended():
    ended = []
    one = Ending(lambda: ended.append(True) or (End("ended", 0), []))
    crowd = Watches([Ending(lost), one])
    with pytest.raises(ConnectionLost, match="b is gone"):
        crowd.to_the_end()
    assert ended
    assert crowd.goes_on


@pytest.mark.parametrize(("wanted", "stopped"), [("stop", True), ("leave", False)])
def test_at_ctrl_c_the_step_is_left_or_stopped_where_it_still_runs(monkeypatch, wanted, stopped):
    never = threading.Event()
    quick = Ending(lambda: (End("ended", 0), []))
    slow = Ending(lambda: press(quick) or never.wait(30))
    monkeypatch.setattr(interrupt, "decide", lambda *_: wanted)
    with pytest.raises(KeyboardInterrupt):
        Watches([quick, slow]).to_the_end()
    never.set()
    assert (quick.left, slow.left) == (stopped, stopped)


def press(quick: Ending) -> None:
    """Press Ctrl-C once the quick one has ended."""
    while quick.goes_on:
        pass
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def test_at_ctrl_c_it_can_be_watched_further_on_all(monkeypatch):
    pressed = []
    go, both = threading.Event(), threading.Event()

    def decide(*_) -> str:
        pressed.append(True)
        go.set()
        return "watch"

    monkeypatch.setattr(interrupt, "decide", decide)

    def slow():
        assert both.wait(60)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        assert go.wait(60)
        return End("ended", 0), []

    crowd = Watches([Ending(slow), Ending(lambda: both.set() or (End("ended", 0), []))])
    assert crowd.to_the_end() == [(End("ended", 0), [])] * 2
    assert pressed
