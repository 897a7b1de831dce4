"""Where lines go: to the terminal or into a pipe, and how the operator wants to be told."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
from collections.abc import Iterator
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_asked = {"json": False, "quiet": False, "verbose": False, "part": False}


def asked(name: str) -> bool:
    """Return whether the operator asked for `json`, `quiet` or `verbose`, or for more than this `part`."""
    return _asked[name]


@contextlib.contextmanager
def as_asked(**wanted: bool) -> Iterator[None]:
    """Tell the operator so inside the block, and inside those that it holds."""
    before = dict(_asked)
    _asked.update({name: before[name] or value for name, value in wanted.items()})
    try:
        yield
    finally:
        _asked.update(before)


def at_terminal() -> bool:
    """Return whether somebody sees what is printed as it comes."""
    return (sys.stderr if _asked["json"] else sys.stdout).isatty()


def width() -> int | None:
    """Return how many characters fit on a line; None: it is no terminal, and a line is as long as it is."""
    return console().width if at_terminal() else None


@contextlib.contextmanager
def unread(file: IO[str]) -> Iterator[None]:
    """Write into `file` inside the block, and throw it away where nobody reads on: a run goes on."""
    try:
        yield
        file.flush()
    except BrokenPipeError:
        _throw_away(file)


@contextlib.contextmanager
def ending_unread() -> Iterator[None]:
    """End quietly inside the block, in which nothing is changed, where nobody reads on: as `cat` does, by SIGPIPE."""
    before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        yield
    finally:
        sys.stdout.flush()
        signal.signal(signal.SIGPIPE, before)


def _throw_away(file: IO[str]) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())


def console(stderr: bool = False) -> Console:
    """Return what prints: on stdout, or on stderr where that is for a JSON document, or where it is asked for."""
    made: Console = _screen()(stderr=stderr or _asked["json"])
    if isinstance(made.file, TextIOWrapper):
        made.file.reconfigure(errors="replace")  # what a terminal cannot show is no reason to stop halfway
    return made


@functools.cache
def _screen() -> type:
    from rich.console import Console

    class Screen(Console):
        """A console that nobody has to read to the end: a run goes on when `| head` has seen enough."""

        def on_broken_pipe(self) -> None:
            """Throw away what is still to be printed."""
            _throw_away(self.file)

    return Screen
