"""The lock is held over a channel of its own, on all hosts or on none."""

from __future__ import annotations

import io

import pytest

from tasks.console.commands import render
from tasks.console.errors import ConnectionLost, Held, Refused
from tasks.engine import holding, lock
from tasks.engine.holding import Lock, Locks
from tasks.ssh.shell import Word
from tests.unit.support.playing import Member, fleet

OWNER = {"run": "run-1", "task": "full-rollback", "who": "ada", "machine": "laptop", "since": "now"}
LIVE = 'LIVE\n{"run":"run-0","task":"undo","who":"bob","machine":"desk"}\n90\n\n'


class Channel:
    """A channel that says something, and on which signs of life are counted."""

    def __init__(self, said: str) -> None:
        self.said, self.closed, self.beats = said, False, 0

    def makefile(self, mode: str) -> io.StringIO:
        return io.StringIO(self.said)

    def sendall(self, data: bytes) -> None:
        self.beats += 1

    def close(self) -> None:
        self.closed = True


def held(member: Member, *said: str) -> tuple[Lock, list[Channel]]:
    """A lock on a host whose channels say `said`, one after the other."""
    channels = [Channel(text) for text in said]
    left = list(channels)
    member.__dict__["open_channel"] = lambda command, merged: left.pop(0)
    return Lock(member, Word("S"), "token"), channels


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(holding, "HEARTBEAT", 0.01)


def test_a_lock_that_was_taken_is_held_with_signs_of_life_until_it_is_let_go():
    own, (channel,) = held(Member(), "TAKEN\n")
    own.take(OWNER)
    assert own.held
    while not channel.beats:
        pass
    own.let_go()
    assert channel.closed and not own.held


def test_who_has_the_lock_is_named_with_what_to_type():
    own, (channel,) = held(Member(), LIVE)
    with pytest.raises(Held) as taken:
        own.take(OWNER)
    assert "u@h:22: another run holds the lock: run run-0 (undo) of bob from desk" in taken.value.message
    assert render(taken.value.message).endswith("fab runs.show")
    assert channel.closed


@pytest.mark.parametrize(("said", "words"), [("mkdir: no room\n", "mkdir: no room"), ("", "no answer")])
def test_a_lock_that_cannot_be_taken_is_a_refusal(said, words):
    own, _ = held(Member(), said)
    with pytest.raises(Refused, match=f"the lock cannot be taken: {words}. Nothing was changed."):
        own.take(OWNER)


def test_it_is_held_again_over_a_new_connection():
    own, (first, second) = held(Member(), "TAKEN\n", "HELD\n")
    own.take(OWNER)
    own.renew()
    assert first.closed and own.held
    own.let_go()
    assert second.closed


@pytest.mark.parametrize(
    ("said", "error"), [("LOST\n", Held), ("", ConnectionLost), ("sh: not found\n", ConnectionLost)]
)
def test_a_lock_that_cannot_be_held_again_ends_the_run(said, error):
    own, _ = held(Member(), said)
    with pytest.raises(error):
        own.renew()


def test_a_host_that_is_gone_keeps_a_lock_that_nobody_shows_life_on(mocker):
    own, _ = held(Member())
    mocker.patch.object(Member, "sh", side_effect=OSError("gone"))
    own.release()


def locked(said: dict[str, str], mirrors: int = 0) -> tuple[Locks, list[Member]]:
    members = fleet(*said)
    for member in members:
        member.__dict__["open_channel"] = lambda command, merged, text=said[member.host]: Channel(text)
    count = len(members) - mirrors
    return Locks(tuple(members[:count]), Word("S"), tuple(members[count:])), members


def test_all_hosts_are_locked_inside_the_block_and_let_go_after_it():
    locks, members = locked({"a": "TAKEN\n", "b": "TAKEN\n"})
    with locks.taken(OWNER):
        assert all(locks.of[member].held for member in members)
    assert not any(locks.of[member].held for member in members)


def test_where_one_host_is_held_by_somebody_else_the_others_are_given_back():
    locks, (first, _second) = locked({"a": "TAKEN\n", "b": LIVE})
    with pytest.raises(Held), locks.taken(OWNER, lock.NEW):
        raise AssertionError
    assert "release-lock.sh" in first.commands[-1]


def test_the_first_lock_which_decides_between_clients_is_given_back_last(mocker):
    locks, members = locked({"a": "TAKEN\n", "b": "TAKEN\n"})
    order = []
    mocker.patch.object(Lock, "release", autospec=True, side_effect=lambda one: order.append(one.host.host))
    locks.release()
    assert order == ["b", "a"]
    assert len(members) == 2


def test_mirrors_are_locked_as_well_and_a_run_that_holds_one_of_them_is_an_obstacle():
    locks, members = locked({"a": "TAKEN\n", "b": "TAKEN\n", "c": "TAKEN\n"}, mirrors=2)
    with locks.taken(OWNER):
        assert all(locks.of[member].held for member in members)
    locks, (first, *_) = locked({"a": "TAKEN\n", "b": "TAKEN\n", "c": LIVE}, mirrors=2)
    with pytest.raises(Held), locks.taken(OWNER):
        raise AssertionError
    assert "release-lock.sh" in first.commands[-1]


@pytest.mark.parametrize("mirror", ["a", "z"])
def test_a_mirror_that_cannot_be_locked_is_named_and_no_obstacle(mirror, capsys):
    locks, (own, other) = locked({"m": "TAKEN\n", mirror: "mkdir: no room\n"}, mirrors=1)
    with locks.taken(OWNER):
        assert list(locks.of) == [own]
    told = f"{other.address} is not locked, and gets no copy of this run: the lock cannot be taken: mkdir: no room"
    assert told in " ".join(capsys.readouterr().out.split())
