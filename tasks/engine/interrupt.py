"""Ctrl-C, SIGTERM and a closed terminal: what becomes of the step that runs on the host."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

from ..console import terminal as console

WATCH, LEAVE, STOP = "watch", "leave", "stop"
QUESTION = "Ctrl-C. The step still runs on the host: [w]atch it further, [l]eave it running and go, [s]top it? "


class Told(KeyboardInterrupt):
    """SIGTERM or SIGHUP: like Ctrl-C, but there is nobody to ask."""


@contextlib.contextmanager
def as_exceptions() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into `Told` inside the block."""

    def tell(number, frame) -> None:
        raise Told

    before = {s: signal.signal(s, tell) for s in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def decide(interrupt: KeyboardInterrupt) -> str:
    """Return what the operator wants to become of the running step; without a terminal it is left running."""
    if isinstance(interrupt, Told) or not console.interactive():
        return LEAVE
    answers = {"w": WATCH, "l": LEAVE, "s": STOP}
    try:
        while True:
            answer = console.ask(QUESTION)
            if not answer:
                return LEAVE
            if found := answers.get(answer.strip().lower()[:1]):
                return found
    except KeyboardInterrupt:
        return LEAVE
