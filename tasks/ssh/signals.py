"""Ctrl-C at a moment that can bear it: an exception between two lines of Paramiko can leave one of its locks held."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HELD_BACK = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def held_back() -> Iterator[None]:
    """Let signals that have a handler wait for the end of the block; other threads than the main one get none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[tuple] = []
    handlers = {s: signal.getsignal(s) for s in HELD_BACK}
    for number in (s for s, handler in handlers.items() if callable(handler)):
        signal.signal(number, lambda *arrived: came.append(arrived))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for arrived in came[:1]:
            handlers[arrived[0]](*arrived)
