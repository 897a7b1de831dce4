"""Ctrl-C while Paramiko holds its locks."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from tasks.ssh.signals import held_back


def press(number: int = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


def test_ctrl_c_waits_for_the_end_of_the_block_and_is_not_lost():
    done = []
    with pytest.raises(KeyboardInterrupt):
        with held_back():
            press()
            done.append("the block")
        done.append("what follows")
    assert done == ["the block"]


def test_afterwards_it_comes_at_once_again():
    with held_back():
        pass
    with pytest.raises(KeyboardInterrupt):
        press()
        pytest.fail("it did not come")


def test_what_the_block_raises_is_not_covered_up():
    with pytest.raises(ValueError, match="mine"), held_back():
        raise ValueError("mine")


def test_a_thread_may_use_it_too():
    found = []

    def work() -> None:
        with held_back():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]
