"""Ctrl-C, SIGTERM and a closed terminal: what becomes of the step that runs on the host."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from typing import Literal, Protocol, TypeVar

from ..console import terminal
from ..console.errors import Refused

Wanted = Literal["watch", "leave", "stop"]
QUESTION = "Ctrl-C. The step still runs on the host{outage}: [w]atch it further, [l]eave it running and go, [s]top it? "
OUTAGE = ", which serves nobody until the run is through"
ENDED = "the step has ended meanwhile: [w] goes on with the run, [l] and [s] leave it as it is now"
ANSWERS: dict[str, Wanted] = {"w": "watch", "l": "leave", "s": "stop"}
Found = TypeVar("Found")


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP: like Ctrl-C, but there is nobody to ask."""


@contextlib.contextmanager
def as_exceptions() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into `Terminated` inside the block."""

    def raise_it(number: int, frame: object) -> None:
        raise Terminated

    before = {s: signal.signal(s, raise_it) for s in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def as_refusal() -> Iterator[None]:
    """Take a Ctrl-C inside the block, in which nothing is changed yet, for a no."""
    try:
        yield
    except KeyboardInterrupt:
        raise Refused("Interrupted.") from None


class Watched(Protocol):
    """A step that is watched; `outage`: its hosts serve nobody meanwhile."""

    outage: bool

    def has_ended(self) -> bool:
        """Return whether all of it has ended."""

    def goes_on_as(self, wanted: Wanted) -> bool:
        """Do what the operator wants, and return whether that is to watch."""


def until_left(watch: Callable[[], Found], step: Watched) -> Found:
    """Return what `watch` returns, begun again after each Ctrl-C for as long as the operator wants to watch.

    Where that is not wanted, the Ctrl-C is raised. Another one while that is asked, or done, counts as well.
    """
    pressed: KeyboardInterrupt | None = None
    while True:
        try:
            if pressed is not None and not step.goes_on_as(decide(pressed, step)):
                break
            pressed = None
            return watch()
        except KeyboardInterrupt as again:
            pressed = again
    raise pressed


def decide(interrupt: KeyboardInterrupt, step: Watched) -> Wanted:
    """Return what the operator wants to become of the running step; without a terminal it is left running."""
    if isinstance(interrupt, Terminated) or not terminal.interactive():
        return "leave"
    try:
        question = QUESTION.format(outage=OUTAGE if step.outage else "")
        while answer := terminal.ask(question, meanwhile=lambda: ENDED if step.has_ended() else ""):
            if wanted := ANSWERS.get(answer.strip().lower()[:1]):
                return wanted
    except KeyboardInterrupt:
        pass
    return "leave"
