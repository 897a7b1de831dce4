"""Reading a host that says too much, slowly, or in torn characters."""

from __future__ import annotations

import threading
from itertools import chain, repeat

import pytest

from tasks.console.errors import Failed
from tasks.ssh import runner
from tasks.ssh.runner import Runner


class Channel:
    def __init__(self) -> None:
        self.status_event, self.closed = threading.Event(), False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def reading() -> Runner:
    made = Runner.__new__(Runner)
    made.channel, made.encoding, made.watchers, made.opts = Channel(), "utf-8", [], {"hide": ("stdout", "stderr")}
    return made


def chunks(*data: bytes):
    pieces = chain(data, repeat(b""))
    return lambda size: next(pieces)


def test_a_character_that_is_torn_between_two_packets_is_whole(reading):
    assert "".join(reading.read_proc_output(chunks("é".encode()[:1], "é".encode()[1:]))) == "é"


def test_bytes_that_are_no_text_do_not_stop_it(reading):
    assert "".join(reading.read_proc_output(chunks(b"a\xffb"))) == "a�b"


def test_captured_output_without_end_is_cut_off(reading, monkeypatch):
    monkeypatch.setattr(runner, "CAPTURE_LIMIT", 100)
    with pytest.raises(Failed, match="stopped reading"):
        list(reading.read_proc_output(lambda size: b"x" * 30))
    assert reading.channel.closed


def test_output_that_is_shown_may_be_endless_in_bounded_memory(reading, monkeypatch):
    monkeypatch.setattr(runner, "CAPTURE_LIMIT", 100)
    reading.opts["hide"] = ("stderr",)
    buffer: list[str] = []
    for piece in reading.read_proc_output(chunks(*[b"x" * 30] * 500)):
        buffer.append(piece)
        reading.respond(buffer)
    assert len(buffer) == runner.KEPT


def test_captured_output_is_kept_whole(reading):
    buffer = ["x"] * 500
    reading.respond(buffer)
    assert len(buffer) == 500


def test_the_first_ctrl_c_closes_the_channel_that_the_readers_wait_for(reading):
    with pytest.raises(KeyboardInterrupt):
        reading.send_interrupt(KeyboardInterrupt())
    assert reading.channel.closed
