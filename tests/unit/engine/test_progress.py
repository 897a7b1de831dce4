"""How far a long step is, said now and then."""

from __future__ import annotations

import pytest

from tasks.engine.progress import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_bytes_are_said_with_their_share_and_what_is_left(clock):
    progress = Progress(clock)
    assert progress.words("PROGRESS bytes 10000000 100000000") == "10.0 MB of 100.0 MB (10 %)"
    clock.now += 5
    assert progress.words("PROGRESS bytes 60000000 100000000") == "60.0 MB of 100.0 MB (60 %), about 4 s left"


def test_at_most_one_line_a_second_is_said_but_always_the_last(clock):
    progress = Progress(clock)
    assert progress.words("PROGRESS table public.a") == "table public.a"
    assert progress.words("PROGRESS table public.b") == ""
    clock.now += 2
    assert progress.words("PROGRESS bytes 5 10").endswith("public.b")
    assert progress.words("PROGRESS bytes 10 10") == "10 bytes of 10 bytes (100 %)"
    assert progress.words("PROGRESS bytes 40 30") == "30 bytes of 30 bytes (100 %)"


def test_an_unknown_end_is_not_made_up(clock):
    assert Progress(clock).words("PROGRESS bytes 2500 0") == "2.5 kB"
