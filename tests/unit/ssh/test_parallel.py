"""All hosts are looked at at the same time, and an error of one is an error of all."""

from __future__ import annotations

import threading

import pytest

from tasks.ssh.parallel import parallel_map


def test_all_are_looked_at_at_the_same_time_and_answer_in_their_order():
    all_there = threading.Barrier(3, timeout=60)

    def look(name: str) -> str:
        all_there.wait()
        return name.upper()

    assert parallel_map(["a", "b", "c"], look) == ["A", "B", "C"]


def test_one_host_is_looked_at_without_a_thread():
    assert parallel_map(["a"], lambda _: threading.current_thread()) == [threading.main_thread()]


def test_the_first_host_with_an_error_is_the_one_that_is_heard_of():
    def look(name: str) -> str:
        if name != "a":
            raise ConnectionError(name)
        return name

    with pytest.raises(ConnectionError, match="b"):
        parallel_map(["a", "b", "c"], look)
